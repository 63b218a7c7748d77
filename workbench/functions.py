"""The functions that equations may use: each one once, with its derivative and its spellings.

A `Function` can be called on NumPy arrays (complex ones too, so that complex-step derivatives
work) and on the nodes of a cell's graph, where it only notes that it was called. All are
elementwise. There are no reductions over units here: an equation of a cell speaks of one unit
at a time, apart from its matrix products.

Complex arguments follow the real axis: a comparison looks at the real part, so that
`f(a + 1e-30j).imag / 1e-30` is the derivative of the branch that `a` lies on.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = [
    "Function",
    "abs",
    "clip",
    "elu",
    "exp",
    "hard_sigmoid",
    "identity",
    "leaky_relu",
    "log",
    "maximum",
    "minimum",
    "relu",
    "sigmoid",
    "softplus",
    "softsign",
    "sqrt",
    "tanh",
]


@dataclass(frozen=True, eq=False)
class Function:
    """One elementwise function y = f(a) or y = f(a, b).

    name: as the equations write it.
    numpy: the function on NumPy arrays, real or complex, any shape.
    partials: (y, a, ...) -> the partial derivative for each argument, written with the operators
        and functions of this module, and from the output y wherever that loses no precision.
    cpu: (v, a, ...) -> the function on vectors of real numbers, for compiled kernels. v has the
        functions they know: where, fabs, sqrt, exp, expm1, log, log1p, tanh.
    latex: a format string for the arguments, or a bare command such as \\tanh.
    javascript: the function as one JavaScript expression of a, b (a choice has c before them).
    """

    name: str
    numpy: Callable
    partials: Callable
    cpu: Callable
    latex: str
    javascript: str
    arity: int = 1

    def __call__(self, *arguments):
        """Apply the function, elementwise, to arrays or to the nodes of a graph.

        Raises TypeError when the number of arguments is wrong.
        """
        if len(arguments) != self.arity:
            raise TypeError(f"{self.name}: expected {self.arity} argument(s), got {len(arguments)}")
        for argument in arguments:
            if hasattr(argument, "apply_function"):
                return argument.apply_function(self, arguments)
        with np.errstate(all="ignore"):
            return self.numpy(*(np.asarray(a) for a in arguments))

    def __repr__(self):
        return self.name


def _sigmoid(a):
    # exp of a negative number only: no overflow, and full relative precision in both tails.
    positive = a.real >= 0
    e = np.exp(np.where(positive, -a, a))
    return np.where(positive, 1, e) / (1 + e)


def _softplus(a):
    positive = a.real > 0
    return np.where(positive, a, 0) + np.log1p(np.exp(np.where(positive, -a, a)))


def _abs(a):
    return np.where(a.real < 0, -a, a)


def _maximum(a, b):
    larger = np.where(a.real >= b.real, a, b)
    return np.where(np.isnan(a), a, larger)


def _minimum(a, b):
    smaller = np.where(a.real <= b.real, a, b)
    return np.where(np.isnan(a), a, smaller)


def _greater(a, b):
    unknown = np.isnan(a) | np.isnan(b)
    return np.where(unknown, np.nan, np.where(a.real > b.real, 1.0, 0.0))


def _elu(a):
    return np.where(a.real > 0, a, np.expm1(np.where(a.real > 0, 0, a)))


def _hard_sigmoid(a):
    y = a / 6 + 0.5
    return np.where(y.real < 0, 0, np.where(y.real > 1, 1, y))


def _cpu_sigmoid(v, a):
    e = v.exp(-v.fabs(a))
    return v.where(a >= 0, 1, e) / (1 + e)


def _cpu_greater(v, a, b):
    unknown = (a != a) | (b != b)
    return v.where(unknown, a + b, v.where(a > b, 1, 0))


def _cpu_hard_sigmoid(v, a):
    y = a / 6 + 0.5
    return v.where(y < 0, 0, v.where(y > 1, 1, y))


sigmoid = Function(
    "sigmoid",
    _sigmoid,
    lambda y, a: (y * (1 - y),),
    _cpu_sigmoid,
    r"\sigma",
    "a >= 0 ? 1 / (1 + Math.exp(-a)) : Math.exp(a) / (1 + Math.exp(a))",
)
tanh = Function(
    "tanh", np.tanh, lambda y, a: (1 - y * y,), lambda v, a: v.tanh(a), r"\tanh", "Math.tanh(a)"
)
identity = Function("identity", lambda a: a, lambda y, a: (1.0,), lambda v, a: a, "{}", "a")

greater = Function(
    "greater",
    _greater,
    lambda y, a, b: (0.0, 0.0),
    _cpu_greater,
    r"[{} > {}]",
    "a !== a || b !== b ? a + b : a > b ? 1 : 0",
    arity=2,
)
choose = Function(
    "choose",
    lambda c, a, b: np.where(np.isnan(c), c, np.where(c.real > 0, a, b)),
    lambda y, c, a, b: (0.0, greater(c, 0.0), 1 - greater(c, 0.0)),
    lambda v, c, a, b: v.where(c != c, c, v.where(c > 0, a, b)),
    r"[{0} > 0]\,{1} + [{0} \leq 0]\,{2}",
    "c !== c ? c : c > 0 ? a : b",
    arity=3,
)
relu = Function(
    "relu",
    lambda a: _maximum(a, np.zeros((), a.dtype)),
    lambda y, a: (greater(y, 0.0),),
    lambda v, a: v.where(a < 0, 0, a),
    r"\mathrm{ReLU}",
    "a < 0 ? 0 : a",
)
leaky_relu = Function(
    "leaky_relu",
    lambda a: np.where(a.real > 0, a, 0.01 * a),
    lambda y, a: (choose(y, 1.0, 0.01),),
    lambda v, a: v.where(a > 0, a, 0.01 * a),
    r"\mathrm{LeakyReLU}",
    "a > 0 ? a : 0.01 * a",
)
elu = Function(
    "elu",
    _elu,
    lambda y, a: (choose(y, 1.0, y + 1),),
    lambda v, a: v.where(a > 0, a, v.expm1(a)),
    r"\mathrm{ELU}",
    "a > 0 ? a : Math.expm1(a)",
)
softplus = Function(
    "softplus",
    _softplus,
    lambda y, a: (sigmoid(a),),
    lambda v, a: v.where(a > 0, a, 0) + v.log1p(v.exp(-v.fabs(a))),
    r"\mathrm{softplus}",
    "(a > 0 ? a : 0) + Math.log1p(Math.exp(-Math.abs(a)))",
)
softsign = Function(
    "softsign",
    lambda a: a / (1 + _abs(a)),
    lambda y, a: ((1 - abs(y)) * (1 - abs(y)),),
    lambda v, a: a / (1 + v.fabs(a)),
    r"\mathrm{softsign}",
    "a / (1 + Math.abs(a))",
)
hard_sigmoid = Function(
    "hard_sigmoid",
    _hard_sigmoid,
    lambda y, a: (greater(y, 0.0) * greater(1.0, y) / 6,),
    _cpu_hard_sigmoid,
    r"\mathrm{HardSigmoid}",
    "Math.min(Math.max(a / 6 + 0.5, 0), 1)",
)
exp = Function("exp", np.exp, lambda y, a: (y,), lambda v, a: v.exp(a), r"\exp", "Math.exp(a)")
log = Function("log", np.log, lambda y, a: (1 / a,), lambda v, a: v.log(a), r"\log", "Math.log(a)")
sqrt = Function(
    "sqrt", np.sqrt, lambda y, a: (0.5 / y,), lambda v, a: v.sqrt(a), r"\sqrt{{{}}}", "Math.sqrt(a)"
)
abs = Function(
    "abs",
    _abs,
    lambda y, a: (greater(a, 0.0) - greater(0.0, a),),
    lambda v, a: v.fabs(a),
    r"\left|{}\right|",
    "Math.abs(a)",
)
maximum = Function(
    "maximum",
    _maximum,
    lambda y, a, b: (greater(a, b), 1 - greater(a, b)),
    lambda v, a, b: v.where((a != a) | (a >= b), a, b),
    r"\max",
    "Math.max(a, b)",
    arity=2,
)
minimum = Function(
    "minimum",
    _minimum,
    lambda y, a, b: (greater(b, a), 1 - greater(b, a)),
    lambda v, a, b: v.where((a != a) | (a <= b), a, b),
    r"\min",
    "Math.min(a, b)",
    arity=2,
)


def clip(a, low, high):
    """Keep a between low and high, elementwise; the derivative is 0 outside."""
    return minimum(maximum(a, low), high)


FUNCTIONS = {
    f.name: f
    for f in (sigmoid, tanh, identity, relu, leaky_relu, elu, softplus, softsign, hard_sigmoid)
} | {f.name: f for f in (exp, log, sqrt, abs, maximum, minimum)}
"""Every function an equation may name, by name (`clip` is built from two of them)."""


def get(name):
    """Return the function called `name` (a string), or `name` itself if it is a Function.

    Raises ValueError that lists the known functions.
    """
    if isinstance(name, Function):
        return name
    if name not in FUNCTIONS:
        raise ValueError(f"function: expected one of {', '.join(FUNCTIONS)}, got {name!r}")
    return FUNCTIONS[name]
