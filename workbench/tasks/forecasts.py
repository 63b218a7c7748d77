"""Forecasts of one step, against the forecast that nothing changes (persistence).

The network reads the series up to now and gives the next change: an output of 0 is persistence.
It is trained on windows of the past and scored on the future, over which it runs once, from the
beginning of the series, so that its state is warm where the test begins. Mean and spread are those
of the past alone. The rehearsal, by which recipes are chosen, is the same made of the past alone:
its own first part to train on, its own rest to be scored on.
"""

import numpy as np

from ..data import co2 as load_co2
from ..data import seattle_weather as load_weather
from ..data import split
from ..data import stocks as load_stocks
from ..data import sunspots as load_sunspots
from ..data.windows import stretches
from ..training import mean_squared
from .networks import many_to_many
from .task import Problem, Recipe, Task

PAST = 0.7
"""The share of a series that is trained on; the rest is for the test."""


def inputs_and_changes(values, past, levels=True):
    """What a network reads at each step but the last, and the change to the next one.

    values: (time,). past: steps that mean and spread are taken from. levels: as in `forecast`.
    Returns x (time - 1, 1), y (time - 1, 1) and the spread that y was divided by.
    """
    change = np.diff(values)
    spread = change[: past - 1].std()
    if levels:
        read = (values - values[:past].mean()) / values[:past].std()
    else:
        read = np.concatenate([[0.0], change / spread])
    return read[:-1, None], (change / spread)[:, None], spread


def after(warm_up):
    """The mean squared error without the first `warm_up` steps, which a cold state cannot know."""

    def mean_squared_after(output, targets, mask=None):
        counted = np.ones(output.shape[:-1], bool) if mask is None else np.array(mask)
        counted[:warm_up] = False
        return mean_squared(output, targets, counted)

    return mean_squared_after


def root_mean_square(errors):
    """The root of the mean of the squares, a float."""
    return float(np.sqrt(np.mean(np.square(errors))))


def forecast(series, length, *, levels=True, warm_up=0, every=1):
    """The Problem of forecasting the next step of a Series.

    length: steps of a training window; one begins at each `every`-th step, and its first
    `warm_up` forecasts do not count. levels: whether the network reads the values, or only their
    changes, as it must where the future lies outside the range of the past.
    """
    past = len(split(series, PAST)[0])
    x, y, spread = inputs_and_changes(series.values, past, levels)
    train = stretches(x[: past - 1], y[: past - 1], length, every)
    asked = slice(past - 1, None)  # forecasts of values[past:], each made one step before

    def score(model):
        return root_mean_square((model.run(x, record="output").output[asked] - y[asked]) * spread)

    persistence = root_mean_square(y[asked] * spread)
    return Problem(train, after(warm_up), score, persistence, "persistence", 1, 1)


def task(name, question, data, unit, target, load, recipe, *, note="", **form):
    """One row: a series, its unit, and what the worst seed must reach.

    load: () -> Series. form: length, levels, warm_up and every, as `forecast` takes them.
    """
    return Task(
        name, question, data, f"the first {PAST:.0%} to train, the rest to test",
        f"root mean squared error, {unit}", False, target,
        lambda seed: forecast(load(), **form), many_to_many, recipe, note,
        lambda seed: forecast(split(load(), PAST)[0], **form),
    )  # fmt: skip


sunspots = task(
    "sunspots", "How many sunspots will there be next year?",
    "yearly sunspots 1700 to 2008 (statsmodels)", "spots", 22.0,
    load_sunspots, Recipe("gru", 16, epochs=25, learning_rate=5e-3, decay=True),
    length=60, warm_up=15,
)  # fmt: skip

co2 = task(
    "co2", "What will the air at Mauna Loa hold next week?",
    "weekly CO2 1958 to 2001 (statsmodels)", "ppm", 0.50,
    load_co2, Recipe("lstm", 32, epochs=20, learning_rate=5e-3, decay=True),
    length=156, warm_up=52, every=4, levels=False,
)  # fmt: skip

weather = task(
    "weather", "How warm will tomorrow be in Seattle?",
    "daily greatest temperature 2012 to 2015 (vega_datasets)", "degrees C", 2.9,
    lambda: load_weather()["temp_max"],
    Recipe("gru", 16, epochs=15, learning_rate=5e-3, decay=True), length=90, warm_up=30, every=3,
)  # fmt: skip

stocks = task(
    "stocks", "What will the share of Apple cost next month?",
    "monthly price 2000 to 2010 (vega_datasets)", "dollars", 30.0,
    load_stocks, Recipe("gru", 4, epochs=6, decay=True), length=24, warm_up=6, levels=False,
    note="nothing to win: the past of a price says next to nothing of its next change",
)  # fmt: skip
