"""This project: the logarithms of the gradient norms of an ensemble."""

from workbench import Ensemble
from workbench.bench.ensembles import DTYPES, Size, networks

INCLUDES = "Ensemble.log_gradient_norms with its checks: forward, backward, log10 of every norm"
PACKAGES = ("numba", "numpy")


def problem(case):
    return Size(**case)


def prepare(size):
    return {dtype: _prepared(size, dtype) for dtype in DTYPES}


def _prepared(size, dtype):
    x, w, u = networks(size)
    ensemble = Ensemble("elman", size.count, 1, size.hidden_size, dtype=dtype, start={"U": "zeros"})
    ensemble.parameters.update({"W": w, "U": u})
    return lambda: ensemble.log_gradient_norms(x), lambda norms: {"log_norms": norms}
