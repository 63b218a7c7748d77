"""A training that is interrupted anywhere, and resumed, ends with the same bits."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from small import (
    classifier,
    copied,
    labeller,
    per_step,
    same_bits,
    sequences,
    series,
    translator,
    words,
)

import workbench as wb
from workbench.formats import read_arrays
from workbench.training import LOSSES, ExponentialDecay, OneCycle

X, Y = sequences()


def stopping_at(update):
    """A cross-entropy, or mean square, that presses Ctrl-C in update number `update`."""
    calls = iter(range(10**9))

    def cross_entropy(output, targets, mask):
        validation = targets.shape == (5,)
        if not validation and next(calls) == update:
            signal.raise_signal(signal.SIGINT)
        name = "cross_entropy" if targets.dtype.kind == "i" else "mean_squared"
        return LOSSES[name](output, targets, mask)

    return cross_entropy


def batches():
    return wb.Batches(X, Y, 4, bucket=2, seed=3)


# name -> (model, options of fit); as many updates an epoch as there are batches.
CASES = {
    "dropout and Adam": (lambda: classifier(0.4), lambda: {"train": batches()}),
    "momentum and a schedule": (
        classifier,
        lambda: {
            "train": batches(),
            "optimizer": wb.SGD(ExponentialDecay(0.3, 0.9), momentum=0.9, nesterov=True),
            "clip_norm": 0.5,
        },
    ),
    "early stopping": (
        classifier,
        lambda: {
            "train": batches(),
            "optimizer": wb.RMSprop(OneCycle(0.1, 12)),
            "validation": sequences(5, seed=8),
            "early_stopping": wb.EarlyStopping(1),
        },
    ),
    "float32 and decay": (
        lambda: classifier(0.2, dtype="float32"),
        lambda: {"train": batches(), "optimizer": wb.AdamW(0.01), "seed": 7, "clip_value": 0.1},
    ),
    "a stream": (
        lambda: labeller(outputs=1),
        lambda: {"train": wb.Stream(*series(), steps=7, rows=2), "truncate": 3},
    ),
    "pairs": (translator, lambda: {"train": wb.Pairs(*words(), 3, start=4)}),
}


def trained(case, path, update=None, model=None, **options):
    make, arguments = CASES[case]
    model = make() if model is None else model
    history = wb.fit(
        model, **arguments(), loss=stopping_at(update), epochs=3, checkpoint=path, save_every=2,
        progress=False, **options,
    )  # fmt: skip
    return model, history


def without_seconds(history):
    return [{n: v for n, v in epoch.items() if n != "seconds"} for epoch in history.epochs]


@pytest.mark.parametrize("case", CASES)
def test_resumed_after_any_update_it_ends_with_the_same_bits(case, tmp_path):
    whole, history = trained(case, tmp_path / "whole")
    updates = len(history.updates["loss"])
    assert updates >= 8
    for update in range(updates):
        path = tmp_path / f"at_{update}"
        _, first = trained(case, path, update)
        assert len(first.updates["loss"]) == update + 1
        # Another start and another memory: everything must come from the file.
        other = CASES[case][0]()
        for array in other.parameters.values():
            array += 1
        _, resumed = trained(case, path, model=other, resume=True)
        assert same_bits(other.parameters, whole.parameters), update
        assert same_bits(resumed.updates, history.updates)
        assert same_bits(resumed.norms, history.norms)
        assert without_seconds(resumed) == without_seconds(history)
        assert (resumed.best_epoch, resumed.stopped) == (history.best_epoch, history.stopped)


def test_a_training_that_is_done_is_resumed_without_an_update(tmp_path):
    for case in ("dropout and Adam", "early stopping"):
        whole, history = trained(case, tmp_path / case)
        other, again = trained(case, tmp_path / case, resume=True)
        assert same_bits(other.parameters, whole.parameters)
        assert len(again.updates["loss"]) == len(history.updates["loss"])


def test_more_epochs_can_be_asked_for_when_resuming(tmp_path):
    options = {"batch_size": 4, "progress": False, "checkpoint": tmp_path / "c"}
    model, whole = classifier(0.3), classifier(0.3)
    wb.fit(model, (X, Y), epochs=1, **options)
    wb.fit(model, (X, Y), epochs=3, resume=True, **options)
    wb.fit(whole, (X, Y), epochs=3, **options)
    assert same_bits(model.parameters, whole.parameters)


def test_options_may_be_numbers_of_numpy(tmp_path):
    options = {"seed": np.int64(3), "truncate": np.int32(2), "clip_norm": np.float32(0.5)}
    for resume in (False, True):
        wb.fit(
            classifier(), (X, Y), epochs=1, checkpoint=tmp_path / "c", resume=resume,
            progress=False, **options,
        )  # fmt: skip


def test_the_first_checkpoint_is_written_before_the_first_update(tmp_path):
    with pytest.raises(ValueError, match="targets"):
        wb.fit(classifier(), (X, Y + 9), checkpoint=tmp_path / "c", progress=False)
    arrays, about = read_arrays(tmp_path / "c")
    assert same_bits(
        {n: arrays[f"parameters/{n}"] for n in classifier().parameters}, classifier().parameters
    )
    assert about["steps"] == 0
    json.dumps(about)


GIVEN = {"loss": "cross_entropy", "batch_size": 4, "epochs": 1, "progress": False}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"model": wb.Network(wb.Recurrent("gru", 2, 5), wb.Last(), wb.Dense(5, 3))},
            "model gru_1: Recurrent(gru, input_size=2, hidden_size=5",
        ),
        ({"model": classifier(dropout=0.1)}, "model "),
        ({"model": classifier(dtype="float32")}, "model "),
        ({"optimizer": wb.Adam(0.1)}, "optimizer: learning_rate 0.1, got 0.0"),
        ({"optimizer": wb.SGD(0.1)}, "optimizer: optimizer SGD, got Adam"),
        (
            {"loss": lambda *arguments: LOSSES["cross_entropy"](*arguments)},
            "loss <lambda>, got cross_entropy",
        ),
        ({"train": (X, (Y + 1) % 3)}, "train: data as given now, got other numbers"),
        ({"train": ([row + 1e-9 for row in X], Y)}, "train: data as given now, got other numbers"),
        ({"train": (X[::-1], Y)}, "train: data as given now, got other numbers"),
        ({"train": wb.Batches(X, Y, 4, seed=1)}, "train: seed 1, got 0"),
        ({"train": wb.Batches(X, Y, 4, shuffle=False)}, "train: shuffle False, got True"),
        ({"batch_size": 5}, "train: batch_size 5, got 4"),
        ({"seed": 1}, "train: seed 1, got 0"),
        ({"validation": (X, Y)}, "validation {'batches': 'Batches', 'data': "),
        ({"clip_norm": 1.0}, "options: clip_norm 1.0, got None"),
        ({"truncate": 3}, "options: truncate 3, got None"),
    ],
)
def test_resuming_with_another_argument_is_refused_and_changes_nothing(changed, message, tmp_path):
    path = tmp_path / "c"
    wb.fit(classifier(), (X, Y), checkpoint=path, **GIVEN)
    arguments = {"model": classifier(), "train": (X, Y)} | GIVEN | changed
    before = copied(arguments["model"].parameters)
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the line is compared
        wb.fit(**arguments, checkpoint=path, resume=True)
    said = str(caught.value)
    assert said.startswith(f"checkpoint: expected {message}")
    assert said.endswith("resume with the arguments that it was begun with")
    assert "\n" not in said
    assert same_bits(arguments["model"].parameters, before)


def test_resuming_from_no_file_is_answered_in_one_line(tmp_path):
    with pytest.raises(ValueError, match=r"^checkpoint: expected a readable file, got No such"):
        wb.fit(classifier(), (X, Y), checkpoint=tmp_path / "none", resume=True, **GIVEN)


KILLED = """
import os, sys
sys.path.insert(0, {folder!r})
from small import classifier, sequences
import workbench as wb
from workbench.training import LOSSES, fit

