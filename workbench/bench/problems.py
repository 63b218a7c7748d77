"""The problems that the speed table is about: the same numbers in every process.

A `Case` is what one process tells another: a cell, four sizes and a number type. A `Problem` is its
arrays, whose numbers are float32 whatever their type, with weights and biases as PyTorch draws
them, uniform within 1 / sqrt(hidden_size), so that no gate is like another. Does not compute
anything with them.
"""

import importlib.util
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from workbench import cells
from workbench.equations import Cell

SIZES = (
    (50, 1, 8, 16), (1000, 1, 1, 32), (100, 1, 32, 64), (100, 32, 32, 64), (28, 128, 28, 128),
    (100, 32, 65, 128), (1000, 16, 16, 128), (200, 64, 128, 256), (100, 64, 512, 512),
)  # fmt: skip
"""(time, batch, input_size, hidden_size) of every row."""
QUICK_SIZES = (SIZES[0], SIZES[3], SIZES[5])
TABLE_CELLS = ("lstm", "gru_reset_after", "elman")
FORWARD, BOTH = PASSES = ("forward", "both")
"""A forward run, and one with all gradients behind it."""


@dataclass(frozen=True)
class Case:
    """A cell and what it is run at. file: where the cell is typed, if it is not built in."""

    cell: str
    time: int
    batch: int
    input_size: int
    hidden_size: int
    file: str | None = None
    dtype: str = "float32"

    @property
    def sizes(self):
        return self.time, self.batch, self.input_size, self.hidden_size

    def plain(self):
        """The case as plain values, for JSON; `Case(**plain)` is the way back."""
        return asdict(self)


class Problem:
    """The arrays of a case.

    x: (time, batch, input); d_h: (time, batch, units), the loss by the cell's output at every step.
    parameters: name of the equations -> array, (rows, columns) or (units,).
    """

    def __init__(self, case):
        self.case = case
        self.cell = cells_of(case.file)[case.cell] if case.file else cells.get(case.cell)
        self.lengths = self.cell.lengths(case.input_size, case.hidden_size)
        rng, graph = np.random.default_rng(case.sizes), self.cell.graph
        units = self.lengths[graph.size(graph.lines[self.cell.output])]
        most = case.hidden_size**-0.5
        self._shapes = (case.time, case.batch, case.input_size), (case.time, case.batch, units)
        self.x, self.d_h = self._drawn(rng)
        self.parameters = {
            name: rng.uniform(-most, most, shape).astype(np.float32).astype(case.dtype)
            for name, shape in self.cell.shapes(self.lengths).items()
        }

    def _drawn(self, rng):
        drawn = (rng.standard_normal(shape, np.float32) for shape in self._shapes)
        return tuple(array.astype(self.case.dtype) for array in drawn)

    def inputs(self, count):
        """[(x, d_h)], so many different ones; the first is the problem's own."""
        rngs = [np.random.default_rng((*self.case.sizes, k)) for k in range(1, count)]
        return [(self.x, self.d_h), *map(self._drawn, rngs)]

    def joined(self, letter, gates):
        """The arrays of one letter below each other, in the order of the gates ("" for none)."""
        return np.concatenate([self.parameters[name] for name in names(letter, gates)])


def names(letter, gates):
    """`names("W", "if")` -> ["W.i", "W.f"]; `names("W", "")` -> ["W"]."""
    return [f"{letter}.{gate}" for gate in gates] or [letter]


def apart(letter, gates, array):
    """The way back from `joined`: name -> its rows."""
    found = names(letter, gates)
    return dict(zip(found, np.split(np.asarray(array), len(found)), strict=True))


def cells_of(file):
    """Run a Python file and return name -> cell of those that it makes, as `@workbench.cell` does.

    Raises ValueError, one line, where it cannot be run or makes no cell.
    """
    path = Path(file)
    if not path.is_file():
        found = "a folder" if path.is_dir() else "no such file"
        raise ValueError(f"FILE: expected a Python file with a cell, got {file} ({found})")
    if path.suffix != ".py":
        raise ValueError(f"FILE: expected a name that ends in .py, got {file}")
    spec = importlib.util.spec_from_file_location("workbench_own_cells", path)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        words = " ".join(f"{type(error).__name__}: {error}".split())
        raise ValueError(f"FILE: expected Python that runs, got {words}") from None
    own = {
        value.name: value
        for value in vars(module).values()
        if isinstance(value, Cell) and value.function.__module__ == module.__name__
    }
    if not own:
        raise ValueError(f"FILE: expected a function with @workbench.cell, got none in {file}")
    return own
