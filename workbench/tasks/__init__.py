"""Tasks on real data, each with its baseline and its target: `wb.tasks.mnist_rows(cell="gru")`."""

from .digits import mnist_relu, mnist_rows
from .forecasts import co2, stocks, sunspots, weather
from .memory import adding, copy_memory, flip_flop, parity, temporal_order
from .names import surnames
from .task import SEEDS, Outcome, Problem, Recipe, Task
from .texts import prose, shakespeare

TASKS = {
    task.name: task
    for task in (
        *(mnist_rows, mnist_relu, sunspots, co2, weather, stocks),
        *(prose, shakespeare, surnames),
        *(adding, copy_memory, temporal_order, parity, flip_flop),
    )
}
"""Every task by its name."""

__all__ = [
    "SEEDS",
    "TASKS",
    "Outcome",
    "Problem",
    "Recipe",
    "Task",
    "adding",
    "co2",
    "copy_memory",
    "flip_flop",
    "mnist_relu",
    "mnist_rows",
    "parity",
    "prose",
    "shakespeare",
    "stocks",
    "sunspots",
    "surnames",
    "temporal_order",
    "weather",
]