updates = open({log!r}, "a", buffering=1)

def loss(output, targets, mask):
    updates.write("u\\n")
    return LOSSES["cross_entropy"](output, targets, mask)

fit(
    classifier(0.3), sequences(), loss=loss, epochs=40, batch_size=2, checkpoint={path!r},
    save_every=3, resume=os.path.exists({path!r}), progress=False,
)
print("done", flush=True)
"""
UPDATES = 40 * 7


def killed(kills, folder):
    """Kill a training so many times with signal 9, each time at another update; return the model
    as the last resume left it."""
    path, log, generator = str(folder / "checkpoint"), folder / "log", np.random.default_rng(1)
    code = KILLED.format(folder=str(Path(__file__).parent), log=str(log), path=path)
    environment = os.environ | {"PYTHONPATH": str(Path(wb.__file__).parents[1])}
    stops = np.sort(generator.choice(np.arange(1, UPDATES - 4), kills, replace=False))
    for stop in [*stops, None]:
        before = read_arrays(path)[1]["steps"] if Path(path).exists() else 0
        log.write_text("")
        child = subprocess.Popen([sys.executable, "-c", code], env=environment)
        if stop is None:
            assert child.wait() == 0
            return path
        while child.poll() is None and before + len(log.read_text()) // 2 < stop:
            time.sleep(0.001)
        child.kill()
        assert child.wait() == -signal.SIGKILL
        made = before + len(log.read_text()) // 2
        steps = read_arrays(path)[1]["steps"]
        # The update under way and those since the last multiple of 3 are all that may be lost.
        assert made - 1 - 3 <= steps <= made
    return path


@pytest.mark.parametrize("kills", [8, pytest.param(200, marks=pytest.mark.long)])
def test_killed_at_any_moment_it_loses_one_interval_at_most_and_ends_with_the_same_bits(
    kills, tmp_path
):
    path = killed(kills, tmp_path)
    whole = classifier(0.3)
    wb.fit(whole, (X, Y), epochs=40, batch_size=2, progress=False)
    arrays, about = read_arrays(path)
    assert about["steps"] == UPDATES
    found = {n: arrays[f"parameters/{n}"] for n in whole.parameters}
    assert same_bits(found, whole.parameters)


def test_a_stream_begins_each_epoch_from_zero_when_resumed_at_its_border(tmp_path):
    stream = wb.Stream(*series(40), steps=10)
    calls = {"loss": "mean_squared", "progress": False, "checkpoint": tmp_path / "c"}
    model, whole = labeller(outputs=1), labeller(outputs=1)
    wb.fit(model, stream, epochs=1, **calls)
    wb.fit(model, stream, epochs=2, resume=True, **calls)
    wb.fit(whole, stream, epochs=2, loss="mean_squared", progress=False)
    assert same_bits(model.parameters, whole.parameters)


def test_masked_steps_change_nothing_about_it(tmp_path):
    path, train = tmp_path / "c", per_step()
    model, whole = labeller(), labeller()
    options = {"batch_size": 4, "epochs": 2, "progress": False}
    wb.fit(whole, train, **options)
    wb.fit(labeller(), train, loss=stopping_at(5), checkpoint=path, **options)
    wb.fit(model, train, loss=stopping_at(None), checkpoint=path, resume=True, **options)
    assert same_bits(model.parameters, whole.parameters)


def test_a_training_does_not_begin_over_a_model_or_any_other_file(tmp_path):
    saved, other = tmp_path / "m.safetensors", tmp_path / "notes.txt"
    wb.save_model(classifier(), saved)
    other.write_text("an hour of notes")
    for path in (saved, other):
        before = path.read_bytes()
        with pytest.raises(ValueError, match=r"^checkpoint: expected a new file or an earlier ch"):
            wb.fit(classifier(), (X, Y), checkpoint=path, **GIVEN)
        assert path.read_bytes() == before
    with pytest.raises(ValueError, match=r"^checkpoint: expected a checkpoint of a training, got"):
        wb.fit(classifier(), (X, Y), checkpoint=saved, resume=True, **GIVEN)
