"""The phase diagram of vanishing and exploding gradients, and the gradient of one network in it.

Does not run networks: it draws what `measure.gradient_phases` found.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from workbench.measure.phases import Phases
from workbench.pictures.digits import number, power, share
from workbench.pictures.heat import draw_heat, heat, ramp
from workbench.pictures.picture import Picture, text_width, wrapped
from workbench.pictures.style import NAME, USUAL, Theme, check_width, drawing

EDGE, HEAD, GAP, UNDER, KEY = 16, 46, 40, 56, 44  # pixels: margins, between the plots, colour key
AXIS = 52  # pixels left of a plot, for its numbers
LINE = 18  # pixels: a line of words
TALL, SHARE = 360, 0.6  # pixels: height of the plots; the diagram's part of the width
RIM = (("#ffffff", 2.2), ("#1b1b1b", 0))  # the cells look the same in both themes
LIMIT = 0.25  # decades a step: the ends of the colours
DECADES, BAND = 8, 20  # either way from 1; pixels of the band for what is beyond
LAG = 20  # steps back that are said in words
SIGMA = "\N{GREEK SMALL LETTER SIGMA}"
ROUNDING = 1e-9  # of the ends of an axis
STILL = 0.005  # decades a step: over 100 steps less than a factor 4
PERCENT, FRACTION = -2, -6  # log10 down to which a part is said in per cent, as 1/n


def phases(found: Phases, chosen=None, theme: str = "light", width: float = USUAL) -> Picture:
    """Draw the slopes of 64 x 64 networks, and the gradient norm of one of them over its lags.

    found: as `measure.gradient_phases` gives it. The diagram: the scale of the recurrent weights
    across and the standard deviation of the bias up; red where the gradient vanishes, blue where
    it explodes, white where it does neither; beyond 0.25 decades a step the colour stays. The line
    is the edge of these networks, dashed that of infinitely many units. chosen: (row, column) of
    the network that is framed and whose norms stand on the right; the middle one for None.

    `width` is in pixels, 640 or more. Raises ValueError for a network, theme or width that is not
    there. After Schoenholz et al. 2017.
    """
    width = check_width(width)
    rows, columns = found.slopes.shape
    row, column = (rows // 2, columns // 2) if chosen is None else chosen
    if not (0 <= row < rows and 0 <= column < columns):
        raise ValueError(
            f"chosen: expected (0..{rows - 1}, 0..{columns - 1}), got ({row}, {column})"
        )
    with drawing(theme) as look:
        return _Phases(found, (int(row), int(column)), look, width).picture


def phases_sentence(found: Phases, row: int, column: int) -> str:
    """What the gradient of one network does, in words."""
    logs = found.logs[row, column]
    lag = min(LAG, len(logs) - 1)
    network = f"scale {number(found.scales[column], 2)}, bias {number(found.biases[row], 2)}"
    pace = _pace(found.slopes[row, column])
    with np.errstate(invalid="ignore"):
        left = _left(logs[lag] - logs[0])
    return f"Network at {network}: the gradient {pace}; after {lag} steps {left}."


def _pace(slope: float) -> str:
    if np.isnan(slope):
        return "is not a number"
    if slope == -np.inf:
        return "becomes exactly 0"
    if abs(slope) < STILL:
        return "keeps its size"
    return f"{'loses' if slope < 0 else 'gains'} {number(abs(slope), 2)} decades a step"


def _left(log: float) -> str:
    if log == -np.inf:
        return "nothing of it is left (exactly 0)"
    if not np.isfinite(log):
        return "it is not a number"
    if abs(log) < 0.05:
        return "it is as large as at the loss"
    if log > 0:
        return f"it is {number(10.0**log, 2)} times as large"
    if log > PERCENT:
        part = share(10.0**log)
    else:
        part = number(10.0**log, 2) if log < FRACTION else f"1/{float(f'{10.0**-log:.2g}'):.0f}"
    return f"{part} of it is left"


def _ticks(low: float, high: float) -> np.ndarray:
    """Up to seven round numbers within low..high."""
    ticks = MaxNLocator(6, steps=[1, 2, 5, 10]).tick_values(low, high)
    return ticks[(ticks >= low - ROUNDING) & (ticks <= high + ROUNDING)]


class _Phases:
    """Two plots of one height, their words above, the colour key and the sentence below."""

    def __init__(self, found: Phases, chosen, look: Theme, width: float):
        self.found, self.chosen, self.look = found, chosen, look
        self.sentence = phases_sentence(found, *chosen)
        room = width - 2 * EDGE - 2 * AXIS - GAP
        self.wide = (SHARE * room, (1 - SHARE) * room)
        lines = wrapped(self.sentence, width - 2 * EDGE)
        height = EDGE + HEAD + TALL + UNDER + KEY + LINE * len(lines) + EDGE
        self.picture = Picture(width, height, look, f"Phase diagram of gradients. {self.sentence}")
        top, left = EDGE + HEAD, EDGE + AXIS
        self.draw_diagram(self.picture.panel(left, top, self.wide[0], TALL))
        self.draw_key(left, top + TALL + UNDER)
        beside = left + self.wide[0] + GAP + AXIS
        self.draw_curve(self.picture.panel(beside, top, self.wide[1], TALL))
        sheet = self.picture.sheet()
        sheet.set_axis_off()
        for k, text in enumerate(reversed(lines)):
            sheet.text(EDGE, height - EDGE - LINE * k, text, va="bottom", color=look.ink)

    def draw_diagram(self, axes: Axes) -> None:
        found, look = self.found, self.look
        # Red where the gradient vanishes, blue where it explodes, as in the Jacobians' triangle.
        colours = heat(found.slopes, -LIMIT, LIMIT, False, look)
        half = [(axis[1] - axis[0]) / 2 for axis in (found.scales, found.biases)]
        across = (found.scales[0] - half[0], found.scales[-1] + half[0])
        up = (found.biases[0] - half[1], found.biases[-1] + half[1])
        axes.imshow(
            colours, aspect="auto", interpolation="none", origin="lower", extent=(*across, *up)
        )
        self.number_axes(axes)
        self.say(axes, "standard deviation of the bias", (0, 1), (-AXIS, 31), color=look.ink)
        name = f"scale of the recurrent weights, {SIGMA}√H"
        self.say(axes, name, (1, 0), (0, -30), ha="right", va="top", color=look.ink)
        for edge, dash, wide in ((found.edge, "solid", 2), (found.theory, (0, (4, 2.5)), 1.5)):
            for colour, more in RIM:
                style = "solid" if more else dash
                axes.plot(edge, found.biases, color=colour, linewidth=wide + more, linestyle=style)
        row, column = self.chosen
        for colour, more in RIM:
            axes.plot(
                found.scales[column], found.biases[row], "s", markersize=9, color="none",
                markeredgecolor=colour, markeredgewidth=1.6 + more, zorder=4,
            )  # fmt: skip
        axes.set_xlim(across)
        axes.set_ylim(up)
        self.name_edges(axes, across)
        self.name_sides(axes)

    def number_axes(self, axes: Axes) -> None:
        plain = FuncFormatter(lambda value, _: number(round(value, 9), 2))
        for axis, ends in ((axes.xaxis, self.found.scales), (axes.yaxis, self.found.biases)):
            axis.set_ticks(_ticks(ends[0], ends[-1]))
            axis.set_major_formatter(plain)
        axes.tick_params(length=0, labelcolor=self.look.soft)

    def name_edges(self, axes: Axes, across) -> None:
        """The names of the two lines at their upper ends, side by side where they would meet."""
        found, names = self.found, []
        for edge, text in ((found.edge, "these networks"), (found.theory, "∞ units, theory")):
            known = np.flatnonzero(~np.isnan(edge))
            if len(known):
                share = (edge[known[-1]] - across[0]) / (across[1] - across[0])
                height = (known[-1] + 1) / len(edge)
                names.append([share * self.wide[0], height, text_width(text) / 2 + 4, text])
        names.sort()
        if len(names) == 2 and abs(names[0][1] - names[1][1]) * TALL < LINE:
            (one, _, half, _), (other, _, wide, _) = names
            other = min(max(other, (one + other + half + wide) / 2), self.wide[0] - wide)
            names[0][0], names[1][0] = min(one, other - half - wide), other
        for x, height, half, text in names:
            x = np.clip(x, half, self.wide[0] - half)
            inside = {"facecolor": self.look.paper, "edgecolor": "none", "pad": 2}
            style = {"ha": "center", "color": self.look.ink, "bbox": inside if height < 1 else None}
            self.say(axes, text, (x / self.wide[0], height), (0, 6), **style)

    def name_sides(self, axes: Axes) -> None:
        """What the two sides are, where they surely are."""
        slopes = self.found.slopes
        box = {"facecolor": self.look.paper, "edgecolor": "none", "pad": 3}
        style = {"size": NAME, "weight": "bold", "color": self.look.ink, "bbox": box}
        if slopes[-1, 0] < 0:
            self.say(axes, "vanishes", (0, 1), (12, -20), **style)
        if slopes[0, -1] > 0:
            self.say(axes, "explodes", (1, 0), (-12, 12), ha="right", **style)

    def draw_key(self, left: float, top: float) -> None:
        axes = self.picture.panel(left, top, 160, 8)
        draw_heat(axes, ramp(False)[None])
        ends = (f"≤ {number(-LIMIT)}", "0", f"≥ {number(LIMIT)}")
        for place, text in enumerate(ends):
            side = ("left", "center", "right")[place]
            self.say(axes, text, (place / 2, 0), (0, -4), ha=side, va="top")
        self.say(axes, "slope: decades (factors of 10) a step back", (1, 0.5), (10, 0), va="center")

    def draw_curve(self, axes: Axes) -> None:
        found, look = self.found, self.look
        logs = found.logs[self.chosen]
        count = len(logs)
        beyond = DECADES * 2 * BAND / (TALL - 2 * BAND)
        axes.set_xlim(0, count - 1)
        axes.set_ylim(-DECADES - beyond, DECADES + beyond)
        for decade in range(-DECADES, DECADES + 1, 2):
            axes.axhline(decade, color=look.hair, linewidth=0.6 if decade else 1.2, zorder=0)
        labels = list(range(-DECADES, DECADES + 1, 4))
        axes.set_xticks(_ticks(0, count - 1))
        axes.tick_params(length=0, labelcolor=look.soft)
        for decade, there, low, sign in (
            (-DECADES, (logs < -DECADES).any(), -DECADES - beyond, "< "),
            (DECADES, (logs > DECADES).any(), DECADES, "> "),
        ):
            if there:
                labels.remove(decade)
                axes.axhspan(low, low + beyond, color=look.band, linewidth=0, zorder=0)
                height = (low + beyond / 2) / (2 * (DECADES + beyond)) + 0.5
                self.say(axes, sign + power(decade), (0, height), (-5, 0), ha="right", va="center")
        axes.set_yticks(labels, [power(decade) for decade in labels])
        inside = np.where(np.abs(logs) <= DECADES, logs, np.nan)
        axes.plot(inside, color=look.back, linewidth=1.8)
        outside = np.clip(logs, -DECADES - beyond / 2, DECADES + beyond / 2)
        outside[np.abs(logs) <= DECADES] = np.nan
        axes.plot(outside, color=look.back, linewidth=1.5, linestyle=":")
        lag = min(LAG, count - 1)
        heights = np.where(np.isnan(inside), outside, inside)
        axes.plot(lag, heights[lag], "o", color=look.back, markersize=6.5, clip_on=False)
        self.say(axes, "gradient norm, log scale", (0, 1), (-AXIS, 31), color=look.ink)
        pace = f"it {_pace(found.slopes[self.chosen])}"
        self.say(axes, pace, (0, 1), (-AXIS, 9), color=look.ink, weight="bold")
        below = {"ha": "right", "va": "top", "color": look.ink}
        self.say(axes, "steps back from the loss", (1, 0), (0, -30), **below)

    def say(self, axes: Axes, text: str, place, offset, color=None, **style) -> None:
        """Words at a place of a plot, moved by pixels."""
        offset = tuple(0.75 * side for side in offset)
        axes.annotate(
            text, place, offset, "axes fraction", "offset points", color=color or self.look.soft,
            **style,
        )  # fmt: skip
