"""Finds the series that a report is about, and names the option that is wrong where it cannot.

Does not run anything. The loaders' own messages speak of their arguments; here they are made to
speak of what was typed at the command line.
"""

import difflib
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .. import data

DATA_SETS = {"sunspots": data.sunspots, "co2": data.co2}
SHORTEST = 3
LONGEST = 4000
"""Steps that one page shows: past this a column of a heat map is many steps, and reading slow."""


class Source(NamedTuple):
    """`series` is what the page shows, the last steps of a series of `whole` steps in all; `x`
    (time, 1) is its input, standardised with the `mean` and `scale` of all steps. `name` is what
    the axis calls it."""

    series: data.Series
    x: np.ndarray
    mean: float
    scale: float
    whole: int

    @property
    def name(self) -> str:
        return self.series.name or "input"


def read(source: str, column: str | None) -> Source:
    """Load sunspots, co2 or a column of a CSV file. Raises ValueError `argument: expected ...`."""
    series = _load(source, column)
    if len(series) < SHORTEST:
        raise ValueError(f"SOURCE: expected a series of {SHORTEST} steps or more, got {len(series)}")
    with np.errstate(over="ignore", invalid="ignore"):
        x, mean, scale = series.inputs()
    if not (np.isfinite(scale) and np.isfinite(x).all()):
        largest = np.abs(series.values).max()
        raise ValueError(
            f"SOURCE: expected numbers whose square fits into float64, got {largest:.4g}"
        )
    shown = slice(-LONGEST, None)
    return Source(series[shown], x[shown], mean, scale, len(series))


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
