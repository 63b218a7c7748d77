"""Writes the forward kernel of a plan for a GPU: blocks follow rows of the batch in time."""

from ..cpu.forward import equations
from ..spelling import identifier, indented, size_name
from .group import MEETING, Group
from .loops import upwards
from .products import Multiply, keep
from .spelling import DeviceStep, Memory, Spelling


def forward_source(plan, lengths, room, each=False):
    """Return (the text of `forward` for one plan and these lengths, its Memory).

    lengths: name -> length of every size. room: what a block may keep, a Room.
    each: every row has parameters of its own; then products with x are made step by step too.
    """
    group = Group(lengths, room.blocks, room.rows, masked=not each)
    memory = forward_memory(plan, group, each)
    spelling = Spelling(plan, group, each)
    products = forward_products(plan, room, memory, each)
    stages = forward_stages(plan, spelling, memory)
    lines = [line for block in stages for step in block for line in step.function()]
    lines += [
        "@cuda.jit(**options)",
        f"def forward({arguments(group, 'record')}):",
        *rows_of_a_block(plan, memory, products.values(), each),
    ]
    step_lines = [*group.row(), *([] if each else held(plan, group))]
    for number, block in enumerate(stages, 1):
        here = [p for p in plan.products if p.name in products and max(p.stage, 1) == number]
        step_lines += _products(spelling, here, products, memory)
        step_lines += [line for step in block for line in step.call()] + group.meet()
    lines += indented(upwards("t", 0, "T", step_lines), 2)
    return "\n".join([*opening(group), *lines]) + "\n", memory


def forward_stages(plan, spelling, memory):
    """For each stage the DeviceSteps that hold its equations."""
    return [
        [equations(spelling, nodes,
                   DeviceStep(f"stage_{number}_{size_name(size)}", size, memory))
         for size, nodes in block.items()]
        for number, block in enumerate(plan.blocks, 1)
    ]  # fmt: skip


def forward_memory(plan, group, each=False):
    """The Memory of `forward`."""
    own = own_parameters(plan, group.lengths) if each else {}
    if group.blocks > 1:
        own = _packs_by_block(plan, group)
    return Memory(record_names(plan, group, each), (), group, own)


def forward_products(plan, room, memory, each=False):
    """name -> Multiply of every product of a step, with room for it in memory."""
    made, group = {}, memory.group
    for product in [p for p in plan.products if p.stage or each]:
        name = identifier("product", product.name)
        outputs, inner = group.slot(product.pack.rows.values()), group.lengths[product.pack.columns]
        matrix = pack_name(product.pack, group)
        made[product.name] = Multiply.of(name, matrix, outputs, inner, room, memory)
    keep(made.values(), room, memory)
    return made


def opening(group):
    """What a module needs besides, before its kernel."""
    return MEETING.splitlines() if group.blocks > 1 else []


def arguments(group, *arenas):
    """The arguments of a kernel, as text."""
    return ", ".join([*arenas, *(["counters"] if group.blocks > 1 else []), "places"])


def rows_of_a_block(plan, memory, products, each=False):
    """The lines down to the loop over a block's rows, and what a row begins with."""
    kept = [*numbers(plan), *(line for product in products for line in product.before())]
    group = memory.group
    lines = [*memory.unpacking(), *group.counted()]
    if not each:
        return indented([*lines, *memory.owned("block"), *kept, group.rows_in_turn()], 1)
    lines.append(group.rows_in_turn())
    return indented([*lines, *indented([*memory.owned("n"), *kept], 1)], 1)


def pack_name(pack, group):
    """The array from which blocks read a pack of matrices: of many, each has its own rows."""
    return identifier("pack" if group.blocks == 1 else "pack_by_block", pack.name)


def recurrent_packs(plan):
    """The packs of matrices that are multiplied at every step."""
    return [p for p in plan.layout.packs if any(q.pack is p and q.stage for q in plan.products)]


def _packs_by_block(plan, group):
    return {
        pack_name(pack, group): group.slot(pack.rows.values()) * group.lengths[pack.columns]
        for pack in recurrent_packs(plan)
    }


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


def record_names(plan, group, each=False):
    """Names of all arrays of the record, in the order in which kernels take their places.

    group: that of the forward kernel.
    """
    layout, graph = plan.layout, plan.graph
    return [
        "mask",
        "numbers",
        "held",
        *(identifier("vector", v) for v in layout.vectors),
        *(identifier("matrix", p.name) for p in layout.packs),
        *(identifier("pack", p.name) for p in layout.packs),
        *(pack_name(p, group) for p in recurrent_packs(plan) if group.blocks > 1),
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


def held(plan, group):
    """A masked step hands the states on as they are."""
    lines = []
    for name, node in plan.graph.states.items():
        state, size = identifier("state", name), size_name(plan.size(node))
        after, here = (f"record[index({state} + {at} * {size} + j)]" for at in ("(row + B)", "row"))
        lines += group.each_unit(plan.size(node), [f"{after} = {here}"], real=False)
    return lines
