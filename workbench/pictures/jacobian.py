"""The triangle of dS_t/dS_k, singular values of one of its products, and what the lags add.

Does not multiply Jacobians: `workbench.measure` does.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba

from workbench.measure import (
    LagContributions,
    SigmaBound,
    jacobian_norms,
    lag_contributions,
    sigma_bound,
    singular_values,
)
from workbench.pictures.digits import MINUS, TIMES, number, power, share
from workbench.pictures.gradient_norms import EDGE, TITLE, NormArrays, NormPlot
from workbench.pictures.heat import draw_heat, heat, ramp
from workbench.pictures.log_scale import (
    ABSENT,
    BELOW,
    DEPTH,
    INFINITE,
    NAN,
    PLOTTED,
    STEPS,
    ZERO,
    axis_decades,
)
from workbench.pictures.picture import Picture, fit, text_width
from workbench.pictures.style import USUAL, Theme, check_width, drawing
from workbench.pictures.time_axis import (
    HEIGHT,
    check_times,
    draw_time_axis,
    say_time,
    time_ticks,
)

COLUMN, GAP, LINE = 152, 24, 16  # pixels: what stands right of the time axis, to it, a line of text
LEAST, MOST, BARS = 240, 400, 72  # pixels: height of the triangle, of the contributions
KEY, BAND = 112, 20  # pixels: width of the colour key, height of the band of zeros
LARGEST = 308  # decades: what is greater is infinite in float64, and drawn as such
ROUNDING = 1e-9  # decades that a bound may lie over the axis and still be drawn
LAG = 10  # steps of the product that is chosen where none is asked for, and of the share said
CLASSICAL = "\N{GREEK SMALL LETTER GAMMA} \N{GREEK SMALL LETTER SIGMA}(U)"
DASH, FINE_DASH = (0, (5, 2)), (0, (1.5, 1.5))


class JacobianArrays(NamedTuple):
    """`logs` (time, time): log10 of the norm of dS_t/dS_k, row t, column k; `chosen` (t, k) and
    the log10 `values` (n,) of its singular values; `bound`; `lags`, None for a cell without
    parameters; `symbol` is what S is called; `times` as given."""

    logs: np.ndarray
    chosen: tuple[int, int]
    values: np.ndarray
    bound: SigmaBound
    lags: LagContributions | None
    symbol: str
    times: np.ndarray | None


def jacobian_arrays(
    trace, chosen=None, parameter=None, state=None, batch=0, times=None
) -> JacobianArrays:
    """What `jacobian` draws, as arrays. Same arguments and errors."""
    logs = jacobian_norms(trace, batch, state)
    last = len(logs) - 1
    times = check_times(times, len(logs))
    t, k = _pair(chosen) if chosen is not None else (last, max(0, last - LAG))
    values = singular_values(trace, t, k, batch, state)
    has_parameters = parameter is not None or trace.cell.parameters
    lags = lag_contributions(trace, parameter, None, batch) if has_parameters else None
    states = trace.cell.states
    symbol = state or (states[0] if len(states) == 1 else f"({','.join(states)})")
    return JacobianArrays(logs, (t, k), values, sigma_bound(trace, batch), lags, symbol, times)


def _pair(chosen) -> tuple[int, int]:
    pair = np.asarray(chosen)
    if pair.shape != (2,) or pair.dtype.kind not in "iu":
        raise ValueError(f"chosen: expected two steps, (t, k), got {chosen!r:.60}")
    return int(pair[0]), int(pair[1])


def jacobian(
    trace,
    chosen: tuple[int, int] | None = None,
    parameter: str | None = None,
    state: str | None = None,
    batch: int = 0,
    times=None,
    theme: str = "light",
    width: float = USUAL,
) -> Picture:
    """Draw the norms of all products of Jacobians of a run, and what is hidden in their sum.

    The triangle: log10 of the spectral norm of dS_t/dS_k, t across and k up, red where a change
    fades and blue where it grows, 1 in white; beyond 16 decades the colour stays; exact zeros are
    grey, not-a-number ink. Right of it all singular values of the product `chosen`, (t, k), framed
    in the triangle; ten steps up to the last for None. Below, for the last step, the norm at every
    k, with the bound sigma^(t - k) dashed, and for an Elman cell gamma * sigma_max(U) in finer
    dashes where it stays in the plot. At the bottom, what each step k adds to the gradient of
    `parameter` (the first recurrent matrix for None) by the loss of `gradient_reach` at the last
    real step.

    S is all states together, or the block of one `state`. `times` (time,) are numbers, dates or
    labels. `width` is in pixels, 640 or more. The work grows with the square of the steps. Raises
    ValueError for steps, a parameter, state, row, time, theme or width that is not there.
    """
    arrays = jacobian_arrays(trace, chosen, parameter, state, batch, times)
    width = check_width(width)
    with drawing(theme) as look:
        return _Jacobian(arrays, look, width).picture


def _decay(arrays: JacobianArrays) -> NormArrays:
    """The last row of the triangle and its bounds, as curves; a bound over the axis is ABSENT."""
    row = np.where(arrays.logs[-1] > LARGEST, np.inf, arrays.logs[-1])
    low, high = axis_decades(row[None])
    back = np.arange(len(row))[::-1]
    names, curves = ["norm", "bound"], [row, arrays.bound.log10(back)]
    if arrays.bound.classical is not None:
        classical = arrays.bound.log10(back, classical=True)
        if classical[0] <= high + ROUNDING:
            names.append(CLASSICAL)
            curves.append(classical)
    logs = np.array(curves)
    lanes = np.full(logs.shape, PLOTTED)
    lanes[logs < low] = BELOW
    lanes[logs == -np.inf] = ZERO
    lanes[np.isnan(logs)] = NAN
    lanes[0, np.isposinf(row)] = INFINITE
    lanes[1:][~(logs[1:] <= high + ROUNDING)] = ABSENT
    with np.errstate(under="ignore", over="ignore"):
        norms = 10.0**logs
    return NormArrays(tuple(names), norms, len(row), len(row) - 1, low, high, lanes, arrays.times)


class _Jacobian:
    """One drawing: triangle, decay and contributions on one time axis, a column right of them."""

    def __init__(self, arrays: JacobianArrays, look: Theme, width: float):
        self.arrays, self.look = arrays, look
        self.count = len(arrays.logs)
        grey = (look.soft, look.soft)
        looks = [(look.ink, look.ink, "solid"), (*grey, DASH), (*grey, FINE_DASH)]
        curves = _decay(arrays)
        room = width - COLUMN - GAP + EDGE
        self.decay = NormPlot(curves, look, room, looks[: len(curves.labels)])
        self.left, self.width = self.decay.left, self.decay.width
        self.column = width - EDGE - COLUMN
        self.tall = float(np.clip(0.8 * self.width, LEAST, MOST))
        decay = EDGE + TITLE + self.tall + HEIGHT + GAP
        bars = decay + self.decay.height
        end = bars if arrays.lags is None else bars + TITLE + BARS + HEIGHT + EDGE
        self.picture = Picture(width, end, look, self.describe())
        self.draw_triangle(EDGE + TITLE)
        self.draw_values(EDGE + TITLE)
        words = f"‖{self.derivative('t', 'k')}‖ at each k, last t, log scale"
        self.decay.draw(self.picture, decay, fit(words, self.width))
        self.name_steps(self.decay.axes)
        self.write_bounds(decay + TITLE)
        if arrays.lags is not None:
            self.draw_contributions(bars + TITLE)

    def derivative(self, t, k) -> str:
        return f"∂{self.arrays.symbol}[{t}]/∂{self.arrays.symbol}[{k}]"

    def describe(self) -> str:
        first, last = (say_time(self.arrays.times, k) for k in (0, self.count - 1))
        return (
            f"Triangle of the norms of {self.derivative('t', 'k')} from {first} to {last}, "
            "singular values of one product, and what each step adds to the gradient."
        )

    def draw_triangle(self, top: float) -> None:
        arrays, look = self.arrays, self.look
        axes = self.picture.panel(self.left, top, self.width, self.tall)
        finite = np.abs(arrays.logs[np.isfinite(arrays.logs)])
        limit = float(np.clip(np.ceil(finite.max(initial=0)), 1, DEPTH))
        colours = heat(arrays.logs, -limit, limit, False, look)
        colours[np.isneginf(arrays.logs)] = to_rgba(look.soft)
        colours[np.triu_indices(self.count, 1)] = 0
        whole = (-0.5, self.count - 0.5)
        axes.imshow(
            colours.swapaxes(0, 1),
            aspect="auto",
            interpolation="none",
            origin="lower",
            extent=(*whole, *whole),
        )
        t, k = arrays.chosen
        frame = {"markerfacecolor": "none", "clip_on": False}
        for colour, thick in ((look.paper, 4), (look.ink, 1.8)):
            axes.plot([t], [k], "s", markersize=9, color=colour, markeredgewidth=thick, **frame)
        axes.set_xlim(*whole)
        axes.set_ylim(*whole)
        words = f"‖{self.derivative('t', 'k')}‖, t across, k up, log scale"
        self.say(axes, fit(words, self.width), (0, 1), (0, 9), color=look.ink)
        draw_time_axis(axes, arrays.times, self.count, self.width, look)
        axes.set_yticks(*time_ticks(arrays.times, self.count, self.tall))
        axes.tick_params(axis="y", length=4, width=0.75, color=look.hair, labelcolor=look.soft)
        if self.count > 1:  # one step has no half where there is nothing
            self.draw_key(top + 12, limit, float(finite.max(initial=0)))

    def draw_key(self, top: float, limit: float, largest: float) -> None:
        """The colours in numbers, in the half of the square where there is nothing."""
        arrays, look = self.arrays, self.look
        left = self.left + 32
        axes = self.picture.panel(left, top, KEY, 8)
        draw_heat(axes, ramp(False)[None])
        whole = int(limit)
        least, most = power(-whole), power(whole)
        if largest > limit:
            least, most = f"≤ {least}", f"≥ {most}"
        for place, text in enumerate((least, "1", most)):
            self.say(axes, text, (place / 2, 0), (0, -4), ha="center", va="top")
        special = {
            "exactly 0": (look.soft, np.isneginf(arrays.logs)),
            "not a number": (look.ink, np.isnan(np.tril(arrays.logs))),
        }
        shown = [(text, colour) for text, (colour, where) in special.items() if where.any()]
        for row, (text, colour) in enumerate(shown):
            patch = self.picture.panel(left - 20, top + 32 + 20 * row, 12, 12)
            patch.set_facecolor(colour)
            self.say(patch, text, (1, 0.5), (6, 0), va="center")

    def draw_values(self, top: float) -> None:
        """The singular values of the chosen product, largest first."""
        arrays, look = self.arrays, self.look
        t, k = arrays.chosen
        zero, known = np.isneginf(arrays.values), np.isfinite(arrays.values)
        low, high = axis_decades(np.where(known, arrays.values, np.nan)[None])
        low = min(low, int(np.floor(arrays.values[known].min()))) if known.any() else low
        ends = [power(low), power(high)] + (["≈ 0"] if zero.any() else [])
        wide = COLUMN - 8 - max(text_width(text) for text in ends)
        under = BAND + 8 if zero.any() else 8
        tall = self.tall - 2 * LINE
        pixel = (high - low) / (tall - under)
        axes = self.picture.panel(self.column, top + 2 * LINE, wide, tall)
        axes.set_xlim(0.4, len(arrays.values) + 0.6)
        axes.set_ylim(low - under * pixel, high)
        every = next(step for step in STEPS if (high - low) / step <= (tall - under) / 32)
        for decade in range(-(-low // every) * every, high + 1, every):
            axes.axhline(decade, color=look.hair, linewidth=1.2 if decade == 0 else 0.6, zorder=0)
            self.say_right(axes, power(decade), decade)
        heights = np.where(zero, low - (under - BAND / 2) * pixel, arrays.values)
        if zero.any():
            middle, half = low - (under - BAND / 2) * pixel, BAND / 2 * pixel
            axes.axhspan(middle - half, middle + half, color=look.band, linewidth=0, zorder=0)
            self.say_right(axes, "≈ 0", middle)
        order = np.arange(1, len(heights) + 1)
        size = float(np.clip(wide / len(order) * 0.5, 2, 5))
        axes.plot(order, heights, "o", color=look.ink, markersize=size, clip_on=False)
        at = [say_time(arrays.times, step) for step in (k, t)]
        above = [f"k: {at[0]}", f"t: {at[1]}", "singular values"]
        for row, text in enumerate(above):
            offset = (0, 9 + 0.75 * LINE * row)
            self.say(axes, fit(text, COLUMN), (0, 1), offset, color=look.ink)
        count = len(order)
        text = "1 value" if count == 1 else f"1 to {count}"
        text = text if known.any() or zero.any() else "not a number"
        self.say(axes, text, (0, 0), (0, -6), va="top")

    def write_bounds(self, top: float) -> None:
        """What the dashed lines are, in numbers."""
        bound = self.arrays.bound
        lines = ["bound: the largest", "singular value of a", f"step, {number(bound.largest)},"]
        lines += [f"to the power t {MINUS} k"]
        if bound.classical is not None:
            lines += ["", f"{CLASSICAL} = {number(bound.slope)} {TIMES} {number(bound.weight)}"]
        self.write(lines, top)

    def draw_contributions(self, top: float) -> None:
        arrays, look, lags = self.arrays, self.look, self.arrays.lags
        axes = self.picture.panel(self.left, top, self.width, BARS)
        axes.set_xlim(-0.5, self.count - 0.5)
        heights = np.where(np.isfinite(lags.norms), lags.norms, 0)
        axes.set_ylim(0, 1)
        # Divided first: the axes of matplotlib fail near the ends of float64.
        axes.bar(
            np.arange(self.count), heights / (heights.max() or 1.0), width=0.8, color=look.back
        )
        loss = say_time(arrays.times, lags.at)
        words = f"what step k adds to ∂L/∂{lags.parameter}, L at {loss}"
        self.say(axes, fit(words, self.width), (0, 1), (0, 9), color=look.ink)
        draw_time_axis(axes, arrays.times, self.count, self.width, look)
        self.name_steps(axes)
        steps = min(LAG, len(lags.shares))
        said = f"last {steps} steps add" if steps > 1 else "last step adds"
        part = share(lags.share(steps))
        self.write(
            [
                f"whole: {number(lags.whole)}",
                f"highest bar: {number(lags.norms.max())}",
                f"the {said}",
                f"{part} of all norms",
            ],
            top,
        )

    def name_steps(self, axes: Axes) -> None:
        """On all axes but the triangle's time is k."""
        if self.arrays.times is None:
            axes.set_xlabel("step k", loc="left", labelpad=4)

    def write(self, lines: list[str], top: float) -> None:
        """Lines of text in the column, from `top` pixels on."""
        sheet = self.picture.sheet()
        sheet.set_axis_off()
        for row, text in enumerate(lines):
            sheet.text(
                self.column, top + LINE * row, fit(text, COLUMN), va="top", color=self.look.soft
            )

    def say_right(self, axes: Axes, text: str, y: float) -> None:
        place = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
        axes.annotate(text, (1, y), (6, 0), va="center", color=self.look.soft, **place)

    def say(self, axes: Axes, text: str, place, offset, color=None, **sides) -> None:
        color = color or self.look.soft
        axes.annotate(text, place, offset, "axes fraction", "offset points", color=color, **sides)
