"""Finds the series that a report is about, and names the option that is wrong where it cannot.

Does not run anything. The loaders' own messages speak of their arguments; here they are made to
speak of what was typed at the command line.
"""

import difflib
import re
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .. import data

DATA_SETS = {"sunspots": data.sunspots, "co2": data.co2}
SHORTEST = 3
PAST = 0.7
"""The share of a series that a network may learn from; the rest is for its test."""
TREND = 0.8
"""Correlation of the past with time from which a series is said to have a trend."""
LONGEST = 4000
"""Steps that one page shows: past this a column of a heat map is many steps, and reading slow."""


class Source(NamedTuple):
    """`series` is what the page shows, the last steps of a series of `whole` steps in all; `x`
    (time, 1) is its input, standardised with the `mean` and `scale` of its first `past` steps, so
    that the others tell nothing about themselves. `changes`: x is not the values but what they
    changed by since the step before. `name` is what the axis calls x."""

    series: data.Series
    x: np.ndarray
    mean: float
    scale: float
    whole: int
    past: int
    changes: bool

    @property
    def name(self) -> str:
        name = self.series.name or "input"
        return f"change of {name}" if self.changes else name


def read(source: str, column: str | None) -> Source:
    """Load sunspots, co2 or a column of a CSV file. Raises ValueError `argument: expected ...`."""
    series = _load(source, column)
    if len(series) < SHORTEST:
        raise ValueError(
            f"SOURCE: expected a series of {SHORTEST} steps or more, got {len(series)}"
        )
    shown = series[-LONGEST:]
    past = max(2, int(PAST * len(shown)))
    with np.errstate(over="ignore", invalid="ignore"):
        changes = has_trend(shown.values[:past])
        read = replace(shown, values=np.diff(shown.values, prepend=shown.values[0]))
        x, mean, scale = (read if changes else shown).inputs(past)
    if not (np.isfinite(scale) and np.isfinite(x).all()):
        largest = np.abs(shown.values).max()
        raise ValueError(
            f"SOURCE: expected numbers whose square fits into float64, got {largest:.4g}"
        )
    return Source(shown, x, mean, scale, len(series), past, changes)


def has_trend(past: np.ndarray) -> bool:
    """Whether values go one way with time, so that those to come lie outside of what was seen.

    A network that has learnt on values between two bounds knows nothing of others; it then reads
    changes. Asked of the past alone. past: (steps,).
    """
    if len(past) < 3 or past.min() == past.max():
        return False
    return abs(np.corrcoef(past, np.arange(len(past)))[0, 1]) > TREND


def _load(source: str, column: str | None) -> data.Series:
    if source in DATA_SETS:
        if column is not None:
            raise ValueError(f"--column: expected none for the data set {source}, got {column}")
        return DATA_SETS[source]()
    if not Path(source).is_file():
        near = difflib.get_close_matches(source.lower(), DATA_SETS, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        known = ", ".join(DATA_SETS)
        raise ValueError(f"SOURCE: expected {known} or a CSV file, got {source}{hint}")
    try:
        return _column(source, column)
    except ValueError as error:
        raise ValueError(_as_typed(str(error))) from None


def _column(path: str, column: str | None) -> data.Series:
    """The column by its name; by its position where it has no name."""
    try:
        return data.csv_column(path, column)
    except ValueError as error:
        nameless = str(error).startswith("column: expected") and (column or "").isdecimal()
        if not nameless:
            raise
        return data.csv_column(path, int(column))


def _as_typed(message: str) -> str:
    """`path: ...` -> `SOURCE: ...`; `column 'a': expected ..., got` -> `--column: expected ...`."""
    message = re.sub(r"^path: ", "SOURCE: ", message)
    message = re.sub(r"^column: ", "--column: ", message)
    return re.sub(
        r"^column (.+?): expected a number in row (\d+), got ",
        r"--column: expected a number in row \2 of column \1, got ",
        message,
        flags=re.DOTALL,
    )
