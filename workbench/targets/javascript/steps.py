"""Writes the loops of one step, forward and back: one for every vector that has an array."""

from ...equations.gradient import contributions
from ...equations.graph import LEAVES, is_scalar
from ..spelling import added, identifier, indented
from .spelling import product_key


def _loops(plan, own):
    """[(node with an array, the nodes written out inside its loop, first to last)]."""
    loops = []
    for node in plan.graph.nodes:
        if id(node) not in own:
            continue
        inside, stack = {id(node)}, [node]
        while stack:
            each = stack.pop()
            for argument in each.args if each.op != "product" else ():
                if id(argument) not in own and argument.op not in LEAVES:
                    inside.add(id(argument))
                    stack.append(argument)
        loops.append((node, [n for n in plan.graph.nodes if id(n) in inside]))
    return loops


def forward_lines(plan, spell):
    lines = []
    for node, _ in _loops(plan, spell.key_of):

        def refer(other, node=node):
            if other is node or plan.holders.get(id(other)) is node:
                return spell.dot(other) if other.op == "product" else None
            return spell.value(other)

        array, start = spell.place(node)
        lines += [
            f"for (let j = 0; j < {spell.units(node)}; j++)",
            f"    {array}[{start} + j] = {spell.spell(node, refer)};",
        ]
    return lines


def backward_lines(plan, spell):
    lines = []
    for node, inside in reversed(_loops(plan, spell.key_of)):
        lines += [f"for (let j = 0; j < {spell.units(node)}; j++) {{"]
        lines += indented(_adjoints(plan, spell, node, inside), 1)
        lines += ["}"]
    return lines


def _adjoints(plan, spell, node, inside):
    """The lines that hand the adjoint of one vector on to what it is computed from."""
    array, start = spell.adjoint_place(node)
    own = f"{array}[{start} + j]"
    parts, names, lines = {id(node): [own]}, {}, []
    if id(node) in plan.output_of:
        carried = identifier("carried", plan.output_of[id(node)])
        parts[id(node)].append(f"{carried}[after * {spell.units(node)} + j]")

    def refer(other):
        if other.op == "adjoint":
            return names[id(other.args[0])]
        return None if other.args and is_scalar(other) else spell.value(other)

    for each in reversed([n for n in inside if not is_scalar(n)]):
        text = added(parts.get(id(each), ["0"]))
        names[id(each)] = text
        if not text.isidentifier():
            names[id(each)] = spell.variable(each, "d")
            lines.append(f"const {names[id(each)]} = {text};")
        if each is node and len(parts[id(node)]) > 1:
            lines.append(f"{own} = {names[id(node)]};")
        if each.op == "product":
            lines += _through_matrix(spell, each, names[id(each)])
        for argument, expression in contributions(each):
            if id(argument) in {id(n) for n in inside}:
                parts.setdefault(id(argument), []).append(spell.spell(expression, refer))
            else:
                array, start = spell.adjoint_place(argument)
                lines.append(f"{array}[{start} + j] += {spell.spell(expression, refer)};")
    return lines


def _through_matrix(spell, node, adjoint):
    """Keep a product's adjoint for the gradient of the matrix, and hand it to the operand."""
    matrix, operand = node.args
    array, start = spell.adjoint_place(operand)
    product = identifier("product", product_key(spell, node))
    name = identifier("matrix", matrix.value)
    return [
        f"{product}[at * {spell.units(node)} + j] += {adjoint};",
        f"handBack({name}, j, {spell.units(operand)}, {adjoint}, {array}, {start});",
    ]
