"""How many blocks share the matrices of a network, and how many rows they follow side by side.

As few blocks as keep the recurrent matrices in registers and shared memory for a whole sequence:
every further one costs at each meeting. Groups of blocks work side by side until each of the GPU's
multiprocessors has a block, and what is left of the batch is dealt to them as rows side by side.
Where not even all multiprocessors together have the room, all of them are one group and the rest
is read at every step; for more rows than a group follows, or where one step does not fit either,
every step is launched by itself.
"""

from dataclasses import replace

import numpy as np

from .backward import Time, backward_memory, backward_products
from .forward import forward_memory, forward_products
from .group import Group
from .products import SIDE
from .room import FOR_A_GROUP, ROWS, most_blocks, multiprocessors, room_of
from .spelling import Spelling


def shared_room(plan, kernel, dtype, lengths, batch):
    """The Room of a kernel for a batch of so many rows. kernel: "forward" or "backward"."""
    room, groups = room_of(plan, dtype, lengths), multiprocessors()
    for blocks in range(1, most_blocks() + 1):
        rows = _side_by_side(-(-batch // max(1, groups // blocks)))
        fewer = FOR_A_GROUP[np.dtype(dtype).name] if max(blocks, rows) > 1 else 0
        registers = max(0, room.registers - fewer)
        tried = replace(room, registers=registers, blocks=blocks, rows=rows)
        used, whole = kept(plan, kernel, lengths, tried)
        while tried.rows > 1 and used > room.shared // 2:
            tried = replace(tried, rows=_side_by_side(tried.rows // 2))
            used, whole = kept(plan, kernel, lengths, tried)
        if whole:
            return tried
    many = batch > ROWS or used > room.shared
    return replace(tried, by_step=1 < groups == blocks and many)


def _side_by_side(rows):
    """As many rows or a few more: those that share what is read are as many each time."""
    return min(ROWS, rows if rows < SIDE else -(-rows // SIDE) * SIDE)


def kept(plan, kernel, lengths, room):
    """(numbers of shared memory that a step takes, whether all of the matrices is kept on chip)."""
    group = Group(lengths, room.blocks, room.rows)
    if kernel == "forward":
        memory = forward_memory(plan, group)
        products = forward_products(plan, room, memory).values()
    else:
        memory = backward_memory(plan, group)
        places = Time(plan, Spelling(plan, group), [], group.part())
        products = backward_products(plan, places, room, memory).values()
    used = memory.size - sum(p.sums_at_once * p.shared for p in products)
    return used, all(p.registers + p.shared == p.share for p in products)
