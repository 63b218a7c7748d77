"""Many small networks of one cell at once: parameters of their own, run side by side.

Each network is computed as a `Recurrent` would compute it alone, by one of several threads. There
is no batch beside the networks, no mask and no clamp; an ensemble is not trained.
"""

import numpy as np

from .. import cells
from ..functions import Function
from ..targets import cuda
from ..targets.cpu.ensembles import ensemble_kernels
from .ensemble_parameters import (
    EnsembleNumbers,
    EnsembleParameters,
    draw,
    one_of,
    read_numbers,
    read_seeds,
)
from .ensemble_trace import EnsembleProblem, EnsembleTrace
from .inputs import numeric, positive_integer, read_line, read_record, refuse_nan
from .memory import refuse_too_large, trace_bytes
from .recurrent import Recurrent

ENSEMBLE_KERNELS = {"cpu": ensemble_kernels, "cuda": cuda.ensemble_kernels}
"""device -> what finds the kernels of a graph for it."""
LESS = 'record="output" takes less, log_gradient_norms next to nothing'
FEWER = "fewer networks or steps take less"


class Ensemble:
    """`count` networks of one cell and size, each with parameters and numbers of its own.

    cell, input_size, hidden_size, sizes, start, dtype: as for `Recurrent`.
    seed: a whole number: network k is drawn from seed + k, bit for bit as `Recurrent` draws it; or
        `count` whole numbers, one for each network.
    device: "cpu", or "cuda" for an NVIDIA GPU, as for `Recurrent`.
    hyper: hyper-parameters of the cell; a numeric one may be an array of (count,).

    `parameters` maps names to (count, rows, columns) and (count, units), `numbers` the numeric
    hyper-parameters to (count,); both may be changed at any time. `ensemble[k]` is network k as a
    `Recurrent` with a copy of its parameters.
    Raises ValueError with one line for a wrong argument, EquationError for sizes that cannot be.
    """

    def __init__(
        self, cell, count, input_size, hidden_size, *, sizes=None, seed=0, start=None,
        dtype="float64", device="cpu", **hyper,
    ):  # fmt: skip
        self.count = positive_integer("count", count)
        self.device, self.seeds = device, read_seeds(seed, self.count)
        cell = cells.get(cell)
        own = {n: read_numbers(n, v, self.count) for n, v in hyper.items() if _many(cell, n, v)}
        plain = {name: value for name, value in hyper.items() if name not in own}
        # What all networks have in common is read from one of them.
        self._one = one = Recurrent(
            cell, input_size, hidden_size,
            sizes=sizes, seed=self.seeds[0], start=start, dtype=dtype, device=device, **plain,
        )  # fmt: skip
        self.cell, self.lengths, self.dtype = one.cell, one.lengths, one.dtype
        self.input_size, self.hidden_size, self.start = one.input_size, one.hidden_size, one.start
        self._shapes = {name: array.shape for name, array in one.parameters.items()}
        shapes = {name: (self.count, *shape) for name, shape in self._shapes.items()}
        self.parameters = EnsembleParameters.zeros(one.layout, shapes, self.dtype)
        self.numbers = EnsembleNumbers(self.count, one.numbers)
        for name in set(own) & set(self.numbers):
            self.numbers[name] = own[name]
        draw(self.cell, self.parameters, self.seeds, self.start, self._shapes)

    @property
    def sizes(self):
        """Name -> length of the sizes that the cell names besides input_size and hidden_size."""
        return self._one.sizes

    @property
    def state_sizes(self):
        """State name -> its units, in the order of the signature."""
        return self._one.state_sizes

    @property
    def output_size(self):
        """Units of what the cell gives out at every step, its first state."""
        return self._one.output_size

    def __len__(self):
        return self.count

    def __getitem__(self, k):
        """Network k, from the end when negative, as a `Recurrent` of its own."""
        if not isinstance(k, int | np.integer) or isinstance(k, bool):
            raise TypeError(f"network: expected a whole number, got {k!r}")
        if not -self.count <= k < self.count:
            raise IndexError(f"network: expected {-self.count}..{self.count - 1}, got {k}")
        k = int(k) % self.count
        net = self._one.like(self.seeds[k])
        net.parameters.update(one_of(self.parameters, k, self._shapes))
        net.numbers.update({name: float(values[k]) for name, values in self.numbers.items()})
        return net

    def run(self, x, state=None, record="all"):
        """Run every network over a sequence and return the EnsembleTrace.

        x: (time, input) for all networks, or (count, time, input), one for each. There is no batch.
        state: initial states by name, (units,) for all networks or (count, units); else zero.
        record: "all" lines, "output" (what the backward pass needs), or a list of line names.
        Raises ValueError, before anything is computed, for a run that does not fit into memory.
        """
        kernels = self._kernels(read_record(self.cell, record))
        x = self._sequences(x)
        time = x.shape[-2]
        shared = x.ndim == 2
        wanted = trace_bytes(kernels, self.lengths, time, self.count)
        wanted -= shared * (self.count - 1) * time * self.input_size * self.dtype.itemsize
        refuse_too_large(wanted, lambda: f"{time:,} steps of {self.count:,} networks", LESS)
        x, initial = self._entered(x), self._initial(state)
        arrays = kernels.empty_record(self.lengths, self.count, time, initial)
        problem = EnsembleProblem(
            self.cell, self.lengths, kernels, x, shared, arrays,
            self.parameters.copy(), self._numbers(),
        )  # fmt: skip
        problem.forward()
        return EnsembleTrace(problem)

    def log_gradient_norms(self, x, d_h=None, line=None, state=None):
        """Return (count, time) float64: log10 of the Euclidean norm over units of dL/d(line)_t.

        The loss L looks at the last step alone. x, state: as for `run`.
        d_h: (units,), the derivative of L by the output at the last step; 1 / sqrt(units) each.
        line: the name of a line; the cell's output. Its adjoint is the total over all paths.
        The adjoint is scaled on its way back, and the logarithm of the scale is kept: the norm may
        be smaller or larger than any number of the dtype, and -inf says that it is exactly zero.
        Nothing is recorded.
        """
        line = self.cell.output if line is None else read_line(self.cell, "line", line)
        kernels = self._kernels("output" if line in self.cell.states else "all")
        x = self._sequences(x)
        time = x.shape[-2]
        wanted = trace_bytes(kernels, self.lengths, time, 1) + 8 * time * self.count
        refuse_too_large(wanted, lambda: f"{time:,} steps of {self.count:,} networks", FEWER)
        d_h, initial = self._d_output(d_h), self._initial(state)
        mask, parameters = np.ones((time, 1), bool), (*self.parameters.arrays, self._numbers())
        return kernels.log_norms(
            self._entered(x), mask, self.lengths, parameters, initial, line, d_h
        )

    def _kernels(self, record):
        """The kernels that compute all this: the one place that knows the device."""
        return ENSEMBLE_KERNELS[self.device](
            self.cell.graph, self._one.layout, record, self.dtype.name
        )

    def _numbers(self):
        own = [self.numbers[name] for name in self._one.layout.numbers]
        return np.array(own, self.dtype).reshape(len(own), self.count).T.copy()

    def _sequences(self, x):
        """x as it came: (time, input) or (count, time, input)."""
        x = numeric("x", x)
        wanted = f"(time, {self.input_size}) or ({self.count}, time, {self.input_size})"
        fits = x.ndim in (2, 3) and x.shape[-1] == self.input_size
        if not fits or (x.ndim == 3 and len(x) != self.count):
            hint = "; write x[:, None]" if x.ndim == 1 and self.input_size == 1 else ""
            raise ValueError(f"x: expected {wanted}, got {x.shape}{hint}")
        if x.shape[-2] == 0:
            raise ValueError(f"x: expected at least one step, got {x.shape}")
        return x

    def _entered(self, x):
        """x as the kernels take it: (count or 1, time, 1, input)."""
        x = np.array(x, self.dtype, order="C")
        refuse_nan("x", x, ("network", "step", "unit"))
        return x.reshape(-1, x.shape[-2], 1, self.input_size)

    def _initial(self, state):
        """The initial states in order, (1, units) or (count, units) each."""
        sizes = self.state_sizes
        state = {} if state is None else state
        if not isinstance(state, dict):
            if len(sizes) > 1:
                wanted = ", ".join(f'"{name}": ...' for name in sizes)
                raise ValueError(f"state: expected {{{wanted}}}, got {type(state).__name__}")
            state = {self.cell.output: state}
        for name in state:
            if name not in sizes:
                raise ValueError(f"state: expected names of {', '.join(sizes)}, got {name!r}")
        return tuple(self._first(f"state[{n!r}]", state.get(n), sizes[n]) for n in sizes)

    def _first(self, label, value, units):
        value = np.zeros(units) if value is None else numeric(label, value)
        if value.shape not in ((units,), (self.count, units)):
            raise ValueError(
                f"{label}: expected ({units},) or ({self.count}, {units}), got {value.shape}"
            )
        refuse_nan(label, value, ("network", "unit"))
        return np.array(value, self.dtype, order="C").reshape(-1, units)

    def _d_output(self, d_h):
        """(units,): the derivative of the loss by the output at the last step."""
        units = self.output_size
        d_h = np.full(units, units**-0.5) if d_h is None else numeric("d_h", d_h).astype(float)
        if d_h.shape != (units,):
            raise ValueError(f"d_h: expected ({units},), got {d_h.shape}")
        if not np.isfinite(d_h).all():
            raise ValueError("d_h: expected finite numbers, got not-a-number or infinity")
        return d_h

    def __repr__(self):
        sizes = ", ".join(f"{name}={value}" for name, value in self.lengths.items())
        return (
            f"Ensemble({self.cell.name}, count={self.count}, {sizes}, {self.dtype.name}): "
            f"{self.parameters.count:,} parameters"
        )


def _many(cell, name, value):
    """Whether a hyper-parameter is an array of numbers, one for each network."""
    numeric_one = name in cell.hyper and not isinstance(cell.hyper[name], Function)
    return numeric_one and isinstance(value, list | tuple | np.ndarray)
