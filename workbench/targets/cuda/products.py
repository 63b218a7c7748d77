"""Writes the matrix products of one step of one row: every thread makes a share of every sum.

A matrix lies in its arena as it is read side by side by neighbouring threads: what belongs to one
number of the operand lies in a row. The sums of one product are cut into as many parts as there
are threads for; whoever reads a product adds the parts up.
"""

from dataclasses import dataclass

from ..cpu.spelling import Place
from ..spelling import indented


@dataclass(frozen=True)
class Multiply:
    """One product: `outputs` sums over `inner` numbers each.

    matrix: the name of an array of the record, (inner, outputs). result: where the sums go in
    shared memory, `parts` of them for each output. operand: where the operand is kept for it.
    """

    matrix: str
    outputs: int
    inner: int
    operand: str
    result: str
    parts: int

    @classmethod
    def of(cls, name, matrix, outputs, inner, threads, memory):
        """Reserve the shared memory of a product that `threads` threads make."""
        parts = max(1, min(threads // outputs, inner // LEAST))
        operand = memory.reserve(f"operand_{name}", inner)
        result = memory.reserve(name, outputs, parts)
        return cls(matrix, outputs, inner, operand, result, parts)

    def load(self, source, memory):
        """Lines that bring the operand into shared memory. source: its Place."""
        return [
            f"for k in range(thread, {self.inner}, threads):",
            f"    shared[{self.operand} + k] = {memory.value(source, 'k')}",
        ]

    def sums(self):
        """Lines that make the sums."""
        if self.parts == 1:
            begin, matrix, stop = "0", "k * {o} + r", str(self.inner)
            unit = []
        else:
            share = -(-self.inner // self.parts)
            unit = [f"unit, begin = r % {self.outputs}, r // {self.outputs} * {share}"]
            begin, matrix, stop = "begin", "k * {o} + unit", f"min({self.inner}, begin + {share})"
        at = matrix.format(o=self.outputs)
        return [
            f"for r in range(thread, {self.outputs * self.parts}, threads):",
            *indented(unit, 1),
            "    total = real(0)",
            f"    for k in range({begin}, {stop}):",
            f"        total = (total + record[{self.matrix} + {at}] * shared[{self.operand} + k])",
            f"    shared[{self.result} + r] = total",
        ]

    def add_to(self, place, memory):
        """Lines that add the sums to what lies at a place."""
        target = memory.value(place, "r")
        own = memory.value(Place(self.result, "0", self.result), "r")
        return [
            f"for r in range(thread, {self.outputs}, threads):",
            f"    {target} = ({target} + {own})",
        ]


LEAST = 8
"""Numbers of the operand that are worth a part of their own."""
