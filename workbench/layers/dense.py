"""Dense: every output unit sees every input unit of the same step, y = f(W x + b)."""

import numpy as np

from .. import functions
from ..recurrent.inputs import positive_integer
from .layer import Back, Layer, Pass
from .weights import Weights


class Dense(Layer):
    """y = f(W x + b) at every step, or for every vector.

    input_size, output_size: units of x and y. activation: a function of `workbench.functions` or
    its name; None gives the sum itself, the logits of a classifier or the value of a forecast.
    seed: draws W (Glorot and Bengio 2010; He et al. 2015 for relu); b starts at 0.
    `parameters`: "W" (output, input), "b" (output,).
    Raises ValueError with one line for a wrong argument.
    """

    def __init__(self, input_size, output_size, activation=None, *, seed=0, dtype="float64"):
        self.input_size = positive_integer("input_size", input_size)
        self._output_size = positive_integer("output_size", output_size)
        self.seed = positive_integer("seed", seed, least=0)
        self.activation = None if activation is None else read_function("activation", activation)
        start = "he" if self.activation is functions.relu else "glorot"
        self.parameters = Weights.started(
            seed, dtype, W=((output_size, input_size), start), b=((output_size,), "zeros")
        )
        self.dtype = self.parameters["W"].dtype

    @property
    def output_size(self):
        return self._output_size

    def forward(self, signal, setting):
        x = signal.values
        W, b, f = self.parameters["W"].copy(), self.parameters["b"], self.activation
        a = x @ W.T + b  # W is copied, so that the way back belongs to the run, whatever changes
        y = a if f is None else f(a)

        def back(d_y, way=None):
            d_a = d_y if f is None else d_y * slope(f, y, a)
            return Back(d_a @ W, {"W": rows(d_a).T @ rows(x), "b": rows(d_a).sum(axis=0)})

        return Pass(signal.mixed(y), back)

    def describe(self):
        return {
            "input_size": self.input_size, "output_size": self.output_size,
            "activation": None if self.activation is None else self.activation.name,
            "seed": self.seed, "dtype": self.dtype.name,
        }  # fmt: skip

    def __repr__(self):
        function = "" if self.activation is None else f", {self.activation}"
        return f"Dense({self.input_size}, {self.output_size}{function})"


def read_function(argument, value):
    """Return the elementwise function of one argument that a name stands for."""
    known = [n for n, f in functions.FUNCTIONS.items() if f.arity == 1]
    try:
        function = functions.get(value)
    except (ValueError, TypeError):  # a TypeError of a value that is no key, such as a list
        function = None
    if function is None or function.arity != 1:
        hint = "; leave it out: cross_entropy reads logits" if value == "softmax" else ""
        raise ValueError(f"{argument}: expected one of {', '.join(known)}, got {value!r}{hint}")
    return function


def slope(function, y, a):
    """dy/da of y = function(a), in the number type of y."""
    return np.asarray(function.partials(y, a)[0], y.dtype)


def rows(array):
    """(..., units) -> (steps and batch rows, units)."""
    return np.reshape(array, (-1, array.shape[-1]))
