"""How often each unit's gates are shut or wide open: a square for each gate, a dot for each unit.

Does not count: `workbench.measure.gate_saturation` does.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from workbench.measure import GateSaturation
from workbench.pictures import reading
from workbench.pictures.digits import number, share
from workbench.pictures.picture import Picture
from workbench.pictures.style import NAME, USUAL, Theme, check_width, drawing

EDGE, GAP, LINE = 16, 32, 20  # pixels: margin, between squares, a line of text
TICKS, HALF, LARGEST = 44, 20, 240  # pixels: left of a square, right of the last, its side
START = -27  # points: words over a square begin over the numbers left of it
ACROSS = 4  # squares in a row at most
STEPS = (0, 0.5, 1)


def gate_saturation(
    saturation: GateSaturation, theme: str = "light", width: float = USUAL
) -> Picture:
    """Draw what `workbench.measure.gate_saturation` found.

    A dot is a unit: how far right it is says at which share of the steps its gate was open (above
    `high`), how far up at which it was shut (below `low`). A unit in the lower left corner was
    hardly ever either; on the slanted line it was always one of both. Dots that coincide are
    darker. `width` is in pixels, 640 or more. Raises ValueError for anything but a
    GateSaturation, and for a theme or width that is not there.

    After Karpathy, Johnson and Fei-Fei 2015, figure 3.
    """
    if not isinstance(saturation, GateSaturation):
        kind = type(saturation).__name__
        raise ValueError(
            f"saturation: expected what measure.gate_saturation(trace) gives, got {kind}"
        )
    width = check_width(width)
    with drawing(theme) as look:
        return _draw(saturation, look, width)


def _draw(saturation: GateSaturation, look: Theme, width: float) -> Picture:
    gates = list(saturation.left)
    across = min(ACROSS, len(gates))
    room = (width - 2 * EDGE - HALF - across * TICKS - (across - 1) * GAP) / across
    side = float(min(LARGEST, room))
    rows = -(-len(gates) // across)
    tall = 2 * LINE + side + TICKS
    top = EDGE + LINE + 12
    picture = Picture(width, top + rows * tall + EDGE / 2, look, _describe(saturation))
    sheet = picture.sheet()
    sheet.set_axis_off()
    words = f"steps above {number(saturation.high)} across, below {number(saturation.low)} up"
    units = len(next(iter(saturation.left.values())))
    dots = "one dot, a unit" if units == 1 else f"each dot one of {units} units"
    sheet.text(EDGE, EDGE, f"{words}; {dots}", va="top", color=look.ink)
    colours = reading.line_colours(reading.equation_order(saturation), look)
    for k, gate in enumerate(gates):
        row, column = divmod(k, across)
        left = EDGE + TICKS + column * (side + GAP + TICKS)
        axes = picture.panel(left, top + row * tall + 2 * LINE, side, side)
        _draw_gate(axes, saturation, gate, colours.get(gate, look.ink), look)
    return picture


def _draw_gate(axes: Axes, saturation: GateSaturation, gate: str, colour: str, look: Theme) -> None:
    left, right = saturation.left[gate], saturation.right[gate]
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    for ends in (((0, 1), (0, 0)), ((0, 0), (0, 1)), ((0, 1), (1, 0))):
        axes.plot(*ends, color=look.hair, linewidth=0.75, clip_on=False, zorder=1)
    size = float(np.clip(10 - np.log2(len(left)), 4, 8))
    axes.plot(
        right, left, "o", color=colour, alpha=0.6, markersize=size, markeredgewidth=0,
        clip_on=False, zorder=3,
    )  # fmt: skip
    labels = [share(step) if step else "0" for step in STEPS]
    axes.set_xticks(STEPS, labels)
    axes.set_yticks(STEPS, labels)
    axes.tick_params(length=4, width=0.75, color=look.hair, labelcolor=look.soft)
    place = {"xycoords": "axes fraction", "textcoords": "offset points"}
    above = 10 + 0.75 * LINE
    axes.annotate(gate, (0, 1), (START, above), color=colour, size=NAME, weight="bold", **place)
    said = f"open {share(right.mean())}, shut {share(left.mean())}"
    axes.annotate(said, (0, 1), (START, 10), color=look.soft, **place)


def _describe(saturation: GateSaturation) -> str:
    said = [
        f"{gate} open {share(saturation.right[gate].mean())}, shut {share(left.mean())}"
        for gate, left in saturation.left.items()
    ]
    return f"Share of {saturation.steps} steps at which gates are saturated: {'; '.join(said)}."
