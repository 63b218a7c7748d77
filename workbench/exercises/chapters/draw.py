"""Draws the numbers of a case from its seed: sizes that differ, distinct weights."""

from types import SimpleNamespace

import numpy as np

from ..exercise import CASES


class Lines(SimpleNamespace):
    """One array for each line of a cell: W.i, W.f, ... Asked for another, it says what there is."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(f"expected one of {self._there()}, got .{name}")

    def __getitem__(self, name):
        raise TypeError(f"expected one of {self._there()} (with a dot), got [{name!r}]")

    def _there(self):
        return ", ".join(f".{name}" for name in vars(self))


class Draw:
    """Random numbers of one case. The first case of a seed is small enough for pencil and paper.

    time, inputs, hidden: sizes that are never equal to each other, so that a turned matrix shows.
    """

    def __init__(self, seed):
        self.rng = np.random.default_rng([seed, 20])
        first = seed % CASES == 0
        self.inputs, self.hidden = (
            (3, 2) if first else map(int, self.rng.permutation([2, 3, 4])[:2])
        )
        self.time = 4 if first else int(self.rng.integers(5, 8))

    def normal(self, *shape, scale=1.0):
        """Normally distributed numbers, an array of that shape."""
        return scale * self.rng.standard_normal(shape)

    def lines(self, names, *shape, scale=0.7):
        """A namespace with one array for each letter of `names`: W.i, W.f, ..."""
        return Lines(**{name: self.normal(*shape, scale=scale) for name in names})

    def elman(self):
        """W, U, b of an Elman layer."""
        return {
            "W": self.normal(self.hidden, self.inputs, scale=0.7),
            "U": self.normal(self.hidden, self.hidden, scale=0.7),
            "b": self.normal(self.hidden, scale=0.5),
        }

    def lstm(self):
        """W, U, b of an LSTM layer, with lines i, f, g, o."""
        n = self.hidden
        return {
            "W": self.lines("ifgo", n, self.inputs),
            "U": self.lines("ifgo", n, n),
            "b": self.lines("ifgo", n),
        }

    def gru(self):
        """W, U, b of a GRU layer, with lines r, z, n."""
        n = self.hidden
        return {
            "W": self.lines("rzn", n, self.inputs),
            "U": self.lines("rzn", n, n),
            "b": self.lines("rzn", n),
        }
