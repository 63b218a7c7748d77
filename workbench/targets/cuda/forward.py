"""Writes the forward kernel of a plan for a GPU: each block follows rows of the batch in time."""

from ..cpu.forward import equations
from ..spelling import identifier, indented, size_name
from .products import Multiply, keep
from .spelling import DeviceStep, Memory, Spelling


def forward_source(plan, lengths, room):
    """Return (the text of `forward` for one plan and these lengths, its Memory).

    lengths: name -> length of every size. room: what a block may keep, a Room.
    """
    spelling, memory = Spelling(plan), Memory(record_names(plan))
    products = {p.name: _multiply(p, lengths, room, memory) for p in plan.products if p.stage}
    keep(products.values(), room, memory)
    stages = [
        [equations(spelling, nodes,
                   DeviceStep(f"stage_{number}_{size_name(size)}", size_name(size), memory))
         for size, nodes in block.items()]
        for number, block in enumerate(plan.blocks, 1)
    ]  # fmt: skip
    lines = [line for block in stages for step in block for line in step.function()]
    lines += [
        "@cuda.jit(**options)",
        "def forward(record, places):",
        *indented([*memory.unpacking(), *numbers(plan)], 1),
        *indented([line for each in products.values() for line in each.before()], 1),
        "    for n in range(cuda.blockIdx.x, B, cuda.gridDim.x):",
        "        for t in range(T):",
        "            row = t * B + n",
        "            if record[index(mask + row)] == 0:",
        *indented(_held(plan), 4),
        "                cuda.syncthreads()",
        "                continue",
    ]
    for number, block in enumerate(stages, 1):
        own = [p for p in plan.products if p.stage == number]
        lines += indented(_products(spelling, own, products, memory), 3)
        for step in block:
            lines += indented(step.call(), 3)
        lines += ["            cuda.syncthreads()"]
    return "\n".join(lines) + "\n", memory


def record_names(plan):
    """Names of all arrays of the record, in the order in which kernels take their places."""
    layout, graph = plan.layout, plan.graph
    return [
        "mask",
        "numbers",
        "held",
        *(identifier("vector", v) for v in layout.vectors),
        *(identifier("matrix", p.name) for p in layout.packs),
        *(identifier("pack", p.name) for p in layout.packs),
        "x",
        *(identifier("clamp", c) for c in graph.clampable_lines),
        *(identifier("state", s) for s in graph.states),
        *(identifier("line", key) for key, _ in plan.kept),
        *(identifier("product", p.name) for p in plan.products if p.stage == 0),
    ]


def numbers(plan):
    """Lines that read the numeric hyper-parameters, and which lines are held."""
    lines = [
        f"{identifier('number', n)} = record[numbers + {i}]"
        for i, n in enumerate(plan.layout.numbers)
    ]
    lines += [
        f"{identifier('held', n)} = (record[held + {i}] != 0)"
        for i, n in enumerate(plan.graph.clampable_lines)
    ]
    return lines


def _multiply(product, lengths, room, memory):
    outputs = sum(lengths[size] for size in product.pack.rows.values())
    name, matrix = identifier("product", product.name), identifier("pack", product.pack.name)
    return Multiply.of(name, matrix, outputs, lengths[product.pack.columns], room, memory)


def _products(spelling, own, products, memory):
    if not own:
        return []
    lines = []
    for product in own:
        lines += products[product.name].load(spelling.place(product.operand), memory)
    lines += ["cuda.syncthreads()"]
    for product in own:
        lines += products[product.name].sums()
    return [*lines, "cuda.syncthreads()"]


def _held(plan):
    """A masked step hands the states on as they are."""
    lines = []
    for name, node in plan.graph.states.items():
        state, size = identifier("state", name), size_name(plan.size(node))
        lines.append(f"for j in range(thread, {size}, threads):")
        lines.append(f"    here = ({state} + row * {size} + j)")
        lines.append(f"    record[index(here + B * {size})] = record[index(here)]")
    return lines
