"""A cell's equations for a page: MathML of every line, and the same with blanks for numbers.

The page fills the blanks with what its own run holds; the text comes from one walk over the graph,
as everywhere. Computes no number.
"""

from html import escape

from ..equations.stages import Layout, Plan
from ..targets.javascript.spelling import Spelling, product_key
from ..targets.notation import ATOM, MathML, Symbols, Text, equations, write

MINUS = "\N{MINUS SIGN}"
PARTIAL = "<mo>&#8706;</mo>"


def formulas(cell):
    """Return {"lines": [...], "back": {state: ...}} of a cell as plain values.

    A line has its `name`; its `equation` and `result`, such as f[t], as MathML; `numbers`, its
    right side as MathML in which each blank tells what belongs there; the leaves that it `reads`
    ("x" and the states before the step); its `vectors`; and its `products`, each with `key` (as in
    the written JavaScript), `matrix`, `operand` as text and the leaves that it reads.

    A state in `back`, and "input", has the chain rule that gives the gradient by its value before
    the step, or by x: `equation`, `numbers` with a blank for each term, and `through`, the states
    after the step, or the products that read x. "input" is None where x is read outside of a
    matrix product.
    """
    plan = Plan(cell.graph.clampable(), Layout.of(cell.graph), "all")
    graph, spell = plan.graph, Spelling(plan)
    written, blanks = equations(graph, MathML()), Blanks(graph, spell)
    lines = [
        {
            "name": name,
            "equation": written[name],
            "result": MathML().symbol(name, "t", line=True),
            "numbers": write(node, blanks, top=True),
            **_reads(graph, spell, node),
        }
        for name, node in graph.lines.items()
    ]
    return {"lines": lines, "back": _back(graph) | {"input": _back_by_input(graph, spell)}}


class Blanks(Symbols):
    """Writes leaves, lines and products as empty numbers that say what belongs in them."""

    def __init__(self, graph, spell):
        super().__init__(graph, MathML())
        self.spell = spell

    def leaf(self, node):
        if id(node) in self.line_of:
            return blank("line", self.line_of[id(node)])
        if node.op in ("input", "state", "vector", "number"):
            return blank(node.op, node.value)
        return None

    def product(self, node):
        return blank("product", product_key(self.spell, node)), ATOM

    def times(self, node):
        return "divide" if node.op == "divide" else "times"


class Plain(Text):
    """Text with a true minus sign and dots, for the labels in a picture."""

    def symbol(self, name, time=None, line=False):
        return super().symbol(name, time, line).replace("t-1", f"t{MINUS}1")

    def infix(self, operation, left, right):
        sign = {"multiply": "\N{MIDDLE DOT}", "scale": "\N{MIDDLE DOT}", "subtract": MINUS}
        if operation in sign:
            return f"{left} {sign[operation]} {right}"
        return super().infix(operation, left, right)


def blank(kind, key):
    return f'<mn data-kind="{kind}" data-key="{escape(key)}"></mn>'


def _reads(graph, spell, line):
    """What one line reads itself, other lines not followed."""
    named = {id(node) for node in graph.lines.values()}
    products, vectors, leaves = [], [], []
    stack = [line]
    while stack:
        node = stack.pop()
        if node.op == "product":
            products.append(_product(graph, spell, node))
        if node.op in ("input", "state"):
            leaves.append(node.value)
        elif node.op == "vector":
            vectors.append(node.value)
        elif node is line or id(node) not in named:
            stack += reversed(node.args)
    return {
        "reads": list(dict.fromkeys(leaves)),
        "vectors": list(dict.fromkeys(vectors)),
        "products": products,
    }


def _product(graph, spell, node):
    matrix, operand = node.args
    found, stack = [], [operand]
    named = {id(each) for each in graph.lines.values()}
    while stack:
        own = stack.pop()
        if own.op in ("input", "state"):
            found.append(own.value)
        elif id(own) not in named:
            stack += own.args
    return {
        "key": product_key(spell, node),
        "matrix": matrix.value,
        "operand": write(operand, Symbols(graph, Plain())),
        "reads": list(dict.fromkeys(found)),
    }


def _back(graph):
    """state -> its chain rule, over the states after the step that depend on it."""
    style, result = MathML(), {}
    for state in graph.states:
        through = [name for name in graph.states if _depends(graph.lines[name], state)]
        before = style.symbol(state, "t-1")
        terms, blanks = [], []
        for name in through:
            after = style.symbol(name, "t")
            jacobian = style.group(style.fraction(PARTIAL + after, PARTIAL + before))
            entering = style.fraction(_by("L"), PARTIAL + after)
            terms.append(f"<msup>{jacobian}<mi>T</mi></msup>{entering}")
            blanks.append(blank("back", name))
        result[state] = {
            "equation": style.equation(
                style.fraction(_by("L"), PARTIAL + before), "<mo>+</mo>".join(terms) or "<mn>0</mn>"
            ),
            "numbers": "<mo>+</mo>".join(blanks) or "<mn>0</mn>",
            "through": through,
        }
    return result


def _back_by_input(graph, spell):
    """The chain rule that gives the gradient by the input, over its products with matrices."""
    style = MathML()
    reads = [node for node in graph.nodes if any(a.op == "input" for a in node.args)]
    if not reads or any(node.op != "product" for node in reads):
        return None
    matrices = [node.args[0].value for node in reads]
    roots, own = zip(*(name.partition(".")[::2] for name in matrices), strict=True)
    if len(matrices) > 2 and len(set(roots)) == 1 and all(own):
        over = "<mo>,</mo>".join(f"<mi>{escape(name)}</mi>" for name in own)
        total = f"<munder><mo>&#8721;</mo><mrow><mi>k</mi><mo>=</mo>{over}</mrow></munder>"
        right = total + _through(f"<msub><mi>{escape(roots[0])}</mi><mi>k</mi></msub>")
    else:
        written = [write(node.args[0], Symbols(graph, style)) for node in reads]
        right = "<mo>+</mo>".join(map(_through, written))
    keys = [product_key(spell, node) for node in reads]
    by = style.fraction(_by("L"), PARTIAL + style.symbol("x", "t"))
    return {
        "equation": style.equation(by, right),
        "numbers": "<mo>+</mo>".join(blank("back by input", key) for key in keys),
        "through": keys,
    }


def _through(matrix):
    """What comes back through a matrix that multiplies the input."""
    style = MathML()
    after = PARTIAL + style.group(matrix + style.symbol("x", "t"))
    return f"<msup>{matrix}<mi>T</mi></msup>{style.fraction(_by('L'), after)}"


def _by(name):
    return f"{PARTIAL}<mi>{name}</mi>"


def _depends(line, state):
    """Whether a line depends on a state before the step, over other lines too."""
    stack, seen = [line], set()
    while stack:
        node = stack.pop()
        if node.op == "state" and node.value == state:
            return True
        if id(node) not in seen:
            seen.add(id(node))
            stack += node.args
    return False
