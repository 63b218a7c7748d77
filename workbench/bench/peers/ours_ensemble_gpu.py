"""This project on a GPU: the gradient norms of an ensemble, at every step of every network."""

import numpy as np

import workbench
from workbench.bench import gpu_ensembles

from . import ours_gpu

INCLUDES = (
    "Ensemble.log_gradient_norms: forward and backward of every network, log10 of every norm; "
    "device: from the first launch to the last; host: with checks, copies and the norms copied back"
)
PACKAGES = ours_gpu.PACKAGES


def problem(case):
    return gpu_ensembles.Problem(gpu_ensembles.Size(**case))


def prepare(problem):
    return ours_gpu.timed(calls(problem, "cuda"))


def calls(problem, device):
    """What `on_gpu.passes` takes. device: where the ensemble lies."""
    size = problem.case
    how = {"dtype": size.dtype, "device": device, "start": {"U": "zeros"}}
    ensemble = workbench.Ensemble("elman", size.count, 1, size.hidden_size, **how)
    ensemble.parameters.update(problem.parameters)
    return problem.calls(ensemble.log_gradient_norms, np.asarray)
