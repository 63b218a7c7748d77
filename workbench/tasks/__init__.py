"""Tasks with a baseline and a target, on real data or to ask for memory: `wb.tasks.parity()`."""

from .anomalies import forecast_errors, heartbeats, rings
from .digits import mnist_relu, mnist_rows
from .forecasts import co2, stocks, sunspots, weather
from .memory import adding, copy_memory, flip_flop, parity, temporal_order
from .names import surnames
from .recordings import basic_motions, japanese_vowels
from .task import SEEDS, Outcome, Problem, Recipe, Task
from .texts import prose, shakespeare

TASKS = {
    task.name: task
    for task in (
        mnist_rows, mnist_relu, japanese_vowels, basic_motions,
        sunspots, co2, weather, stocks, heartbeats,
        prose, shakespeare, surnames,
        adding, copy_memory, temporal_order, parity, flip_flop,
    )
}  # fmt: skip
"""Every task by its name."""


def __getattr__(name):
    raise AttributeError(f"wb.tasks: expected one of {', '.join(TASKS)}, got {name!r}")


__all__ = [
    "SEEDS",
    "TASKS",
    "Outcome",
    "Problem",
    "Recipe",
    "Task",
    "adding",
    "basic_motions",
    "co2",
    "copy_memory",
    "flip_flop",
    "forecast_errors",
    "heartbeats",
    "japanese_vowels",
    "mnist_relu",
    "mnist_rows",
    "parity",
    "prose",
    "rings",
    "shakespeare",
    "stocks",
    "sunspots",
    "surnames",
    "temporal_order",
    "weather",
]
