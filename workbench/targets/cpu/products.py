"""The matrix products of one number type: what `gemm` writes, compiled once for every cell."""

from functools import cached_property, lru_cache

import numpy as np

from ..modules import Kernel
from . import arena


class Products:
    """Packing, products inside a time loop (through `address`) and products over all steps."""

    def __init__(self, dtype):
        from ..gemm import GEMM
        from ..simd import WIDTH

        text = GEMM.format(dtype=dtype, width=WIDTH)
        self.dtype, self.lanes = np.dtype(dtype), WIDTH // np.dtype(dtype).itemsize
        names = "pack", "weight_gradient", "operand_gradient"
        names += "weight_gradients", "operand_gradients"
        (
            self._pack, self.weight_gradient, self.operand_gradient,
            self.weight_gradients, self.operand_gradients,
        ) = (Kernel(text, name, f"products_{dtype}") for name in names)  # fmt: skip

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
            self.packed(np.zeros((1, 1), self.dtype), False)
        return self._pack.compiled.py_func.__globals__[name].address

    def packed(self, matrix, transposed):
        """The matrix (or its transpose) in panels of whole vectors."""
        rows, columns = matrix.shape
        k, n, row, step = (columns, rows, 1, columns) if transposed else (rows, columns, columns, 1)
        into = self._aligned(k * -(-n // self.lanes) * self.lanes)
        self._pack(matrix, 0, row, step, k, n, into)
        return into

    def _aligned(self, count):
        """Memory that begins at a cache line: a vector across two of them would be read twice."""
        whole = np.empty(count + arena.LINE // self.dtype.itemsize, self.dtype)
        address = whole.__array_interface__["data"][0]
        first = -address % arena.LINE // self.dtype.itemsize
        return whole[first : first + count]


@lru_cache(maxsize=4)
def products(dtype):
    """The Products of a number type, "float32" or "float64"."""
    return Products(dtype)
