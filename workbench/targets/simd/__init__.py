"""Explicit vector instructions: equations of one unit, applied to a whole vector of units at once.

A kernel's equations are a plain Python function of numbers. `elementwise` calls that function
with `Lanes`, whose operators write LLVM instructions instead of computing; the loop around them
takes as many units at a time as a vector register holds.

This package knows arithmetic and arrays; it knows nothing of cells, graphs or time.
"""

from .elementwise import WIDTH, elementwise
from .lanes import Choice, Lanes
from .primitives import copysign, exp, expm1, fabs, log, log1p, rint, sqrt, tanh, where
from .squares import sum_of_squares

__all__ = [
    "WIDTH",
    "Choice",
    "Lanes",
    "copysign",
    "elementwise",
    "exp",
    "expm1",
    "fabs",
    "log",
    "log1p",
    "rint",
    "sqrt",
    "sum_of_squares",
    "tanh",
    "where",
]
