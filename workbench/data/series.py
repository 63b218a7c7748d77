"""A named series of numbers with its time axis, and the way to a network's input and back.

Does not load anything and does not cut anything; see the loaders and `windows`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np


class Standardised(NamedTuple):
    """A series with mean 0 and spread 1, and the two numbers that undo it.

    `x` is (time, 1); `mean` and `scale` have the unit of the series.
    """

    x: np.ndarray
    mean: float
    scale: float

    def restore(self, x) -> np.ndarray:
        """Give back numbers in the unit of the series; `x` may have any shape."""
        return np.asarray(x, dtype=np.float64) * self.scale + self.mean


@dataclass(frozen=True, eq=False)
class Series:
    """One measured quantity over time.

    `values` is float64 (time,); `times` is (time,): years as numbers, datetime64, or step
    numbers; `missing` is bool (time,), True where the value was not measured but filled in.
    The arrays are read-only copies. Raises ValueError where the shapes differ or a value is not
    a finite number.
    """

    name: str
    values: np.ndarray
    times: np.ndarray
    unit: str = ""
    source: str = ""
    missing: np.ndarray | None = None

    def __post_init__(self):
        values = np.array(self.values, dtype=np.float64)
        times = np.array(self.times)
        missing = np.zeros(values.shape, bool) if self.missing is None else self.missing
        missing = np.array(missing, dtype=bool)
        if values.ndim != 1:
            raise ValueError(f"values: expected (time,), got {values.shape}")
        for name, array in (("times", times), ("missing", missing)):
            if array.shape != values.shape:
                raise ValueError(f"{name}: expected {values.shape}, got {array.shape}")
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad):
            raise ValueError(f"values: expected finite numbers, got {values[bad[0]]} at {bad[0]}")
        for name, array in (("values", values), ("times", times), ("missing", missing)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        """`Series(sunspots: 309 steps, 1700 to 2008, mean number a year)`, not all the numbers."""
        ends = [f"{t:g}" if self.times.dtype.kind == "f" else str(t) for t in self.times[[0, -1]]]
        unit = f", {self.unit}" if self.unit else ""
        return f"Series({self.name}: {len(self)} steps, {ends[0]} to {ends[1]}{unit})"

    def __getitem__(self, part: slice) -> Series:
        """A stretch of the series, `series[10:20]`, with its times and its mask."""
        if not isinstance(part, slice):
            raise TypeError(f"part: expected a slice such as 10:20, got {part!r}")
        return replace(
            self, values=self.values[part], times=self.times[part], missing=self.missing[part]
        )

    def inputs(self, until: int | None = None) -> Standardised:
        """Standardise to (time, 1), the input of a network.

        `until`: mean and spread are taken from the first `until` steps only, so that a test part
        at the end tells nothing about itself; without it, from all. A series that never changes
        there keeps a scale of 1. Raises ValueError unless 1 <= until <= time.
        """
        count = len(self) if until is None else until
        if not 1 <= count <= len(self):
            raise ValueError(f"until: expected 1..{len(self)}, got {until}")
        known = self.values[:count]
        # Asked of the values: the spread of a constant is rounding noise, and not always 0.
        if known.min() == known.max():
            mean, scale = float(known[0]), 1.0
        else:
            mean, scale = float(known.mean()), float(known.std())
        return Standardised(((self.values - mean) / scale)[:, None], mean, scale)
