"""How one output leans on the input of every step: its slopes, under the input that was read.

Does not differentiate: `workbench.measure.saliency` does.
"""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes

from workbench.measure import Saliency
from workbench.pictures import reading
from workbench.pictures.digits import number
from workbench.pictures.gates import (
    EDGE,
    GAP,
    MOST_NAME,
    GateRow,
    draw_row,
    make_row,
    mark_step,
    name_row,
    row_ends,
    row_name_width,
    say_held,
)
from workbench.pictures.heat import signed_limit
from workbench.pictures.picture import Picture, fit, text_width
from workbench.pictures.style import NAME, USUAL, Theme, check_width, drawing
from workbench.pictures.time_axis import axis_height, check_times, draw_time_axis, say_time

TITLE, CURVE, BARS = 24, 56, 72  # pixels: the line on top, one input as a curve, a row of bars
LEAST, MOST, UNIT = 40, 96, 3  # pixels: a heat map at least, at most, what each feature adds
SLOPE, NORM, PRODUCT = "∂y/∂x", "‖∂y/∂x‖", "x · ∂y/∂x"
BLUE, RED = colormaps["RdBu"](0.85), colormaps["RdBu"](0.15)


def saliency(
    saliency: Saliency,
    times=None,
    input_name: str = "x",
    theme: str = "light",
    width: float = USUAL,
) -> Picture:
    """Draw what `workbench.measure.saliency` found; y is the output that it is about.

    From the top: the input; the slope of y by each feature, where there are several; its norm at
    each step; and the sum of input times slope, blue where it raises y, red where it lowers it.
    The dotted line is the step of y. What is masked is left blank. These are slopes at one point,
    and no proof of what the network needs.

    `times` (time,) are numbers, dates or labels, such as the characters read. `width` is in
    pixels, 640 or more. Raises ValueError for anything but a Saliency, and for times, a theme or
    a width that is not there.
    """
    if not isinstance(saliency, Saliency):
        kind = type(saliency).__name__
        raise ValueError(f"saliency: expected what measure.saliency(model, x) gives, got {kind}")
    times, width = check_times(times, len(saliency.x)), check_width(width)
    with drawing(theme) as look:
        return _Drawing(saliency, times, fit(input_name, MOST_NAME), look, width).picture


class _Drawing:
    """The rows of one picture, on one time axis."""

    def __init__(self, found: Saliency, times, input_name: str, look: Theme, width: float):
        self.found, self.times, self.look = found, times, look
        self.held, self.count = ~found.mask, len(found.x)
        heats = [make_row(input_name, found.x, self.held, times)]
        if found.x.shape[1] > 1:
            limit = signed_limit(found.gradient)
            heats.append(GateRow(SLOPE, found.gradient.T, -limit, limit, False, ""))
        names = [row_name_width(row) for row in heats]
        names += [text_width(name, NAME, "bold") for name in (NORM, PRODUCT)]
        self.left = EDGE + 12 + max(names)
        bars = ((NORM, found.norms), (PRODUCT, found.times_input))
        ends = [text for row in heats for text, _, _ in row_ends(row)]
        ends += [number(v) for _, values in bars for v in (_limits(values) if any(values) else ())]
        self.width = width - self.left - 20 - max(map(text_width, ends)) - EDGE
        heights = [_height(row, k) for k, row in enumerate(heats)] + [BARS, BARS]
        tops = EDGE + TITLE + np.cumsum([0, *(height + GAP for height in heights)])
        bottom = tops[-1] - GAP
        self.picture = Picture(width, bottom + axis_height(times) + EDGE, look, self.describe())
        if found.step is not None and found.step < self.count:
            place = self.left + (found.step + 0.5) / self.count * self.width
            mark_step(self.picture, place, (tops[0] - 6, bottom))
        self.say_title()
        for k, row in enumerate(heats):
            place = (self.left, self.width, tops[k], heights[k])
            axes = draw_row(self.picture, row, self.held, place, curve=k == 0)
            name_row(axes, row, look.back if k else look.ink, True)
            if k == 0:
                say_held(axes, self.held, self.width / self.count, look)
        for (name, values), top in zip(bars, tops[len(heats) :], strict=False):
            axes = self.draw_bars(name, values, top)
        draw_time_axis(axes, times, self.count, self.width, look)

    def at(self) -> str:
        """Where y is, in words."""
        step = self.found.step
        if step is None:
            return ""
        return f" at {say_time(self.times if step < self.count else None, step)}"

    def say_title(self) -> None:
        found, sheet = self.found, self.picture.sheet()
        sheet.set_axis_off()
        words = f"y: output {found.output}{self.at()}, here {number(found.value)}"
        place = {"va": "top", "color": self.look.ink}
        sheet.text(self.left, EDGE, fit(words, self.width), **place)

    def draw_bars(self, name: str, values: np.ndarray, top: float) -> Axes:
        """Bars from 0, with the largest and the least value in numbers right of them."""
        look = self.look
        axes = self.picture.panel(self.left, top, self.width, BARS)
        axes.set_xlim(-0.5, self.count - 0.5)
        low, high = _limits(values)
        size = max(abs(low), abs(high)) or 1.0
        # Divided first: the axes of matplotlib fail near the ends of float64.
        heights = np.where(self.held | ~np.isfinite(values), 0.0, values) / size
        axes.set_ylim(low / size, high / size if high > low else 1.0)
        colours = look.back if name == NORM else [BLUE if v >= 0 else RED for v in heights]
        axes.bar(np.arange(self.count), heights, width=0.8, color=colours)
        axes.axhline(0, color=look.hair, linewidth=0.75, zorder=0)
        place = {"xycoords": "axes fraction", "textcoords": "offset points"}
        colour = look.back if name == NORM else look.ink
        axes.annotate(
            name, (0, 0.5), (-9, 0), ha="right", va="center", color=colour, size=NAME,
            weight="bold", **place,
        )  # fmt: skip
        said = [("all 0", 0.5, "center")]
        if high > low:
            said = [(number(high), 1, "top"), (number(low), 0, "bottom")]
        trouble = reading.say_trouble(values[:, None], self.held, lambda k: say_time(self.times, k))
        for text, where, side in said:
            axes.annotate(text, (1, where), (9, 0), va=side, color=look.soft, **place)
        if trouble:
            axes.annotate(trouble, (0, 1), (0, -2), va="top", color=look.ink, **place)
        return axes

    def describe(self) -> str:
        first, last = (say_time(self.times, k) for k in (0, self.count - 1))
        most = say_time(self.times, int(np.nan_to_num(self.found.norms).argmax()))
        return (
            f"Slope of output {self.found.output}{self.at()} by the input of every step, "
            f"{first} to {last}; steepest at {most}."
        )


def _limits(values: np.ndarray) -> tuple[float, float]:
    """The ends of an axis for bars from 0: the least and the largest finite value, 0 included."""
    finite = values[np.isfinite(values)]
    return float(finite.min(initial=0.0)), float(finite.max(initial=0.0))


def _height(row: GateRow, k: int) -> float:
    if k == 0 and len(row.values) == 1:
        return CURVE
    return float(np.clip(24 + UNIT * len(row.values), LEAST, MOST))
