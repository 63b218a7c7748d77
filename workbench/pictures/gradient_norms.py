"""How much of a gradient arrives at each earlier step, for several networks, on a log axis.

Does not run BPTT: it takes norms, or gradients that a trace gave.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from workbench.measure.norms import step_norms
from workbench.pictures.end_names import LABEL, LEADER, name_ends
from workbench.pictures.log_scale import LogScale, axis_decades, decades, lanes_of
from workbench.pictures.picture import Picture, fit, text_width
from workbench.pictures.style import USUAL, Theme, cell_key, check_width, drawing
from workbench.pictures.time_axis import axis_height, check_times, draw_time_axis, say_time

EDGE, TITLE = 16, 24  # pixels: margin, the line of words above the plot
PLOT = 208  # pixels: least height of the plot
MOST_LABEL = 200  # pixels that the name of a curve may take
DASHES = ("solid", (0, (5, 2)), (0, (1.5, 1.5)), (0, (5, 1.5, 1, 1.5)))


class NormArrays(NamedTuple):
    """`norms` (curves, steps) up to the step of the loss, of `count` steps; `labels` name them.
    Where no step is followed back alone, `loss_step` is None and all are there.

    The axis runs from 10^low to 10^high. `lanes` (curves, steps) says where each value is drawn:
    in the plot (PLOTTED) or in the band for not-a-number, infinity, less than 10^low, exact 0;
    or nowhere (ABSENT), where a curve has no value.
    """

    labels: tuple[str, ...]
    norms: np.ndarray
    count: int
    loss_step: int | None
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
    low, high = axis_decades(decades(norms))
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
        plot = NormPlot(arrays, look, width)
        picture = Picture(width, EDGE + plot.height, look, describe_norms(arrays, state))
        plot.draw(picture, EDGE, *norm_words(arrays, state))
        return picture


def norm_words(arrays: NormArrays, state: str) -> tuple[str, str]:
    """What is measured, and the name of the step whose loss is followed back."""
    measure = f"norm of the gradient, ‖∂L/∂{state}‖, log scale"
    return measure, f"loss at {say_time(arrays.times, arrays.loss_step)}"


def describe_norms(arrays: NormArrays, state: str) -> str:
    """One sentence that says what the curves are, for those who cannot see them."""
    last = say_time(arrays.times, arrays.loss_step)
    names = ", ".join(arrays.labels)
    return f"Norm of the gradient in {state} at each step back from {last}, log scale: {names}."


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


class NormPlot:
    """The plot, its bands and its names, to be drawn into a picture; y in decades.

    `left` and `width` are where its steps are, in pixels; `height` counts the words above it,
    the time axis below it and the margin under that. `looks` is as `curve_looks` gives it.
    """

    def __init__(self, arrays: NormArrays, look: Theme, width: float, looks=None):
        self.arrays, self.look = arrays, look
        self.looks = curve_looks(arrays.labels, look) if looks is None else looks
        self.names = [fit(label, MOST_LABEL) for label in arrays.labels]
        plot = float(max(PLOT, LABEL * len(self.names)))
        self.scale = LogScale(arrays.low, arrays.high, arrays.lanes, plot)
        self.left = EDGE + LEADER + max(text_width(name) for name in self.names)
        self.width = width - self.left - EDGE - 8 - self.scale.word_width
        self.tall = self.scale.tall
        self.height = TITLE + self.tall + axis_height(arrays.times) + EDGE

    def draw(self, picture: Picture, top: float, measure: str, mark: str = "") -> None:
        """Draw it `top` pixels down. `measure` stands over it, `mark`, if any,
        over its last step."""
        arrays = self.arrays
        self.axes: Axes = picture.panel(self.left, top + TITLE, self.width, self.tall)
        self.axes.set_xlim(-0.5, arrays.count - 0.5)
        self.scale.draw(self.axes, self.look)
        self.draw_words(measure, mark)
        self.draw_curves()
        draw_time_axis(self.axes, arrays.times, arrays.count, self.width, self.look)

    def draw_words(self, measure: str, mark: str) -> None:
        """What is measured, and the step that is followed back, named over its line."""
        arrays, ink = self.arrays, self.look.ink
        if arrays.loss_step is not None:
            self.axes.axvline(arrays.loss_step, color=ink, linewidth=0.9, linestyle=(0, (1, 2.5)))
        place = {"xycoords": "axes fraction", "textcoords": "offset points", "color": ink}
        self.axes.annotate(measure, (0, 1), (0, 9), **place)
        if not mark:
            return
        half, line = text_width(mark) / 2, (arrays.loss_step + 0.5) / arrays.count * self.width
        if line - half < text_width(measure) + 24:
            # No room beside the other words; right of the loss there are never any curves.
            self.axes.annotate(mark, (line / self.width, 1), (5, -4), va="top", **place)
        else:
            middle = min(line, self.width - half) / self.width
            self.axes.annotate(mark, (middle, 1), (0, 9), ha="center", **place)

    def draw_curves(self) -> None:
        arrays = self.arrays
        steps = np.arange(arrays.norms.shape[1])
        heights = self.scale.heights(arrays.norms, arrays.lanes)
        # Later curves are thinner, so that two that coincide are both seen.
        widths = np.linspace(2.6, 1.4, len(heights)) if len(heights) > 1 else [1.8]
        for line, (colour, _, dash), thick in zip(heights, self.looks, widths, strict=True):
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
        self.draw_names(heights)

    def draw_names(self, heights: np.ndarray) -> None:
        """The names left of the plot; of a curve that is absent at first, beside its beginning."""
        begun = []
        for name, line, (_, word, _) in zip(self.names, heights, self.looks, strict=True):
            if not np.isnan(line[0]):
                begun.append((name, line[0], word))
                continue
            first = int(np.argmin(np.isnan(line)))
            room = (first + 0.5) / self.arrays.count * self.width
            side, offset = ("right", -8) if room > text_width(name) + 16 else ("left", 8)
            place = {"textcoords": "offset points", "ha": side, "va": "center", "color": word}
            self.axes.annotate(name, (first, line[first]), (offset, -6), **place)
        names, ends, words = zip(*begun, strict=True) if begun else ((), (), ())
        name_ends(self.axes, names, ends, words, self.look, "left")


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
