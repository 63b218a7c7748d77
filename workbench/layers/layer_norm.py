"""Layer normalisation between layers. Inside a recurrence it is not possible here: an equation
of a cell speaks of one unit at a time, and a mean over units is none."""

import numpy as np

from ..recurrent.inputs import positive_integer, real_number
from .dense import rows
from .layer import Back, Layer, Pass
from .weights import Weights


class LayerNorm(Layer):
    """y = g * (x - mean) / sqrt(variance + epsilon) + b, over the units of each step by itself.

    Ba, Kiros and Hinton (2016), Layer normalization, eq. 3. input_size: units of x and y.
    epsilon: keeps units that are all equal from a division by 0.
    `parameters`: "g" (units,), ones at first, and "b" (units,), zeros.
    """

    def __init__(self, input_size, *, epsilon=1e-5, dtype="float64"):
        self.input_size = positive_integer("input_size", input_size)
        self.epsilon = real_number("epsilon", epsilon, above=0)
        self.parameters = Weights.started(
            0, dtype, g=((input_size,), "zeros"), b=((input_size,), "zeros")
        )
        self.parameters["g"] = np.ones(input_size)
        self.dtype = self.parameters["g"].dtype

    def describe(self):
        return {
            "input_size": self.input_size, "epsilon": self.epsilon, "dtype": self.dtype.name
        }  # fmt: skip

    def forward(self, signal, setting):
        x = signal.values
        g, b = self.parameters["g"].copy(), self.parameters["b"]
        spread = np.sqrt(x.var(axis=-1, keepdims=True) + self.epsilon)
        n = (x - x.mean(axis=-1, keepdims=True)) / spread
        y = g * n + b

        def back(d_y, way=None):
            d_n = d_y * g
            mean = d_n.mean(axis=-1, keepdims=True)
            along = n * (d_n * n).mean(axis=-1, keepdims=True)
            d_x = (d_n - mean - along) / spread
            return Back(d_x, {"g": rows(d_y * n).sum(axis=0), "b": rows(d_y).sum(axis=0)})

        return Pass(signal.mixed(y), back)
