"""This project on the CPU in float64: the gradient norms of the same ensemble, never timed."""

from dataclasses import replace

from workbench.bench import gpu_ensembles

from . import ours_ensemble_gpu
from .on_gpu import NORMS

INCLUDES = "the same on the CPU in float64, which ours is compared with; not timed"
PACKAGES = ("numba", "numpy")
problem = ours_ensemble_gpu.problem


def prepare(problem):
    exact = gpu_ensembles.Problem(replace(problem.case, dtype="float64"))
    call, _, ((x,), *_) = ours_ensemble_gpu.calls(exact, "cpu")[NORMS]
    return {NORMS: (lambda: call(x), problem.read)}
