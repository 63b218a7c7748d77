"""How much of a gradient arrives at each earlier step, for several networks, on a log axis.

Does not run BPTT: it takes norms, or gradients that a trace gave.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from workbench.measure import step_norms
from workbench.pictures.end_names import LABEL, LEADER, name_ends
from workbench.pictures.log_scale import LogScale, decade_range, lanes_of
from workbench.pictures.picture import Picture, fit, text_width
from workbench.pictures.style import USUAL, Theme, cell_key, check_width, drawing
from workbench.pictures.time_axis import axis_height, check_times, draw_time_axis, say_time

EDGE, TITLE = 16, 24  # pixels: margin, the line of words above the plot
PLOT = 208  # pixels: least height of the plot
MOST_LABEL = 200  # pixels that the name of a curve may take
DASHES = ("solid", (0, (5, 2)), (0, (1.5, 1.5)), (0, (5, 1.5, 1, 1.5)))


class NormArrays(NamedTuple):
    """`norms` (curves, steps) up to the step of the loss, of `count` steps; `labels` name them.

    The axis runs from 10^low to 10^high. `lanes` (curves, steps) says where each value is drawn:
    in the plot (PLOTTED) or in the band for not-a-number, infinity, less than 10^low, exact 0.
    """

    labels: tuple[str, ...]
    norms: np.ndarray
    count: int
    loss_step: int
    low: int
    high: int
    lanes: np.ndarray
    times: np.ndarray | None


def gradient_norms_arrays(curves, loss_step=None, times=None, state="h") -> NormArrays:
    """What `gradient_norms` draws, as arrays. Same arguments and errors."""
    found = read_norms(curves, state)
    norms = np.array(list(found.values()))
    count = norms.shape[1]
    if loss_step is None:
        reached = np.flatnonzero((norms != 0).any(axis=0))
        loss_step = int(reached[-1]) if len(reached) else count - 1
    elif not 0 <= loss_step < count:
        raise ValueError(f"loss_step: expected 0..{count - 1}, got {loss_step}")
    times = check_times(times, count)
    norms = norms[:, : loss_step + 1]
    low, high = decade_range(norms, norms[:, -1])
    lanes = lanes_of(norms, low)
    return NormArrays(tuple(found), norms, count, loss_step, low, high, lanes, times)


def gradient_norms(
    curves: Mapping,
    loss_step: int | None = None,
    times=None,
    state: str = "h",
    theme: str = "light",
    width: float = USUAL,
) -> Picture:
    """Draw, for each network, the norm of dL/dh at every step up to the one with the loss.

    `curves` maps a label to norms (time,), or to the Gradients of `trace.bptt`, from which the
    norm of line `state` is taken over batch and units. A label that begins with Elman, LSTM or
    GRU gives that cell's colour, one with "reference" grey. `loss_step` is the step whose loss
    is followed back, the last with any gradient for None; later steps have none and are not
    drawn. `times` (time,) are numbers, dates or labels for the axis.

    An exact 0, a value more than 16 decades below the least curve at the loss, infinity and
    not-a-number each have a band of their own with its name; nothing is left out.

    `width` is in pixels, 640 or more. Raises ValueError for curves of different lengths, a
    negative norm, and a step, time, theme or width that is not there. After Pascanu, Mikolov and
    Bengio 2013.
    """
    arrays = gradient_norms_arrays(curves, loss_step, times, state)
    width = check_width(width)
    with drawing(theme) as look:
        return _Norms(arrays, state, look, width).picture


def read_norms(curves, state: str = "h") -> dict[str, np.ndarray]:
    """Label -> norms (time,), from norms or Gradients. Raises ValueError as `gradient_norms`."""
    if not isinstance(curves, Mapping) or not curves:
        raise ValueError(f"curves: expected a dict of label and norms, got {curves!r:.60}")
    found = {}
    for label, value in curves.items():
        if hasattr(value, "carried"):
            if state not in value.names:
                raise ValueError(f"state: expected one of {', '.join(value.names)}, got {state!r}")
            value = step_norms(value[state])
        norms = np.asarray(value, dtype=np.float64)
        if norms.ndim != 1 or len(norms) == 0:
            raise ValueError(f"curves: expected norms (time,) for {label!r}, got {norms.shape}")
        if (norms < 0).any():
            raise ValueError(
                f"curves: expected norms of 0 or more for {label!r}, got {norms.min()}"
            )
        found[str(label)] = norms
    lengths = {len(norms) for norms in found.values()}
    if len(lengths) > 1:
        raise ValueError(f"curves: expected one length for all, got {sorted(lengths)}")
    return found


class _Norms:
    """One drawing: plot, bands, and names; y of the plot in decades."""

    def __init__(self, arrays: NormArrays, state: str, look: Theme, width: float):
        self.arrays, self.look = arrays, look
        self.names = [fit(label, MOST_LABEL) for label in arrays.labels]
        plot = float(max(PLOT, LABEL * len(self.names)))
        self.scale = LogScale(arrays.low, arrays.high, arrays.lanes, plot)
        self.left = EDGE + LEADER + max(text_width(name) for name in self.names)
        self.width = width - self.left - EDGE - 8 - self.scale.word_width
        tall = self.scale.tall
        height = EDGE + TITLE + tall + axis_height(arrays.times) + EDGE
        self.picture = Picture(width, height, look, self.describe(state))
        self.axes: Axes = self.picture.panel(self.left, EDGE + TITLE, self.width, tall)
        self.axes.set_xlim(-0.5, arrays.count - 0.5)
        self.scale.draw(self.axes, look)
        self.draw_words(f"norm of the gradient, ‖∂L/∂{state}‖, log scale")
        self.draw_curves()
        draw_time_axis(self.axes, arrays.times, arrays.count, self.width, look)

    def describe(self, state: str) -> str:
        last = say_time(self.arrays.times, self.arrays.loss_step)
        names = ", ".join(self.arrays.labels)
        return f"Norm of the gradient in {state} at each step back from {last}, log scale: {names}."

    def draw_words(self, measure: str) -> None:
        """What is measured, and the step whose loss is followed back, named over its line."""
        arrays, ink = self.arrays, self.look.ink
        self.axes.axvline(arrays.loss_step, color=ink, linewidth=0.9, linestyle=(0, (1, 2.5)))
        place = {"xycoords": "axes fraction", "textcoords": "offset points", "color": ink}
        self.axes.annotate(measure, (0, 1), (0, 9), **place)
        loss = f"loss at {say_time(arrays.times, arrays.loss_step)}"
        half, line = text_width(loss) / 2, (arrays.loss_step + 0.5) / arrays.count * self.width
        if line - half < text_width(measure) + 24:
            # No room beside the other words; right of the loss there are never any curves.
            self.axes.annotate(loss, (line / self.width, 1), (5, -4), va="top", **place)
        else:
            middle = min(line, self.width - half) / self.width
            self.axes.annotate(loss, (middle, 1), (0, 9), ha="center", **place)

    def draw_curves(self) -> None:
        arrays = self.arrays
        steps = np.arange(arrays.norms.shape[1])
        heights = self.scale.heights(arrays.norms, arrays.lanes)
        looks = curve_looks(arrays.labels, self.look)
        # Later curves are thinner, so that two that coincide are both seen.
        widths = np.linspace(2.6, 1.4, len(looks)) if len(looks) > 1 else [1.8]
        for line, (colour, _, dash), thick in zip(heights, looks, widths, strict=True):
            few = self.width / arrays.count > 16
            self.axes.plot(
                steps,
                line,
                color=colour,
                linewidth=thick,
                linestyle=dash,
                marker="o" if few else None,
                markersize=3.5,
                clip_on=False,
                zorder=3,
            )
        firsts, words = [line[0] for line in heights], [word for _, word, _ in looks]
        name_ends(self.axes, self.names, firsts, words, self.look, "left")


def curve_looks(labels, look: Theme) -> list[tuple[str, str, object]]:
    """Line colour, word colour and dash of each curve: a cell's colour, dashed the second time;
    labels that name no cell take the user's own colour and then those of the named lines."""
    seen: dict[str, int] = {}
    looks = []
    for label in labels:
        key = cell_key(label)
        again = seen[key] = seen.get(key, -1) + 1
        if key == "own" and again:
            looks.append((look.line(again - 1), look.line(again - 1), "solid"))
        else:
            looks.append((look.cells[key], look.words[key], DASHES[again % len(DASHES)]))
    return looks
