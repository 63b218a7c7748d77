"""How far back the gradient of one step's loss reaches: arcs to the earlier steps, over curves.

Does not run BPTT: it takes what `workbench.measure.gradient_reach` found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba

from workbench.measure import Reach
from workbench.pictures.digits import power
from workbench.pictures.gradient_norms import (
    DASHES,
    EDGE,
    NormArrays,
    NormPlot,
    curve_looks,
    gradient_norms_arrays,
    norm_words,
)
from workbench.pictures.log_scale import ABSENT, decades
from workbench.pictures.picture import Picture, fit
from workbench.pictures.style import USUAL, Theme, cell_key, check_width, drawing
from workbench.pictures.time_axis import say_time

WORDS, LOWEST, TALLEST, FOOT = 24, 40, 144, 20  # pixels: words over arcs, arcs, arcs to curves
STEEP = 0.5  # height of an arc by its width, until it would be taller than TALLEST
THIN, THICK = 0.5, 8.0  # pixels: the thinnest arc, the thickest where steps are far apart
FAINT, STRONG = 0.15, 0.9  # opacity of the least arc that is drawn and of the greatest
DRAWN = 3  # decades below the thickest arc that are drawn
CURVE = 48  # points of an arc
MARK = 7  # pixels from step to step from which on each has a mark of its own


class ReachArrays(NamedTuple):
    """`curves`: the norms of dL/d(output) of every network, each followed by those of its other
    states (ABSENT at the step of the loss, which puts nothing into them); `owners` (curves,)
    is the network that each belongs to. `thickness` (loss_step,): how thick the arc to each
    earlier step of network `shown` is, 1 for the thickest, 0 for one that is not drawn.
    """

    curves: NormArrays
    owners: tuple[str, ...]
    output: str
    shown: str
    thickness: np.ndarray


def gradient_reach_arrays(reaches, shown=None, times=None) -> ReachArrays:
    """What `gradient_reach` draws, as arrays. Same arguments and errors."""
    reaches = _read(reaches)
    shown = next(iter(reaches)) if shown is None else shown
    if shown not in reaches:
        raise ValueError(f"shown: expected one of {', '.join(reaches)}, got {shown!r}")
    norms, owners, others = {}, [], []
    for label, reach in reaches.items():
        norms[label] = reach.total
        owners.append(label)
        for state, carried in reach.carried.items():
            if state != reach.output and reach.at > 0:
                name = f"{label}, ∂L/∂{state}"
                others.append(len(norms))
                norms[name] = np.array(carried)
                # There is nothing at the loss itself: the axis is found without that step.
                norms[name][reach.at] = carried[reach.at - 1]
                owners.append(label)
    first = reaches[shown]
    curves = gradient_norms_arrays(norms, first.at, times)
    curves.norms[others, -1] = np.nan
    curves.lanes[others, -1] = ABSENT
    return ReachArrays(
        curves, tuple(owners), first.output, shown, _thickness(first.total[: first.at])
    )


def gradient_reach(
    reaches: Mapping[str, Reach],
    shown: str | None = None,
    times=None,
    theme: str = "light",
    width: float = USUAL,
) -> Picture:
    """Draw how the gradient of the loss at one step reaches every earlier step.

    `reaches` maps a label to what `workbench.measure.gradient_reach` gave, all on the same input
    and for the same step. A label that begins with Elman, LSTM or GRU gives that cell's colour.

    Above, an arc from the loss to each earlier step of the network `shown` (a label, the first
    for None), as thick as the norm of dL/dh there, the thickest arc being the measure; arcs more
    than 3 decades below it are not drawn. Below, on the same time axis, the norms of all networks
    on a log scale, with bands as in `gradient_norms`; broken lines are the norms of the gradient
    by the other states (dL/dc of an LSTM, at fixed h), over all ways back.

    `times` (time,) are numbers, dates or labels for the axis. `width` is in pixels, 640 or more.
    Raises ValueError for networks with different steps, and for a label, time, theme or width
    that is not there.
    """
    arrays = gradient_reach_arrays(reaches, shown, times)
    width = check_width(width)
    with drawing(theme) as look:
        return _draw(arrays, look, width)


def _read(reaches) -> dict[str, Reach]:
    if not isinstance(reaches, Mapping) or not reaches:
        raise ValueError(f"reaches: expected a dict of label and Reach, got {reaches!r:.60}")
    for label, reach in reaches.items():
        if not isinstance(reach, Reach):
            kind = type(reach).__name__
            raise ValueError(f"reaches: expected a Reach for {label!r}, got {kind}")
    steps = {reach.at for reach in reaches.values()}
    if len(steps) > 1:
        raise ValueError(f"reaches: expected one step of the loss for all, got {sorted(steps)}")
    return {str(label): reach for label, reach in reaches.items()}


def _thickness(norms: np.ndarray) -> np.ndarray:
    """Norms as shares of the largest finite one; infinity is as thick, what is far below 0."""
    finite = norms[np.isfinite(norms)]
    largest = finite.max(initial=0.0)
    shares = np.where(np.isinf(norms), 1.0, 0.0)
    known = np.isfinite(norms) & (largest > 0)
    shares[known] = norms[known] / largest
    return np.where(shares < 10.0**-DRAWN, 0.0, shares)


def _looks(arrays: ReachArrays, look: Theme) -> list[tuple[str, str, object]]:
    """The look of each curve: all of a network have its colour; one colour never has a dash twice,
    as long as there are dashes."""
    networks = tuple(dict.fromkeys(arrays.owners))
    own = dict(zip(networks, curve_looks(networks, look), strict=True))
    seen: dict[str, int] = {}
    looks = []
    for owner in arrays.owners:
        colour, word, _ = own[owner]
        again = seen[colour] = seen.get(colour, -1) + 1
        looks.append((colour, word, DASHES[again % len(DASHES)]))
    return looks


def _draw(arrays: ReachArrays, look: Theme, width: float) -> Picture:
    curves = arrays.curves
    plot = NormPlot(curves, look, width, _looks(arrays, look))
    pitch = plot.width / curves.count
    reached = np.flatnonzero(arrays.thickness)
    span = (curves.loss_step - reached[0]) * pitch if len(reached) else 0.0
    tall = float(np.clip(STEEP * span, LOWEST, TALLEST))
    top = EDGE + WORDS + tall + FOOT
    picture = Picture(width, top + plot.height, look, _describe(arrays))
    _draw_line(picture, plot.left + (curves.loss_step + 0.5) * pitch, (top - FOOT + 5, top))
    axes = picture.panel(plot.left, EDGE + WORDS, plot.width, tall)
    axes.set_xlim(-0.5, curves.count - 0.5)
    axes.set_ylim(0, tall)
    words = fit(_words(arrays), width - plot.left - EDGE)
    axes.annotate(words, (0, 1), (0, 9), "axes fraction", "offset points", color=look.ink)
    _draw_arcs(axes, arrays, pitch, tall, look)
    _draw_states(axes, arrays, pitch, look)
    plot.draw(picture, top, *norm_words(curves, arrays.output))
    return picture


def _words(arrays: ReachArrays) -> str:
    if not arrays.thickness.any():
        return f"{arrays.shown}: nothing reaches an earlier step"
    measure = f"‖∂L/∂{arrays.output}‖"
    return f"{arrays.shown}: arcs as thick as {measure}, down to {power(-DRAWN)} of the thickest"


def _draw_line(picture: Picture, x: float, ends: tuple[float, float]) -> None:
    """The dotted line of the loss, from the arcs down to its name over the curves."""
    axes = picture.sheet()
    axes.set_axis_off()
    axes.plot([x, x], ends, color=picture.theme.ink, linewidth=0.9, linestyle=(0, (1, 2.5)))


def _draw_arcs(axes, arrays: ReachArrays, pitch: float, tall: float, look: Theme) -> None:
    """Half ellipses, the far ones first, so that the thick ones lie on top."""
    thickness, at = arrays.thickness, arrays.curves.loss_step
    reached = np.flatnonzero(thickness)
    if len(reached) == 0:
        return
    angle = np.linspace(0, np.pi, CURVE)
    spans = (at - reached)[:, None]
    across = at - spans / 2 * (1 - np.cos(angle))
    up = tall * spans / spans.max() * np.sin(angle)
    thick = np.clip(pitch, 2.0, THICK)
    shares = thickness[reached]
    widths = np.maximum(THIN, thick * shares) * 72 / 96
    arcs = LineCollection(
        np.stack([across, up], axis=-1),
        linewidths=widths,
        colors=look.back,
        alpha=_opacity(shares),
        capstyle="butt",
        clip_on=False,
    )
    axes.add_collection(arcs, autolim=False)


def _opacity(shares: np.ndarray) -> np.ndarray:
    return np.interp(decades(shares), [-DRAWN, 0], [FAINT, STRONG])


def _draw_states(axes, arrays: ReachArrays, pitch: float, look: Theme) -> None:
    """The steps that the arcs stand on: marks where there is room, else their line."""
    count, at = arrays.curves.count, arrays.curves.loss_step
    style = {"clip_on": False, "zorder": 4}
    axes.plot([0, max(count - 1, 0.5)], [0, 0], color=look.hair, linewidth=0.75, **style)
    if pitch >= MARK:
        side = min(pitch - 3, 7) * 72 / 96
        colours = np.tile(to_rgba(look.hair), (count, 1))
        colours[:at] = to_rgba(look.cells[cell_key(arrays.shown)])
        colours[:at, 3] = _opacity(arrays.thickness)
        steps = np.arange(count)
        axes.scatter(steps, 0 * steps, side**2, colours, marker="s", linewidth=0, **style)
    axes.plot([at], [0], "s", color=look.ink, markersize=6, **style)


def _describe(arrays: ReachArrays) -> str:
    curves, last = arrays.curves, say_time(arrays.curves.times, arrays.curves.loss_step)
    drawn = np.flatnonzero(arrays.thickness)
    first = say_time(curves.times, drawn[0]) if len(drawn) else "no earlier step"
    names = ", ".join(curves.labels)
    return (
        f"Norm of the gradient at each step back from the loss at {last}: {names}. "
        f"Arcs of {arrays.shown} lead back to {first}."
    )
