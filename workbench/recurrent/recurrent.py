"""A recurrent network: one cell with sizes, parameters and a number type, run over sequences."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .. import cells
from ..equations.cell import Cell
from ..equations.stages import Layout
from ..targets import cpu, cuda
from ..targets.cuda.device import require
from .checkpointed import CheckpointedTrace, segments_of
from .inputs import (
    Edge,
    positive_integer,
    read_clamp,
    read_dtype,
    read_line,
    read_mask,
    read_record,
    read_state,
    read_x,
    refuse_nan,
)
from .memory import refuse_too_large, trace_bytes
from .parameters import Numbers, Parameters
from .starts import fill
from .trace import Trace

KERNELS = {"cpu": cpu.kernels, "cuda": cuda.kernels}
"""device -> what finds the kernels of a graph for it."""


class Recurrent:
    """One layer of recurrent units: a cell's equations over time.

    cell: a name of `workbench.cells` ("lstm") or a cell made with `@workbench.cell`.
    input_size, hidden_size: units of x and of the state.
    sizes: lengths that the cell names besides these, such as {"y": 3} for a Jordan network.
    seed: a whole number; the same seed gives the same parameters, bit for bit.
    start: how parameters are filled, by name or letter: {"b.f": 5.0, "U": "identity"}.
    dtype: "float64" (gradients that vanish need its range) or "float32".
    device: "cpu", or "cuda" for an NVIDIA GPU: the same names and numbers, and what a run computes
        stays there until it is asked for. `workbench doctor` says whether one can be used.
    hyper: hyper-parameters of the cell, such as leak_rate=0.3 or activation="relu".

    `parameters` maps names of the equations to arrays, `numbers` the numeric hyper-parameters;
    both may be changed at any time, and no change compiles anything.
    Raises ValueError with one line for a wrong argument, EquationError for sizes that cannot be,
    RuntimeError for a GPU that cannot be used, with the reason and what changes it.
    """

    def __init__(
        self, cell, input_size, hidden_size, *, sizes=None, seed=0, start=None, dtype="float64",
        device="cpu", **hyper,
    ):  # fmt: skip
        self.cell = cells.get(cell).choose(**hyper)
        self.input_size = positive_integer("input_size", input_size)
        self.hidden_size = positive_integer("hidden_size", hidden_size)
        self.seed = positive_integer("seed", seed, least=0)
        for name, value in (sizes or {}).items():
            positive_integer(f"sizes[{name!r}]", value)
        self.lengths = self.cell.lengths(self.input_size, self.hidden_size, sizes)
        self.dtype = read_dtype(dtype)
        require(device)
        self.device = device
        self._dtype_name = self.dtype.name  # NumPy makes the name anew each time it is asked
        self.layout = Layout.of(self.cell.graph)
        self.parameters = Parameters.zeros(self.layout, self.cell.shapes(self.lengths), self.dtype)
        self.numbers = Numbers({n: self.cell.hyper[n] for n in self.layout.numbers})
        self.start = dict(start or {})
        fill(self.cell, self.parameters, self.seed, self.start)

    @property
    def sizes(self):
        """Name -> length of the sizes that the cell names besides input_size and hidden_size."""
        return {name: self.lengths[name] for name in self.cell.size_names}

    @property
    def state_sizes(self):
        """State name -> its units, in the order of the signature."""
        graph = self.cell.graph
        return {name: self.lengths[graph.size(node)] for name, node in graph.states.items()}

    @property
    def output_size(self):
        """Units of what the cell gives out at every step, its first state."""
        return self.state_sizes[self.cell.output]

    def like(self, seed):
        """Return a network of the same cell, sizes, numbers and starts, drawn from another seed."""
        other = Recurrent(
            self.cell, self.input_size, self.hidden_size,
            sizes=self.sizes, seed=seed, start=self.start, dtype=self.dtype, device=self.device,
        )  # fmt: skip
        other.numbers.update(self.numbers)
        return other

    def run(
        self, x, state=None, *, lengths=None, mask=None, clamp=None, record="all",
        batch_first=False, checkpoint=None,
    ):  # fmt: skip
        """Run the cell over a sequence and return the Trace of what every line did.

        x: (time, batch, input), or (time, input), which drops the batch axis from all results;
            with batch_first (batch, time, input), and all results the same way round.
        state: initial states by name, (batch, units) each; zero where not given.
        lengths: (batch,) real steps from the first on; mask: (time, batch), True where real. A
            masked step holds the state, records zeros and ignores the gradient of its output.
        clamp: line -> value that it takes instead of its equation: a number, (units,), (time, 1)
            or (time, units). No gradient passes through it.
        record: "all" lines, "output" (what the backward pass needs), or a list of line names.
        checkpoint: a number of segments, or "sqrt" of the steps: keep the states at their borders
            only and compute what lies between again for the gradient; see `CheckpointedTrace`.
        Raises ValueError, before anything is computed, for a run that does not fit into memory.
        """
        if checkpoint is not None:
            if clamp is not None or record != "all":
                raise ValueError("checkpoint: expected neither clamp nor record with it, got one")
            return self._checkpointed(x, state, lengths, mask, batch_first, checkpoint)
        problem = self._problem(x, state, lengths, mask, clamp, record, batch_first)
        problem = problem.with_parameters(self.parameters.copy(), self._numbers())
        problem.forward()
        return Trace(problem)

    def _checkpointed(self, x, state, lengths, mask, batch_first, checkpoint):
        x, edge = read_x(x, self.input_size, batch_first)
        time, batch, _ = x.shape
        mask = read_mask(mask, lengths, edge, time, batch)
        refuse_nan("x", np.where(mask[:, :, None], x, 0))
        initial = self._initial(state, edge, batch)
        segments = segments_of(checkpoint, time)
        return CheckpointedTrace(self, x, mask, edge, initial, segments)

    def trace_bytes(self, time, batch=1, record="all"):
        """Bytes of memory that the arrays of a run take, told before it is made.

        time, batch: steps and rows of x. record: as in `run`. Gradients come on top.
        """
        time, batch = positive_integer("time", time), positive_integer("batch", batch)
        return trace_bytes(self._kernels(record), self.lengths, time, batch)

    def step(self, x_t, state=None):
        """Take one step and return the new states by name.

        x_t: (input,) or (batch, input). state: as this method returned it, or None for zeros.
        """
        x_t = np.asarray(x_t)
        if x_t.ndim not in (1, 2) or x_t.shape[-1] != self.input_size:
            size = self.input_size
            raise ValueError(f"x_t: expected ({size},) or (batch, {size}), got {x_t.shape}")
        # With every line recorded, as `run` does by default: so there is one kernel, not two.
        problem = self._problem(x_t[None], state, None, None, None, "all", False)
        problem = problem.with_parameters(self.parameters, self._numbers())
        problem.forward()
        leave = problem.edge.leave_state
        names = self.cell.states
        return {n: leave(s[-1]).copy() for n, s in zip(names, problem.record[0], strict=True)}

    def describe(self):
        """Return what says all about the network but its parameters, by name, in plain values.

        `start` may hold arrays. `digest` is that of the cell's equations.
        """
        functions = {name: getattr(value, "name", value) for name, value in self.cell.hyper.items()}
        return {
            "cell": self.cell.name,
            "digest": self.cell.digest,
            "input_size": self.input_size,
            "hidden_size": self.hidden_size,
            "sizes": self.sizes,
            "hyper": functions | self.numbers,
            "seed": self.seed,
            "start": {name: _plain_start(value) for name, value in self.start.items()},
            "dtype": self.dtype.name,
        }

    def _numbers(self):
        return np.array([self.numbers[n] for n in self.layout.numbers], self.dtype)

    def _problem(self, x, state, lengths, mask, clamp, record, batch_first):
        x, edge = read_x(x, self.input_size, batch_first)
        time, batch, _ = x.shape
        held = self._held(clamp, edge, time, batch)
        kernels = self._kernels(record, held)
        # Before anything as long as x is made: a view of a few numbers may pass for a long series.
        wanted = trace_bytes(kernels, self.lengths, time, batch)
        refuse_too_large(wanted, lambda: f"{time:,} steps of {batch:,} rows")
        given = mask is not None or lengths is not None
        mask = read_mask(mask, lengths, edge, time, batch)
        masked = given and not mask.all()
        if masked:
            x = np.where(mask[:, :, None], x, 0)
        x = np.array(x, self.dtype, order="C")
        refuse_nan("x", x)
        initial = self._initial(state, edge, batch)
        arrays = kernels.empty_record(self.lengths, time, batch, initial, held, masked)
        return Problem(self.cell, self.lengths, kernels, x, mask, masked, edge, arrays)

    def _kernels(self, record, held=None):
        graph = self.cell.graph
        return KERNELS[self.device](
            _clampable(graph) if held else graph,
            self.layout, read_record(self.cell, record), self._dtype_name,
        )  # fmt: skip

    def _initial(self, state, edge, batch):
        """State name -> (batch, units) before the first step, in the order of the signature."""
        shapes = {name: (batch, units) for name, units in self.state_sizes.items()}
        return read_state(state, tuple(shapes), shapes, edge, self.dtype)

    def _held(self, clamp, edge, time, batch):
        held = {}
        if clamp is not None and not isinstance(clamp, dict):
            raise ValueError(f'clamp: expected a dict such as {{"f": 1.0}}, got {clamp!r}')
        for name, value in (clamp or {}).items():
            line = read_line(self.cell, "clamp", name)
            units = self.lengths[self.cell.graph.size(self.cell.graph.lines[line])]
            held[line] = read_clamp(name, value, edge, (time, batch, units), self.dtype)
        return held

    def _repr_latex_(self):
        sizes = ", ".join(f"{name} = {value}" for name, value in self.lengths.items())
        return f"{self.cell._repr_latex_()}; here {self.parameters.count:,} ({sizes})"

    def __repr__(self):
        sizes = ", ".join(f"{name}={value}" for name, value in self.lengths.items())
        hyper = {**self.cell.hyper, **self.numbers}
        chosen = "".join(f", {name}={value}" for name, value in hyper.items())
        return (
            f"Recurrent({self.cell.name}, {sizes}{chosen}, seed={self.seed}, {self.dtype.name}): "
            f"{self.parameters.count:,} parameters"
        )


@dataclass
class Problem:
    """One run: the kernels and every array they read and write. Inside, time comes first.

    mask: (time, batch) bool, which steps are real. masked: whether there is a step that is not.
    """

    cell: Cell
    lengths: dict
    kernels: cpu.Kernels
    x: np.ndarray
    mask: np.ndarray
    masked: bool
    edge: Edge
    record: tuple
    parameters: Parameters | None = None
    numbers: np.ndarray | None = None

    def with_parameters(self, parameters, numbers):
        self.parameters, self.numbers = parameters, numbers
        return self

    @property
    def parameter_arrays(self):
        return (*self.parameters.arrays, self.numbers)

    @property
    def graph(self):
        return self.kernels.plan.graph

    def forward(self):
        self.kernels.forward(self.x, self.mask, self.lengths, self.parameter_arrays, self.record)

    def backward(self, cut, given):
        return self.kernels.backward(
            self.x, self.mask, cut, self.lengths, self.parameter_arrays, self.record, given
        )

    def jacobian(self):
        return self.kernels.jacobian(
            self.x, self.mask, self.lengths, self.parameter_arrays, self.record
        )

    def leave(self, array, first=0):
        """Show an array over time in the form that x had, from a step on."""
        return self.edge.leave(array[first:] if first else array)

    def leave_step(self, array, step):
        """Show one step of an array over time in the form that x had."""
        return self.edge.leave_state(array[step])


def _plain_start(start):
    """A start as a name, a number or an array of its own."""
    if isinstance(start, str):
        return start
    return np.array(start, float) if np.ndim(start) else float(start)


@lru_cache(maxsize=256)
def _clampable(graph):
    """The same clampable graph for the same graph, so that its kernels are found again."""
    return graph.clampable()
