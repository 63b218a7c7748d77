"""The derivative of every line of a cell, one line at a time.

For each node, `contributions` says what its equation adds to the adjoint of every node that it is
computed from (an adjoint is the derivative of the loss by a value). The results are nodes again,
over the values of the forward step and over adjoints, so that every writer can spell them.

Nothing is flattened: an adjoint is named wherever the value is named, so a saturated gate gives
a small factor and not the quotient of two infinities.
"""

from .graph import LEAVES, Node, is_scalar


def adjoint(node):
    """The node that stands for the derivative of the loss by `node`."""
    return Node("adjoint", [node])


def contributions(node):
    """Return [(argument, what this node adds to the argument's adjoint)] for one operation.

    Products are left out: their adjoints go through transposed matrices, which is the writer's
    work. Arguments that are numbers have no adjoint.
    """
    if node.op == "product" or node.op in LEAVES:
        return []
    added = zip(node.args, _backward(node, adjoint(node)), strict=True)
    return [
        (a, expression) for a, expression in added if expression is not None and not is_scalar(a)
    ]


def _backward(node, g):
    """What the adjoint g of an operation adds to each argument's adjoint; None for nothing."""
    if node.op == "call":
        return [_times(g, partial) for partial in node.value.partials(node, *node.args)]
    if node.op == "power":
        (a,), n = node.args, node.value
        return [g * (n * (a if n == 2 else a ** (n - 1)))]
    if node.op in ("negative", "copy"):
        return [-g if node.op == "negative" else g]
    if node.op == "held":
        return [Node("unless held", [g], node.value)]
    a, b = node.args
    if node.op == "add":
        return [g, g]
    if node.op == "subtract":
        return [g, -g]
    if node.op == "multiply":
        return [g * b, g * a]
    return [g / b, -(g * node / b)]


def _times(g, partial):
    if isinstance(partial, Node):
        return g * partial
    return {0.0: None, 1.0: g}.get(partial, g * partial)


def values_read(expression, forward):
    """Return the nodes of the forward step that an adjoint expression reads.

    forward: the ids of the graph's nodes; everything else in the expression was made here.
    """
    if id(expression) in forward:
        return [expression]
    if expression.op == "adjoint":
        return []
    return [node for a in expression.args for node in values_read(a, forward)]
