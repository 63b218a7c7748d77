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
from .forward import numbers, own_parameters, record_names, rows_of_a_block
from .log_norms import NORMS, log_norms_lines
from .products import Multiply, keep
from .spelling import DeviceStep, Memory, Spelling


class Time(cpu.Time):
    """Adjoints of `backward`: in the arena over time, apart from what lives for one step."""

    def __init__(self, plan, spelling, given):
        super().__init__(plan, spelling, given)
        self.at = "0"

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


def adjoint_names(plan, each=False):
    """Names of all arrays of adjoints, in the order in which `backward` takes their places."""
    return [
        "cut",
        *(identifier("carried", s) for s in plan.graph.states),
        *(identifier("adjoint", name) for name in adjoint_lines(plan)),
        *(identifier("adjoint_product", p.name) for p in plan.distinct),
        "d_x",
        *(identifier("steps", v) for v in plan.layout.vectors),
        *(identifier("gradient", p.name) for p in plan.layout.packs if each),
    ]


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


def _parts(plan, lengths, room, given, each, names):
    """The BackwardParts for one plan; names: of the arrays of adjoints."""
    spelling, memory = Spelling(plan, each), _memory(plan, lengths, names, each)
    places = Time(plan, spelling, lines_with_loss(plan, given))
    scratch = _scratch(plan, places, lengths, memory)
    writer = _Backward(plan, spelling, places, memory, lengths, room)
    return BackwardParts(
        plan, memory, writer.functions(),
        rows_of_a_block(plan, memory, writer.products.values()),
        [*_cleared(scratch), *writer.stages()],
    )  # fmt: skip


def backward_source(plan, lengths, room, given=None, each=False):
    """Return (the text of `backward`, its Memory).

    given: names of the lines that the loss adds to; None for the cell's output alone.
    each: every row has parameters of its own, and gradients.
    """
    parts = _parts(plan, lengths, room, given, each, adjoint_names(plan, each))
    lines = [
        *parts.functions,
        "@cuda.jit(**options)",
        "def backward(record, adjoint, places):",
        *parts.rows,
        f"        part = {'n' if each else 'cuda.blockIdx.x'}",
        "        for t in range(T - 1, -1, -1):",
        "            row = t * B + n",
        "            if record[index(mask + row)] == 0:",
        *indented(_passed(plan), 4),
        "                continue",
        *indented(parts.step, 3),
        "            if adjoint[index(cut + t)] != 0:",
        *indented(_cut(plan), 4),
    ]
    if each:
        lines += indented(over_time_of_a_row(plan, lengths), 2)
    return "\n".join(lines) + "\n", parts.memory


def log_norms_source(plan, lengths, room, line):
    """Return (the text of `log_norms` for a line, its Memory)."""
    parts = _parts(plan, lengths, room, None, True, [*adjoint_names(plan), *NORMS])
    return "\n".join([*parts.functions, *log_norms_lines(parts, line)]) + "\n", parts.memory


def jacobian_source(plan, lengths, room, each=False):
    """Return (the text of `jacobian`, its Memory); its result is the one array of adjoints."""
    spelling, memory = Spelling(plan, each), _memory(plan, lengths, ["result"], each)
    places = Rows(plan, spelling)
    names = {identifier("into", n): node for n, node in plan.graph.states.items()}
    states = {name: lengths[plan.size(node)] for name, node in names.items()}
    scratch = _scratch(plan, places, lengths, memory) | states
    for name, count in {**states, "seed": sum(states.values())}.items():
        memory.reserve(name, count)
    writer = _Backward(plan, spelling, places, memory, lengths, room)
    own = ["n = row % B", *memory.of_row()] if each else []
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
        "            for j in range(thread, N, threads):",
        "                shared[index(seed + j)] = real(1) if j == k else real(0)",
        "            cuda.syncthreads()",
        "            if record[index(mask + row)] == 0:",
        "                for j in range(thread, N, threads):",
        "                    adjoint[index(own + j)] = shared[index(seed + j)]",
        "                cuda.syncthreads()",
        "                continue",
        *indented(_cleared(scratch), 3),
        *indented(writer.stages(), 3),
    ]
    for name, node in plan.graph.states.items():
        into, above = identifier("into", name), places.offset(name) or "0"
        lines += [
            f"            for j in range(thread, {size_name(plan.size(node))}, threads):",
            f"                adjoint[index(own + {above} + j)] = shared[index({into} + j)]",
        ]
    return "\n".join([*lines, "            cuda.syncthreads()"]) + "\n", memory


