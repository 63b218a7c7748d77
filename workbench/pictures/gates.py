"""Every recorded line of a network over time, one heat map each, under the input that caused it.

Does not run a network: it reads a trace.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from workbench.pictures import reading
from workbench.pictures.digits import number
from workbench.pictures.heat import draw_heat, heat, ramp, shrink, signed_limit
from workbench.pictures.picture import Picture, fit, text_width
from workbench.pictures.style import NAME, USUAL, Theme, check_width, drawing
from workbench.pictures.time_axis import axis_height, check_times, draw_time_axis, say_time

EDGE, GAP, NOTE = 16, 12, 20  # pixels: margin, between rows, above a row that carries a note
CURVE, SHORTEST, TALLEST = 56, 40, 96  # pixels: the input curve, a row of few and of many units
FEW, FEW_UNIT = 2, 6  # up to so many lines have so many pixels for each unit, where there is room
MOST_NAME = 160  # pixels that the name of the input may take


class GateRow(NamedTuple):
    """One line: `values` (units, time), the scale's ends, and whether it is the scale of 0..1.

    `trouble` says in words where not-a-number or infinity begins, "" where all is finite.
    """

    name: str
    values: np.ndarray
    low: float
    high: float
    share: bool
    trouble: str


class GateArrays(NamedTuple):
    """`inputs` (features, time) as a row like the others, the lines, `held` (time,) of the steps
    that a mask holds, and `times` as given."""

    inputs: GateRow
    rows: tuple[GateRow, ...]
    held: np.ndarray
    times: np.ndarray | None


def gates_arrays(trace, batch=0, lines=None, units=None, times=None) -> GateArrays:
    """What `gates` draws, as arrays. Same arguments and errors."""
    batch = reading.check_batch(trace, batch)
    names = reading.check_lines(trace, lines)
    inputs = reading.read_input(trace, batch)
    times = check_times(times, len(inputs))
    held = reading.read_held(trace, batch)
    rows = []
    for name in names:
        values = reading.read_line(trace, name, batch)
        chosen = reading.check_units(units, values.shape[1], name)
        rows.append(make_row(name, values[:, chosen], held, times))
    return GateArrays(make_row("x", inputs, held, times), tuple(rows), held, times)


def gates(
    trace,
    batch: int = 0,
    lines=None,
    units=None,
    times=None,
    input_name: str = "x",
    step: int | None = None,
    theme: str = "light",
    width: float = USUAL,
) -> Picture:
    """Draw every recorded line of one sequence: rows are units, columns steps.

    `lines`: names of recorded lines, all for None. `units`: positions in the hidden layer, all
    for None. `times` (time,): numbers such as years, dates, or labels such as the characters
    read; steps are counted for None. `input_name` stands beside the input. `step` is marked by a
    dotted line that shows over the input and between the rows, None for none. Lines within 0..1 are
    drawn in cividis, others in RdBu, white at 0, with symmetric ends. Steps that a mask holds
    are left blank; not-a-number is drawn in ink, and the step where it begins is said.

    `width` is in pixels, 640 or more; the height follows. Raises ValueError for a batch, line,
    unit, time, theme or width that is not there.
    """
    arrays = gates_arrays(trace, batch, lines, units, times)
    width = check_width(width)
    if step is not None and not 0 <= step < len(arrays.held):
        raise ValueError(f"step: expected 0..{len(arrays.held) - 1}, got {step}")
    with drawing(theme) as look:
        colours = reading.line_colours(reading.equation_order(trace), look)
        return _draw(arrays, fit(input_name, MOST_NAME), colours, look, width, step)


def make_row(name: str, values: np.ndarray, held: np.ndarray, times) -> GateRow:
    """A row from (time, units), its scale from the steps that are not held."""
    known = values[~held]
    share = reading.is_share(known)
    limit = signed_limit(known)
    low, high = (0.0, 1.0) if share else (-limit, limit)
    trouble = reading.say_trouble(values, held, lambda step: say_time(times, step))
    return GateRow(name, values.T, low, high, share, trouble)


def _draw(
    arrays: GateArrays, input_name: str, colours, look: Theme, width: float, step: int | None
) -> Picture:
    count = len(arrays.held)
    rows = (arrays.inputs._replace(name=input_name), *arrays.rows)
    left = EDGE + 12 + max(row_name_width(row) for row in rows)
    ends = [text for row in rows for text, _, _ in row_ends(row)]
    ends += [number(value) for value in _range(rows[0].values)]
    scale = 20 + max(text_width(text) for text in ends)
    box = left, width - left - scale - EDGE
    heights = _heights(rows)
    tops, bottom = _stack(rows, heights)
    tall = bottom + axis_height(arrays.times) + EDGE
    picture = Picture(width, tall, look, _describe(arrays, input_name))
    if step is not None:
        mark_step(picture, box[0] + (step + 0.5) / count * box[1], (EDGE, bottom))
    for k, (row, top) in enumerate(zip(rows, tops, strict=True)):
        height = heights[k]
        axes = draw_row(picture, row, arrays.held, (*box, top, height), curve=k == 0)
        name_row(axes, row, colours.get(row.name, look.ink) if k else look.ink, k == 0)
        if row.trouble:
            axes.annotate(
                row.trouble, (0, 1), (0, 4), "axes fraction", "offset points", color=look.ink
            )
        if k == len(rows) - 1:
            draw_time_axis(axes, arrays.times, count, box[1], look)
        if k == 0:
            say_held(axes, arrays.held, box[1] / count, look)
    return picture


def draw_row(picture: Picture, row: GateRow, held: np.ndarray, place, curve: bool) -> Axes:
    """Draw a row's heat map with its scale right of it, or, with `curve`, one unit as a curve.

    place: (left, width, top, height) in pixels.
    """
    left, width, top, height = place
    look, count = picture.theme, len(held)
    axes = picture.panel(left, top, width, height)
    if curve and len(row.values) == 1:
        _draw_curve(axes, row, held, look)
    else:
        values, blank = shrink(row.values, held, int(height), int(width))
        image = heat(values, row.low, row.high, row.share, look)
        image[:, blank] = 0
        draw_heat(axes, image, count)
        _draw_scale(picture, row, (left + width + 8, top, height), look)
    axes.set_xlim(-0.5, count - 0.5)
    return axes


def mark_step(picture: Picture, x: float, ends: tuple[float, float]) -> None:
    """A dotted line behind all rows: over a heat map it would hide the column it is about."""
    axes = picture.sheet()
    axes.set_axis_off()
    axes.plot([x, x], ends, color=picture.theme.ink, linewidth=0.9, linestyle=(0, (1, 2.5)))


def _stack(rows, heights: list[float]) -> tuple[list[float], float]:
    """The top of each row, and the bottom of the last, in pixels."""
    tops, bottom = [], float(EDGE - GAP)
    for row, height in zip(rows, heights, strict=True):
        tops.append(bottom + GAP + (NOTE - GAP / 2 if row.trouble else 0))
        bottom = tops[-1] + height
    return tops, bottom


def _heights(rows) -> list[float]:
    """Pixels for the input and for each line; a line that stands alone is drawn larger."""
    unit = FEW_UNIT if len(rows) - 1 <= FEW else 1
    tall = [float(np.clip(24 + unit * len(row.values), SHORTEST, TALLEST)) for row in rows]
    if len(rows[0].values) == 1:
        tall[0] = CURVE
    return tall


def row_name_width(row: GateRow) -> float:
    return max(text_width(row.name, NAME, "bold"), text_width(_units(row, is_input=True)))


def _units(row: GateRow, is_input: bool = False) -> str:
    count, word = len(row.values), "input" if is_input else "unit"
    return f"{count} {word}" + ("s" if count > 1 else "")


def name_row(axes: Axes, row: GateRow, colour: str, is_input: bool) -> None:
    """The row's name left of it, and under the name how many units it has."""
    place = {"xycoords": "axes fraction", "textcoords": "offset points", "ha": "right"}
    soft = axes.figure.theme.soft
    axes.annotate(
        row.name, (0, 0.5), (-9, 1), va="bottom", color=colour, size=NAME, weight="bold", **place
    )
    axes.annotate(_units(row, is_input), (0, 0.5), (-9, -2), va="top", color=soft, **place)


