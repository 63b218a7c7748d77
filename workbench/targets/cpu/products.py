"""The matrix products of one number type: what `gemm` writes, compiled once for every cell."""

import threading
from functools import cached_property, lru_cache

import numpy as np

from ..modules import Kernel
from . import arena

KEPT = 2**20
"""Numbers of packed matrices that a thread keeps memory for, at most."""


class Products:
    """Packing, products inside a time loop (through `address`) and products over all steps."""

    def __init__(self, dtype):
        from ..gemm import GEMM
        from ..simd import WIDTH

        text = GEMM.format(dtype=dtype, width=WIDTH)
        self._own = threading.local()
        self.dtype, self.lanes = np.dtype(dtype), WIDTH // np.dtype(dtype).itemsize
        names = "pack", "weight_gradient", "operand_gradient"
        names += "weight_gradients", "operand_gradients"
        (
            self._pack, self.weight_gradient, self.operand_gradient,
            self.weight_gradients, self.operand_gradients,
        ) = (Kernel(text, name, f"products_{dtype}") for name in names)  # fmt: skip

    def __deepcopy__(self, memo):
        return self  # code, and memory of each thread's own

    @cached_property
    def address(self):
        """Where the machine code of `multiply_at` lies."""
        return self._address("multiply_at")

    @cached_property
    def pack_address(self):
        """Where the machine code of `pack_at` lies."""
        return self._address("pack_at")

    def _address(self, name):
        if self._pack.compiled is None:
            self.packed(np.zeros((1, 1), self.dtype), transposed=False)
        return self._pack.compiled.py_func.__globals__[name].address

    def packed(self, *matrices, transposed, lasting=False):
        """The matrices (or their transposes) in panels of whole vectors, each from a cache line on.

        They lie in memory of this thread's own until it packs the next ones, or are lasting.
        """
        shapes, places, size = _layout(
            tuple([matrix.shape for matrix in matrices]), transposed, self.lanes
        )
        memory, packs = self._aligned(size) if lasting else self._memory(size), []
        for matrix, (k, n, row, step), (first, last) in zip(matrices, shapes, places, strict=True):
            pack = memory[first:last]
            self._pack(matrix, 0, row, step, k, n, pack)
            packs.append(pack)
        return tuple(packs)

    def _memory(self, size):
        """At least so many numbers, which this thread has for what it packs."""
        memory = getattr(self._own, "memory", None)
        if memory is None or memory.size < size:
            memory = self._aligned(size)
            if size <= KEPT:
                self._own.memory = memory
        return memory

    def _aligned(self, size):
        """So many numbers that begin at a cache line: a vector across two of them costs twice."""
        whole = np.empty(size + arena.LINE // self.dtype.itemsize, self.dtype)
        first = -whole.ctypes.data % arena.LINE // self.dtype.itemsize
        return whole[first : first + size]


@lru_cache(maxsize=1024)
def _layout(shapes, transposed, lanes):
    """(rows, columns and strides of each, its first and last place, the size of all)."""
    found, places, at = [], [], 0
    for rows, columns in shapes:
        k, n, row, step = (columns, rows, 1, columns) if transposed else (rows, columns, columns, 1)
        count = k * -(-n // lanes) * lanes
        found.append((k, n, row, step))
        places.append((at, at + count))
        at += -(-count // arena.LINE) * arena.LINE
    return found, places, at


@lru_cache(maxsize=4)
def products(dtype):
    """The Products of a number type, "float32" or "float64"."""
    return Products(dtype)
