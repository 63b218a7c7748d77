"""How the values of a cell are spelled in written code for Numba: where they lie in arrays.

A kernel names arrays and offsets; the functions of its stages name values only. A `Place` ties the
two together.
"""

import keyword
from dataclasses import dataclass

from .. import spelling
from ..spelling import POWER, identifier, size_name


def helper_name(function):
    """The name of a Function in written code: its own unless Python has it already."""
    taken = function.name == "abs" or keyword.iskeyword(function.name)
    return function.name + ("_" if taken else "")


def total(sizes):
    """Add up lengths as text: ["hidden_size", "hidden_size"] -> "2 * hidden_size"."""
    parts = []
    for size in dict.fromkeys(sizes):
        count = sizes.count(size)
        parts.append(size_name(size) if count == 1 else f"{count} * {size_name(size)}")
    return " + ".join(parts)


def rows(pack):
    """How many rows a pack has, as text."""
    return total(list(pack.rows.values()))


@dataclass(frozen=True)
class Place:
    """Where the values of one step and row lie, unit after unit.

    array: the kernel's variable. at: the flat index of unit 0, as text. name: what the function of
    a stage calls the value.
    """

    array: str
    at: str
    name: str


class Spelling(spelling.Spelling):
    """Spells the forward values of a plan: where they lie, or how they are computed again."""

    def call(self, function):
        return helper_name(function)

    def power(self, base, exponent):
        return f"{base} ** {exponent!r}", POWER

    def held(self, node, own):
        name = node.value
        return f"where({identifier('held', name)}, {identifier('clamp', name)}, {own})"

    def unless_held(self, name, own):
        return f"where({identifier('held', name)}, 0.0, {own})"

    def place(self, node):
        """The Place of a value that lies in an array, or None."""
        plan = self.plan
        node = plan.holders.get(id(node), node)
        if node.op == "input":
            return Place("x", f"row * {size_name('input_size')}", "x")
        if node.op == "vector":
            return Place(identifier("vector", node.value), "0", identifier("vector", node.value))
        if node.op == "product":
            return self._product(node) if self._kept(node) is None else self._kept(node)
        size = size_name(plan.size(node)) if id(node) in plan.forward else None
        if node.op == "state":
            name = identifier("state", node.value)
            return Place(name, f"row * {size}", identifier("old", node.value))
        if id(node) in plan.output_of:
            state = plan.output_of[id(node)]
            return Place(
                identifier("state", state), f"(row + B) * {size}", identifier("new", state)
            )
        return self._kept(node)

    def clamp(self, name):
        """The Place of a line's given values."""
        size = size_name(self.plan.size(self.plan.graph.lines[name]))
        return Place(identifier("clamp", name), f"row * {size}", identifier("clamp", name))

    def _kept(self, node):
        plan = self.plan
        if id(node) not in plan.key_of:
            return None
        name = identifier("line", plan.key_of[id(node)])
        return Place(name, f"row * {size_name(plan.size(node))}", name)

    def _product(self, node):
        product = self.plan.product_of(node)
        name = identifier("product", product.name)
        own = "here" if product.stage else "ahead"
        at = f"{own} * ({rows(product.pack)})" + self.slot(node)
        return Place(name, at, identifier(name, node.args[0].value))

    def slot(self, node):
        """What is added to reach the units of a product node in its Product's rows, as text."""
        above = total(self.plan.product_of(node).pack.offset(node.args[0].value))
        return f" + {above}" if above else ""

    def operand(self, product):
        """(array, flat index before the first step as text, size) of what a product multiplies."""
        size = size_name(product.pack.columns)
        kind, name, later = self.plan.kept_as(product.operand)
        return (
            identifier(kind, name) if kind != "x" else kind,
            f"B * {size}" if later else "0",
            size,
        )
