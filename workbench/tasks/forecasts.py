"""Forecasts of one step, against the forecast that nothing changes (persistence).

The network reads the series up to now and gives the next change: an output of 0 is persistence.
It is trained on windows of the past and scored on the future, over which it runs once, from the
beginning of the series, so that its state is warm where the test begins. Mean and spread are those
of the past alone.
"""

import numpy as np

from ..data import co2 as load_co2
from ..data import seattle_weather as load_weather
from ..data import stocks as load_stocks
from ..data import sunspots as load_sunspots
from .networks import many_to_many
from .task import Problem, Recipe, Task

PAST = 0.7
"""The share of a series that is trained on; the rest is for the test."""


def forecast(series, length, *, levels=True):
    """The Problem of forecasting the next step of a Series.

    length: steps of a training window. levels: whether the network reads the values, or only
    their changes, as it must where the future lies outside the range of the past.
    """
    values = series.values
    cut = int(PAST * len(values))
    change = np.diff(values)
    spread = change[: cut - 1].std()
    if levels:
        read = (values - values[:cut].mean()) / values[:cut].std()
    else:
        read = np.concatenate([[0.0], change / spread])
    x, y = read[:-1, None], (change / spread)[:, None]
    starts = range(0, cut - 1 - length + 1)
    train = (
        np.stack([x[s : s + length] for s in starts]),
        np.stack([y[s : s + length] for s in starts]),
    )
    asked = slice(cut - 1, len(values) - 1)  # forecasts of values[cut:], made one step before

    def score(model):
        errors = model.run(x).output[asked] * spread - change[asked, None]
        return float(np.sqrt(np.mean(errors**2)))

    persistence = float(np.sqrt(np.mean(change[asked] ** 2)))
    return Problem(train, "mean_squared", score, persistence, "persistence", 1, 1)


def task(name, question, data, unit, target, load, recipe, note=""):
    """One row: a series, its unit, and what the worst seed must reach."""
    return Task(
        name, question, data, f"the first {PAST:.0%} to train, the rest to test",
        f"root mean squared error, {unit}", False, target, load, many_to_many, recipe, note,
    )  # fmt: skip


sunspots = task(
    "sunspots", "How many sunspots will there be next year?",
    "yearly sunspots 1700 to 2008 (statsmodels)", "spots", 22.0,
    lambda seed: forecast(load_sunspots(), 60), Recipe("lstm", 32, epochs=30, learning_rate=3e-3),
)  # fmt: skip

co2 = task(
    "co2", "What will the air at Mauna Loa hold next week?",
    "weekly CO2 1958 to 2001 (statsmodels)", "ppm", 0.50,
    lambda seed: forecast(load_co2(), 104, levels=False), Recipe("lstm", 32, epochs=6),
)  # fmt: skip

weather = task(
    "weather", "How warm will tomorrow be in Seattle?",
    "daily greatest temperature 2012 to 2015 (vega_datasets)", "degrees C", 2.9,
    lambda seed: forecast(load_weather()["temp_max"], 60), Recipe("lstm", 32, epochs=8),
)  # fmt: skip

stocks = task(
    "stocks", "What will the share of Apple cost next month?",
    "monthly price 2000 to 2010 (vega_datasets)", "dollars", 30.0,
    lambda seed: forecast(load_stocks("AAPL"), 24, levels=False),
    Recipe("lstm", 16, epochs=20),
    note="nothing to win: the past of a price says next to nothing of its next change",
)  # fmt: skip
