"""How the values of a cell are spelled in written Python code for Numba: where they lie."""

import keyword

from ...equations.graph import LEAVES
from .. import spelling
from ..spelling import POWER, identifier, size_name


def helper_name(function):
    """The name of a Function's helper in written code: its own unless Python has it already."""
    taken = function.name == "abs" or keyword.iskeyword(function.name)
    return function.name + ("_" if taken else "")


def total(sizes):
    """Add up lengths as text: ["hidden_size", "hidden_size"] -> "2 * hidden_size"."""
    parts = []
    for size in dict.fromkeys(sizes):
        count = sizes.count(size)
        parts.append(size_name(size) if count == 1 else f"{count} * {size_name(size)}")
    return " + ".join(parts)


class Spelling(spelling.Spelling):
    """Spells the forward values of a plan: where they lie, or how they are computed again."""

    def call(self, function):
        return helper_name(function)

    def power(self, base, exponent):
        return f"{base} ** real({exponent!r})", POWER

    def held(self, node, own):
        given = f"{identifier('clamp', node.value)}[t, n, j]"
        return f"({given} if {self._flag(node.value)} else {own})"

    def unless_held(self, name, own):
        return f"(real(0) if {self._flag(name)} else {own})"

    def _flag(self, name):
        return f"held[{identifier('held', name)}]"

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
