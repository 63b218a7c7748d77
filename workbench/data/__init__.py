"""Real data, one loader a file, tasks made of random numbers, and helpers that cut without leaking.

Does not train, draw or scale anything by itself. Importing this room costs nothing: the package
that holds a data set is imported when its loader runs.
"""

from workbench.data.basic_motions import basic_motions
from workbench.data.co2 import co2
from workbench.data.csv_column import csv_column
from workbench.data.el_nino import el_nino
from workbench.data.english_prose import english_prose
from workbench.data.heartbeats import MarkedSeries, heartbeats
from workbench.data.japanese_vowels import japanese_vowels
from workbench.data.mnist_rows import Digits, mnist_rows
from workbench.data.nile import nile
from workbench.data.seattle_weather import seattle_weather
from workbench.data.sequence_set import SequenceSet
from workbench.data.series import Series, Standardised
from workbench.data.shakespeare import shakespeare
from workbench.data.stocks import stocks
from workbench.data.sunspots import sunspots
from workbench.data.surnames import Surnames, letter_codes, surnames
from workbench.data.synthetic import (
    ADDING_BASELINE,
    ORDER_BASELINE,
    PARITY_BASELINE,
    adding_problem,
    copy_baseline,
    copy_memory,
    flip_flop,
    flip_flop_baseline,
    parity,
    temporal_order,
)
from workbench.data.table import Table
from workbench.data.text import Text
from workbench.data.windows import split, windows

__all__ = [
    "ADDING_BASELINE",
    "ORDER_BASELINE",
    "PARITY_BASELINE",
    "Digits",
    "MarkedSeries",
    "SequenceSet",
    "Series",
    "Standardised",
    "Surnames",
    "Table",
    "Text",
    "adding_problem",
    "basic_motions",
    "co2",
    "copy_baseline",
    "copy_memory",
    "csv_column",
    "el_nino",
    "english_prose",
    "flip_flop",
    "flip_flop_baseline",
    "heartbeats",
    "japanese_vowels",
    "letter_codes",
    "mnist_rows",
    "nile",
    "parity",
    "seattle_weather",
    "shakespeare",
    "split",
    "stocks",
    "sunspots",
    "surnames",
    "temporal_order",
    "windows",
]
