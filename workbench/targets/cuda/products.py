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
from .loops import upwards

LEAST = 8
"""Numbers of the operand that are worth a part of their own."""
CHAINS = 4
"""Sums that a thread makes side by side, since each waits for its last multiplication."""
AT_ONCE = 16
"""Multiplications between two tests for the end of a sum."""
SIDE = 4
"""Rows of the batch for which a number of a matrix is read once, at most."""


@dataclass
class Multiply:
    """One product: `outputs` sums over `inner` numbers each, in `parts` parts.

    matrix: the text with which an entry of the matrix begins, (inner, outputs) in an arena.
    rows: for how many rows of the batch side by side. threads: of a block. registers, shared: how
    many numbers of its share of the matrix a thread keeps.
    """

    name: str
    matrix: str
    outputs: int
    inner: int
    parts: int
    rows: int
    threads: int
    registers: int = 0
    shared: int = 0

    @classmethod
    def of(cls, name, matrix, outputs, inner, room, memory):
        """Cut a product up for the threads of a Room and reserve what every step needs."""
        most = max(1, min(room.threads // outputs, inner // LEAST))
        parts = next(parts for parts in range(most, 0, -1) if inner % parts == 0)
        arena = f"{memory.arena[matrix]}[index({matrix}"
        made = cls(name, arena, outputs, inner, parts, memory.group.rows, room.threads)
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
        return f"{self.matrix} + (begin + {k}) * {self.outputs} + unit)]"

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
        own = f"{memory.group.in_row(self.inner)}k"
        line = f"shared[index({self.operand} + {own})] = {memory.value(source, 'k')}"
        return memory.group.each_number(self.inner, [line])

    def sums(self):
        """Lines that make the sums, of SIDE rows at a time."""
        first = f"{self.operand} + begin"
        if self.rows <= SIDE:
            lines = [*self._place(), f"at = {first}", *self._of_rows("")]
        else:
            own = self._of_rows(f"m * {self.sums_at_once} + ")
            lines = [f"at = {first} + m * {self.inner}", *own]
            lines = [*self._place(), *upwards("m", 0, self.rows, lines, SIDE)]
        if self.sums_at_once <= self.threads:
            return ["r = thread", f"if r < {self.sums_at_once}:", *indented(lines, 1)]
        return upwards("r", "thread", self.sums_at_once, lines, self.threads)

    def _of_rows(self, first):
        """The sums of rows side by side. first: what is added to reach the first row's."""
        lines, begin = self._from_registers(), self.registers + self.shared
        if self.shared:
            lines += self._added(
                0,
                self.shared,
                lambda k: f"shared[index({self.kept} + ({k}) * {self.sums_at_once} + r)]",
                lambda k: f"{self.registers} + {k}",
            )
        if begin < self.share:
            lines += self._added(begin, self.share, lambda k: self._entry(f"{k}"), str)
        return lines + [
            f"shared[index({self.name} + {first}{_further(m, self.sums_at_once)}r)] = total_{m}"
            for m in self._side()
        ]

    def _side(self):
        return range(min(self.rows, SIDE))

    def _added(self, first, end, entry, operand):
        """Read every number of the matrix from `first` on once, for rows side by side.

        entry(k), operand(k): the text of the k-th one, and of its place in a row of the operand.
        """
        at_once = AT_ONCE // len(self._side())
        whole = (end - first) // at_once * at_once + first
        lines = []
        if whole > first:
            body = [line for k in range(at_once) for line in self._one(f"k + {k}", entry, operand)]
            lines += [f"for k in range({first}, {whole}, {at_once}):", *indented(body, 1)]
        return lines + [line for k in range(whole, end) for line in self._one(k, entry, operand)]

    def _one(self, k, entry, operand):
        terms = [f"shared[index(at + {_further(m, self.inner)}{operand(k)})]" for m in self._side()]
        sums = [f"total_{m} = (total_{m} + entry * {term})" for m, term in enumerate(terms)]
        return [f"entry = {entry(k)}", *sums]

    def _from_registers(self):
        """The sums over what is kept in registers: several at once, each over every n-th number."""
        lines, chains = [], min(CHAINS // len(self._side()), self.registers)
        for m in self._side():
            terms = [
                f"{self._in_register(k)} * shared[index(at + {m * self.inner + k})]"
                for k in range(self.registers)
            ]
            for c in range(chains):
                lines.append(f"chain_{c} = ({' + '.join(terms[c::chains])})")
            found = " + ".join(f"chain_{c}" for c in range(chains)) or "real(0)"
            lines.append(f"total_{m} = {found}")
        return lines

    def add_to(self, place, size, memory):
        """Lines that add the sums to what lies at a place, for every unit of a size."""
        target = memory.value(place)
        own = memory.value(Place(self.name, "0", self.name))
        return memory.group.each_unit(size, [f"{target} = ({target} + {own})"])


def _further(row, count):
    return f"{row * count} + " if row else ""


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
            memory.reserve_once(each.kept, each.sums_at_once * each.shared)
