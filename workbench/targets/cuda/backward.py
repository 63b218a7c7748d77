"""Writes backpropagation through time and the step Jacobian of a plan for a GPU.

The adjoint lines are those of the CPU's kernels. In `backward` each block follows rows of the
batch from the last step to the first; in `jacobian` each block has one step of one row.
"""

from dataclasses import dataclass

from ...equations.stages import Plan
from ..cpu import places as cpu
from ..cpu.backward import adjoint_blocks, lines_with_loss
from ..cpu.places import adjoint_lines
from ..cpu.spelling import Place, rows, total
from ..spelling import identifier, indented, size_name
from .each import over_time_of_a_row
from .forward import (
    arguments,
    numbers,
    opening,
    own_parameters,
    record_names,
    recurrent_packs,
    rows_of_a_block,
)
from .group import Group
from .log_norms import NORMS, log_norms_lines
from .loops import downwards, upwards
from .products import Multiply, keep
from .spelling import DeviceStep, Memory, Spelling


class Time(cpu.Time):
    """Adjoints of `backward`: in the arena over time, apart from what lives for one step.

    part: to which sum over rows a row adds what reaches vectors, as text. at: the row of what is
    gathered between stages.
    """

    def __init__(self, plan, spelling, given, part, at="0"):
        super().__init__(plan, spelling, given)
        self.at, self.part = at, part

    def place(self, node):
        if node.op != "vector":
            return super().place(node)
        name = identifier("steps", node.value)
        return Place(name, f"({self.part} * T + t) * {size_name(self.plan.size(node))}", name)

    def adjoint_of(self, product):
        """The product under whose name a product's adjoint lies."""
        return self.plan.first_of(product)


class Rows(cpu.Rows):
    """Adjoints of one row of the Jacobian: all in shared memory."""

    product_row = "0"

    def __init__(self, plan, spelling):
        super().__init__(plan, spelling, "0")

    def adjoint_of(self, product):
        return product


def adjoint_names(plan, group=None, each=False):
    """Names of all arrays of adjoints, in the order in which `backward` takes their places.

    group: that of the kernel; None for one block.
    """
    return [
        "cut",
        *(identifier("carried", s) for s in plan.graph.states),
        *(identifier("adjoint", name) for name in adjoint_lines(plan)),
        *(identifier("adjoint_product", p.name) for p in plan.distinct),
        "d_x",
        *(identifier("steps", v) for v in plan.layout.vectors),
        *(identifier("gradient", p.name) for p in plan.layout.packs if each),
        *(matrix_name(p, group) for p in recurrent_packs(plan) if group and group.blocks > 1),
    ]


def matrix_name(pack, group):
    """The array from which blocks read a pack of matrices: for each its own columns, if many."""
    return identifier("matrix" if group.blocks == 1 else "matrix_by_block", pack.name)


@dataclass(frozen=True)
class BackwardParts:
    """The lines of a kernel that goes back through time.

    functions: of its stages. rows: down to the loop over rows. step: what is done at one step.
    """

    plan: Plan
    memory: Memory
    functions: list
    rows: list
    step: list


def _parts(plan, room, memory, given, each, part):
    """The BackwardParts for one plan. part: of the sums over rows, as text."""
    spelling = Spelling(plan, memory.group, each)
    places = Time(plan, spelling, lines_with_loss(plan, given), part)
    scratch = _scratch(plan, places, memory)
    writer = _Backward(plan, spelling, places, memory, room)
    return BackwardParts(
        plan, memory, writer.functions(),
        rows_of_a_block(plan, memory, writer.products.values(), each),
        [*cleared(scratch, memory), *writer.stages()],
    )  # fmt: skip


def backward_source(plan, lengths, room, given=None, each=False):
    """Return (the text of `backward`, its Memory).

    given: names of the lines that the loss adds to; None for the cell's output alone.
    each: every row has parameters of its own, and gradients.
    """
    group = Group(lengths, room.blocks, room.rows, masked=not each)
    memory = backward_memory(plan, group, each)
    parts = _parts(plan, room, memory, given, each, "n" if each else group.part())
    step = [
        *group.row(),
        *([] if each else passed(plan, group)),
        *parts.step,
        "if adjoint[index(cut + t)] != 0:",
        *indented(cut_off(plan, group), 1),
    ]
    lines = [
        *opening(group),
        *parts.functions,
        "@cuda.jit(**options)",
        f"def backward({arguments(group, 'record', 'adjoint')}):",
        *parts.rows,
        *indented(downwards("t", "T", step), 2),
    ]
    if each:
        lines += indented(over_time_of_a_row(plan, lengths), 2)
    return "\n".join(lines) + "\n", memory


def backward_memory(plan, group, each=False):
    """The Memory of `backward`."""
    own = own_parameters(plan, group.lengths) if each else {}
    if group.blocks > 1:
        own = {
            matrix_name(p, group): sum(group.lengths[size] for size in p.rows.values())
            * group.own(p.columns)
            for p in recurrent_packs(plan)
        }
    names = record_names(plan, Group(group.lengths), each)
    return Memory(names, adjoint_names(plan, group, each), group, own)


def log_norms_source(plan, lengths, room, line):
    """Return (the text of `log_norms` for a line, its Memory)."""
    group = Group(lengths, masked=False)
    names = [*adjoint_names(plan), *NORMS]
    memory = Memory(record_names(plan, group, True), names, group, own_parameters(plan, lengths))
    parts = _parts(plan, room, memory, None, True, "n")
    return "\n".join([*parts.functions, *log_norms_lines(parts, line)]) + "\n", parts.memory


