"""The matrix products over all steps at once, and sums, for a GPU: written for one number type.

Each block makes one square tile of a result from tiles of both factors in shared memory. A long
sum is cut into parts that blocks make side by side and that are added in order: the result is the
same, bit for bit, at every run.
"""

from functools import lru_cache

import numpy as np

from .kernel import LaunchedKernel

TEXT = '''"""Products over all steps, {dtype}, for a GPU. Do not edit."""

import numpy as np
from numba import {dtype} as number_type
from workbench.targets.cuda.device import cuda

real = np.{dtype}
TILE = {tile}


@cuda.jit(cache=CACHE)
def multiply(a, a_at, a_row, a_step, b, b_at, b_row, b_step, c, c_at, m, n, k, add):
    """c (m, n) = a (m, k) times b (k, n), or its parts, by strides; add: 1 to add to what is there.

    Part z of the sum over k, of as many as the grid is high, goes to c + z * m * n.
    """
    shared, right = cuda.shared.array(0, number_type), TILE * TILE  # one tile behind the other
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    row, column = cuda.blockIdx.y * TILE + y, cuda.blockIdx.x * TILE + x
    part, parts = cuda.blockIdx.z, cuda.gridDim.z
    share = (k + parts - 1) // parts
    begin, end = part * share, min(k, (part + 1) * share)
    total = real(0)
    for first in range(begin, end, TILE):
        shared[y * TILE + x] = real(0)
        shared[right + y * TILE + x] = real(0)
        if row < m and first + x < end:
            shared[y * TILE + x] = a[a_at + row * a_row + (first + x) * a_step]
        if column < n and first + y < end:
            shared[right + y * TILE + x] = b[b_at + (first + y) * b_row + column * b_step]
        cuda.syncthreads()
        for i in range(TILE):
            total += shared[y * TILE + i] * shared[right + i * TILE + x]
        cuda.syncthreads()
    if row < m and column < n:
        place = c_at + part * m * n + row * n + column
        c[place] = total + c[place] if add == 1 else total


@cuda.jit(cache=CACHE)
def add_up(source, source_at, count, parts, target, target_at, add):
    """target (count) = the sum over parts of source (parts, count); add: 1 to add to target."""
    for j in range(cuda.grid(1), count, cuda.gridsize(1)):
        total = target[target_at + j] if add == 1 else real(0)
        for part in range(parts):
            total += source[source_at + part * count + j]
        target[target_at + j] = total


@cuda.jit(cache=CACHE)
def clear(array, first, last):
    """Set a part of an array to zero."""
    for j in range(first + cuda.grid(1), last, cuda.gridsize(1)):
        array[j] = real(0)
'''


class OverTime:
    """The kernels of one number type.

    tile: rows of a tile. threads: of a block of the other kernels; blocks: of them, at most.
    """

    def __init__(self, dtype, tile, threads, blocks):
        text = TEXT.format(dtype=dtype, tile=tile)
        self.tile, self.threads, self.blocks = tile, threads, blocks
        shared = {"multiply": 2 * tile**2 * np.dtype(dtype).itemsize, "add_up": 0, "clear": 0}
        self._multiply, self._add_up, self._clear = (
            LaunchedKernel(text, name, f"over_time_{dtype}", count)
            for name, count in shared.items()
        )

    def multiply(self, a, b, c, shape, *, add=False, parts=1):
        """c = a b. a, b: (array, offset, stride of a row, stride of a column); c: (array, offset).

        shape: (m, n, k). parts: how many partial results of k lie behind each other in c.
        """
        m, n, k = shape
        grid = -(-n // self.tile), -(-m // self.tile), parts
        self._multiply(grid, (self.tile, self.tile), *a, *b, *c, m, n, k, int(add))

    def add_up(self, source, source_at, count, parts, target, target_at, *, add=False):
        """Add parts that lie behind each other, in order."""
        arguments = source, source_at, count, parts, target, target_at, int(add)
        self._add_up(self._grid(count), self.threads, *arguments)

    def clear(self, array, first, last):
        """Set array[first:last] to zero."""
        if last > first:
            self._clear(self._grid(last - first), self.threads, array, first, last)

    def _grid(self, count):
        return min(self.blocks, -(-count // self.threads))


@lru_cache(maxsize=8)
def over_time(dtype, tile, threads, blocks):
    """The OverTime of a number type; the same object for the same request."""
    return OverTime(dtype, tile, threads, blocks)
