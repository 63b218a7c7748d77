"""cuBLAS through CuPy: what CuPy is asked for, and what happens where it is missing or broken."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from cases import generator
from fake_cupy import FakeCupy, OnDevice

from workbench.targets.cuda import library
from workbench.targets.cuda.over_time import ACROSS, over_time

CUPY = "class cuda:\n class device:\n  def get_cublas_handle(): "
WORKS, NO_DRIVER = CUPY + "return 1", CUPY + "raise RuntimeError('no\\n driver')"


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """installed(text of cupy, text of cupy.cublas): CuPy as it is found from now on."""

    def forget():
        library._found.cache_clear()
        for name in [name for name in sys.modules if name.split(".")[0] == "cupy"]:
            monkeypatch.delitem(sys.modules, name)

    def installed(package, cublas=""):
        (tmp_path / "cupy").mkdir()
        (tmp_path / "cupy" / "__init__.py").write_text(package)
        (tmp_path / "cupy" / "cublas.py").write_text(cublas)
        monkeypatch.syspath_prepend(tmp_path)
        forget()

    yield installed
    forget()


@pytest.mark.parametrize("turned", [(False, False), (True, False), (False, True), (True, True)])
@pytest.mark.parametrize("shape", [(3, 4, 5), (1, 4, 5), (3, 1, 5), (3, 4, 1), (1, 1, 1)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_views_are_multiplied_where_they_lie(dtype, shape, turned):
    g, (m, n, k), fake = generator("views", shape, turned), shape, FakeCupy()
    whole = g.standard_normal(200).astype(dtype)
    before, there = whole.copy(), OnDevice(whole)
    a_at, b_at, c_at = 7, 60, 130
    a, b = before[a_at:][: m * k], before[b_at:][: k * n]
    a = a.reshape(k, m).T if turned[0] else a.reshape(m, k)
    b = b.reshape(n, k).T if turned[1] else b.reshape(k, n)
    strides = (1, m) if turned[0] else (k, 1), (1, k) if turned[1] else (n, 1)
    factors = (there, a_at, *strides[0]), (there, b_at, *strides[1])
    for add in (False, True):
        whole[c_at : c_at + m * n] = 0 if add else np.nan
        expected = before.copy()
        expected[c_at : c_at + m * n] = (a @ b).ravel()
        library.multiply(fake, *factors, (there, c_at), shape, add)
        assert np.allclose(whole, expected, rtol=1e-6, atol=1e-6)
    assert [call[-1] for call in fake.calls] == [0.0, 1.0]


def test_a_part_of_a_wider_matrix_is_refused():
    there = OnDevice(np.zeros(100))
    with pytest.raises(ValueError, match="factor: expected rows or columns behind each other, got"):
        library.multiply(
            FakeCupy(), (there, 0, 9, 1), (there, 50, 2, 1), (there, 90), (3, 2, 4), False
        )


def launched(shape, parts=1):
    """The grid that our own kernel is launched with for a product."""
    kernels, grids = over_time("float64", 32, 4), []
    there, (_, n, k) = OnDevice(np.zeros(64)), shape
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(kernels, "_multiply", lambda grid, threads, *given: grids.append(grid))
        a, b, c = (there, 0, k, 1), (there, 20, n, 1), (there, 40)
        kernels.multiply(a, b, c, shape, parts=parts)
    return grids


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (None, "CuPy is not installed"),
        (("raise ImportError('built for\\nanother CUDA')",), "CuPy fails: built for another CUDA"),
        ((WORKS, "raise ImportError('no libcublas')"), "CuPy fails: no libcublas"),
        ((NO_DRIVER,), "CuPy fails: no driver"),
    ],
)
def test_without_a_cupy_that_works_our_own_kernel_multiplies(texts, why, installed, monkeypatch):
    if texts is None:
        library._found.cache_clear()
        monkeypatch.setattr(library.importlib.util, "find_spec", lambda name: None)
    else:
        installed(*texts)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert launched((2, 3, 4)) == launched((2, 3, 4)) == [(1, 1, 1)]
        assert over_time("float64", 32, 4).parts((2, 3, 100 * ACROSS)) > 1
    assert library.why_not() == why
    assert [str(w.message).count("\n") for w in said] == [0] * (texts is not None)


def test_with_cupy_no_kernel_of_ours_multiplies_and_no_sum_is_cut(installed, monkeypatch):
    installed(WORKS)
    assert library.why_not() is None
    assert library.cupy().__name__ == "cupy"
    fake = FakeCupy()
    monkeypatch.setattr(library, "cupy", lambda: fake)
    assert launched((2, 3, 4)) == []
    assert [call[0] for call in fake.calls] == [(2, 3, 4)]
    assert over_time("float64", 32, 4).parts((2, 3, 100 * ACROSS)) == 1
    assert launched((2, 3, 4), parts=2) == [(1, 1, 2)]


def test_cupy_is_imported_only_to_multiply_and_never_in_the_simulator(tmp_path):
    (tmp_path / "cupy.py").write_text("raise SystemExit('imported')")
    code = (
        "import workbench as wb; from workbench.targets.cuda import library, over_time; "
        "over_time.over_time('float32', 6, 2); wb.cells.lstm.source('backward', target='cuda'); "
    )
    simulated = {"NUMBA_ENABLE_CUDASIM": "1"}
    for further, environment in (("", {}), ("assert not library.cupy()", simulated)):
        search = os.pathsep.join([str(tmp_path), str(Path(library.__file__).parents[3])])
        done = subprocess.run(
            [sys.executable, "-c", code + further],
            env={**os.environ, "PYTHONPATH": search, **environment},
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stderr) == (0, "")
