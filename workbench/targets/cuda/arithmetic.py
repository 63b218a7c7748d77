"""What device code takes from a GPU, or in the simulator from NumPy: its functions of one number.

Python's own would turn a float32 of the simulator into a float64 and raise where a GPU gives
infinity. On a GPU they become calls of its mathematical library, in the kernel's number type.
"""

import math

import numpy as np

from .device import simulated

library = np if simulated() else math

fabs, sqrt, tanh = library.fabs, library.sqrt, library.tanh
exp, expm1, log, log1p = library.exp, library.expm1, library.log, library.log1p


def bounds(threads, blocks=1):
    """Options of numba.cuda that hold a kernel to the registers of its blocks.

    threads: of a block. blocks: how many of them are to be at work on one multiprocessor at once.
    """
    return {} if simulated() else {"launch_bounds": (threads, blocks)}
