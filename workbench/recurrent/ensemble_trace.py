"""What every network of an ensemble did, and the gradients of a loss through all of them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..equations.cell import Cell
from ..targets.cpu.ensembles import EnsembleKernels
from .by_line import GradientsByLine, TraceByLine
from .inputs import numeric, refuse_nan
from .memory import refuse_too_large
from .parameters import Parameters
from .trace import read_only


@dataclass
class EnsembleProblem:
    """One run of an ensemble: the kernels and every array they read and write.

    x: (count or 1, time, 1, input); shared: whether it came as one for all networks. numbers:
    (count, number of them).
    """

    cell: Cell
    lengths: dict
    kernels: EnsembleKernels
    x: np.ndarray
    shared: bool
    record: tuple
    parameters: Parameters
    numbers: np.ndarray

    @property
    def graph(self):
        return self.kernels.plan.graph

    @property
    def shape(self):
        """(count, time)."""
        return len(self.numbers), self.x.shape[1]

    @cached_property
    def _arguments(self):
        mask = np.ones((self.x.shape[1], 1), bool)
        parameters = (*self.parameters.arrays, self.numbers)
        return self.x, mask, self.lengths, parameters, self.record

    def forward(self):
        self.kernels.forward(*self._arguments)

    def backward(self, given):
        return self.kernels.backward(*self._arguments, given)

    def jacobian(self):
        return self.kernels.jacobian(*self._arguments)

    def leave(self, array, first=0):
        """Show an array over time as the user has it, (count, time, ...), from a step on."""
        return array[:, first:, 0]

    def leave_step(self, array, step):
        """Show one step of an array over time as the user has it, (count, ...)."""
        return array[:, step, 0]


class EnsembleTrace(TraceByLine):
    """What the networks did over a sequence. All arrays are (count, time, units).

    `trace["f"]` or `trace.f` is the named line f; a state's name stands for its value after the
    step. `names` lists what was recorded, `final` has the last states, (count, units), ready for
    the next `run`, `initial` the first. The arrays are read-only and belong to the parameters as
    they were when the ensemble ran.
    """

    def __init__(self, problem):
        self._problem = problem

    @property
    def x(self):
        """(time, input) where x was one for all networks, else (count, time, input)."""
        x = self._problem.leave(self._problem.x)
        return read_only(x[0] if self._problem.shared else x)

    def _at(self, name):
        return read_only(self._problem.leave(*self._place(name)))

    def bptt(self, d_h):
        """Backpropagate through time in every network and return the EnsembleGradients.

        d_h: the derivative of the loss by the cell's output at every step, (count, time, units), or
            (time, units) for all networks; or a dict of such arrays for any recorded lines.
        """
        self._whole("bptt")
        given = d_h if isinstance(d_h, dict) else {self.cell.output: d_h}
        if not given:
            output = self.cell.output
            raise ValueError(f"d_h: expected an array for {output} or a dict by line, got {{}}")
        given = {name: self._d_line(name, d, len(given)) for name, d in given.items()}
        return EnsembleGradients(self._problem, *self._problem.backward(given))

    def _d_line(self, name, value, lines):
        """(count or 1, time, 1, units): what the loss adds to the adjoint of a line."""
        label = f"d_h[{name!r}]" if lines > 1 or name != self.cell.output else "d_h"
        if name not in self.names:
            raise ValueError(
                f"{label}: expected a recorded line ({', '.join(self.names)}), got {name!r}"
            )
        value, whole = numeric(label, value), self[name].shape
        if value.shape not in (whole, whole[1:]):
            raise ValueError(f"{label}: expected {whole} or {whole[1:]}, got {value.shape}")
        refuse_nan(label, value, ("network", "step", "unit"))
        return value[..., None, :] if value.ndim == 3 else value[None, :, None]

    def jacobian(self):
        """Return (count, time, n, n): d states_t / d states_{t-1}, states in signature order."""
        self._whole("jacobian")
        count, time = self._problem.shape
        units = sum(array.shape[-1] for array in self._problem.record[0])
        wanted = count * time * units**2 * self._problem.kernels.dtype.itemsize
        run = f"Jacobians of {time:,} steps of {count:,} networks"
        refuse_too_large(wanted, lambda: run, "fewer networks or steps take less")
        return self._problem.leave(self._problem.jacobian())

    def __repr__(self):
        count, time = self._problem.shape
        names = ", ".join(self.names)
        return f"EnsembleTrace({self.cell.name}, {count:,} networks, {time:,} steps: {names})"


class EnsembleGradients(GradientsByLine):
    """The derivatives of a loss, or of one for each network, that `trace.bptt` found.

    gradients["f"]: (count, time, units), dL/df_t, the total over all paths.
    gradients.carried["c"]: what enters step t from later steps; zero at the last step.
    gradients.parameters["W.i"]: (count, rows, columns) or (count, units). gradients.x,
    gradients.initial["h"]: by each network's input, (count, time, input), and initial states.
    """
