"""Tasks on real data, each with its baseline and its target: `wb.tasks.mnist_rows(cell="gru")`."""

from .digits import mnist_relu, mnist_rows
from .forecasts import co2, stocks, sunspots, weather
from .task import SEEDS, Outcome, Problem, Recipe, Task

TASKS = {task.name: task for task in (mnist_rows, mnist_relu, sunspots, co2, weather, stocks)}
"""Every task by its name."""

__all__ = [
    "SEEDS",
    "TASKS",
    "Outcome",
    "Problem",
    "Recipe",
    "Task",
    "co2",
    "mnist_relu",
    "mnist_rows",
    "stocks",
    "sunspots",
    "weather",
]
