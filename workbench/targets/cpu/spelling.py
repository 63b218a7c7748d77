"""How the nodes of a cell are spelled in written Python code for Numba.

Every name that a user chose gets a prefix, so that a line may be called `t`, `range` or `lambda_`.
"""

import keyword
import re

from ...equations.graph import LEAVES
from ...equations.stages import Plan

SUM, TERM, POWER, ATOM = range(4)
OPERATORS = {"add": ("+", SUM), "subtract": ("-", SUM), "multiply": ("*", TERM)}
OPERATORS |= {"divide": ("/", TERM)}


def identifier(*parts):
    """Join parts into a Python name."""
    return "_".join(re.sub(r"\W", "_", part) for part in parts)


def helper_name(function):
    """The name of a Function's helper in written code: its own unless Python has it already."""
    taken = function.name == "abs" or keyword.iskeyword(function.name)
    return function.name + ("_" if taken else "")


def size_name(size):
    """The variable that holds a length."""
    return size if size in ("input_size", "hidden_size") else identifier("size", size)


def total(sizes):
    """Add up lengths as text: ["hidden_size", "hidden_size"] -> "2 * hidden_size"."""
    parts = []
    for size in dict.fromkeys(sizes):
        count = sizes.count(size)
        parts.append(size_name(size) if count == 1 else f"{count} * {size_name(size)}")
    return " + ".join(parts)


class Spelling:
    """Spells the forward values of a plan: where they lie, or how they are computed again."""

    def __init__(self, plan: Plan):
        self.plan = plan

    def array(self, node):
        """The text of a value that lies in an array or a number, or None."""
        plan = self.plan
        node = plan.holders.get(id(node), node)
        if node.op == "constant":
            number = repr(node.value).replace("inf", "np.inf").replace("nan", "np.nan")
            return f"real({number})"
        if node.op in ("number", "vector"):
            place = identifier(node.op, node.value)
            return place if node.op == "number" else f"{place}[j]"
        if node.op == "input":
            return "x[t, n, j]"
        if node.op == "state":
            return f"{identifier('state', node.value)}[t, n, j]"
        if id(node) in plan.output_of:
            return f"{identifier('state', plan.output_of[id(node)])}[t + 1, n, j]"
        if id(node) in plan.key_of:
            return f"{identifier('line', plan.key_of[id(node)])}[t, n, j]"
        return None

    def slot(self, node):
        """The columns of a product node in its Product's buffer, as text with the unit j."""
        above = total(self.plan.product_of(node).pack.offset(node.args[0].value))
        return f"{above} + j" if above else "j"

    def operand(self, product, at="t"):
        """The (batch, size) array that a product multiplies at step t."""
        node = product.operand
        if node.op in LEAVES:
            name = "x" if node.op == "input" else identifier(node.op, node.value)
        else:
            if id(node) in self.plan.output_of:
                return f"{identifier('state', self.plan.output_of[id(node)])}[{at} + 1]"
            name = identifier("line", self.plan.key_of[id(node)])
        return f"{name}[{at}]"

    def variable(self, node, prefix):
        """The scalar that holds a value (prefix "v") or its adjoint (prefix "d") in a loop."""
        name = self.plan.line_of.get(id(node))
        if name is None:
            name = str(1 + list(self.plan.forward).index(id(node)))
        return identifier(prefix, name)


def spell(node, refer, level=SUM):
    """Write an expression; `refer(node)` gives the text of what has a place, else None."""
    text, own = _spelled(node, refer)
    return f"({text})" if own < level else text


def _spelled(node, refer):
    text = refer(node)
    if text is not None:
        return text, (SUM if text.startswith("-") else ATOM)
    if node.op == "call":
        inside = ", ".join(spell(a, refer) for a in node.args)
        return f"{helper_name(node.value)}({inside})", ATOM
    if node.op == "copy":
        return _spelled(node.args[0], refer)
    if node.op == "held":
        given = identifier("clamp", node.value)
        own = spell(node.args[0], refer)
        return f"({given}[t, n, j] if held[{identifier('held', node.value)}] else {own})", ATOM
    if node.op == "unless held":
        own = spell(node.args[0], refer)
        return f"(real(0) if held[{identifier('held', node.value)}] else {own})", ATOM
    if node.op == "negative":
        return f"-{spell(node.args[0], refer, TERM)}", SUM
    if node.op == "power":
        return f"{spell(node.args[0], refer, ATOM)} ** real({node.value!r})", POWER
    symbol, own = OPERATORS[node.op]
    left, right = node.args
    # The right operand of - and / needs brackets at its own level too.
    tighter = own + (node.op in ("subtract", "divide"))
    return f"{spell(left, refer, own)} {symbol} {spell(right, refer, tighter)}", own


def calls(nodes):
    """Return the functions called in expressions, each once, in order."""
    found = {}
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if node.op == "call":
            found[node.value.name] = node.value
        stack.extend(node.args)
    return list(found.values())


def indented(lines, depth):
    return ["    " * depth + line for line in lines]
