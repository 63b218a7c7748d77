"""The one visual language of the pictures: the colours of `themes`, text sizes, quiet axes.

Does not touch matplotlib's global settings: `drawing` sets them for the time of one picture and
puts them back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib.style

from workbench.themes import (
    DARK,
    LIGHT,
    THEMES,
    TITLES,
    Theme,
    cell_key,
    cell_title,
    find_theme,
)

DPI = 96  # one figure unit of 1/96 inch is one CSS pixel
FONT = "DejaVu Sans"  # comes with matplotlib, so every machine draws the same letters
TEXT = 9.0  # points: 12 px
NAME = 10.5  # points: 14 px
MATH = 12.9  # points: mathtext sets an index at 0.7 of this, which is 12 px
NARROWEST, USUAL = 640, 960


def check_width(width: float) -> float:
    if not width >= NARROWEST:
        raise ValueError(f"width: expected {NARROWEST} px or more, got {width}")
    return float(width)


@contextmanager
def drawing(name: str) -> Iterator[Theme]:
    """Matplotlib settings of one picture, from its defaults and the theme; restored afterwards."""
    theme = find_theme(name)
    settings = {
        "font.family": [FONT],
        "font.size": TEXT,
        "mathtext.fontset": "dejavusans",
        "text.color": theme.ink,
        "axes.edgecolor": theme.hair,
        "axes.facecolor": "none",
        "axes.labelcolor": theme.soft,
        "axes.linewidth": 0.75,
        "axes.spines.left": False,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.spines.bottom": False,
        "figure.dpi": DPI,
        "figure.facecolor": theme.paper,
        "figure.edgecolor": theme.paper,
        "lines.solid_capstyle": "round",
        "lines.solid_joinstyle": "round",
        "savefig.dpi": "figure",
    }
    with matplotlib.style.context(["default", settings]):
        yield theme


__all__ = [
    "DARK",
    "DPI",
    "FONT",
    "LIGHT",
    "MATH",
    "NAME",
    "NARROWEST",
    "TEXT",
    "THEMES",
    "TITLES",
    "USUAL",
    "Theme",
    "cell_key",
    "cell_title",
    "check_width",
    "drawing",
    "find_theme",
]
