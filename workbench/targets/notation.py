"""The equations of a cell as people read them: plain text, LaTeX, and MathML.

One walk over the graph, three styles. LaTeX stays inside what matplotlib's mathtext draws, apart
from the `aligned` block around several lines. `Numbers` puts the values of one unit at one step
in the place of the symbols.
"""

from collections import Counter
from html import escape

from ..equations.cell import WRITERS
from ..equations.graph import is_scalar

SUM, TERM, PREFIX, ATOM = range(4)
MINUS = ("-", "<mo>&#8722;", "<mrow><mo>&#8722;")
LATEX_OPERATORS = {"add": "+", "subtract": "-", "multiply": r"\odot", "scale": r"\,"}
LATEX_OPERATORS |= {"product": r"\,", "times": r"\cdot"}
MATHML_OPERATORS = {"add": "+", "subtract": "&#8722;", "multiply": "&#8857;", "scale": "&#8290;"}
MATHML_OPERATORS |= {"product": "&#8290;", "times": "&#183;"}


def digits(value):
    """A number as text with at most four significant digits: 0.25, 1.2e-07, nan."""
    text = f"{float(value):.4g}"
    return text.replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


class Text:
    """Equations in a terminal: i[t] = sigmoid(W.i @ x[t] + U.i @ h[t-1] + b.i)."""

    def symbol(self, name, time=None, line=False):
        return name + ("" if time is None else f"[{time}]")

    def parameter(self, name):
        return name

    def number(self, value):
        return digits(value)

    def group(self, text):
        return f"({text})"

    def infix(self, operation, left, right):
        sign = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "scale": "*"}
        sign |= {"product": "@", "times": "*"}
        return f"{left} {sign[operation]} {right}"

    def negative(self, text):
        return f"-{text}"

    def power(self, base, exponent):
        return f"{base}^{digits(exponent)}"

    def call(self, function, arguments):
        return f"{function.name}({', '.join(arguments)})"

    def equation(self, left, *right):
        return " = ".join([left, *right])

    fraction = None


class Latex(Text):
    """Equations in LaTeX, each without dollars."""

    def symbol(self, name, time=None, line=False):
        return _latex_name(name) + ("" if time is None else f"_{{{time}}}")

    def parameter(self, name):
        letter, _, rest = name.partition(".")
        return _latex_name(letter) + (f"_{{{_latex_name(rest)}}}" if rest else "")

    def number(self, value):
        mantissa, _, exponent = digits(value).partition("e")
        if mantissa.lstrip("-") in ("nan", "inf"):
            return mantissa.replace("nan", r"\mathrm{NaN}").replace("inf", r"\infty")
        return mantissa + (rf" \times 10^{{{exponent}}}" if exponent else "")

    def group(self, text):
        return rf"\left({text}\right)"

    def infix(self, operation, left, right):
        return f"{left} {LATEX_OPERATORS[operation]} {right}"

    def power(self, base, exponent):
        return f"{{{base}}}^{{{digits(exponent)}}}"

    def fraction(self, above, below):
        return rf"\frac{{{above}}}{{{below}}}"

    def call(self, function, arguments):
        if "{" in function.latex and not function.latex.startswith(r"\mathrm"):
            return function.latex.format(*arguments)
        return rf"{function.latex}\left({', '.join(arguments)}\right)"


class MathML(Text):
    """Equations as the inside of a <math> element; the name of a line f has the class "line-f"."""

    def symbol(self, name, time=None, line=False):
        mark = f' class="line-{escape(name)}"' if line else ""
        own = f"<mi{mark}>{escape(name.replace('_', ' '))}</mi>"
        if time is None:
            return own
        step = f"<mi>{escape(time)}</mi>"
        if time == "t-1":
            step = "<mrow><mi>t</mi><mo>&#8722;</mo><mn>1</mn></mrow>"
        return f"<msub>{own}{step}</msub>"

    def parameter(self, name):
        letter, _, rest = name.partition(".")
        own = f"<mi>{escape(letter)}</mi>"
        return f"<msub>{own}<mi>{escape(rest)}</mi></msub>" if rest else own

    def number(self, value):
        mantissa, _, exponent = digits(value).partition("e")
        sign, mantissa = mantissa.startswith("-"), mantissa.lstrip("-")
        text = f"<mn>{mantissa.replace('inf', '&#8734;')}</mn>"
        if exponent:
            power = f"<mn>{exponent.replace('-', '&#8722;')}</mn>"
            text += f"<mo>&#215;</mo><msup><mn>10</mn>{power}</msup>"
        return f"<mrow>{'<mo>&#8722;</mo>' if sign else ''}{text}</mrow>"

    def group(self, text):
        return f"<mrow><mo>(</mo>{text}<mo>)</mo></mrow>"

    def infix(self, operation, left, right):
        return f"{left}<mo>{MATHML_OPERATORS[operation]}</mo>{right}"

    def negative(self, text):
        return f"<mo>&#8722;</mo>{text}"

    def power(self, base, exponent):
        return f"<msup><mrow>{base}</mrow><mn>{digits(exponent)}</mn></msup>"

    def fraction(self, above, below):
        return f"<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>"

    def call(self, function, arguments):
        name = {"sigmoid": "&#963;"}.get(function.name, escape(function.name))
        inside = "<mo>,</mo>".join(arguments)
        return f"<mi>{name}</mi><mo>&#8289;</mo>{self.group(inside)}"

    def equation(self, left, *right):
        return "<mo>=</mo>".join([left, *right])


def _latex_name(name):
    if len(name) == 1:
        return name
    words = name.strip("_").replace("_", r"\ ")
    return rf"\mathrm{{{words}}}"


