"""What a block of threads of a GPU has, and what of it the kernels of a plan may keep.

The numbers are those of compute capability 9.0. In the simulator they are small, so that tiny
networks meet every case.
"""

from dataclasses import dataclass

import numpy as np

from .device import simulated

THREADS = 6 if simulated() else 512
"""Threads of a block, at most."""
WARP = 32
"""Threads that a GPU lets take the same step at once."""
REGISTERS = {"float32": 2 if simulated() else 48, "float64": 1 if simulated() else 10}
"""Numbers of a matrix that each thread may keep in registers, for a cell of up to LINES lines."""
LINES = 7
FOR_A_LINE = {"float32": 9, "float64": 2}
"""So many fewer for each further one: a register more would spill, see tests/targets/cuda."""
SMALL, MORE = 256, {"float32": 72, "float64": 36}
"""A block of so few threads has so many more registers for each of them."""
SHARED = 48 * 2**10
"""Bytes of a block's shared memory; more are there only if the driver is asked."""


@dataclass(frozen=True)
class Room:
    """What a block has. threads: of it. shared: numbers of its shared memory.

    registers: numbers that each thread may keep for a whole sequence.
    """

    threads: int
    shared: int
    registers: int


def room_of(plan, dtype, lengths, each=False):
    """What a block has for the kernels of a plan and these lengths.

    each: there are many networks, so that one needs no more threads than it has sums.
    """
    dtype = np.dtype(dtype)
    sums = [sum(lengths[size] for size in pack.rows.values()) for pack in plan.layout.packs]
    threads = -(-max(sums, default=1) // WARP) * WARP if each and not simulated() else THREADS
    threads = min(threads, THREADS)
    further = max(0, len(plan.kept) + len(plan.graph.states) - LINES)
    registers = REGISTERS[dtype.name] - further * FOR_A_LINE[dtype.name]
    if threads <= SMALL and not simulated():
        registers += MORE[dtype.name]
    return Room(threads, SHARED // dtype.itemsize, max(0, registers))
