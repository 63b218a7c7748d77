"""The arrays of a run, cut from one block of memory that is used again.

A trace takes many arrays that are as long as the sequence. Asked for one by one, each comes from
the system page by page, which costs more than filling it. Here they are cut from one block, each
beginning at a whole cache line; a block whose arrays are all gone is kept for the next run.
"""

import math
import sys
import threading
from functools import lru_cache

import numpy as np

LINE = 64
"""Bytes of a cache line, and of the widest vector."""
KEPT = 512 * 2**20
"""Bytes of unused blocks that are kept, at most."""
MOST = 64
"""Blocks that are known at once, at most: they are looked through at every run, and whoever holds
thousands of short traces would make every later run wait for that."""

_blocks, _lock = [], threading.Lock()
"""(block, its first byte that begins a cache line), the one used last at the end."""


def _owners(position):
    """How many hold a block, with what every look at it counts."""
    return sys.getrefcount(_blocks[position][0])


_blocks.append((np.empty(0, np.uint8), 0))
_UNUSED = _owners(0)
_blocks.clear()


def arrays(shapes, dtype):
    """Return one uninitialised C-contiguous array for each shape."""
    places, size = _places(tuple(shapes), dtype.itemsize)
    block, first = _block(size)
    return [np.ndarray(shape, dtype, block, first + at) for shape, at in places]


@lru_cache(maxsize=256)
def _places(shapes, itemsize):
    """(shape and first byte of every array, bytes of all)."""
    places, at = [], 0
    for shape in shapes:
        places.append((shape, at))
        # Arrays a whole number of pages apart would meet in the same lines of a cache.
        at += -(-math.prod(shape) * itemsize // LINE) * LINE + 5 * LINE
    return places, at + LINE


def _block(size):
    """(a block of at least this many bytes, its first byte to use); an unused one if there is one.

    Every array that is cut from a block, and every view of one, holds the block itself.
    """
    with _lock:
        for position in range(len(_blocks)):
            fits = size <= _blocks[position][0].nbytes <= 2 * size + 4096
            if fits and _owners(position) == _UNUSED:
                _blocks.append(_blocks.pop(position))
                return _blocks[-1]
        block = np.empty(size, np.uint8)
        made = block, -block.ctypes.data % LINE
        if size <= KEPT:
            _blocks.append(made)
        while len(_blocks) > MOST or sum(b.nbytes for b, _ in _blocks) > KEPT:
            _blocks.pop(0)  # the arrays that are cut from it keep it alive
        return made
