"""Where the values of a cell lie on a GPU, and how device code spells them.

Everything that outlives a step lies in two arenas, `record` (what the forward kernel reads and
writes) and `adjoint` (what the backward kernel adds), each array from an offset of its own name
on. What lives for one step of one row of the batch lies in the block's shared memory.
"""

from ..cpu import spelling
from ..cpu.spelling import Place, rows
from ..cpu.step import Step
from ..spelling import POWER, identifier, indented
from .device import simulated
from .functions import number

# Four numbers at once are read from a line of 16 bytes; the simulator knows of no alignment.
ALIGNED = "" if simulated() else ", alignment=16"


class Spelling(spelling.Spelling):
    """Spells the forward values of a plan in device code.

    each: whether every row has parameters of its own, as the networks of an ensemble.
    """

    def __init__(self, plan, each=False):
        super().__init__(plan)
        self.each = each

    def power(self, base, exponent):
        whole = float(exponent).is_integer()
        return f"{base} ** {int(exponent) if whole else number(exponent)}", POWER

    def unless_held(self, name, own):
        return f"where({identifier('held', name)}, real(0), {own})"

    def _product(self, node):
        """A product with x lies in the record, for all steps; any other in shared memory."""
        product = self.plan.product_of(node)
        array = identifier("product", product.name)
        at = "0" if product.stage or self.each else f"row * ({rows(product.pack)})"
        return Place(array, at + self.slot(node), identifier(array, node.args[0].value))


class DeviceStep(Step):
    """The equations of one stage and length as a device function of one unit.

    memory: the text of the value at a Place, for unit j; see `Memory.value`.
    """

    def __init__(self, name, count, memory):
        super().__init__(name, count)
        self.memory = memory

    def refer(self, spelling, variables):
        found = super().refer(spelling, variables)

        def text(node):
            return number(node.value) if node.op == "constant" else found(node)

        return text

    def function(self):
        if not self.writes:
            return []
        arguments = [*self.reads.values(), *self.numbers, *self.flags]
        results = "".join(f"{value}, " for value in self.writes.values())
        return [
            "@cuda.jit(device=True)",
            f"def {self.name}({', '.join(arguments)}):",
            *indented([*self.lines, f"return ({results.rstrip()})"], 1),
            "",
            "",
        ]

    def call(self):
        if not self.writes:
            return []
        value = self.memory.value
        given = [value(place) for place in self.reads]
        given += [*self.numbers, *self.flags]
        own = ", ".join(value(place) for place in self.writes)
        alone = "," if len(self.writes) == 1 else ""
        return [
            f"for j in range(thread, {self.count}, threads):",
            f"    ({own}{alone}) = {self.name}({', '.join(given)})",
        ]


class Memory:
    """Which array lies where: in an arena, or for one step in shared memory.

    record, adjoint: names of arrays, in the order of their offsets. own: name -> how many numbers
    each row has of it, where every row has parameters of its own.
    """

    def __init__(self, record, adjoint=(), own=None):
        self.arena = dict.fromkeys(record, "record") | dict.fromkeys(adjoint, "adjoint")
        self.shared, self.size, self.parts, self.own = {}, 0, {}, own or {}

    def reserve(self, name, count, parts=1):
        """Give a name `count` numbers of shared memory, `parts` times, and its first place."""
        if name not in self.shared:
            self.shared[name] = self.size
            self.parts[name] = parts, count
            # Whole lines of 16 bytes, so that four numbers at once can be read from its beginning.
            self.size += -(-count * parts // 4) * 4
        return name

    def value(self, place, unit="j"):
        """The text of the value at a Place, for one unit; the sum where it lies in parts."""
        at = unit if place.at == "0" else f"{place.at} + {unit}"
        if place.array in self.arena:
            return f"{self.arena[place.array]}[index({place.array} + {at})]"
        parts, count = self.parts[place.array]
        texts = [
            f"shared[index({place.array} + {f'{part * count} + ' if part else ''}{at})]"
            for part in range(parts)
        ]
        return texts[0] if parts == 1 else f"({' + '.join(texts)})"

    def unpacking(self):
        """The first lines of a kernel: where everything begins."""
        names = [f"all_{name}" if name in self.own else name for name in self.arena]
        lines = [f"{name} = places[{k}]" for k, name in enumerate(["T", "B", *names])]
        lines += [f"shared = cuda.shared.array(0, number_type{ALIGNED})"]
        lines += [f"{name} = {first}" for name, first in self.shared.items()]
        return [*lines, "thread, threads = cuda.threadIdx.x, cuda.blockDim.x"]

    def of_row(self):
        """The first lines for row n: where its own parameters begin."""
        return [f"{name} = all_{name} + n * {count}" for name, count in self.own.items()]
