"""The arrays of a run, cut from one block of memory that is used again.

A trace takes many arrays that are as long as the sequence. Asked for one by one, each comes from
the system page by page, which costs more than filling it. Here they are cut from one block, each
beginning at a whole cache line; a block whose arrays are all gone is kept for the next run.
"""

import math
import sys
import threading

import numpy as np

LINE = 64
"""Bytes of a cache line, and of the widest vector."""
KEPT = 256 * 2**20
"""Bytes of unused blocks that are kept, at most."""

_blocks, _lock = [], threading.Lock()


def _owners(position):
    """How many hold a block, with what every look at it counts."""
    return sys.getrefcount(_blocks[position])


_blocks.append(np.empty(0, np.uint8))
_UNUSED = _owners(0)
_blocks.clear()


def arrays(shapes, dtype):
    """Return one uninitialised C-contiguous array for each shape."""
    sizes = [-(-math.prod(shape) * dtype.itemsize // LINE) * LINE for shape in shapes]
    block, made = _block(sum(sizes) + (1 + 5 * len(sizes)) * LINE), []
    at = -block.ctypes.data % LINE
    for shape, size in zip(shapes, sizes, strict=True):
        made.append(np.ndarray(shape, dtype, block, at))
        at += size + 5 * LINE
    return made


def _block(size):
    """A block of at least this many bytes, one that nobody uses any more if there is one.

    Every array that is cut from a block, and every view of one, holds the block itself.
    """
    with _lock:
        for position in range(len(_blocks)):
            fits = size <= _blocks[position].nbytes <= 2 * size + 4096
            if fits and _owners(position) == _UNUSED:
                _blocks.append(_blocks.pop(position))
                return _blocks[-1]
        block = np.empty(size, np.uint8)
        if size <= KEPT:
            _blocks.append(block)
        while sum(b.nbytes for b in _blocks) > KEPT:
            _blocks.pop(0)  # the arrays that are cut from it keep it alive
        return block
