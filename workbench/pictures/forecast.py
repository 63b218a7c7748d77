"""A series, what was forecast of it one step before, and how far each forecast was off.

Does not forecast: it takes the numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.ticker import MaxNLocator

from workbench.pictures.digits import number
from workbench.pictures.end_names import LEADER, name_ends
from workbench.pictures.picture import Picture, fit, text_width
from workbench.pictures.style import USUAL, cell_key, check_width, drawing
from workbench.pictures.time_axis import axis_height, check_times, draw_time_axis

EDGE, TITLE, GAP = 16, 24, 32  # pixels: margin, words over a plot, between the two plots
TALL, LOW = 200, 96  # pixels of height: of the series, of the errors
SHOWN = 200
"""Steps drawn at most, the last ones: past this a forecast one step late looks like the series."""


class ForecastArrays(NamedTuple):
    """`truth` (steps,); `forecasts` and `errors`, label -> (steps,); `rms`, label -> the root mean
    square of the error over all steps, also those that are not drawn; `times` of those drawn."""

    truth: np.ndarray
    forecasts: dict[str, np.ndarray]
    errors: dict[str, np.ndarray]
    rms: dict[str, float]
    times: np.ndarray | None


def forecast_arrays(truth, forecasts, times=None, most: int = SHOWN) -> ForecastArrays:
    """What `forecast` draws, as arrays. Same arguments and errors."""
    truth = np.asarray(truth, np.float64)
    if truth.ndim != 1 or len(truth) < 2:
        raise ValueError(f"truth: expected (steps,), two or more, got {truth.shape}")
    if not isinstance(forecasts, Mapping) or not forecasts:
        raise ValueError(f"forecasts: expected a dict by label, got {forecasts!r:.60}")
    found = {str(label): np.asarray(values, np.float64) for label, values in forecasts.items()}
    for label, values in found.items():
        if values.shape != truth.shape:
            raise ValueError(f"forecasts: expected {truth.shape} for {label}, got {values.shape}")
    times = check_times(times, len(truth))
    errors = {label: values - truth for label, values in found.items()}
    rms = {label: float(np.sqrt(np.mean(error**2))) for label, error in errors.items()}
    last = slice(-most, None)
    return ForecastArrays(
        truth[last],
        {label: values[last] for label, values in found.items()},
        {label: error[last] for label, error in errors.items()},
        rms,
        None if times is None else times[last],
    )


def forecast(
    truth, forecasts, times=None, name: str = "series", unit: str = "", theme: str = "light",
    width: float = USUAL,
) -> Picture:  # fmt: skip
    """Draw a measured series with forecasts of it, and under it the error of each.

    truth: (steps,). forecasts: label -> (steps,), each value forecast one step before; a label
    that begins with a cell's name has its colour, "persistence" is grey. times: (steps,) numbers,
    dates or labels. name, unit: of the series. The last 200 steps are drawn; the root mean square
    errors in the names count all.

    Raises ValueError for shapes that differ, and a theme or width that is not there.
    """
    arrays = forecast_arrays(truth, forecasts, times)
    width = check_width(width)
    with drawing(theme) as look:
        labels = {
            label: fit(f"{label}, off by {number(arrays.rms[label], 3)}", 220)
            for label in arrays.errors
        }
        right = LEADER + max(text_width(text) for text in [*labels.values(), "measured"])
        ticks = 56
        wide = width - 2 * EDGE - right - ticks
        height = EDGE + TITLE + TALL + GAP + TITLE + LOW + axis_height(arrays.times) + EDGE
        picture = Picture(width, height, look, describe(arrays, name))
        looks = {label: _look(label, look) for label in labels}
        top = EDGE + TITLE
        panel = picture.panel(EDGE + ticks, top, wide, TALL)
        _lines(panel, {**arrays.forecasts, "measured": arrays.truth}, looks, look)
        _named(panel, f"{name}, {unit}" if unit else name, look)
        ends = {"measured": arrays.truth[-1]} | {n: v[-1] for n, v in arrays.forecasts.items()}
        colours = [look.ink] + [looks[n][1] for n in arrays.forecasts]
        name_ends(
            panel, ["measured", *arrays.forecasts], list(ends.values()), colours, look, "right"
        )
        panel = picture.panel(EDGE + ticks, top + TALL + GAP + TITLE, wide, LOW)
        _lines(panel, arrays.errors, looks, look)
        panel.axhline(0, color=look.hair, linewidth=0.75, zorder=1)
        _named(panel, "error: forecast less measured; in the names its root mean square", look)
        ends = [error[-1] for error in arrays.errors.values()]
        name_ends(panel, labels.values(), ends, [c[1] for c in looks.values()], look, "right")
        draw_time_axis(panel, arrays.times, len(arrays.truth), wide, look)
        return picture


def describe(arrays: ForecastArrays, name: str) -> str:
    """One sentence for those who cannot see the picture."""
    said = ", ".join(f"{label} {number(rms, 3)}" for label, rms in arrays.rms.items())
    return f"{name} with forecasts of one step; root mean square errors: {said}."


def _look(label, look):
    """(colour of the line, colour of the words) of a forecast."""
    if label.lower().startswith("persistence"):
        return look.cells["reference"], look.words["reference"]
    key = cell_key(label)
    return look.cells[key], look.words[key]


def _lines(panel, curves, looks, look):
    steps = np.arange(len(next(iter(curves.values()))))
    for label, values in curves.items():
        measured = label == "measured"
        persistence = label.lower().startswith("persistence")
        panel.plot(
            steps, values,
            color=look.ink if measured else looks[label][0],
            linewidth=1.2 if measured else 1.0 if persistence else 1.8,
            linestyle=(0, (1.5, 1.5)) if persistence else "solid",
            zorder=4 if measured else 2 if persistence else 3,
        )  # fmt: skip
    panel.set_xlim(-0.5, len(steps) - 0.5)


def _named(panel, words, look):
    """What the plot shows, over it, and a few numbers at its left."""
    panel.annotate(
        words, (0, 1), (0, 9), xycoords="axes fraction", textcoords="offset points", color=look.ink
    )
    low, high = panel.get_ylim()
    places = [v for v in MaxNLocator(4).tick_values(low, high) if low <= v <= high]
    panel.set_yticks(places, [number(v, 3) for v in places])
    panel.tick_params(axis="y", length=0, labelcolor=look.soft)
