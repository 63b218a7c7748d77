"""A run and its gradients are launched within stretches that a Stopwatch counts."""

import numpy as np
import pytest

import workbench as wb
from workbench.targets.cuda import kernel, stopwatch


@pytest.fixture
def outside(monkeypatch):
    """Names of the kernels that are launched outside of a stretch."""
    outside, launch = [], kernel.LaunchedKernel.__call__

    def watched(self, *arguments):
        if not open_stretches:
            outside.append(self.name)
        return launch(self, *arguments)

    open_stretches, mark = [], stopwatch._mark

    def marked():
        # Marks come in pairs, one before and one behind a stretch.
        open_stretches.pop() if open_stretches else open_stretches.append(True)
        return mark()

    monkeypatch.setattr(kernel.LaunchedKernel, "__call__", watched)
    monkeypatch.setattr(stopwatch, "_mark", marked)
    return outside


def test_every_launch_of_a_run_and_of_its_gradients_is_counted(outside):
    net = wb.Recurrent("elman", 1, 2, device="cuda")
    with stopwatch.listening() as watch:
        trace = net.run(np.ones((2, 1)))
        forward = watch.stretches
        trace.bptt(np.ones((2, 2)))
    assert outside == []
    assert 0 < forward < watch.stretches
    assert watch.seconds() > 0
    stopwatch.wait()


def test_every_launch_of_an_ensembles_norms_is_counted(outside):
    many = wb.Ensemble("elman", 2, 1, 2, device="cuda")
    with stopwatch.listening() as watch:
        many.log_gradient_norms(np.ones((2, 1)))
    assert outside == []
    assert watch.stretches > 1
