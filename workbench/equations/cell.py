"""A cell is its equations: a Python function, traced once, from which everything else is made.

This file holds the `@cell` decorator and what can be told from the equations alone. Kernels,
pictures and LaTeX are made by writers, which announce themselves in `WRITERS`.
"""

import hashlib
import importlib
from functools import cached_property

from .. import functions
from .errors import EquationError
from .tracing import Signature, located, trace

WRITERS = {}
"""Target name -> function(cell, what) that returns text, such as "latex" or "cpu"."""


class Cell:
    """The equations of one recurrent cell, with its functions and numbers chosen.

    name: of the function.
    states: names in the order of the signature; `output` is the first of them.
    lines: names of what is recorded at every step, in order of computing.
    parameters: names ("W.i", "b.f", "W"), in the order of the signature.
    hyper: name -> number or Function.
    start: parameter or namespace name -> how it is filled at first, where it is not the default.
    size_names: names of the lengths that may be chosen besides input_size and hidden_size.

    Called with NumPy arrays it evaluates the equations as they stand: one step, x (input,),
    states (hidden,), parameters as objects with attributes (W.i of (hidden, input)) or arrays.
    """

    def __init__(self, function, start=None, hyper=None):
        self.function, self.name = function, function.__name__
        self.start = dict(start or {})
        self.hyper = Signature.of(function).hyper | (hyper or {})
        self.graph = trace(function, self.hyper)
        self.__doc__ = function.__doc__

    def __call__(self, *arguments, **hyper):
        return self.function(*arguments, **(self.hyper | hyper))

    @property
    def states(self):
        return tuple(self.graph.states)

    @property
    def output(self):
        return self.states[0]

    @property
    def lines(self):
        return tuple(self.graph.lines)

    @property
    def parameters(self):
        return tuple(self.graph.parameters)

    @cached_property
    def size_names(self):
        found = dict.fromkeys(n for size in self.graph.sizes.values() for n in _flat(size))
        return tuple(n for n in found if n not in ("input_size", "hidden_size"))

    def choose(self, **hyper):
        """Return the same cell with other hyper-parameters: numbers, or functions by name.

        Raises ValueError for a hyper-parameter that the cell does not have or of the wrong kind.
        """
        chosen = dict(self.hyper)
        for name, value in hyper.items():
            if name not in self.hyper:
                known = ", ".join(self.hyper) or "none"
                raise ValueError(f"{name}: expected a hyper-parameter of {self.name} ({known})")
            chosen[name] = _like(name, self.hyper[name], value)
        return Cell(self.function, self.start, chosen) if chosen != self.hyper else self

    def lengths(self, input_size, hidden_size, sizes=None):
        """Return name -> length of every size; sizes that are not named equal hidden_size.

        Raises EquationError when the equations tie two lengths that differ.
        """
        sizes = dict(sizes or {})
        for name in sizes:
            if name not in self.size_names:
                known = ", ".join(self.size_names) or "none"
                raise ValueError(
                    f"sizes: expected names of free sizes of {self.name} ({known}), got {name!r}"
                )
        if self.graph.tied is not None and input_size != hidden_size:
            raise self._tied_error(input_size, hidden_size)
        free = {name: sizes.get(name, hidden_size) for name in self.size_names}
        return {"input_size": input_size, "hidden_size": hidden_size, **free}

    def _tied_error(self, input_size, hidden_size):
        graph = self.graph
        order = {id(node): i for i, node in enumerate(graph.nodes)}
        later = [n for n in graph.lines if order[id(graph.lines[n])] >= order[id(graph.tied)]]
        line = min(later, key=lambda n: order[id(graph.lines[n])])
        return located(
            self.function,
            graph.numbered[line],
            f"x has input_size {input_size} and meets values of hidden_size {hidden_size} element "
            f"by element; write W @ x, or choose the two sizes equal",
        )

    def shapes(self, lengths):
        """Return parameter name -> shape, for lengths as `lengths()` gives them."""
        sizes = {name: self.graph.size(node) for name, node in self.graph.parameters.items()}
        return {name: tuple(lengths[s] for s in _flat(size)) for name, size in sizes.items()}

    def parameter_count(self, input_size, hidden_size, sizes=None):
        """Return how many numbers the parameters hold."""
        shapes = self.shapes(self.lengths(input_size, hidden_size, sizes)).values()
        return sum(s[0] * (s[1] if len(s) > 1 else 1) for s in shapes)

    def multiply_count(self, input_size, hidden_size, sizes=None):
        """Return the multiplications of one step: matrix products and elementwise products."""
        lengths = self.lengths(input_size, hidden_size, sizes)
        count = 0
        for node in self.graph.nodes:
            if node.op == "product":
                rows, columns = self.graph.size(node.args[0])
                count += lengths[rows] * lengths[columns]
            elif node.op == "multiply" and id(node) in self.graph.sizes:
                count += lengths[self.graph.size(node)]
        return count

    @cached_property
    def digest(self):
        """A short hash of the equations: equal for equal equations, whatever they are called."""
        index = {id(node): str(i) for i, node in enumerate(self.graph.nodes)}
        text = [
            " ".join([node.op, str(node.value), *(index[id(a)] for a in node.args)])
            for node in self.graph.nodes
        ]
        text += [f"{name}={index[id(node)]}" for name, node in self.graph.lines.items()]
        return hashlib.sha256("\n".join(text).encode()).hexdigest()[:16]

    def source(self, kernel="forward", target="cpu"):
        """Return the text that a writer makes: the kernel "forward", "backward" or "jacobian"."""
        return _writer(target)(self, kernel)

    def __deepcopy__(self, memo):
        return self  # nothing of a cell ever changes, and its kernels are found by its graph

    def __repr__(self):
        return _writer("text")(self, "cell")

    def _repr_latex_(self):
        return _writer("latex")(self, "cell")


def _writer(target):
    """The writer for a target; the first one that is asked for brings them all."""
    if not WRITERS:
        importlib.import_module("workbench.targets")
    if target not in WRITERS:
        raise ValueError(f"target: expected one of {', '.join(WRITERS)}, got {target!r}")
    return WRITERS[target]


def _flat(size):
    return size if isinstance(size, tuple) else (size,)


def _like(name, default, value):
    """Turn a chosen hyper-parameter into the kind that its default is."""
    if isinstance(default, functions.Function):
        try:
            return functions.get(value)
        except (ValueError, TypeError):
            known = ", ".join(functions.FUNCTIONS)
            raise ValueError(f"{name}: expected a function ({known}), got {value!r}") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name}: expected a number, got {value!r}")
    return float(value)


def cell(function=None, *, start=None):
    """Make a cell of a Python function whose lines are its equations.

    The arguments are x, then the states, then the parameters from the first upper-case letter on,
    then `*` and the hyper-parameters with their defaults. An upper-case letter stands for
    matrices (W.i @ x), a lower-case one for vectors (b.i). The new states are returned in the
    order of the signature.

    start: how parameters are filled at first, by name or by letter, as in {"b.f": 1.0}; see
        `workbench.recurrent.starts`.
    Raises EquationError that shows the line which cannot be used and says what to write.
    """
    if function is None:
        return lambda f: cell(f, start=start)
    if not callable(function) or not hasattr(function, "__code__"):
        raise EquationError(f"cell: expected a Python function, got {function!r}")
    return Cell(function, start)
