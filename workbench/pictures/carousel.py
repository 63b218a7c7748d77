"""How long an LSTM's cell state lasts: retention and half-life by forget bias, against others.

Does not run networks: it takes forget biases, and shares of gradients that a run gave.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from workbench.measure import half_life, retention
from workbench.pictures.digits import number, share
from workbench.pictures.end_names import LABEL, LEADER, name_ends
from workbench.pictures.gradient_norms import curve_looks, read_norms
from workbench.pictures.log_scale import LogScale, axis_decades, decades, lanes_of, say_beside
from workbench.pictures.picture import Picture, fit, text_width
from workbench.pictures.style import USUAL, Theme, check_width, drawing
from workbench.pictures.time_axis import axis_height, draw_time_axis

EDGE, TITLE, GAP = 16, 24, 12  # pixels: margin, words above a panel, between panels
LINEAR, LOG, UNITS = 112, 176, 88  # pixels: heights of the panels
STEPS = 100
SIGMA = "\N{GREEK SMALL LETTER SIGMA}"
MOST = 8  # forget biases, for which there are names beside the smallest panel
MOST_NAME = 200  # pixels that the name of a curve may take


class CarouselArrays(NamedTuple):
    """`kept` (biases, lags): sigmoid(b)^k of each of `biases` (biases,), with `half_lives` in
    steps; `left` (networks, lags): the shares of the gradients of `labels`; `units` (units,): the
    half-lives of the chrono start, in order. Lags are 0..steps; a part not asked for is empty."""

    biases: np.ndarray
    kept: np.ndarray
    half_lives: np.ndarray
    labels: tuple[str, ...]
    left: np.ndarray
    units: np.ndarray


def carousel_arrays(biases=(1.0, 0.0, 5.0), curves=None, chrono=None, steps=None):
    """What `carousel` draws, as CarouselArrays. Same arguments and errors."""
    found = read_norms(curves) if curves is not None else {}
    lags = len(next(iter(found.values()))) if found else None
    if steps is None:
        steps = lags - 1 if found else STEPS
    if steps < 1:
        raise ValueError(f"steps: expected 1 or more, got {steps}")
    if found and steps != lags - 1:
        raise ValueError(f"steps: expected {lags - 1}, as in curves, got {steps}")
    biases = np.atleast_1d(np.asarray(biases, dtype=np.float64))
    if biases.ndim != 1 or not 1 <= len(biases) <= MOST:
        raise ValueError(f"biases: expected 1..{MOST} numbers, got {biases.shape}")
    kept, half_lives = retention(biases, steps), half_life(biases)
    units = np.sort(half_life(np.zeros(0) if chrono is None else chrono))
    if units.ndim != 1:
        raise ValueError(f"chrono: expected forget biases (units,), got {units.shape}")
    left = np.array(list(found.values())) if found else np.zeros((0, steps + 1))
    return CarouselArrays(biases, kept, half_lives, tuple(found), left, units)


def carousel(
    biases=(1.0, 0.0, 5.0),
    curves=None,
    chrono=None,
    steps: int | None = None,
    theme: str = "light",
    width: float = USUAL,
) -> Picture:
    """Draw what a forget gate of each bias keeps of a cell state, over the lag k in steps.

    biases: up to 8 forget biases of an open-loop gate; drawn on a linear and on a log axis, the
    half-life of each as a dot and in words. curves: label -> share of a gradient left at lags
    0..steps, as `measure.compare_gradients` gives it for one sequence; a label that names one of
    the biases ("LSTM, forget bias 1") looks like it. chrono: forget biases (units,) of a chrono
    start; the share of units with a half-life of at most k. steps: the greatest lag; that of
    `curves`, else 100, for None. On log axes exact 0 and values under 16 decades have a band.

    `width` is in pixels, 640 or more. Raises ValueError for curves of different lengths, more
    than 8 biases, and a theme or width that is not there. After Hochreiter and Schmidhuber 1997,
    Gers et al. 2000, Tallec and Ollivier 2018.
    """
    arrays = carousel_arrays(biases, curves, chrono, steps)
    width = check_width(width)
    with drawing(theme) as look:
        return _Carousel(arrays, look, width).picture


class _Carousel:
    """The panels over one axis of lags, so that one vertical line crosses them all."""

    def __init__(self, arrays: CarouselArrays, look: Theme, width: float):
        self.arrays, self.look = arrays, look
        self.count = arrays.kept.shape[1]
        labels = [f"LSTM, forget bias {bias:g}" for bias in arrays.biases]
        every = list(dict.fromkeys([*labels, *arrays.labels]))
        looks = dict(zip(every, curve_looks(every, look), strict=True))
        self.bias_looks = [looks[label] for label in labels]
        self.net_looks = [looks[label] for label in arrays.labels]
        self.short = [f"b = {number(bias)}" for bias in arrays.biases]
        self.long = [
            f"{name}: {_say_half_life(steps)}"
            for name, steps in zip(self.short, arrays.half_lives, strict=True)
        ]
        self.nets = [fit(label, MOST_NAME) for label in arrays.labels]
        beyond = (arrays.units > self.count - 1).mean() if len(arrays.units) else 0
        self.chrono = f"{share(beyond)} of units last longer" if beyond else "all units"
        self.lay_out(width)

    def lay_out(self, width: float) -> None:
        arrays = self.arrays
        scales = [self.log_scale(arrays.kept)]
        if len(arrays.left):
            scales.append(self.log_scale(arrays.left))
        names = [*self.long, *self.nets, *([self.chrono] if len(arrays.units) else [])]
        right = EDGE + LEADER + max(text_width(name) for name in names)
        self.left = EDGE + 8 + max(scale.word_width for scale in scales)
        self.width = width - self.left - right
        linear = max(LINEAR, LABEL * len(self.long))
        heights = [linear, *(scale.tall for scale in scales)]
        heights += [UNITS] if len(arrays.units) else []
        below = axis_height(None) + EDGE
        tall = EDGE + sum(TITLE + height for height in heights) + GAP * (len(heights) - 1) + below
        self.picture = Picture(width, tall, self.look, self.describe())
        tops = EDGE + TITLE + np.cumsum([0, *(height + TITLE + GAP for height in heights[:-1])])
        panels = [
            self.panel(top, height) for top, height in zip(tops.tolist(), heights, strict=True)
        ]
        self.draw_linear(panels[0])
        self.draw_log(panels[1], scales[0], arrays.kept, self.bias_looks, self.short)
        self.title(panels[1], "the same, log scale")
        if len(arrays.left):
            self.draw_log(panels[2], scales[1], arrays.left, self.net_looks, self.nets)
            self.title(panels[2], "share left of the gradient in all states, on a run, log scale")
        if len(arrays.units):
            self.draw_units(panels[-1])
        draw_time_axis(panels[-1], None, self.count, self.width, self.look)
        panels[-1].set_xlabel("lag k, in steps", loc="left", labelpad=4)

    def log_scale(self, values: np.ndarray) -> LogScale:
        low, high = axis_decades(decades(values), start=0)
        return LogScale(low, high, lanes_of(values, low), float(max(LOG, LABEL * len(values))))

    def panel(self, top: float, height: float) -> Axes:
        axes = self.picture.panel(self.left, top, self.width, height)
        axes.set_xlim(-0.5, self.count - 0.5)
        return axes

    def title(self, axes: Axes, text: str) -> None:
        axes.annotate(text, (0, 1), (0, 9), "axes fraction", "offset points", color=self.look.ink)

    def shares(self, axes: Axes) -> None:
        """A linear axis of 0..1 with a faint line at each half."""
        axes.set_ylim(-0.04, 1.04)
        for level in (0, 0.5, 1):
            axes.axhline(level, color=self.look.hair, linewidth=0.6, zorder=0)
            say_beside(axes, number(level), level, self.look, "left")

    def draw_linear(self, axes: Axes) -> None:
        arrays = self.arrays
        self.shares(axes)
        self.title(axes, f"share left of a cell state, {SIGMA}(b)ᵏ, by its forget gate alone")
        self.draw_curves(axes, arrays.kept, self.bias_looks)
        for steps, (colour, _, _) in zip(arrays.half_lives, self.bias_looks, strict=True):
            if steps <= self.count - 1:
                axes.plot(
                    steps, 0.5, "o", markersize=5.5, color=colour, markeredgecolor=self.look.paper,
                    zorder=4,
                )  # fmt: skip
        name_ends(
            axes, self.long, arrays.kept[:, -1], self.words(self.bias_looks), self.look, "right"
        )

    def draw_log(self, axes: Axes, scale: LogScale, values, looks, names) -> None:
        scale.draw(axes, self.look, "left")
        heights = scale.heights(values, lanes_of(values, scale.low))
        self.draw_curves(axes, heights, looks)
        name_ends(axes, names, heights[:, -1], self.words(looks), self.look, "right")

    def draw_curves(self, axes: Axes, heights: np.ndarray, looks) -> None:
        for line, (colour, _, dash) in zip(heights, looks, strict=True):
            axes.plot(
                np.arange(self.count), line, color=colour, linewidth=1.8, linestyle=dash,
                clip_on=False, zorder=3,
            )  # fmt: skip

    def words(self, looks) -> list[str]:
        return [word for _, word, _ in looks]

    def draw_units(self, axes: Axes) -> None:
        """How many units have lost one half by each lag: a stair with a step at each unit."""
        units = self.arrays.units
        seen = units[units <= self.count - 1]
        total = np.arange(len(seen) + 1) / len(units)
        self.shares(axes)
        self.title(
            axes, f"share of the {len(units)} units of the chrono start with a half-life up to k"
        )
        colour = self.look.cells["lstm"]
        axes.plot(
            np.r_[0, seen, self.count - 1], np.r_[total, total[-1]], color=colour, linewidth=1.8,
            drawstyle="steps-post", zorder=3,
        )  # fmt: skip
        word = self.look.words["lstm"]
        name_ends(axes, [self.chrono], [total[-1]], [word], self.look, "right")

    def describe(self) -> str:
        said = f"What a forget gate keeps of a cell state over {self.count - 1} steps: "
        said += "; ".join(self.long) + "."
        if len(self.arrays.left):
            ends = self.arrays.left[:, -1]
            each = zip(self.arrays.labels, ends, strict=True)
            said += " Share of the gradient left at the greatest lag: "
            said += ", ".join(f"{label} {share(end)}" for label, end in each) + "."
        if len(self.arrays.units):
            ends = (number(end) for end in self.arrays.units[[0, -1]])
            said += f" Half-lives of a chrono start: {' to '.join(ends)} steps."
        return said


def _say_half_life(steps: float) -> str:
    if np.isinf(steps):
        return "half-life infinite"
    if steps < 1:  # a gate acts once a step
        return "half-life below 1 step"
    said = number(steps)
    return f"half-life {said} step" + ("" if said == "1" else "s")
