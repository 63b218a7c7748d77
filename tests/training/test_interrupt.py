"""Ctrl-C: the update under way is finished, the second one interrupts at once."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from small import classifier, same_bits, sequences

import workbench as wb
from workbench.training import LOSSES

QUIET = {"progress": False, "batch_size": 4}


def pressing(at, times=1):
    """A loss that presses Ctrl-C in the middle of its update number `at`."""
    calls = iter(range(10**9))

    def loss(output, targets, mask):
        if next(calls) == at:
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)
        return LOSSES["cross_entropy"](output, targets, mask)

    return loss


@pytest.mark.parametrize("at", [0, 2, 3, 5])
def test_the_update_under_way_is_finished_and_training_stops(at):
    model, batches = classifier(), wb.Batches(*sequences(), 4)
    history = wb.fit(model, batches, loss=pressing(at), epochs=9, **QUIET)
    assert len(history.updates["loss"]) == at + 1
    assert history.stopped == f"by hand in epoch {at // 4}"
    assert len(history) == at // 4
    slow, adam = classifier(), wb.Adam()
    for k in range(at + 1):
        batch = list(batches.epoch(k // 4))[k % 4]
        run = slow.run(batch.x, mask=batch.mask, record="output", training=True)
        _, d_output = LOSSES["cross_entropy"](run.output, batch.y)
        adam.step(slow.parameters, run.backward(d_output).parameters)
    assert same_bits(model.parameters, slow.parameters)


def test_while_the_validation_set_is_scored_the_epoch_is_finished():
    def loss(output, targets, mask):
        if len(targets) == 5:
            signal.raise_signal(signal.SIGINT)
        return LOSSES["cross_entropy"](output, targets, mask)

    history = wb.fit(
        classifier(), sequences(), validation=sequences(5), loss=loss, epochs=3, **QUIET
    )
    assert (len(history), history.stopped) == (1, "by hand in epoch 1")


def test_a_second_ctrl_c_interrupts_at_once_and_the_handler_is_put_back():
    def own(number, frame):
        raise AssertionError

    before = signal.signal(signal.SIGINT, own)
    try:
        with pytest.raises(KeyboardInterrupt):
            wb.fit(classifier(), sequences(), loss=pressing(1, times=2), epochs=2, **QUIET)
        assert signal.getsignal(signal.SIGINT) is own
        wb.fit(classifier(), sequences(), loss=pressing(1), epochs=2, **QUIET)
        assert signal.getsignal(signal.SIGINT) is own
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_error_in_training_puts_the_handler_back_too():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ValueError, match="targets"):
        wb.fit(classifier(), (sequences()[0], np.full(13, 9)), **QUIET)
    assert signal.getsignal(signal.SIGINT) is before


def test_in_another_thread_signals_are_left_alone():
    before, seen = signal.getsignal(signal.SIGINT), []

    def loss(output, targets, mask):
        seen.append(signal.getsignal(signal.SIGINT))
        return LOSSES["cross_entropy"](output, targets, mask)

    thread = threading.Thread(
        target=wb.fit, args=(classifier(), sequences()), kwargs={"loss": loss, "epochs": 1} | QUIET
    )
    thread.start()
    thread.join()
    assert seen == [before] * 4


def test_a_training_stopped_by_hand_with_early_stopping_has_its_best_epoch():
    model, other = classifier(), sequences(5, seed=4)
    calls = iter(range(10**9))

    def loss(output, targets, mask):
        if next(calls) == 33:
            signal.raise_signal(signal.SIGINT)
        return LOSSES["cross_entropy"](output, targets, mask)

    history = wb.fit(
        model, sequences(), validation=other, loss=loss, epochs=90, optimizer=wb.Adam(0.05),
        early_stopping=wb.EarlyStopping(90), **QUIET,
    )  # fmt: skip
    assert wb.evaluate(model, other)["loss"] == history["validation_loss"].min()


SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
from small import classifier, sequences
import workbench as wb
from workbench.training import LOSSES

def loss(output, targets, mask):
    print("update", flush=True)
    return LOSSES["cross_entropy"](output, targets, mask)

history = wb.fit(classifier(), sequences(), loss=loss, epochs=10**6, batch_size=4)
print(history.stopped, len(history.updates["loss"]), flush=True)
"""


def test_a_process_that_gets_sigint_ends_well_and_says_so():
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(folder=str(Path(__file__).parent))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(wb.__file__).parents[1])},
    )
    for _ in range(5):
        assert child.stdout.readline() == "update\n"
    child.send_signal(signal.SIGINT)
    *updates, last = child.stdout.read().splitlines()
    errors = child.communicate()[1]
    assert set(updates) <= {"update"}
    assert last.startswith("by hand in epoch ")
    assert int(last.split()[-1]) == 5 + len(updates)
    assert errors == ""  # no traceback, and no bar in a pipe
    assert child.returncode == 0
