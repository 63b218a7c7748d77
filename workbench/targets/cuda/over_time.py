"""The matrix products over all steps at once, and sums, for a GPU: written for one number type.

Where CuPy is installed, cuBLAS multiplies (`library`); here is what multiplies without it. Each
block makes one square tile of a result: a thread makes SIDE times SIDE numbers of it, and keeps
them in registers while tiles of both factors come and go in shared memory. A long sum is cut into
parts that blocks make side by side and that are added in order: the result is the same, bit for
bit, at every run.
"""

from functools import lru_cache
from textwrap import indent

import numpy as np

from . import library
from .device import simulated
from .kernel import LaunchedKernel

ACROSS = 2 if simulated() else 16
"""Threads of a block in each of two directions, and numbers of k that a tile holds."""
SIDE = 2 if simulated() else 4
"""Rows of a result, and columns, that one thread makes."""
TILE = ACROSS * SIDE
PITCH = TILE + SIDE
"""From one number of k to the next in shared memory: more than TILE, so that neighbouring threads
also write to different banks where neighbours of the factor lie along k."""
BLOCKS = 64 if simulated() else 512
"""Blocks that keep a GPU busy: a sum is cut into parts while a product has fewer."""
PARTS = 2 if simulated() else 128
"""Parts of a sum, at most: to add them takes time again."""
TOGETHER = {"float32": 3, "float64": 2}
"""Blocks that a multiprocessor has registers for: with more of them a register would spill."""
LEAST = ACROSS * (2 if simulated() else 4)
"""Numbers of k that a part has, at least."""

