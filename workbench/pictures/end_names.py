"""The names of curves at one end of a plot, none over another. Does not draw the curves."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from workbench.pictures.picture import Picture
from workbench.pictures.places import spread
from workbench.pictures.style import Theme

LABEL = 16  # pixels of height that a name takes
LEADER = 20  # pixels between the name of a curve and the plot


def name_ends(axes: Axes, names, ends, colours, look: Theme, side: str) -> None:
    """Write each name on the "left" or "right" of a plot whose steps are 1 apart and fill it.

    ends: the height in data at which each curve meets that side. A hairline leads from the name
    to the end, wherever the name had to go.
    """
    figure: Picture = axes.figure
    box, (across, down) = axes.get_position(), figure.size()
    width, tall = box.width * across, box.height * down
    low, high = axes.get_ylim()
    pixel = (high - low) / tall
    places = spread(ends, LABEL * pixel, low + 8 * pixel, high - 8 * pixel)
    first, last = axes.get_xlim()
    column = 0.5 * width / (last - first)
    fractions = np.array([-10, -4, column]) / width
    if side == "right":
        fractions = 1 - fractions
    for name, end, place, colour in zip(names, ends, places, colours, strict=True):
        axes.plot(
            fractions,
            [place, end, end],
            transform=axes.get_yaxis_transform(),
            color=look.hair,
            linewidth=0.75,
            clip_on=False,
            zorder=1,
        )
        axes.annotate(
            name,
            (0 if side == "left" else 1, place),
            (-10 if side == "left" else 10, 0),
            ("axes fraction", "data"),
            "offset points",
            ha="right" if side == "left" else "left",
            va="center",
            color=colour,
        )
