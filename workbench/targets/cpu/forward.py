"""Writes the forward kernel of a plan: the equations over time, with what is recorded."""

from ...equations.graph import is_scalar
from ..spelling import identifier, indented, size_name
from .spelling import Spelling, total


def forward_source(plan):
    """Return the text of `forward` for one plan."""
    spelling = Spelling(plan)
    lines = [
        "@njit(**options)",
        "def forward(x, mask, sizes, parameters, record):",
        *indented(unpacking(plan), 1),
        *indented(_before_the_loop(plan), 1),
        "    for t in range(T):",
    ]
    for number, block in enumerate(plan.blocks, 1):
        lines += indented(_products(plan, spelling, number), 2)
        lines += ["        for n in range(B):", "            if not mask[t, n]:"]
        lines += indented(_held(plan) if number == 1 else [], 4)
        lines += ["                continue"]
        for size, nodes in block.items():
            lines += [f"            for j in range({size_name(size)}):"]
            lines += indented(_equations(plan, spelling, nodes, number), 4)
    return "\n".join(lines) + "\n"


def unpacking(plan):
    """The first lines of every kernel: its arguments under their names."""
    layout, graph = plan.layout, plan.graph
    names = {
        "sizes": [size_name(s) for s in size_order(plan)],
        "matrices, vectors, numbers": ["parameters"],
        "matrices": [identifier("matrix", p.name) for p in layout.packs],
        "vectors": [identifier("vector", v) for v in layout.vectors],
        "states, lines, clamps": ["record"],
        "states": [identifier("state", s) for s in graph.states],
        "lines": [identifier("line", key) for key, _ in plan.kept],
        "clamps": ["held", *(identifier("clamp", c) for c in graph.clampable_lines)],
    }
    lines = []
    for group, own in names.items():
        if "," in group:
            lines.append(f"{group} = {own[0]}")
        elif own and (group != "clamps" or graph.clampable_lines):
            lines.append(f"{', '.join(own)}{',' if len(own) == 1 else ''} = {group}")
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


def rows(pack):
    """How many rows a pack has, as text."""
    return total(list(pack.rows.values()))


def _before_the_loop(plan):
    lines = []
    for product in plan.products:
        name, matrix = identifier("product", product.name), identifier("matrix", product.pack.name)
        if product.stage == 0:
            flat = f"np.dot(x.reshape(T * B, input_size), {matrix}.T)"
            lines.append(f"{name} = {flat}.reshape(T, B, {rows(product.pack)})")
        else:
            lines.append(f"{name} = np.empty((B, {rows(product.pack)}), real)")
    return lines


def _products(plan, spelling, stage):
    lines = []
    for product in plan.products:
        if product.stage == stage:
            name = identifier("product", product.name)
            matrix = identifier("matrix", product.pack.name)
            lines.append(f"np.dot({spelling.operand(product)}, {matrix}.T, {name})")
    return lines


def _held(plan):
    lines = []
    for name in plan.graph.states:
        state = identifier("state", name)
        lines.append(f"{state}[t + 1, n] = {state}[t, n]")
    return lines


def _equations(plan, spelling, nodes, stage):
    """The elementwise lines of one stage and length."""
    here = {id(node) for node in nodes}
    variables, lines = {}, []

    def refer(node):
        if id(node) in variables:
            return variables[id(node)]
        if node.op == "product":
            product = plan.product_of(node)
            at = "t, n" if product.stage == 0 else "n"
            return f"{identifier('product', product.name)}[{at}, {spelling.slot(node)}]"
        return None if id(node) in here or is_scalar_operation(node) else spelling.array(node)

    for node in nodes:
        place = None if id(node) in plan.holders else spelling.array(node)
        readers = [u for u in plan.users.get(id(node), []) if id(u) in here]
        if place is None and len(readers) == 1:
            continue  # written out inside its only reader
        text = spelling.spell(node, refer)
        variables[id(node)] = spelling.variable(node, "v")
        lines.append(f"{variables[id(node)]} = {text}")
        if place is not None:
            lines.append(f"{place} = {variables[id(node)]}")
    return lines


def is_scalar_operation(node):
    """Whether a node is arithmetic on numbers only, such as 1 - leak_rate."""
    return bool(node.args) and is_scalar(node)
