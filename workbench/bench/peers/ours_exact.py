"""This project on the CPU in float64, with the same numbers: what ours on a GPU is held to.

It is computed once for each case and never timed.
"""

from dataclasses import replace

from workbench.bench.problems import Problem

from . import ours

INCLUDES = "the same on the CPU in float64, which ours is compared with; not timed"
PACKAGES = ("numba", "numpy")


def prepare(problem):
    return ours.prepare(Problem(replace(problem.case, dtype="float64")))
