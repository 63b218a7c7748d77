"""Which units and rows of the batch a block of threads has, and the text of the loops over them.

Where a block has no room for the recurrent matrices, a group of blocks follows the same rows: each
has a share of the units of every size and the rows of the matrices that belong to them, so that
the matrices stay where they are for the whole sequence. What a matrix multiplies is needed whole
by every block, so behind each stage they meet. A group may follow several rows side by side, which
then share what was read of the matrices and the time of a meeting.
"""

from dataclasses import dataclass

import numpy as np

from ..spelling import indented, size_name
from .loops import upwards

MEETING = '''@cuda.jit(device=True)
def meet(counters, group, count):
    """Wait until blocks of a group have come here `count` times; what they wrote can be read."""
    cuda.syncthreads()
    if cuda.threadIdx.x == 0:
        cuda.threadfence()
        cuda.atomic.add(counters, group, index(1))
        while cuda.atomic.add(counters, group, index(0)) < index(count):
            pass
        cuda.threadfence()
    cuda.syncthreads()


'''


@dataclass(frozen=True)
class Group:
    """Blocks that follow rows of the batch together.

    lengths: name -> length of every size. blocks: of the group. rows: that it follows side by
    side. masked: whether a row may have steps that are none.
    """

    lengths: dict
    blocks: int = 1
    rows: int = 1
    masked: bool = True

    together = True
    """Whether a block follows its rows through all steps, so that shared memory outlasts one."""

    def own(self, size):
        """How many units of a size a block has, at most."""
        return -(-self.lengths[size] // self.blocks)

    def slot(self, sizes):
        """Units of a block above those of one matrix in a pack; sizes: of the matrices above."""
        return sum(self.own(size) for size in sizes)

    def dealt(self, array, sizes):
        """Return (blocks, own rows, columns): of an array (rows, columns) what each block has.

        sizes: of the matrices that lie below each other in it. Rows that are none are 0.
        """
        found = np.zeros((self.blocks, self.slot(sizes), array.shape[1]), array.dtype)
        first = at = 0
        for size in sizes:
            count, own = self.lengths[size], self.own(size)
            for block in range(self.blocks):
                rows = array[first + block * own : first + min((block + 1) * own, count)]
                found[block, at : at + len(rows)] = rows
            first, at = first + count, at + own
        return found

    @property
    def unit(self):
        """The variable that counts a block's own units; j counts all of them."""
        return "j" if self.blocks == 1 else "i"

    def in_row(self, count):
        """What is added to reach a row's own part of shared memory, `count` numbers for each."""
        return "" if self.rows == 1 else f"m * {count} + "

    def counted(self):
        """Lines that say which group and which block this is, and which rows are the group's."""
        if self.blocks == 1:
            return ["group, groups = cuda.blockIdx.x, cuda.gridDim.x"]
        return [
            f"block, group = cuda.blockIdx.x % {self.blocks}, cuda.blockIdx.x // {self.blocks}",
            f"groups, met = cuda.gridDim.x // {self.blocks}, 0",
        ]

    def rows_in_turn(self):
        """The loop over a group's rows: one by one, or as many as it follows side by side."""
        if self.rows == 1:
            return "for n in range(group, B, groups):"
        return f"for first_row in range(group * {self.rows}, B, groups * {self.rows}):"

    def row(self):
        """Lines that find the place of step t of a row, where there is one at a time."""
        if self.rows > 1:
            return []
        real = ["is_real = (record[index(mask + row)] != 0)"] if self.masked else []
        return ["row = t * B + n", *real]

    def part(self):
        """The sum over rows to which a row adds: no other row is added to it at the same time."""
        return "group" if self.rows == 1 else f"(group * {self.rows} + m)"

    def each_unit(self, size, body, real=True):
        """The loop of a block over its units j of a size, in every row that it follows.

        real: whether `body` is for real steps, or for masked ones.
        """
        names, conditions = [], []
        if self.blocks > 1:
            names.append(f"j = block * {self.own(size)} + i")
            if self.own(size) * self.blocks > self.lengths[size]:
                conditions.append(f"j < {size_name(size)}")
        if self.masked:
            own = "is_real" if self.rows == 1 else "(record[index(mask + row)] != 0)"
            conditions.append(own if real else f"not {own}")
        text = size_name(size) if self.blocks == 1 else None
        return self._each(self.unit, text, self.own(size), names, conditions, body)

    def each_number(self, count, body):
        """The loop over all numbers k of an operand, in every row that is followed."""
        return self._each("k", None, count, [], [], body)

    def _each(self, variable, text, count, names, conditions, body):
        if self.rows > 1:
            own = [f"m, {variable} = e // {count}, e % {count}", "n = first_row + m"]
            names, conditions = [*own, "row = t * B + n", *names], ["n < B", *conditions]
            variable, text = "e", self.rows * count
        inside = [f"if {' and '.join(conditions)}:", *indented(body, 1)] if conditions else body
        # How many threads there are is not told, so that nothing is kept in registers from step to
        # step of what is found out anew in each.
        return upwards(variable, "thread", text or count, [*names, *inside], "threads")

    def meet(self):
        """Lines behind which a block may read what the whole group has written."""
        if self.blocks == 1:
            return ["cuda.syncthreads()"]
        return [f"met += {self.blocks}", "meet(counters, group, met)"]
