"""One step of a trace worked out: each equation, with its numbers put in, and its value."""

from dataclasses import dataclass

import numpy as np

from ..targets.notation import ATOM, PREFIX, TERM, Latex, MathML, Symbols, Text, write
from .inputs import positive_integer

FEW = 4
"""Up to so many units, and so many columns of a product, are written out."""


class Numbers:
    """Puts one unit's values in the place of symbols; products are written as their sums."""

    def __init__(self, values, style, unit):
        self.values, self.style, self.unit = values, style, unit

    def leaf(self, node):
        value = self.values.of(node)
        if value is None:
            return None
        return self.style.number(value if np.ndim(value) == 0 else value[self.unit])

    def product(self, node):
        row, operand = self.values.factors(node, self.unit)
        if len(row) > FEW:
            return self._bare(row @ operand)
        terms = [
            self.style.infix("times", self._factor(a), self._factor(v))
            for a, v in zip(row, operand, strict=True)
        ]
        text = terms[0]
        for term in terms[1:]:
            text = self.style.infix("add", text, term)
        return (text, TERM) if len(terms) == 1 else (self.style.group(text), ATOM)

    def _factor(self, value):
        text = self.style.number(value)
        return self.style.group(text) if value < 0 else text

    def _bare(self, value):
        return self.style.number(value), (PREFIX if value < 0 else ATOM)

    def times(self, node):
        return "divide" if node.op == "divide" else "times"


class Values:
    """The values of every leaf and recorded line at one step of one row of a trace."""

    def __init__(self, problem, t, batch):
        self.problem, self.t, self.n = problem, t, batch
        self.line_of = {id(node): name for name, node in problem.graph.lines.items()}
        self.states = dict(zip(problem.graph.states, problem.record[0], strict=True))
        keys = [key for key, _ in problem.kernels.plan.kept]
        self.lines = dict(zip(keys, problem.record[1], strict=True))

    def of(self, node):
        """The value of a leaf or a line as (units,) or a number; None for any other node."""
        t, n = self.t, self.n
        if id(node) in self.line_of:
            name = self.line_of[id(node)]
            return self.states[name][t + 1, n] if name in self.states else self.lines[name][t, n]
        if node.op == "input":
            return self.problem.x[t, n]
        if node.op == "state":
            return self.states[node.value][t, n]
        if node.op == "vector":
            return self.problem.parameters[node.value]
        if node.op == "number":
            names = self.problem.kernels.plan.layout.numbers
            return self.problem.numbers[names.index(node.value)]
        return None

    def factors(self, node, unit):
        """(row of the matrix, operand) of a product, for one unit."""
        matrix, operand = node.args
        return self.problem.parameters[matrix.value][unit], self.vector(operand)

    def vector(self, node):
        """The value of any expression of a step, worked out with NumPy."""
        value = self.of(node)
        if value is not None or node.op == "constant":
            return node.value if value is None else value
        if node.op == "product":
            return self.problem.parameters[node.args[0].value] @ self.vector(node.args[1])
        a = [self.vector(argument) for argument in node.args]
        if node.op == "call":
            return node.value(*a)
        if node.op == "power":
            return a[0] ** node.value
        if node.op in ("copy", "held"):
            return a[0]
        if node.op == "negative":
            return -a[0]
        return {
            "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide,
        }[node.op](*a)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One unit of one line: its name, unit, and value; written by `Worked`."""

    name: str
    unit: int | None
    value: float


class Worked:
    """The equations of step t with their numbers; shows itself as LaTeX, text or MathML.

    `lines` holds one entry for each line and unit; `written(style)` gives, for each of them,
    (name, [equation, numbers, value]).
    """

    def __init__(self, problem, t, batch, units):
        self._problem, self.t, self.batch, self.units = problem, t, batch, units
        self._values = Values(problem, t, batch)
        self.lines = []
        for name, node in problem.graph.lines.items():
            value = self._values.of(node)
            several = len(value) > 1
            for unit in range(len(value)) if units is None else [min(units, len(value) - 1)]:
                self.lines.append(Line(name, unit if several else None, float(value[unit])))

    @classmethod
    def of(cls, trace, t, batch, unit):
        """Check the arguments against a trace; raises ValueError that names what is wrong."""
        problem = trace._problem
        time, rows, _ = problem.x.shape
        if problem.kernels.plan.record != "all":
            raise ValueError("worked: expected a trace with record='all'")
        whole = isinstance(t, int | np.integer) and not isinstance(t, bool)
        if not whole or not -time <= t < time:
            raise ValueError(f"t: expected a step in {-time}..{time - 1}, got {t!r}")
        if positive_integer("batch", batch, least=0) >= rows:
            raise ValueError(f"batch: expected a row in 0..{rows - 1}, got {batch}")
        t = int(t) % time
        if not problem.mask[t, batch]:
            raise ValueError(f"t: step {t} of row {batch} is masked; nothing is computed there")
        hidden = max(s.shape[2] for s in problem.record[0])
        if unit is None:
            unit = None if hidden <= FEW else 0
        elif positive_integer("unit", unit, least=0) >= hidden:
            raise ValueError(f"unit: expected a unit in 0..{hidden - 1}, got {unit}")
        return cls(problem, t, batch, unit)

    def written(self, style):
        """[(line name, [equation, numbers, value])] in a style of targets.notation.

        Where a line has several units, the numbers begin with its step and unit: h[3,0] = ...

        Of a line with several units only the first has the equation, the others have "".
        """
        graph = self._problem.graph
        symbols, result, told = Symbols(graph, style), [], set()
        for line in self.lines:
            node = graph.lines[line.name]
            own = style.symbol(line.name, "t", line=True)
            numbers = write(node, Numbers(self._values, style, line.unit or 0), top=True)
            if line.unit is not None:
                unit = style.symbol(line.name, f"{self.t},{line.unit}", line=True)
                numbers = style.equation(unit, numbers)
            whole = style.equation(own, write(node, symbols, top=True))
            equation = "" if line.name in told else whole
            told.add(line.name)
            result.append((line.name, [equation, numbers, style.number(line.value)]))
        return result

    @property
    def mathtext(self):
        """[(line name, [equation, numbers, value])] for matplotlib, without dollars."""
        return self.written(Latex())

    @property
    def mathml(self):
        """[(line name, [equation, numbers, value])], each the inside of a <math> element."""
        return self.written(MathML())

    def __str__(self):
        rows = []
        for _, (equation, numbers, value) in self.written(Text()):
            rows += [equation] if equation else []
            several = " = " in numbers
            rows.append(f"    {'' if several else '= '}{numbers} = {value}")
        return "\n".join(rows)

    def __repr__(self):
        return f"step {self.t}, row {self.batch}\n{self}"

    def _repr_latex_(self):
        rows = []
        for _, (equation, numbers, value) in self.written(Latex()):
            if equation:
                rows.append(equation.replace(" = ", " &= ", 1))
            worked = numbers.replace(" = ", " &= ", 1) if " = " in numbers else f"&= {numbers}"
            rows.append(f"{worked} = {value}")
        body = " \\\\\n".join(rows)
        return "$$\n\\begin{aligned}\n" + body + "\n\\end{aligned}\n$$"
