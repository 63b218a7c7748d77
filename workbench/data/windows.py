"""Cuts a series into windows with targets, and into past and future.

Does not shuffle and does not scale: both are decisions about leakage that the caller makes in
plain sight. To keep past and future apart, `split` first and cut windows from each part.
"""

from __future__ import annotations

import numpy as np

from workbench.data.series import Series
from workbench.data.table import Table


def windows(series, length: int, horizon: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Every stretch of `length` steps, and the value `horizon` steps after its last one.

    `series` is a Series, a Table, or an array (time,) or (time, features). Gives x (windows,
    length, features) and y (windows, features), where y[k] = series[k + length - 1 + horizon]
    and windows = time - length - horizon + 1. Both are copies. Raises ValueError for a length or
    horizon under 1, or a series too short for one window.
    """
    values = _values(series)
    for name, value in (("length", length), ("horizon", horizon)):
        if value < 1:
            raise ValueError(f"{name}: expected 1 or more, got {value}")
    count = len(values) - length - horizon + 1
    if count < 1:
        raise ValueError(
            f"series: expected at least {length + horizon} steps "
            f"(length {length}, horizon {horizon}), got {len(values)}"
        )
    stretches = np.lib.stride_tricks.sliding_window_view(values, length, axis=0)[:count]
    return stretches.transpose(0, 2, 1).copy(), values[length - 1 + horizon :].copy()


def stretches(
    x: np.ndarray, y: np.ndarray, length: int, every: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Both arrays (time, ...) cut into (count, length, ...): an input and a target at every step.

    A stretch begins at each `every`-th step; there are (time - length) // every + 1. Copies.
    """
    starts = range(0, len(x) - length + 1, every)
    return tuple(np.stack([part[s : s + length] for s in starts]) for part in (x, y))


def split(series, fraction: float) -> tuple:
    """The first `fraction` of a series, and the rest: past and future, nothing shared.

    `series` is a Series (two Series come back), a Table (two Tables) or an array with time first
    (two arrays). The past has int(fraction * time) steps, and both parts have at least one.
    Raises ValueError where they cannot.
    """
    if not 0 < fraction < 1:
        raise ValueError(f"fraction: expected between 0 and 1, got {fraction}")
    part = series if isinstance(series, Series | Table) else np.asarray(series)
    # 0.29 * 100 is 28.999999999999996: the nudge keeps the step that the caller counted on.
    cut = int(fraction * len(part) + 1e-9)
    if not 0 < cut < len(part):
        raise ValueError(
            f"fraction: expected at least one step on each side of {len(part)}, got {fraction}"
        )
    return part[:cut], part[cut:]


def _values(series) -> np.ndarray:
    known = isinstance(series, Series | Table)
    values = series.values if known else np.asarray(series, dtype=np.float64)
    if values.ndim not in (1, 2):
        raise ValueError(f"series: expected (time,) or (time, features), got {values.shape}")
    return values[:, None] if values.ndim == 1 else values
