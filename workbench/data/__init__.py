"""Real data, one loader a file, and the helpers that cut a series without leaking its future.

Does not train, draw or scale anything by itself. Importing this room costs nothing: the package
that holds a data set is imported when its loader runs.
"""

from workbench.data.co2 import co2
from workbench.data.csv_column import csv_column
from workbench.data.mnist_rows import Digits, mnist_rows
from workbench.data.series import Series, Standardised
from workbench.data.sunspots import sunspots
from workbench.data.windows import split, windows

__all__ = [
    "Digits",
    "Series",
    "Standardised",
    "co2",
    "csv_column",
    "mnist_rows",
    "split",
    "sunspots",
    "windows",
]
