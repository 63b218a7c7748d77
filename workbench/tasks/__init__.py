"""Tasks on real data, each with its baseline and its target: `wb.tasks.mnist_rows(cell="gru")`."""

from .anomalies import forecast_errors, heartbeats, rings
from .digits import mnist_relu, mnist_rows
from .forecasts import co2, stocks, sunspots, weather
from .recordings import basic_motions, japanese_vowels
from .task import SEEDS, Outcome, Problem, Recipe, Task

TASKS = {
    task.name: task
    for task in (
        mnist_rows, mnist_relu, japanese_vowels, basic_motions,
        sunspots, co2, weather, stocks, heartbeats,
    )
}  # fmt: skip
"""Every task by its name."""

__all__ = [
    "SEEDS",
    "TASKS",
    "Outcome",
    "Problem",
    "Recipe",
    "Task",
    "basic_motions",
    "co2",
    "forecast_errors",
    "heartbeats",
    "japanese_vowels",
    "mnist_relu",
    "mnist_rows",
    "rings",
    "stocks",
    "sunspots",
    "weather",
]
