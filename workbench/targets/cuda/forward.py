"""Writes the forward kernel of a plan for a GPU: each block follows rows of the batch in time."""

from ..cpu.forward import equations
from ..spelling import identifier, indented, size_name
from .products import Multiply, keep
from .spelling import DeviceStep, Memory, Spelling


def forward_source(plan, lengths, room, each=False):
    """Return (the text of `forward` for one plan and these lengths, its Memory).

    lengths: name -> length of every size. room: what a block may keep, a Room.
    each: every row has parameters of its own; then products with x are made step by step too.
    """
    own = own_parameters(plan, lengths) if each else {}
    spelling, memory = Spelling(plan, each), Memory(record_names(plan, each), own=own)
    products = {
        p.name: _multiply(p, lengths, room, memory) for p in plan.products if p.stage or each
    }
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
        *rows_of_a_block(plan, memory, products.values()),
        "        for t in range(T):",
        "            row = t * B + n",
        "            if record[index(mask + row)] == 0:",
        *indented(_held(plan), 4),
        "                cuda.syncthreads()",
        "                continue",
    ]
    for number, block in enumerate(stages, 1):
        here = [p for p in plan.products if p.name in products and max(p.stage, 1) == number]
        lines += indented(_products(spelling, here, products, memory), 3)
        for step in block:
            lines += indented(step.call(), 3)
        lines += ["            cuda.syncthreads()"]
    return "\n".join(lines) + "\n", memory


def rows_of_a_block(plan, memory, products):
    """The lines down to the loop over a block's rows, and what a row begins with."""
    kept = [*numbers(plan), *(line for each in products for line in each.before())]
    loop = "    for n in range(cuda.blockIdx.x, B, cuda.gridDim.x):"
    if memory.own:
        inside = [*memory.of_row(), *kept]
        return [*indented(memory.unpacking(), 1), loop, *indented(inside, 2)]
    return [*indented([*memory.unpacking(), *kept], 1), loop]


def own_parameters(plan, lengths):
    """Name of an array of parameters -> how many numbers one network has in it."""
    graph, layout = plan.graph, plan.layout
    found = {"numbers": len(layout.numbers)}
    for vector in layout.vectors:
        found[identifier("vector", vector)] = lengths[plan.size(graph.parameters[vector])]
    for pack in layout.packs:
        count = sum(lengths[size] for size in pack.rows.values()) * lengths[pack.columns]
        found[identifier("matrix", pack.name)] = found[identifier("pack", pack.name)] = count
    return found


def record_names(plan, each=False):
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
        *(identifier("product", p.name) for p in plan.products if p.stage == 0 and not each),
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
