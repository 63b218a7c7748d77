"""The text of GPU kernels, which is written and read without a GPU and without numba-cuda."""

import ast
import subprocess
import sys
import warnings

import pytest
from cases import CELLS, NAMES

import workbench as wb
from workbench.targets.cuda.kernel import LaunchedKernel


@pytest.mark.parametrize("kernel", ["forward", "backward", "jacobian"])
@pytest.mark.parametrize("name", NAMES)
def test_every_kernel_can_be_read(name, kernel):
    text = CELLS[name].source(kernel, target="cuda")
    found = {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    assert kernel in found
    assert max(map(len, text.splitlines())) <= 110


def test_an_unknown_kernel_is_refused():
    with pytest.raises(
        ValueError, match="kernel: expected one of forward, backward, jacobian, got"
    ):
        wb.cells.lstm.source("sideways", target="cuda")


def test_a_small_grid_is_launched_without_a_word():
    class Kernel:
        """As numba.cuda's, which warns when it first meets a grid, and keeps what it met."""

        def __init__(self):
            self.met, self.launched = set(), []

        def __getitem__(self, shape):
            if shape not in self.met:
                warnings.warn("a small grid leaves the GPU idle", stacklevel=1)
                self.met.add(shape)
            return lambda *arguments: self.launched.append((shape, arguments))

    kernel = LaunchedKernel("", "forward", "small", shared=64)
    kernel.compiled = Kernel()
    kernel(2, 32, "x")
    kernel((2, 1), 32, "y")
    kernel(2, 32, "z")
    first, second = (2, 32, 0, 64), ((2, 1), 32, 0, 64)
    assert kernel.compiled.launched == [(first, ("x",)), (second, ("y",)), (first, ("z",))]


def test_writing_asks_for_no_numba_cuda():
    code = (
        "import sys, workbench as wb; wb.cells.lstm.source('backward', target='cuda'); "
        "wb.Recurrent('lstm', 2, 3).run([[1.0, 2.0]]); "
        "assert not [m for m in sys.modules if m.startswith(('numba.cuda', 'numba_cuda'))]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "make", [wb.Recurrent, lambda cell, i, h, **k: wb.Ensemble(cell, 2, i, h, **k)]
)
def test_a_device_that_is_none_is_refused(make, monkeypatch):
    from workbench.targets.cuda import device

    with pytest.raises(ValueError, match='device: expected "cpu" or "cuda", got \'gpu\''):
        make("lstm", 2, 3, device="gpu")
    monkeypatch.setattr(device, "load_driver", lambda: None)
    with pytest.raises(
        RuntimeError, match='device: expected a usable GPU for "cuda", got none: no'
    ):
        make("lstm", 2, 3, device="cuda")
