"""How the values of a cell are spelled in written JavaScript: where they lie.

Vectors over time are flat arrays: unit j of step t is `array[t * units + j]`.
"""

from ...equations.graph import LEAVES, is_scalar
from .. import spelling
from ..spelling import ATOM, identifier, size_name


class Spelling(spelling.Spelling):
    """Spells the values of one step and their adjoints."""

    def __init__(self, plan):
        super().__init__(plan)
        self.key_of = _written(plan)

    def call(self, function):
        return identifier("f", function.name)

    def power(self, base, exponent):
        return f"Math.pow({base}, {exponent!r})", ATOM

    def held(self, node, own):
        clamp = identifier("clamp", node.value)
        return f"({clamp} ? {clamp}[t * {self.units(node)} + j] : {own})"

    def unless_held(self, name, own):
        return f"({identifier('clamp', name)} ? 0 : {own})"

    def units(self, node):
        """The variable that holds how long a vector is."""
        return size_name(self.plan.size(node))

    def place(self, node):
        """(array, where its step begins) of a vector that varies over time."""
        node = self.plan.holders.get(id(node), node)
        units = self.units(node)
        if node.op == "input":
            return "x", f"t * {units}"
        if node.op == "state":
            return identifier("state", node.value), f"t * {units}"
        if id(node) in self.plan.output_of:
            return identifier("state", self.plan.output_of[id(node)]), f"(t + 1) * {units}"
        return identifier("line", self.key_of[id(node)]), f"t * {units}"

    def adjoint_place(self, node):
        """(array, where its row begins) of the adjoint of such a vector."""
        units = self.units(node)
        if node.op == "input":
            return "d_x", f"at * {units}"
        if node.op == "state":
            return identifier("carried", node.value), f"at * {units}"
        if node.op == "vector":
            return identifier("steps", node.value), f"at * {units}"
        return identifier("total", self.key_of[id(node)]), f"at * {units}"

    def value(self, node):
        """The text of a value that has a place, else None."""
        node = self.plan.holders.get(id(node), node)
        if node.op == "constant":
            return repr(node.value).replace("inf", "Infinity").replace("nan", "NaN")
        if node.op == "number":
            return identifier("number", node.value)
        if node.op == "vector":
            return f"{identifier('vector', node.value)}[j]"
        if node.op in ("input", "state") or id(node) in self.key_of:
            array, start = self.place(node)
            return f"{array}[{start} + j]"
        return self.dot(node) if node.op == "product" else None

    def dot(self, node):
        matrix, operand = node.args
        array, start = self.place(operand)
        name = identifier("matrix", matrix.value)
        return f"dot({name}, j, {self.units(operand)}, {array}, {start})"


def _written(plan):
    """id -> key of every vector that gets an array: lines, what is kept, what is read twice."""
    keys = {id(node): name for name, node in plan.graph.lines.items()}
    keys |= {id(node): key for key, node in plan.kept}
    for node in plan.graph.nodes:
        twice = len(plan.users.get(id(node), [])) > 1
        plain = node.op not in LEAVES and not is_scalar(node) and id(node) not in plan.holders
        if twice and plain and id(node) not in keys:
            keys[id(node)] = f"shared {len(keys) + 1}"
    return keys


def product_key(spell, node):
    """The name of a product: the matrix and what it multiplies, "U.f h"."""
    matrix, operand = node.args
    name = operand.value if operand.op in LEAVES else spell.key_of[id(operand)]
    after = " after" if id(operand) in spell.plan.output_of else ""
    return f"{matrix.value} {name}{after}"
