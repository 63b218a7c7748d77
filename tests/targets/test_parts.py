"""A run in parts and by several threads: the same numbers to the last bit."""

import multiprocessing
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import workbench as wb
from workbench.targets.cpu import parts

CELLS = ["lstm", "gru", "elman"]


def results(cell, batch=21, dtype="float32"):
    net = wb.Recurrent(cell, 5, 40, seed=3, dtype=dtype)
    x = np.random.default_rng(0).standard_normal((12, batch, 5))
    trace = net.run(x)
    gradients = trace.bptt(np.cos(trace.h))
    arrays = [trace[n] for n in trace.names] + [gradients[n] for n in gradients.names]
    return [np.array(a) for a in [*arrays, gradients.x, *gradients.parameters.values()]]


def same(a, b):
    return all((x == y).all() for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("cell", CELLS)
def test_the_number_of_threads_changes_no_bit(cell, monkeypatch):
    expected = results(cell)
    monkeypatch.setattr(parts, "PAYS", 0)
    for count in ("1", "2", "3", "7"):
        monkeypatch.setenv("WORKBENCH_THREADS", count)
        assert same(results(cell), expected), count


def test_a_batch_row_is_the_same_alone():
    whole = results("lstm", dtype="float64")
    net = wb.Recurrent("lstm", 5, 40, seed=3)
    x = np.random.default_rng(0).standard_normal((12, 21, 5))
    for row in (0, 7, 8, 20):
        alone = net.run(x[:, row])
        assert np.abs(alone.h - whole[list(net.run(x).names).index("h")][:, row]).max() < 1e-13


def test_several_python_threads_may_run_at_once(monkeypatch):
    expected = {cell: results(cell) for cell in CELLS}
    monkeypatch.setattr(parts, "PAYS", 0)
    monkeypatch.setenv("WORKBENCH_THREADS", "2")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(results, CELLS * 6))
    assert all(same(a, expected[cell]) for a, cell in zip(found, CELLS * 6, strict=True))


def _in_worker(queue):
    queue.put(results("lstm"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
@pytest.mark.parametrize("way", ["fork", "spawn"])
def test_a_worker_process_has_threads_of_its_own(way, monkeypatch):
    monkeypatch.setattr(parts, "PAYS", 0)
    monkeypatch.setenv("WORKBENCH_THREADS", "2")
    expected = results("lstm")
    context = multiprocessing.get_context(way)
    queue = context.Queue()
    process = context.Process(target=_in_worker, args=(queue,))
    process.start()
    found = queue.get(timeout=120)
    process.join(60)
    assert process.exitcode == 0
    assert same(found, expected)


def test_an_error_in_a_thread_is_raised(monkeypatch):
    monkeypatch.setenv("WORKBENCH_THREADS", "3")

    def call(worker, workers, count):
        if worker == 2:
            raise ArithmeticError("the third")

    monkeypatch.setattr(parts, "PAYS", 0)
    with pytest.raises(ArithmeticError, match="the third"):
        parts.Job(1, 64).walk(call)


def test_a_wrong_number_of_threads_is_refused(monkeypatch):
    for wrong in ("0", "two", "-1"):
        monkeypatch.setenv("WORKBENCH_THREADS", wrong)
        with pytest.raises(ValueError, match="WORKBENCH_THREADS: expected a whole number above 0"):
            parts.threads()


def test_every_share_is_called_once_and_an_error_is_raised(monkeypatch):
    monkeypatch.setenv("WORKBENCH_THREADS", "3")
    job, called = parts.Job(parts.PAYS, 21 * parts.ROWS), []
    job.walk(lambda *share: called.append(share))
    assert sorted(called) == [(share, 12, 21) for share in range(12)]
    called.clear()
    job.share(lambda *share: called.append(share))
    assert sorted(called) == [(0, 3), (1, 3), (2, 3)]

    def fails(share, shares, count):
        if share == 7:
            raise ZeroDivisionError("seven")

    with pytest.raises(ZeroDivisionError, match="seven"):
        job.walk(fails)
