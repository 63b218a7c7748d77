"""The time axis: which steps get a label, and what it says.

Steps are equally far apart whatever their times are, so that one step is one column everywhere.
"""

from __future__ import annotations

import datetime

import numpy as np
from matplotlib.axes import Axes

from workbench.pictures.digits import number
from workbench.pictures.style import Theme

ROOM = 72  # pixels that one label may take, so that neighbours stay apart
DATE = 96  # the same for 2001-12-29
CHARACTER = 12  # the same for a label of one character
HEIGHT = 40  # pixels under a plot that ticks and the name of the axis take
TICKS = 24  # the same where the axis has no name

_CALENDAR = (
    *(("s", step) for step in (1, 5, 15, 30)),
    *(("m", step) for step in (1, 5, 15, 30)),
    *(("h", step) for step in (1, 3, 6, 12)),
    *(("D", step) for step in (1, 2, 7)),
    *(("M", step) for step in (1, 3, 6)),
    *(("Y", step) for step in (1, 2, 5, 10, 20, 50, 100, 200, 500)),
)


def check_times(times, count: int) -> np.ndarray | None:
    """`times` as an array (count,) of numbers, dates or labels; None stays None.

    Raises ValueError for another length, and for numbers or dates that do not increase.
    """
    if times is None:
        return None
    times = np.asarray(times)
    if times.dtype == object and times.size and isinstance(times.flat[0], datetime.date):
        times = times.astype("datetime64")
    if times.shape != (count,):
        raise ValueError(f"times: expected ({count},), one a step, got {times.shape}")
    if times.dtype.kind in "UT":
        return times
    if times.dtype.kind not in "iufM":
        raise ValueError(f"times: expected numbers, dates or labels, got {times.dtype}")
    wrong = np.flatnonzero(~(times[1:] > times[:-1]))
    if len(wrong):
        k = wrong[0]
        raise ValueError(f"times: expected increasing, got {times[k + 1]} after {times[k]}")
    return times


def time_name(times) -> str:
    """The name of the axis: steps are said to be steps, a date says itself what it is."""
    if times is None:
        return "step t"
    return "time" if times.dtype.kind in "iuf" else ""


def axis_height(times) -> int:
    return HEIGHT if time_name(times) else TICKS


def say_time(times, step: int) -> str:
    """One step in words: "step 12", "1957", "2001-12-29"."""
    return f"step {step}" if times is None else _label(times, step)


def time_ticks(times, count: int, width: float) -> tuple[np.ndarray, list[str]]:
    """Positions in steps and their labels, for a plot `width` pixels wide."""
    if times is not None and times.dtype.kind in "UT":
        longest = max((len(str(text)) for text in times), default=1)
        room = CHARACTER if longest == 1 else 16 + 8 * longest
        every = max(1, int(np.ceil(count * room / width)))
        places = np.arange(0, count, every)
        return places.astype(float), [str(times[k]) for k in places]
    most = max(2, int(width // (DATE if times is not None and times.dtype.kind == "M" else ROOM)))
    if times is None:
        times = np.arange(count)
    if count == 1:
        return np.zeros(1), [_label(times, 0)]
    if times.dtype.kind == "M":
        return _date_ticks(times, most)
    step = _round_step(float(times[-1]) - float(times[0]), most, whole=times.dtype.kind != "f")
    first = np.ceil(float(times[0]) / step - 1e-9)
    marks = step * np.arange(first, np.floor(float(times[-1]) / step + 1e-9) + 1)
    places = np.interp(marks, times.astype(float), np.arange(count))
    return places, [_plain(mark, step) for mark in marks]


def draw_time_axis(axes: Axes, times, count: int, width: float, theme: Theme) -> None:
    """Labels and hairline ticks under `axes`, whose x runs from the first step to the last."""
    places, labels = time_ticks(times, count, width)
    axes.set_xticks(places, labels)
    axes.tick_params(axis="x", length=4, width=0.75, color=theme.hair, labelcolor=theme.soft)
    axes.spines["bottom"].set_visible(True)
    axes.set_xlabel(time_name(times), loc="left", labelpad=4)


def _label(times: np.ndarray, step: int) -> str:
    time = times[step]
    if times.dtype.kind == "f":
        return _plain(float(time), 1 if float(time).is_integer() else 0.01)
    return str(time)


def _plain(value: float, step: float) -> str:
    """A tick: as many decimals as its step has, and no power of ten for a year."""
    if abs(value) >= 1e6 or step < 1e-4:
        return number(value, 4)
    decimals = max(0, int(np.ceil(-np.log10(step) - 1e-9)))
    value = round(value, decimals) + 0.0  # -0.0 + 0.0 is 0.0
    return f"{value:.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def _round_step(span: float, most: int, whole: bool) -> float:
    """The least of 1, 2, 5 times a power of ten that gives at most `most` ticks."""
    least = span / most
    power = 10.0 ** np.floor(np.log10(least))
    step = next(power * k for k in (1, 2, 5, 10) if power * k >= least * (1 - 1e-9))
    return max(1.0, step) if whole else step


def _date_ticks(times: np.ndarray, most: int) -> tuple[np.ndarray, list[str]]:
    fine = times.astype("datetime64[s]")
    # The finest unit that fits, counted before its marks are made: decades have 10^9 seconds.
    unit, step = next(
        (each for each in _CALENDAR if _marks_between(fine, *each) <= most), _CALENDAR[-1]
    )
    first, last = (fine[k].astype(f"datetime64[{unit}]") for k in (0, -1))
    # Counted from year 0 and from midnight, so that marks fall on 1960 and 12:00.
    origin = np.datetime64("0000") if unit in "YM" else first.astype("datetime64[D]")
    origin = origin.astype(f"datetime64[{unit}]")
    marks = np.arange(origin + (first - origin) // step * step, last + 1, step)
    marks = marks[marks.astype("datetime64[s]") >= fine[0]]
    if len(marks) == 0:
        return np.zeros(1), [str(times[0])]
    places = np.interp(
        marks.astype("datetime64[s]").astype(float), fine.astype(float), np.arange(len(times))
    )
    return places, [_date_label(mark, unit) for mark in marks]


def _marks_between(fine: np.ndarray, unit: str, step: int) -> int:
    first, last = (fine[k].astype(f"datetime64[{unit}]").astype(int) for k in (0, -1))
    return (last - first) // step + 1


def _date_label(mark: np.datetime64, unit: str) -> str:
    if unit in "YMD":
        return str(mark)
    date, _, clock = str(mark.astype("datetime64[s]")).partition("T")
    if clock == "00:00:00":
        return date
    return clock if unit == "s" else clock[:5]