TEXT = '''"""Products over all steps, {dtype}, for a GPU. Do not edit."""

import numpy as np
from numba import {dtype} as number_type, uint64 as index  # never below 0, which costs a test
from workbench.targets.cuda import arithmetic
from workbench.targets.cuda.device import cuda

real = np.{dtype}
ACROSS, SIDE, TILE, PITCH = {across}, {side}, {tile}, {pitch}
options = dict(cache=CACHE, **arithmetic.bounds(ACROSS * ACROSS, {together}))


@cuda.jit(**options)
def multiply(a, a_at, a_row, a_step, b, b_at, b_row, b_step, c, c_at, m, n, k, add):
    """c (m, n) = a (m, k) times b (k, n), or its parts, by strides; add: 1 to add to what is there.

    Part z of the sum over k, of as many as the grid is high, goes to c + z * m * n.
    """
    shared = cuda.shared.array(0, number_type{aligned})  # a tile of a, behind it one of b
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    thread = y * ACROSS + x
    # Rows, of which there are as many as steps, go along x: no grid is as long in y.
    top, left = cuda.blockIdx.x * TILE, cuda.blockIdx.y * TILE
    part, parts = cuda.blockIdx.z, cuda.gridDim.z
    share = (k + parts - 1) // parts
    begin, end = part * share, min(k, (part + 1) * share)
{walk_a}
{walk_b}
{fetch}
{start}
    for first in range(begin, end, ACROSS):
{share}
        cuda.syncthreads()
        # What comes next is on its way while these are multiplied.
        from_a, from_b = from_a + ACROSS * a_step, from_b + ACROSS * b_row
{fetch_next}
        for i in range(ACROSS):
{sum}
        cuda.syncthreads()
    place = c_at + part * m * n
{store}


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

WALK = """\
    # A thread's first number of {factor}, and where its next one of the same tile lies, so that
    # neighbouring threads read neighbours.
    if {along_k} == 1:
        line_{factor}, i_{factor} = thread // ACROSS, thread % ACROSS
        lines_{factor}, steps_{factor} = ACROSS, 0
    else:
        line_{factor}, i_{factor} = thread % TILE, thread // TILE
        lines_{factor}, steps_{factor} = 0, ACROSS // SIDE
    to_{factor} = {behind}i_{factor} * PITCH + line_{factor}
    further_{factor} = steps_{factor} * PITCH + lines_{factor}
    line_{factor} += {begin}
    from_{factor} = {factor}_at + line_{factor} * {along_line} + (begin + i_{factor}) * {along_k}
    next_{factor} = lines_{factor} * {along_line} + steps_{factor} * {along_k}"""

FETCH = """\
inside = line_{factor} + {e} * lines_{factor} < {length}
inside = inside and {first} + i_{factor} + {e} * steps_{factor} < end
{factor}_{e} = {factor}[index(from_{factor} + {e} * next_{factor})] if inside else real(0)"""

STORE = """\
if {row} < m and {column} < n:
    at = place + ({row}) * n + {column}
    c[index(at)] = {total} + c[index(at)] if add == 1 else {total}"""


def source(dtype):
    """The module of these kernels as text."""
    side = range(SIDE)
    a = {"factor": "a", "begin": "top", "length": "m", "behind": ""}
    a |= {"along_line": "a_row", "along_k": "a_step"}
    b = {"factor": "b", "begin": "left", "length": "n", "behind": "ACROSS * PITCH + "}
    b |= {"along_line": "b_step", "along_k": "b_row"}

    def fetch(first, deep):
        return _lines((FETCH.format(**f, first=first, e=e) for f in (a, b) for e in side), deep)

    share = (f"shared[index(to_{f} + {e} * further_{f})] = {f}_{e}" for f in "ab" for e in side)
    # A thread's rows lie beside each other, so that it reads them from shared memory at once;
    # its columns do not, so that neighbouring threads write neighbours.
    rows = [f"top + y * SIDE + {i}" for i in side]
    columns = [f"left + x + {j} * ACROSS" for j in side]
    totals = {(i, j): f"total_{i}_{j}" for i in side for j in side}
    sums = [f"of_a_{i} = shared[index(i * PITCH + y * SIDE + {i})]" for i in side]
    sums += [f"of_b_{j} = shared[index((ACROSS + i) * PITCH + x + {j} * ACROSS)]" for j in side]
    sums += [f"{total} += of_a_{i} * of_b_{j}" for (i, j), total in totals.items()]
    store = (
        STORE.format(row=rows[i], column=columns[j], total=total)
        for (i, j), total in totals.items()
    )
    return TEXT.format(
        dtype=dtype,
        across=ACROSS,
        side=SIDE,
        tile=TILE,
        pitch=PITCH,
        together=TOGETHER[dtype],
        aligned="" if simulated() else ", alignment=16",
        walk_a=WALK.format(**a),
        walk_b=WALK.format(**b),
        fetch=fetch("begin", 1),
        start=_lines((f"{total} = real(0)" for total in totals.values()), 1),
        share=_lines(share, 2),
        fetch_next=fetch("first + ACROSS", 2),
        sum=_lines(sums, 3),
        store=_lines(store, 1),
    )


def _lines(texts, deep):
    return indent("\n".join(texts), " " * 4 * deep)


class OverTime:
    """The kernels of one number type.

    threads: of a block of the kernels that only add; blocks: of them, at most.
    """

    def __init__(self, dtype, threads, blocks):
        text = source(dtype)
        self.threads, self.blocks = threads, blocks
        tiles = 2 * ACROSS * PITCH * np.dtype(dtype).itemsize
        shared = {"multiply": tiles, "add_up": 0, "clear": 0}
        self._multiply, self._add_up, self._clear = (
            LaunchedKernel(text, name, f"over_time_{dtype}", count)
            for name, count in shared.items()
        )

    def multiply(self, a, b, c, shape, *, add=False, parts=1):
        """c = a b. a, b: (array, offset, stride of a row, stride of a column); c: (array, offset).

        shape: (m, n, k). add: c += a b. parts: how many partial results of k lie behind each other
        in c. Each factor's rows, or its columns, lie behind each other.
        """
        if parts == 1 and (cupy := library.cupy()):
            library.multiply(cupy, a, b, c, shape, add)
            return
        m, n, k = shape
        self._multiply((*_tiles(m, n), parts), (ACROSS, ACROSS), *a, *b, *c, m, n, k, int(add))

    def parts(self, shape):
        """Into how many parts the sum over k of (m, n, k) is cut."""
        m, n, k = shape
        down, across = _tiles(m, n)
        return 1 if library.cupy() else max(1, min(PARTS, BLOCKS // (down * across), k // LEAST))

    def multiply_in_parts(self, a, b, c, shape, first, *, add=False):
        """As `multiply`, for a long k: its `parts` go to c's array from `first` on, then to c."""
        (array, at), (m, n, _), parts = c, shape, self.parts(shape)
        if parts == 1:
            self.multiply(a, b, c, shape, add=add)
            return
        self.multiply(a, b, (array, first), shape, parts=parts)
        self.add_up(array, first, m * n, parts, array, at, add=add)

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


def _tiles(m, n):
    return -(-m // TILE), -(-n // TILE)


@lru_cache(maxsize=8)
def over_time(dtype, threads, blocks):
    """The OverTime of a number type; the same object for the same request."""
    return OverTime(dtype, threads, blocks)