def _memory(plan, lengths, adjoint, each):
    own = own_parameters(plan, lengths) if each else {}
    return Memory(record_names(plan, each), adjoint, own)


class _Backward:
    """What the two kernels share: their stages, from the last to the first."""

    def __init__(self, plan, spelling, places, memory, lengths, room):
        self.plan, self.places, self.memory = plan, places, memory
        self.blocks = adjoint_blocks(
            plan, spelling, places, lambda name, count: DeviceStep(name, count, memory)
        )
        self.products = {}
        for product in plan.products:
            if product.operand.op != "input":
                self.products[product.name] = self._multiply(product, lengths, room)
        keep(self.products.values(), room, memory)

    def _multiply(self, product, lengths, room):
        inner = sum(lengths[size] for size in product.pack.rows.values())
        name, matrix = f"back_{product.name}", identifier("matrix", product.pack.name)
        adjoint = identifier("adjoint_product", self.places.adjoint_of(product).name)
        if adjoint not in self.memory.arena:
            self.memory.reserve(adjoint, inner)
        outputs = lengths[product.pack.columns]
        return Multiply.of(name, matrix, outputs, inner, room, self.memory)

    def functions(self):
        return [line for block in self.blocks for step in block for line in step.function()]

    def stages(self):
        lines = []
        for stage, block in zip(range(len(self.plan.blocks), 0, -1), self.blocks, strict=True):
            for step in block:
                lines += step.call()
            own = [p for p in self.plan.products if p.stage == stage and p.name in self.products]
            lines += [line for product in own for line in self._back(product)]
        return lines

    def _back(self, product):
        """Lines that carry an adjoint back through a matrix."""
        multiply, first = self.products[product.name], self.places.adjoint_of(product)
        name = identifier("adjoint_product", first.name)
        at = f"{self.places.product_row} * ({rows(first.pack)})"
        return [
            "cuda.syncthreads()",
            *multiply.load(Place(name, at, name), self.memory),
            "cuda.syncthreads()",
            *multiply.sums(),
            "cuda.syncthreads()",
            *multiply.add_to(self.places.place(product.operand), self.memory),
        ]


def _scratch(plan, places, lengths, memory):
    """Reserve what gathers adjoints between stages; name -> its length."""
    found = {}
    for node_id, name in places.scratch.items():
        found[name] = lengths[plan.size(plan.forward[node_id])]
        memory.reserve(name, found[name])
    return found


def _cleared(scratch):
    lines = []
    for name, count in scratch.items():
        lines.append(f"for j in range(thread, {count}, threads):")
        lines.append(f"    shared[index({name} + j)] = real(0)")
    return lines


def _each_carried(plan, text):
    lines = []
    for name, node in plan.graph.states.items():
        size = size_name(plan.size(node))
        own = f"adjoint[index({identifier('carried', name)} + "
        lines.append(f"for j in range(thread, {size}, threads):")
        lines.append(f"    {own}row * {size} + j)] = " + text.format(own=own, size=size))
    return lines


def _passed(plan):
    """A masked step hands the carried adjoint on as it is."""
    return _each_carried(plan, "{own}(row + B) * {size} + j)]")


def _cut(plan):
    return _each_carried(plan, "real(0)")
