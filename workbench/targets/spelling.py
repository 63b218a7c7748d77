"""How the expressions of a cell are spelled in written code, whatever the language.

Every name that a user chose gets a prefix, so that a line may be called `t`, `range` or `lambda_`.
A writer derives a `Spelling` for its language, which says where values lie and how choices,
powers and calls are written.
"""

import re
from textwrap import wrap

from ..equations.stages import Plan

SUM, TERM, POWER, ATOM = range(4)
OPERATORS = {"add": ("+", SUM), "subtract": ("-", SUM), "multiply": ("*", TERM)}
OPERATORS |= {"divide": ("/", TERM)}


def identifier(kind, *names):
    """Join a kind and names into one name.

    Underscores of the names are doubled: a line may be called `kept_4` or a vector `b_f` beside
    what is kept under "kept 4" and the vector "b.f".
    """
    return "_".join([kind, *(re.sub(r"\W", "_", name.replace("_", "__")) for name in names)])


def size_name(size):
    """The variable that holds a length."""
    return size if size in ("input_size", "hidden_size") else identifier("size", size)


class Spelling:
    """Spells the values of a plan in one language.

    A language gives `call(function)`, the name of a function's helper; `power(base, exponent)`
    with its level; `held(node, own)`, a line's given value while it is held, else its own;
    `unless_held(name, own)`, which is 0 while it is held.
    """

    def __init__(self, plan: Plan):
        self.plan = plan

    def variable(self, node, prefix):
        """The scalar that holds a value (prefix "v") or its adjoint (prefix "d") in a loop."""
        name = self.plan.line_of.get(id(node))
        if name is None:
            name = str(1 + list(self.plan.forward).index(id(node)))
        return identifier(prefix, name)

    def spell(self, node, refer, level=SUM):
        """Write an expression; `refer(node)` gives the text of what has a place, else None."""
        text, own = self._spelled(node, refer)
        return f"({text})" if own < level else text

    def _spelled(self, node, refer):
        text = refer(node)
        if text is not None:
            return text, (SUM if text.startswith("-") else ATOM)
        if node.op == "call":
            inside = ", ".join(self.spell(a, refer) for a in node.args)
            return f"{self.call(node.value)}({inside})", ATOM
        if node.op == "copy":
            return self._spelled(node.args[0], refer)
        if node.op == "held":
            return self.held(node, self.spell(node.args[0], refer)), ATOM
        if node.op == "unless held":
            return self.unless_held(node.value, self.spell(node.args[0], refer)), ATOM
        if node.op == "negative":
            return f"-{self.spell(node.args[0], refer, TERM)}", SUM
        if node.op == "power":
            return self.power(self.spell(node.args[0], refer, ATOM), node.value)
        symbol, own = OPERATORS[node.op]
        left, right = node.args
        # The right operand of - and / needs brackets at its own level too.
        tighter = own + (node.op in ("subtract", "divide"))
        return f"{self.spell(left, refer, own)} {symbol} {self.spell(right, refer, tighter)}", own


def added(parts):
    """Write a sum of texts."""
    return " + ".join(parts).replace("+ -", "- ")


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


def narrow(text):
    """Break long lines inside their brackets, never beside the sign of an assignment."""
    lines = []
    for line in text.replace(" = ", "\0=\0").split("\n"):
        indent = " " * (len(line) - len(line.lstrip()) + 4)
        lines += wrap(line, 96, subsequent_indent=indent, break_long_words=False) or [""]
    return "\n".join(lines).replace("\0=\0", " = ")


def indented(lines, depth):
    return ["    " * depth + line for line in lines]
