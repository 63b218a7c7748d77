"""Chapter 1: a series as windows, scaled without a look ahead, and the forecast to beat."""

import numpy as np

from ..exercise import Exercise, Result, wrong
from .draw import Draw

LOOK = "`wb.pictures.forecast` draws the forecast beside the series."


def _series(seed):
    draw = Draw(seed)
    steps = draw.time + 8
    return draw, np.cumsum(draw.normal(steps)) + 3 * draw.normal()


def windows(series, length, horizon):
    """Every stretch of `length` steps, and the value `horizon` steps after its last one.

    series: (steps,). length, horizon: whole numbers, 1 or more.
    Return x (windows, length) and y (windows,).
    """
    count = len(series) - length - horizon + 1
    x = np.stack([series[k : k + length] for k in range(count)])
    y = np.stack([series[k + length - 1 + horizon] for k in range(count)])
    return x, y


def _windows_case(seed):
    _, series = _series(seed)
    return {"series": series, "length": 3 + seed % 2, "horizon": [1, 2, 3][seed % 3]}


WINDOWS = Exercise(
    name="series.windows",
    chapter=1,
    title="Cut a series into windows",
    task="Make every window of the series and the value that is to be forecast from it, and no "
    "window without one.",
    returns=(
        Result("x", ("window", "step"), "x_k = series[k], ..., series[k + length - 1]"),
        Result("y", ("window",), "y_k = series[k + length - 1 + horizon]"),
    ),
    solution=windows,
    case=_windows_case,
    misconceptions=(
        wrong(
            windows,
            {"series[k + length - 1 + horizon]": "series[k + length - 1]"},
            "the target is the last value of the window: the network can copy it. That is the "
            "commonest leak.",
            LOOK,
        ),
        wrong(
            windows,
            {"series[k + length - 1 + horizon]": "series[k + length]"},
            "the target is the next value, whatever the horizon.",
            LOOK,
        ),
        wrong(
            windows,
            {"- horizon + 1": "- horizon"},
            "one window is missing at the end.",
            "Count them for a series of 5 steps, length 2, horizon 1: there are 3.",
        ),
        wrong(
            windows,
            {"range(count)": "range(0, count, length)"},
            "the windows do not overlap; asked for is every one.",
            "`wb.data.windows`.",
        ),
        wrong(
            windows,
            {
                "series[k + length - 1 + horizon]": "series[k + length + horizon]",
                "- horizon + 1": "- horizon",
            },
            "the target lies one step too far: horizon 1 is the very next value.",
            LOOK,
        ),
    ),
    hints=(
        "Window k is `series[k : k + length]`; its last value is at k + length - 1.",
        "The target is `horizon` steps after that.",
        "There are len(series) - length - horizon + 1 windows.",
    ),
)


def standardise(series, past):
    """The series scaled with what was known at the time.

    series: (steps,). past: a whole number; the first `past` steps may be looked at.
    Return (steps,): the whole series, less the mean of the past, by its standard deviation.
    """
    known = series[:past]
    return (series - known.mean()) / known.std()


def _standardise_case(seed):
    draw, series = _series(seed)
    return {"series": series, "past": int(draw.rng.integers(5, len(series) - 3))}


STANDARDISE = Exercise(
    name="series.standardise",
    chapter=1,
    title="Scale without a look ahead",
    task="Bring the series around 0 and to a size about 1. What comes after the past may be "
    "scaled, but not looked at.",
    returns=(Result("scaled", ("step",), "scaled_t = (series_t - mean(past)) / std(past)"),),
    solution=standardise,
    case=_standardise_case,
    misconceptions=(
        wrong(
            standardise,
            {"series[:past]": "series"},
            "mean and deviation are those of the whole series: the future has leaked into the "
            "past.",
            "`series.inputs(until=...)`.",
        ),
        wrong(
            standardise,
            {"known.std()": "series.std()"},
            "the deviation is that of the whole series: the future has leaked into the past.",
            "`series.inputs(until=...)`.",
        ),
        wrong(
            standardise,
            {"known.std()": "known.var()"},
            "it was divided by the variance; its root is the standard deviation.",
            "Its unit is that of the series.",
        ),
        wrong(
            standardise,
            {"known.std()": "known.std(ddof=1)"},
            "the deviation was taken with n - 1 below; asked for is NumPy's own, with n.",
            "pandas takes n - 1, NumPy n.",
        ),
        wrong(
            standardise,
            {"(series - known.mean()) / known.std()": "series - known.mean()"},
            "it was not divided by the standard deviation.",
            "Inputs of size 1 keep units out of saturation.",
        ),
        wrong(
            standardise,
            {"known.mean()": "known.min()", "known.std()": "(known.max() - known.min())"},
            "it was brought to 0..1 by the smallest and the largest value; asked for is the mean "
            "and the standard deviation.",
            "One far value would squeeze all the others.",
        ),
    ),
    hints=(
        "First the part that may be looked at: `series[:past]`.",
        "Its mean and its standard deviation are two numbers.",
        "Apply both to the whole series.",
    ),
)


def persistence(series, horizon):
    """The error of the forecast that nothing changes.

    series: (steps,). horizon: a whole number of steps, 1 or more.
    Return one number: the mean squared error when each value is forecast by the one `horizon`
    steps before it.
    """
    return ((series[horizon:] - series[:-horizon]) ** 2).mean()


def _persistence_case(seed):
    _, series = _series(seed)
    return {"series": series, "horizon": [2, 1, 3][seed % 3]}


PERSISTENCE = Exercise(
    name="series.persistence",
    chapter=1,
    title="The forecast to beat",
    task="Whoever forecasts that nothing changes needs no network. Compute how wrong that is: a "
    "network that is not better has learnt to copy.",
    returns=(Result("error", (), "error = mean over t of (series_t - series_{t-horizon})^2"),),
    solution=persistence,
    case=_persistence_case,
    misconceptions=(
        wrong(
            persistence,
            {"series[horizon:] - series[:-horizon]": "series[1:] - series[:-1]"},
            "each value was forecast by its neighbour, whatever the horizon.",
            LOOK,
        ),
        wrong(
            persistence,
            {
                "((series[horizon:] - series[:-horizon]) ** 2).mean()": "(("
                "series[horizon:] - series[:-horizon]) ** 2).mean() ** 0.5"
            },
            "this is the root of the mean squared error.",
            "The losses of `wb.fit` are not rooted.",
        ),
        wrong(
            persistence,
            {
                "(series[horizon:] - series[:-horizon]) ** 2": "abs("
                "series[horizon:] - series[:-horizon])"
            },
            "this is the mean absolute error; asked for is that of the squares.",
            LOOK,
        ),
        wrong(
            persistence,
            {"series[:-horizon])": "series.mean())"},
            "each value was forecast by the mean of the series, which nobody knows in advance.",
            LOOK,
        ),
        wrong(
            persistence,
            {".mean()": ".sum()"},
            "the squares were added and not divided by their number.",
            LOOK,
        ),
        wrong(
            persistence,
            {".mean()": ".sum() / len(series)"},
            "it was divided by all steps; the first ones have no forecast.",
            "There are len(series) - horizon forecasts.",
        ),
    ),
    hints=(
        "The forecast of series[t] is series[t - horizon].",
        "`series[horizon:]` and `series[:-horizon]` lie beside each other.",
        "The mean of the squares of their differences.",
    ),
)

EXERCISES = (WINDOWS, STANDARDISE, PERSISTENCE)
