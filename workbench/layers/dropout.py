"""Dropout: while training, units are set to zero by chance, and the others are scaled up.

What a recurrent layer drops between its own steps is told in `recurrent_layer.py`.
"""

from dataclasses import replace

import numpy as np

from ..recurrent.inputs import real_number
from .layer import Back, Layer, Pass


class Dropout(Layer):
    """y = x * m / (1 - rate) with m zero at a share `rate` of places; y = x when not training.

    rate: at least 0, below 1. same_over_time: one m for all steps of a sequence (Gal and Ghahramani
    2016), so that a unit is gone for the whole sequence; else a new one at every step
    (Srivastava et al. 2014). Dividing by 1 - rate keeps the mean, so nothing changes after
    training.
    """

    def __init__(self, rate, *, same_over_time=False):
        self.rate = real_number("rate", rate, least=0, below=1)
        self.same_over_time = bool(same_over_time)

    def forward(self, signal, setting):
        x = signal.values
        if not setting.training or self.rate == 0:
            return Pass(signal, lambda d_y, way=None: Back(d_y))
        shape = (1, *x.shape[1:]) if self.same_over_time and x.ndim == 3 else x.shape
        kept = kept_units(setting.generator, self.rate, shape, x.dtype)
        dropped = replace(signal, values=x * kept)
        return Pass(dropped, lambda d_y, way=None: Back(d_y * kept))

    def describe(self):
        return {"rate": self.rate, "same_over_time": self.same_over_time}

    def __repr__(self):
        same = ", same_over_time=True" if self.same_over_time else ""
        return f"Dropout({self.rate:g}{same})"


def kept_units(generator, rate, shape, dtype):
    """Draw m / (1 - rate): 0 where a unit is dropped."""
    return (generator.random(shape) >= rate).astype(dtype) / np.asarray(1 - rate, dtype)
