"""Where the values of a cell lie on a GPU, and how device code spells them.

Everything that outlives a step lies in two arenas, `record` (what the forward kernel reads and
writes) and `adjoint` (what the backward kernel adds), each array from an offset of its own name
on. What lives for one step of one row of the batch lies in the block's shared memory.
"""

from ..cpu import spelling
from ..cpu.spelling import Place, rows
from ..cpu.step import Step
from ..spelling import POWER, identifier
from .device import simulated
from .functions import number

# Four numbers at once are read from a line of 16 bytes; the simulator knows of no alignment.
ALIGNED = "" if simulated() else ", alignment=16"


class Spelling(spelling.Spelling):
    """Spells the forward values of a plan in device code.

    each: whether every row has parameters of its own, as the networks of an ensemble.
    group: the Group whose blocks share the units.
    """

    def __init__(self, plan, group, each=False):
        super().__init__(plan)
        self.group, self.each = group, each

    def power(self, base, exponent):
        whole = float(exponent).is_integer()
        return f"{base} ** {int(exponent) if whole else number(exponent)}", POWER

    def unless_held(self, name, own):
        return f"where({identifier('held', name)}, real(0), {own})"

    def _product(self, node):
        """A product with x lies in the record, for all steps; any other in shared memory."""
        product = self.plan.product_of(node)
        array = identifier("product", product.name)
        name = identifier(array, node.args[0].value)
        if not product.stage and not self.each:
            return Place(array, f"row * ({rows(product.pack)}){self.slot(node)}", name)
        if not self.group.together:
            return Place(array, f"n * ({rows(product.pack)}){self.slot(node)}", name)
        if self.group.blocks == 1:
            return Place(array, f"0{self.slot(node)}", name)
        return Place(array, str(self.group.slot(product.pack.offset(node.args[0].value))), name)


class DeviceStep(Step):
    """The equations of one stage and length as a device function of one unit.

    memory: the text of the value at a Place, for unit j; see `Memory.value`.
    """

    def __init__(self, name, size, memory):
        super().__init__(name, size)
        self.memory = memory

    def refer(self, spelling, variables):
        found = super().refer(spelling, variables)

        def text(node):
            return number(node.value) if node.op == "constant" else found(node)

        return text

    def function(self):
        return ["@cuda.jit(device=True)", *self.definition(), "", ""] if self.writes else []

    def call(self):
        """The lines of the call for every unit that a block has."""
        if not self.writes:
            return []
        value = self.memory.value
        given = [value(place) for place in self.reads]
        given += [*self.numbers, *self.flags]
        own = ", ".join(value(place) for place in self.writes)
        alone = "," if len(self.writes) == 1 else ""
        line = f"({own}{alone}) = {self.name}({', '.join(given)})"
        return self.memory.group.each_unit(self.size, [line])


class Memory:
    """Which array lies where: in an arena, or for one step in shared memory.

    record, adjoint: names of arrays, in the order of their offsets. group: the Group that has the
    shared memory. own: name -> how many numbers of it each row has, where every row has parameters
    of its own, or each block of a group.
    """

    def __init__(self, record, adjoint, group, own=None):
        self.arena = dict.fromkeys(record, "record") | dict.fromkeys(adjoint, "adjoint")
        self.shared, self.size, self.parts, self.own = {}, 0, {}, own or {}
        self.group = group

    def reserve(self, name, count, parts=1):
        """Give a name shared memory: for every row followed `count` numbers, `parts` times."""
        if name not in self.shared:
            self.parts[name] = parts, count
            self.reserve_once(name, self.group.rows * parts * count)

    def reserve_once(self, name, count):
        """Give a name `count` numbers of shared memory, for all rows together."""
        self.shared[name] = self.size
        # Whole lines of 16 bytes, so that four numbers at once can be read from its beginning.
        self.size += -(-count // 4) * 4

    def value(self, place, unit=None):
        """The text of the value at a Place, for one unit; the sum where it lies in parts."""
        if place.array in self.arena:
            return (
                f"{self.arena[place.array]}[index({place.array} + {_sum(place.at, unit or 'j')})]"
            )
        parts, count = self.parts[place.array]
        first = f"{place.array} + {self.group.in_row(parts * count)}"
        at = _sum(place.at, unit or self.group.unit)
        texts = [
            f"shared[index({first}{f'{part * count} + ' if part else ''}{at})]"
            for part in range(parts)
        ]
        return texts[0] if parts == 1 else f"({' + '.join(texts)})"

    def places(self):
        """Lines that say where every array begins."""
        names = [f"all_{name}" if name in self.own else name for name in self.arena]
        return [f"{name} = places[{k}]" for k, name in enumerate(["T", "B", *names])]

    def unpacking(self):
        """The first lines of a kernel of many steps: where everything begins."""
        lines = self.places()
        lines += [f"shared = cuda.shared.array(0, number_type{ALIGNED})"]
        lines += [f"{name} = {first}" for name, first in self.shared.items()]
        return [*lines, "thread, threads = cuda.threadIdx.x, cuda.blockDim.x"]

    def owned(self, by):
        """Lines that say where one's own parameters begin. by: "n", a row, or "block"."""
        return [f"{name} = all_{name} + {by} * {count}" for name, count in self.own.items()]


def _sum(at, unit):
    return unit if at == "0" else f"{at} + {unit}"