class Symbols:
    """Leaves and named lines as symbols with their time."""

    def __init__(self, graph, style):
        self.style = style
        self.line_of = {id(node): name for name, node in graph.lines.items()}

    def leaf(self, node):
        """The text of what is not written out, or None."""
        if id(node) in self.line_of:
            return self.style.symbol(self.line_of[id(node)], "t", line=True)
        if node.op == "input":
            return self.style.symbol(node.value, "t")
        if node.op == "state":
            return self.style.symbol(node.value, "t-1")
        if node.op in ("matrix", "vector"):
            return self.style.parameter(node.value)
        if node.op == "number":
            return self.style.symbol(node.value)
        return None

    def product(self, node):
        """A product that is not written as matrix times operand, or None."""
        return None


def write(node, symbols, level=SUM, top=False):
    """Write the expression of a node; with `top` its own equation instead of its name."""
    text, own = _written(node, symbols, top)
    return symbols.style.group(text) if own < level else text


def _written(node, symbols, top=False):
    style = symbols.style
    leaf = None if top else symbols.leaf(node)
    if leaf is not None:
        return leaf, (PREFIX if leaf.startswith(MINUS) else ATOM)
    if node.op == "constant":
        return style.number(node.value), ATOM if node.value >= 0 else SUM
    if node.op in ("copy", "held") or (node.op == "call" and node.value.name == "identity"):
        return _written(node.args[0], symbols)
    if node.op == "call":
        return style.call(node.value, [write(a, symbols) for a in node.args]), ATOM
    if node.op == "product":
        own = symbols.product(node)
        if own is not None:
            return own
        left, right = (write(a, symbols, ATOM) for a in node.args)
        return style.infix("product", left, right), TERM
    if node.op == "negative":
        return style.negative(write(node.args[0], symbols, TERM)), SUM
    if node.op == "power":
        return style.power(write(node.args[0], symbols, ATOM), node.value), ATOM
    return _operation(node, symbols)


def _operation(node, symbols):
    style, (left, right) = symbols.style, node.args
    if node.op == "divide" and style.fraction:
        return style.fraction(write(left, symbols), write(right, symbols)), ATOM
    if node.op in ("add", "subtract"):
        # What follows a minus sign, and a negative number anywhere, needs brackets.
        tight = TERM if node.op == "subtract" else SUM
        tight = ATOM if _begins_negative(right, symbols) else tight
        text = style.infix(node.op, write(left, symbols), write(right, symbols, tight))
        return text, SUM
    operation = symbols.times(node) if hasattr(symbols, "times") else _times(node)
    tight = PREFIX if node.op == "divide" or operation == "scale" else TERM
    if operation == "times":
        tight = ATOM
    text = style.infix(operation, write(left, symbols, TERM), write(right, symbols, tight))
    return text, TERM


def _begins_negative(node, symbols):
    text = write(node, symbols)
    return text.startswith(MINUS)


def _times(node):
    if node.op == "divide":
        return "divide"
    return "scale" if any(is_scalar(a) for a in node.args) else "multiply"


def equations(graph, style):
    """Return line name -> its equation in a style, in order of computing."""
    symbols = Symbols(graph, style)
    return {
        name: style.equation(
            style.symbol(name, "t", line=True), write(node, symbols, top=True)
        )
        for name, node in graph.lines.items()
    }  # fmt: skip


def latex_block(lines):
    """Several LaTeX equations, aligned at their first equals sign."""
    rows = [line.replace(" = ", " &= ", 1) for line in lines]
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


LETTERS = {"input_size": "I", "hidden_size": "H"}


def count_formula(graph, power="^"):
    """The parameter count as a polynomial in the sizes, such as 4 H I + 4 H^2 + 4 H."""
    terms = Counter()
    for node in graph.parameters.values():
        size = graph.size(node)
        names = size if isinstance(size, tuple) else (size,)
        terms[tuple(sorted(LETTERS.get(n, n) for n in names))] += 1
    written = []
    for letters, count in terms.items():
        factors = [f"{a}{power}2" if n == 2 else a for a, n in Counter(letters).items()]
        written.append(" ".join(([str(count)] if count > 1 else []) + factors))
    return " + ".join(written) or "0"


def _shapes(graph):
    """ "W.i W.f (H, I)" for each group of parameters of one shape."""
    groups = {}
    for name, node in graph.parameters.items():
        size = graph.size(node)
        names = size if isinstance(size, tuple) else (size,)
        shape = "x".join(LETTERS.get(n, n) for n in names)
        groups.setdefault((name.split(".")[0], shape), []).append(name)
    return [f"{' '.join(names)}: {shape}" for (_, shape), names in groups.items()]


def _cell_text(cell, _):
    hyper = "".join(f", {name}={value}" for name, value in cell.hyper.items())
    lines = [f"  {line}" for line in equations(cell.graph, Text()).values()]
    sizes = ", ".join(["I inputs", "H units", *(f"{n} of {n}" for n in cell.size_names)])
    return "\n".join(
        [
            f"{cell.name}: states {', '.join(cell.states)}{hyper}",
            *lines,
            f"  {'; '.join(_shapes(cell.graph))}",
            f"  {count_formula(cell.graph)} parameters ({sizes})",
        ]
    )


def _cell_latex(cell, _):
    block = latex_block(equations(cell.graph, Latex()).values())
    formula = count_formula(cell.graph)
    return f"$$\n{block}\n$$\n{cell.name}: ${formula}$ parameters for $I$ inputs and $H$ units"


WRITERS["text"] = _cell_text
WRITERS["latex"] = _cell_latex
