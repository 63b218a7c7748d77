"""What a block of threads of a GPU has, and what of it the kernels of a plan may keep.

The numbers are those of compute capability 9.0. In the simulator they are small, so that tiny
networks meet every case.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from . import device
from .device import simulated

THREADS = 6 if simulated() else 512
"""Threads of a block, at most."""
WARP = 32
"""Threads that a GPU lets take the same step at once."""
REGISTERS = {"float32": 2 if simulated() else 48, "float64": 1 if simulated() else 10}
"""Numbers of a matrix that each thread may keep in registers, for a cell of up to LINES lines."""
LINES = 7
FOR_A_LINE = {"float32": 10, "float64": 3}
"""So many fewer for each further one: a register more would spill, see tests/targets/cuda."""
FOR_A_PRODUCT = {"float32": 6, "float64": 0}
"""So many fewer for each further product of a step."""
FOR_A_GROUP = {"float32": 20, "float64": 8}
"""So many fewer where blocks share a matrix, or a block follows several rows."""
SMALL, MORE = 256, {"float32": 72, "float64": 36}
"""A block of so few threads has so many more registers for each of them."""
SHARED = 48 * 2**10
"""Bytes of a block's shared memory that are there unasked."""
HOPPER = 132, 227 * 2**10
"""Multiprocessors of a GPU, bytes of shared memory that a block has there if the driver is asked;
where there is no GPU, kernels are written for these."""
ROWS = 2 if simulated() else 16
"""Rows of the batch that a group follows side by side, at most: each takes registers."""


@dataclass(frozen=True)
class Room:
    """What a block has. threads: of it. shared: numbers of its shared memory.

    registers: numbers that each thread may keep for a whole sequence. blocks: of a group that
    follows the same rows of the batch. rows: that it follows side by side. by_step: whether every
    step is launched by itself, since nothing can be kept.
    """

    threads: int
    shared: int
    registers: int
    blocks: int = 1
    rows: int = 1
    by_step: bool = False


def room_of(plan, dtype, lengths, each=False):
    """What a block has for the kernels of a plan and these lengths.

    each: there are many networks, so that one needs no more threads than it has sums.
    """
    dtype = np.dtype(dtype)
    sums = [sum(lengths[size] for size in pack.rows.values()) for pack in plan.layout.packs]
    threads = -(-max(sums, default=1) // WARP) * WARP if each and not simulated() else THREADS
    threads = min(threads, THREADS)
    further = max(0, len(plan.kept) + len(plan.graph.states) - LINES)
    products = max(0, sum(p.stage > 0 for p in plan.products) - 1)
    registers = REGISTERS[dtype.name] - further * FOR_A_LINE[dtype.name]
    registers -= products * FOR_A_PRODUCT[dtype.name]
    if threads <= SMALL and not simulated():
        registers += MORE[dtype.name]
    # Of many small networks several share a multiprocessor, and with it its memory.
    shared = SHARED if each else most_shared()
    return Room(threads, shared // dtype.itemsize, max(0, registers))


@lru_cache(maxsize=1)
def _limits():
    """(multiprocessors, bytes of shared memory that a block may ask for)."""
    driver = None if simulated() else device.ask_driver()
    if driver is None or not driver.gpus:
        return HOPPER
    gpu = driver.gpus[0]
    return gpu.multiprocessors, gpu.shared


def multiprocessors():
    """How many blocks are at work at once."""
    return 2 if simulated() else _limits()[0]


def most_blocks():
    """Blocks of a group, at most; in the simulator, where they come one after another, one."""
    return 1 if simulated() else multiprocessors()


def most_shared():
    """Bytes of shared memory that a block can have."""
    return SHARED if simulated() else _limits()[1]
