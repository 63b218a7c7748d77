"""From a sequence to one vector, and from a vector to a sequence."""

import numpy as np

from ..recurrent.inputs import positive_integer
from .layer import MIXED, SEQUENCE, VECTOR, Back, Layer, Pass, Signal


class Last(Layer):
    """The value at the last real step of each sequence, (batch, units).

    Under a mask that is the last step that is real, wherever the padding stands. Units that were
    read backwards in time, the second half of a `Bidirectional`, have seen the whole sequence at
    its first real step; for these it is the value there. A sequence without any real step gives 0.
    Raises ValueError where each unit is made of both directions.
    """

    takes, stepwise = (SEQUENCE,), False

    def gives(self, taken):
        return VECTOR

    def forward(self, signal, setting):
        if signal.reversed_units == MIXED:
            raise ValueError(
                "x: expected units of one direction, got units made of both, which have read "
                "everything at no step; write Last() right behind a Bidirectional that "
                "concatenates, or Bidirectional(..., ends=True) and no Last()"
            )
        x, real = signal.values, real_steps(signal)
        time, batch, units = x.shape
        any_real, row = real.any(axis=0)[:, None], np.arange(batch)[:, None]
        step = np.repeat(time - 1 - real[::-1].argmax(axis=0)[:, None], units, axis=1)
        if signal.reversed_units is not None:
            step[:, signal.reversed_units] = real.argmax(axis=0)[:, None]
        place = step, row, np.arange(units)

        def back(d_y, way=None):
            d_x = np.zeros_like(x)
            d_x[place] = np.where(any_real, d_y, 0)
            return Back(d_x)

        return Pass(Signal(np.where(any_real, x[place], 0)), back)

    def __repr__(self):
        return "Last()"


class MeanOverTime(Layer):
    """The mean over the real steps of each sequence, (batch, units); 0 where there is none."""

    takes, stepwise = (SEQUENCE,), False

    def gives(self, taken):
        return VECTOR

    def forward(self, signal, setting):
        x, real = signal.values, real_steps(signal)
        share = (real / np.maximum(real.sum(axis=0), 1)).astype(x.dtype)[..., None]
        mean = Signal((x * share).sum(axis=0))
        return Pass(mean, lambda d_y, way=None: Back(d_y * share))

    def __repr__(self):
        return "MeanOverTime()"


class Repeat(Layer):
    """One vector becomes the input of every step: the one-to-many wiring.

    steps: how many. first_only: the vector enters at the first step, zeros after it.
    """

    takes, stepwise = (VECTOR,), False

    def __init__(self, steps, *, first_only=False):
        self.steps, self.first_only = positive_integer("steps", steps), bool(first_only)

    def gives(self, taken):
        return SEQUENCE

    def forward(self, signal, setting):
        x = signal.values
        enters = np.ones((self.steps, 1, 1), x.dtype)
        if self.first_only:
            enters[1:] = 0
        given = Signal(enters * x)
        return Pass(given, lambda d_y, way=None: Back((enters * d_y).sum(axis=0)))

    def describe(self):
        return {"steps": self.steps, "first_only": self.first_only}

    def __repr__(self):
        return f"Repeat({self.steps}{', first_only=True' if self.first_only else ''})"


def real_steps(signal):
    """(time, batch) bool of a signal with time, also where it has no mask."""
    return np.ones(signal.values.shape[:2], bool) if signal.mask is None else signal.mask
