"""Writes the matrix products of one step of one row: every thread makes a share of every sum.

A thread makes one sum, or a part of one where there are more threads than sums. It has the same
numbers of the matrix at every step: as many of them as there is room for stay in its registers for
the whole sequence, further ones in shared memory, and only the rest is read from the record at
every step. Where there are more sums than threads, all of them are.

In an arena a matrix lies as neighbouring threads read it: what belongs to one number of the
operand lies in a row.
"""

from dataclasses import dataclass

from ..cpu.spelling import Place
from ..spelling import indented

LEAST = 8
"""Numbers of the operand that are worth a part of their own."""
CHAINS = 4
"""Sums that a thread makes side by side, since each waits for its last multiplication."""


@dataclass
class Multiply:
    """One product: `outputs` sums over `inner` numbers each, in `parts` parts.

    matrix: the name of an array of the record, (inner, outputs). registers, shared: how many
    numbers of its share of the matrix a thread keeps there.
    """

    name: str
    matrix: str
    outputs: int
    inner: int
    parts: int
    registers: int = 0
    shared: int = 0

    @classmethod
    def of(cls, name, matrix, outputs, inner, room, memory):
        """Cut a product up for the threads of a Room and reserve what every step needs."""
        most = max(1, min(room.threads // outputs, inner // LEAST))
        parts = next(parts for parts in range(most, 0, -1) if inner % parts == 0)
        made = cls(name, matrix, outputs, inner, parts)
        memory.reserve(made.operand, inner)
        memory.reserve(name, outputs, parts)
        return made

    @property
    def operand(self):
        return f"operand_{self.name}"

    @property
    def kept(self):
        return f"kept_{self.name}"

    @property
    def sums_at_once(self):
        """How many sums or parts of sums there are."""
        return self.outputs * self.parts

    @property
    def share(self):
        """How many numbers of the operand a part is over."""
        return self.inner // self.parts

    def _in_register(self, number):
        return f"register_{self.name}_{number}"

    def _place(self):
        """Lines that say which sum a thread makes, and where its share begins."""
        if self.parts == 1:
            return ["unit, begin = r, 0"]
        return [f"unit, begin = r % {self.outputs}, r // {self.outputs} * {self.share}"]

    def _entry(self, k):
        return f"record[index({self.matrix} + (begin + {k}) * {self.outputs} + unit)]"

    def before(self):
        """Lines before the first step: what a thread keeps of the matrix."""
        if not self.registers and not self.shared:
            return []
        lines = [f"{self._in_register(k)} = {self._entry(k)}" for k in range(self.registers)]
        if self.shared:
            kept = f"shared[index({self.kept} + k * {self.sums_at_once} + r)]"
            lines += [
                f"for k in range({self.shared}):",
                f"    {kept} = {self._entry(f'{self.registers} + k')}",
            ]
        own = ["r = thread", *self._place(), *lines]
        return [f"if thread < {self.sums_at_once}:", *indented(own, 1)]

    def load(self, source, memory):
        """Lines that bring the operand into shared memory. source: its Place."""
        return [
            f"for k in range(thread, {self.inner}, threads):",
            f"    shared[index({self.operand} + k)] = {memory.value(source, 'k')}",
        ]

    def sums(self):
        """Lines that make the sums."""
        begin = self.registers + self.shared
        lines = [*self._place(), f"at = {self.operand} + begin", "total = real(0)"]
        lines += self._from_registers()
        if self.shared:
            kept = f"shared[index({self.kept} + k * {self.sums_at_once} + r)]"
            lines += [
                f"for k in range({self.shared}):",
                f"    total = (total + {kept} * shared[index(at + {self.registers} + k)])",
            ]
        if begin < self.share:
            lines += [
                f"for k in range({begin}, {self.share}):",
                f"    total = (total + {self._entry('k')} * shared[index(at + k)])",
            ]
        lines += [f"shared[index({self.name} + r)] = total"]
        if self.registers:
            return [f"if thread < {self.sums_at_once}:", "    r = thread", *indented(lines, 1)]
        return [f"for r in range(thread, {self.sums_at_once}, threads):", *indented(lines, 1)]

    def _from_registers(self):
        """Several sums at once, each over every CHAINS-th number."""
        if not self.registers:
            return []
        terms = [f"{self._in_register(k)} * shared[index(at + {k})]" for k in range(self.registers)]
        chains = [terms[first::CHAINS] for first in range(min(CHAINS, self.registers))]
        lines = [f"chain_{c} = ({' + '.join(own)})" for c, own in enumerate(chains)]
        sums = " + ".join(f"chain_{c}" for c in range(len(chains)))
        return [*lines, f"total = ({sums})"]

    def add_to(self, place, memory):
        """Lines that add the sums to what lies at a place."""
        target = memory.value(place, "r")
        own = memory.value(Place(self.name, "0", self.name), "r")
        return [
            f"for r in range(thread, {self.outputs}, threads):",
            f"    {target} = ({target} + {own})",
        ]


def keep(products, room, memory):
    """Keep of every product's matrix what fits, first in registers, then in shared memory."""
    registers = room.registers
    for each in products:
        if each.sums_at_once <= room.threads:
            each.registers = min(each.share, registers)
            registers -= each.registers
    for each in products:
        if each.sums_at_once <= room.threads:
            left = (room.shared - memory.size) // each.sums_at_once
            each.shared = max(0, min(each.share - each.registers, left))
        if each.shared:
            memory.reserve(each.kept, each.sums_at_once * each.shared)