def _draw_curve(axes: Axes, row: GateRow, held: np.ndarray, look: Theme) -> None:
    """One input as a curve, its least and greatest value beside it."""
    values = np.where(held | ~np.isfinite(row.values[0]), np.nan, row.values[0])
    if not _range(values):
        return
    low, high = _range(values)
    # Drawn between 0 and 1: matplotlib's axes fail near the ends of float64.
    size = max(abs(low), abs(high)) or 1.0
    span = high / size - low / size
    heights = (values / size - low / size) / span if span else np.where(values == low, 0.5, np.nan)
    axes.plot(np.arange(len(values)), heights, color=look.ink, linewidth=1, clip_on=False)
    axes.set_ylim(-0.06, 1.06)
    for value, height in {low: 0 if span else 0.5, high: 1 if span else 0.5}.items():
        axes.annotate(
            number(value),
            (1, height),
            (6, 0),
            ("axes fraction", "data"),
            "offset points",
            va="center",
            color=look.soft,
        )


def _range(values: np.ndarray) -> tuple[float, ...]:
    """The least and the greatest finite value; nothing where there is none."""
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else ()


def _draw_scale(picture: Picture, row: GateRow, place, look: Theme) -> None:
    """The small colour key of a row: a bar as tall as the row, its ends in numbers."""
    left, top, height = place
    axes = picture.panel(left, top, 8, height)
    draw_heat(axes, ramp(row.share)[::-1, None])
    for text, where, side in row_ends(row):
        axes.annotate(
            text, (1, where), (4, 0), "axes fraction", "offset points", va=side, color=look.soft
        )


def row_ends(row: GateRow) -> tuple[tuple[str, float, str], ...]:
    """What the ends of a row's scale say, where, and which side of the text is there."""
    if row.high == row.low:
        return (("all 0", 0.5, "center"),)
    return ((number(row.high), 1, "top"), (number(row.low), 0, "bottom"))


def say_held(axes: Axes, held: np.ndarray, column: float, look: Theme) -> None:
    """The word "masked" in the first blank stretch that has room for it."""
    edges = np.flatnonzero(np.diff(np.r_[False, held, False].astype(int)))
    for first, after in edges.reshape(-1, 2):
        if (after - first) * column > text_width("masked") + 8:
            middle = (first + after - 1) / 2
            axes.annotate(
                "masked",
                (middle, 0.5),
                xycoords=("data", "axes fraction"),
                ha="center",
                va="center",
                color=look.soft,
            )
            return


def _describe(arrays: GateArrays, input_name: str) -> str:
    names = ", ".join(row.name for row in arrays.rows)
    first, last = (say_time(arrays.times, k) for k in (0, -1 + len(arrays.held)))
    text = f"Heat maps of the lines {names} under the input {input_name}, {first} to {last}."
    troubles = [f" {row.name}: {row.trouble}." for row in arrays.rows if row.trouble]
    return text + "".join(troubles)
