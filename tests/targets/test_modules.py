"""Kernels on disk: hit in a second process, mended when broken, compiled in memory at worst."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import workbench as wb
from workbench.targets import modules

FIRST = """
import numpy as np, workbench as wb
from workbench.targets import modules
trace = wb.Recurrent("{cell}", 2, 3, seed=1).run(np.ones((4, 2)))
g = trace.bptt(np.ones((4, 3)))
hits = [sum(d.stats.cache_hits.values()) for d in modules._compiled.values()]
print(repr(float(trace.h.sum() + g.x.sum())), hits)
"""


def in_process(cell, folder):
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", FIRST.format(cell=cell)],
        env=os.environ | {"WORKBENCH_CACHE": str(folder)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def told(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    value, hits = out.strip().split(" ", 1)
    return float(value), hits


@pytest.fixture(scope="module")
def expected():
    trace = wb.Recurrent("elman", 2, 3, seed=1).run(np.ones((4, 2)))
    return float(trace.h.sum() + trace.bptt(np.ones((4, 3))).x.sum())


COMPILED = 5
"""The cell's two kernels, and of the products three: packing and the two gradients."""


def test_a_second_process_hits_the_cache(tmp_path, expected):
    assert told(in_process("elman", tmp_path)) == (expected, str([0] * COMPILED))
    assert told(in_process("elman", tmp_path)) == (expected, str([1] * COMPILED))


MANY = [(8, 0), *(pytest.param(32, k, marks=pytest.mark.long) for k in range(2))]


@pytest.mark.parametrize(("count", "again"), MANY)
def test_of_many_processes_from_cold_one_compiles_and_all_are_right(
    tmp_path, expected, count, again
):
    results = [told(p) for p in [in_process("elman", tmp_path) for _ in range(count)]]
    assert {value for value, _ in results} == {expected}
    # Each function was compiled once; every other process found it.
    misses = sum(hits.count("0") for _, hits in results)
    assert misses == COMPILED


def kernel(folder, number=1.0):
    """A small kernel of its own, compiled in this process from what lies in the folder."""
    os.environ["WORKBENCH_CACHE"] = str(folder)
    text = (
        "from numba import njit\n\n\n@njit(cache=CACHE)\ndef f(a):\n"
        f"    return a * 2.0 + {number}\n"
    )
    modules._compiled.clear()
    return modules.Kernel(text, "f", "test")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    monkeypatch.setattr(modules, "_compiled", {})
    monkeypatch.setattr(modules, "_said", set())
    return tmp_path


def compiled_files(folder):
    return sorted(f for f in (folder / "__pycache__").iterdir() if f.suffix in (".nbi", ".nbc"))


def test_truncated_files_are_made_again(folder):
    made = kernel(folder)
    assert made(np.ones(2)).tolist() == [3, 3]
    for cut in range(25):
        for suffix in (".nbi", ".nbc"):
            for file in compiled_files(folder):
                if file.suffix == suffix:
                    data = file.read_bytes()
                    file.write_bytes(data[: len(data) * cut // 25])
            assert kernel(folder)(np.ones(2)).tolist() == [3, 3], (cut, suffix)
    again = kernel(folder)
    again(np.ones(2))
    assert sum(again.compiled.stats.cache_hits.values()) == 1


def test_an_edited_source_is_written_and_compiled_again(folder):
    for k in range(10):
        made = kernel(folder)
        made(np.ones(2))
        path = made.path
        path.write_text(path.read_text().replace("2.0", f"{k}.5"))
        assert kernel(folder)(np.ones(2)).tolist() == [3, 3], k
        assert "2.0" in path.read_text()


def test_other_source_is_another_module(folder):
    assert kernel(folder, 1.0).name != kernel(folder, 2.0).name
    assert kernel(folder, 2.0)(np.ones(1)).tolist() == [4]


@pytest.mark.parametrize("k", range(5))
def test_where_nothing_can_be_written_kernels_are_compiled_in_memory_and_it_is_said_once(
    folder, monkeypatch, k
):
    blocked = folder / "file" / "cache"
    (folder / "file").write_text("not a folder")
    made = kernel(blocked, float(k))
    monkeypatch.setenv("WORKBENCH_CACHE", str(blocked))
    with pytest.warns(RuntimeWarning, match="compiled in memory") as said:
        assert made(np.ones(2)).tolist() == [2 + k, 2 + k]
    assert len(said) == 1
    assert kernel(blocked, 10.0 + k)(np.ones(2)).tolist() == [12 + k, 12 + k]


def test_a_module_is_source_that_a_student_can_read(folder):
    text = wb.cells.lstm.source("forward")
    assert "i[t] = sigmoid(W.i @ x[t] + U.i @ h[t-1] + b.i)" in text
    assert "v_c = v_f * old_c + v_i * v_g" in text
    assert "fastmath=True" not in text
    assert Path(modules.cache_folder()) == folder
