"""Heat maps: numbers to colours, one scale for values in 0..1 and one for signed values.

Does not decide which line is of which kind.
"""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba

from workbench.pictures.style import Theme

MAPS = {True: "cividis", False: "RdBu"}


def signed_limit(*arrays: np.ndarray) -> float:
    """The largest finite magnitude, for a scale that is symmetric around 0; 0 if there is none."""
    finite = [np.abs(a[np.isfinite(a)]) for a in arrays]
    return float(max((a.max() for a in finite if a.size), default=0.0))


def heat(values: np.ndarray, low: float, high: float, share: bool, theme: Theme) -> np.ndarray:
    """Colours (rows, columns, 4) in 0..1 for a heat map.

    `share`: cividis, else RdBu, white in the middle of low..high. Infinity takes the colour of
    its end of the scale; not-a-number is ink, which is in neither map, so that it is seen
    and never looks like a value or a blank.
    """
    span = high - low
    # Divided first: high - low of a float64 near the end of its range is infinite.
    shares = np.full(values.shape, 0.5)
    if span > 0:
        half = max(abs(low), abs(high))
        with np.errstate(invalid="ignore"):
            shares = (values / half - low / half) / (high / half - low / half)
    shares[np.isinf(values)] = (values[np.isinf(values)] > 0).astype(float)
    known = ~np.isnan(values)
    colours = np.empty((*values.shape, 4))
    colours[known] = colormaps[MAPS[share]](np.clip(shares[known], 0, 1))
    colours[~known] = to_rgba(theme.ink)
    return colours


def shrink(values: np.ndarray, held: np.ndarray, rows: int, columns: int):
    """Average a heat map (units, time) down to at most `rows` by `columns` cells.

    Gives the values and the columns of `held` (time,), blank only where all their steps are
    held; held steps do not enter a mean. Averaged before colours are given: the mean of red and
    blue is purple, the mean of -1 and 1 is 0. Not-a-number anywhere in a cell makes the cell so.
    """
    if values.shape[1] > columns:
        edges = _edges(values.shape[1], columns)
        weight = np.add.reduceat((~held).astype(float), edges)
        with np.errstate(invalid="ignore", over="ignore"):
            total = np.add.reduceat(np.where(held, 0, values), edges, axis=1)
        values, held = total / np.maximum(weight, 1), weight == 0
    if values.shape[0] > rows:
        edges = _edges(values.shape[0], rows)
        size = np.diff(np.r_[edges, values.shape[0]])
        with np.errstate(invalid="ignore", over="ignore"):
            values = np.add.reduceat(values, edges, axis=0) / size[:, None]
    return values, held


def _edges(count: int, cells: int) -> np.ndarray:
    return np.arange(cells) * count // cells


def draw_heat(axes: Axes, colours: np.ndarray, steps: int | None = None) -> None:
    """Fill `axes` with cells of hard edges; x runs over `steps`, as many as columns for None."""
    steps = steps or colours.shape[1]
    axes.imshow(colours, aspect="auto", interpolation="none", extent=(-0.5, steps - 0.5, -0.5, 0.5))


def ramp(share: bool, count: int = 64) -> np.ndarray:
    """The colours of a scale from its low to its high end, (count, 4)."""
    return colormaps[MAPS[share]](np.linspace(0, 1, count))