def jacobian_source(plan, lengths, room, each=False):
    """Return (the text of `jacobian`, its Memory); its result is the one array of adjoints."""
    group, own = (
        Group(lengths, masked=False),
        own_parameters(plan, lengths) if each else {},
    )
    memory = Memory(record_names(plan, group, each), ["result"], group, own)
    spelling = Spelling(plan, group, each)
    places = Rows(plan, spelling)
    names = {identifier("into", n): node for n, node in plan.graph.states.items()}
    states = {name: plan.size(node) for name, node in names.items()}
    scratch = _scratch(plan, places, memory) | states
    for name, size in states.items():
        memory.reserve(name, lengths[size])
    memory.reserve("seed", sum(lengths[size] for size in states.values()))

    def units(line):
        return upwards("j", "thread", "N", [line], "threads")

    writer = _Backward(plan, spelling, places, memory, room)
    own = ["n = row % B", *memory.owned("n")] if each else []
    lines = writer.functions()
    lines += [
        "@cuda.jit(**options)",
        "def jacobian(record, adjoint, places):",
        *indented([*memory.unpacking(), *([] if each else numbers(plan))], 1),
        f"    N = {total([plan.size(s) for s in plan.graph.states.values()])}",
        "    for row in range(cuda.blockIdx.x, T * B, cuda.gridDim.x):",
        *indented([*own, *(numbers(plan) if each else [])], 2),
        "        for k in range(cuda.blockIdx.y, N, cuda.gridDim.y):",
        "            own = result + (row * N + k) * N",
        *indented(units("shared[index(seed + j)] = real(1) if j == k else real(0)"), 3),
        "            cuda.syncthreads()",
        "            if record[index(mask + row)] == 0:",
        *indented(units("adjoint[index(own + j)] = shared[index(seed + j)]"), 4),
        "                cuda.syncthreads()",
        "                continue",
        *indented(cleared(scratch, memory), 3),
        *indented(writer.stages(), 3),
    ]
    for name, node in plan.graph.states.items():
        into, above = identifier("into", name), places.offset(name) or "0"
        line = f"adjoint[index(own + {above} + j)] = shared[index({into} + j)]"
        lines += indented(group.each_unit(plan.size(node), [line]), 3)
    return "\n".join([*lines, "            cuda.syncthreads()"]) + "\n", memory


class _Backward:
    """What the kernels share: their stages, from the last to the first."""

    def __init__(self, plan, spelling, places, memory, room):
        self.plan, self.places, self.memory = plan, places, memory
        self.blocks = adjoint_stages(plan, spelling, places, memory)
        self.products = backward_products(plan, places, room, memory)

    def functions(self):
        return [line for block in self.blocks for step in block for line in step.function()]

    def stages(self):
        lines = []
        for stage, block in zip(range(len(self.plan.blocks), 0, -1), self.blocks, strict=True):
            for step in block:
                lines += step.call()
            own = [p for p in self.plan.products if p.stage == stage and p.name in self.products]
            if own:
                lines += self.memory.group.meet()
            lines += [line for product in own for line in self._back(product)]
        return lines

    def _back(self, product):
        """Lines that carry an adjoint back through a matrix."""
        multiply, first = self.products[product.name], self.places.adjoint_of(product)
        name = identifier("adjoint_product", first.name)
        at = f"{self.places.product_row} * ({rows(first.pack)})"
        target = self.places.place(product.operand)
        return [
            *multiply.load(Place(name, at, name), self.memory),
            "cuda.syncthreads()",
            *multiply.sums(),
            "cuda.syncthreads()",
            *multiply.add_to(target, product.pack.columns, self.memory),
        ]


def adjoint_stages(plan, spelling, places, memory):
    """For each stage, from the last to the first, the DeviceSteps that hold its adjoints."""
    return adjoint_blocks(plan, spelling, places, lambda name, size: DeviceStep(name, size, memory))


def backward_products(plan, places, room, memory):
    """name -> Multiply of every product on the way back, with room for it in memory."""
    made, group = {}, memory.group
    for product in [p for p in plan.products if p.operand.op != "input"]:
        inner = sum(group.lengths[size] for size in product.pack.rows.values())
        name, matrix = f"back_{product.name}", matrix_name(product.pack, group)
        adjoint = identifier("adjoint_product", places.adjoint_of(product).name)
        if adjoint not in memory.arena:
            memory.reserve(adjoint, inner)
        outputs = group.own(product.pack.columns)
        made[product.name] = Multiply.of(name, matrix, outputs, inner, room, memory)
    keep(made.values(), room, memory)
    return made


def _scratch(plan, places, memory):
    """Reserve what gathers adjoints between stages; name -> the name of its size."""
    found = {}
    for node_id, name in places.scratch.items():
        found[name] = plan.size(plan.forward[node_id])
        memory.reserve(name, memory.group.own(found[name]))
    return found


def cleared(scratch, memory, row="0"):
    """Lines that begin what is gathered between stages. scratch: name -> the name of its size."""
    lines = []
    for name, size in scratch.items():
        here = memory.value(Place(name, f"{row} * {size_name(size)}", name))
        lines += memory.group.each_unit(size, [f"{here} = real(0)"])
    return lines


def _each_carried(plan, group, text, real=True):
    lines = []
    for name, node in plan.graph.states.items():
        size = size_name(plan.size(node))
        own = f"adjoint[index({identifier('carried', name)} + "
        line = f"{own}row * {size} + j)] = " + text.format(own=own, size=size)
        lines += group.each_unit(plan.size(node), [line], real)
    return lines


def passed(plan, group):
    """A masked step hands the carried adjoint on as it is."""
    return _each_carried(plan, group, "{own}(row + B) * {size} + j)]", real=False)


def cut_off(plan, group):
    """Nothing is carried to the step before."""
    return _each_carried(plan, group, "real(0)")
