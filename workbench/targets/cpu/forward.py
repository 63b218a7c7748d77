"""Writes the forward kernel of a plan: the equations over time, with what is recorded."""

from ..spelling import identifier, indented, size_name
from .spelling import Spelling, rows
from .step import Step


def forward_source(plan):
    """Return the text of `forward` for one plan, below the functions of its stages."""
    spelling = Spelling(plan)
    steps = [
        [equations(spelling, nodes, Step(f"stage_{number}_{size_name(size)}", size))
         for size, nodes in block.items()]
        for number, block in enumerate(plan.blocks, 1)
    ]  # fmt: skip
    lines = [line for block in steps for step in block for line in step.function()]
    lines += [
        "@njit(**options)",
        "def forward(job, x, mask, sizes, parameters, record, packs):",
        *indented(unpacking(plan), 1),
        "    for part in range(worker, parts, workers):",
        "        first, last = part * B // parts, (part + 1) * B // parts",
        "        m = last - first",
        *indented(_buffers(plan), 2),
        "        for t in range(T):",
    ]
    lines += indented(_input_products(plan, spelling), 3)
    for number, block in enumerate(steps, 1):
        lines += indented(_products(plan, spelling, number), 3)
        lines += ["            for n in range(first, last):"]
        lines += ["                row, here = t * B + n, n - first"]
        lines += ["                ahead = (t % chunk) * m + here"]
        lines += ["                if not mask[t, n]:"]
        lines += indented(_held(plan) if number == 1 else [], 5)
        lines += ["                    continue"]
        for step in block:
            lines += indented(step.call(), 4)
    return "\n".join(lines) + "\n"


def groups(plan):
    """What every kernel takes, or part of it -> the names under which it is unpacked, in order."""
    layout, graph = plan.layout, plan.graph
    return {
        "sizes": [size_name(s) for s in size_order(plan)],
        "parameters": ["matrices", "vectors", "numbers"],
        "matrices": [identifier("matrix", p.name) for p in layout.packs],
        "packs": [identifier("pack", p.name) for p in layout.packs],
        "vectors": [identifier("vector", v) for v in layout.vectors],
        "record": ["states", "lines", "clamps"],
        "states": [identifier("state", s) for s in graph.states],
        "lines": [identifier("line", key) for key, _ in plan.kept],
    }


def unpacked(groups):
    """The lines that unpack groups: name of a tuple -> names of its items."""
    lines = []
    for group, own in groups.items():
        if own:
            lines.append(f"({', '.join(own)}{',' if len(own) == 1 else ''}) = {group}")
    return lines


def unpacking(plan):
    """The first lines of every kernel: its arguments under their names."""
    layout, graph = plan.layout, plan.graph
    lines = ["worker, workers, parts, address = job", *unpacked(groups(plan))]
    if graph.clampable_lines:
        flags = ["held", *(identifier("clamp", c) for c in graph.clampable_lines)]
        lines += unpacked({"clamps": flags})
    lines += [f"{identifier('number', n)} = numbers[{i}]" for i, n in enumerate(layout.numbers)]
    # The flags are looked up where they are used: as values that stay the same through a loop they
    # would make the compiler write a copy of the loop for each combination of them.
    lines += [f"{identifier('held', n)} = {i}" for i, n in enumerate(graph.clampable_lines)]
    return [*lines, "T, B = mask.shape"]


def size_order(plan):
    """The names of all lengths in the order in which kernels take them."""
    found = ["input_size", "hidden_size"]
    for pack in plan.layout.packs:
        found += [*pack.rows.values(), pack.columns]
    for node in plan.graph.nodes:
        if id(node) in plan.graph.sizes and node.op != "matrix":
            found.append(plan.size(node))
    return list(dict.fromkeys(found))


def _buffers(plan):
    lines = ["# Input products are made for a few steps at once where the rows lie in a row."]
    lines += ["chunk = max(1, 48 // B) if m == B else 1"]
    for product in plan.products:
        name = identifier("product", product.name)
        count = "m" if product.stage else "chunk * m"
        lines.append(f"{name} = np.empty(({count}) * ({rows(product.pack)}), real)")
    return lines


def _input_products(plan, spelling):
    own = [p for p in plan.products if p.stage == 0]
    if not own:
        return []
    lines = ["if t % chunk == 0:", "    ahead_rows = min(chunk, T - t) * m"]
    return lines + indented([_product(spelling, p, "ahead_rows") for p in own], 1)


def _products(plan, spelling, stage):
    return [_product(spelling, p, "m") for p in plan.products if p.stage == stage]


def _product(spelling, product, count):
    array, base, size = spelling.operand(product)
    at = f"(t * B + first) * {size}" + ("" if base == "0" else f" + {base}")
    name, height = identifier("product", product.name), rows(product.pack)
    pack = identifier("pack", product.pack.name)
    return (
        f"multiply(address, {count}, {height}, {size}, {array}, {at}, {size}, 1, {pack}, "
        f"{name}, 0, {height}, 0)"
    )


def _held(plan):
    lines = []
    for name, node in plan.graph.states.items():
        state = identifier("state", name)
        lines.append(f"for j in range({size_name(plan.size(node))}):")
        lines.append(f"    {state}[t + 1, n, j] = {state}[t, n, j]")
    return lines


def equations(spelling, nodes, step):
    """Put the elementwise equations of one stage and length into a Step; return it."""
    plan = spelling.plan
    here = {id(node) for node in nodes}
    variables = {}
    found = step.refer(spelling, variables)

    def refer(node):
        # What is computed here is not read from where it will be written.
        if id(node) in here and id(node) not in variables:
            if node.op == "held":
                found_flag(node)
            return None
        return found(node)

    def found_flag(node):
        step.flags[identifier("held", node.value)] = None
        step.read(spelling.clamp(node.value))

    for node in nodes:
        place = None if id(node) in plan.holders else spelling.place(node)
        readers = [u for u in plan.users.get(id(node), []) if id(u) in here]
        if place is None and len(readers) == 1:
            continue  # written out inside its only reader
        text = spelling.spell(node, refer)
        variables[id(node)] = step.let(spelling.variable(node, "v"), text)
        if place is not None:
            step.write(place, variables[id(node)])
    return step
