"""What traces and gradients have in common, of one network or of an ensemble: arrays by line.

How an array looks to the user is known by the run (`leave`, `leave_step`), not here.
"""

from functools import lru_cache

import numpy as np

from ..targets.cpu import adjoint_lines


class ByLine:
    """found["f"]: the array of a line. A subclass has `_problem`, `_arrays` and `_at(name)`."""

    @property
    def cell(self):
        return self._problem.cell

    @property
    def names(self):
        """Names of the recorded lines, in order of computing."""
        return recorded_lines(self._problem.kernels.plan)

    def __getitem__(self, name):
        return self._at(self._recorded(name))

    def _recorded(self, name):
        """The name under which a line is recorded."""
        name = self._problem.graph.aliases.get(name, name) if isinstance(name, str) else name
        if name not in self.names:
            raise KeyError(f"{name}: expected a recorded line ({', '.join(self.names)})")
        return name

    def on_device(self, name):
        """What found[name] shows, where the GPU has it: a `DeviceArray`, which has time first.

        Always (time, batch, units), and of an ensemble (time, count, units). PyTorch, JAX and CuPy
        read it with no copy. After a masked step a trace has a state as it was held, where
        trace[name] shows zeros. Raises KeyError for a line that is not recorded, ValueError for a
        run on the CPU.
        """
        name = self._recorded(name)
        return self._problem.kernels.on_device(self._arrays, name)


class TraceByLine(ByLine):
    """What a run recorded: also found.f for found["f"], and the first and last states."""

    def __getattr__(self, name):
        if name.startswith("_"):  # while a copy is being made there is no problem to ask
            raise AttributeError(name)
        if name in (*self.names, *self._problem.graph.aliases):
            return self[name]
        raise AttributeError(f"{name}: expected a recorded line ({', '.join(self.names)})")

    @property
    def final(self):
        """State name -> its units after the last step, (batch, units) or (count, units)."""
        return self._states(-1)

    @property
    def initial(self):
        """State name -> its units before the first step, (batch, units) or (count, units)."""
        return self._states(0)

    def _states(self, step):
        problem = self._problem
        states = zip(problem.cell.states, problem.record[0], strict=True)
        return {name: problem.leave_step(array, step).copy() for name, array in states}

    def _whole(self, word):
        """Raise ValueError where the run kept too little for a backward pass."""
        record = self._problem.kernels.plan.record
        if record not in ("all", "output"):
            named = ", ".join(sorted(record))
            raise ValueError(f"{word}: expected a trace with record='all' or 'output', got {named}")

    @property
    def _arrays(self):
        return self._problem.record

    def _place(self, name):
        """(the array that has a recorded line, how many steps before the first lie in it)."""
        plan, (states, lines, _) = self._problem.kernels.plan, self._problem.record
        if name in plan.state_position:
            return states[plan.state_position[name]], 1
        return lines[plan.position_of[name]], 0


class GradientsByLine(ByLine):
    """What a backward pass found: of lines, carried states, x, initial states and parameters."""

    def __init__(self, problem, adjoints, sums):
        self._problem, self._adjoints = problem, adjoints
        self._matrices, self._steps = sums

    @property
    def _arrays(self):
        return self._adjoints

    def _at(self, name):
        position = self._problem.kernels.adjoint_lines.index(name)
        return self._problem.leave(self._adjoints.totals[position])

    @property
    def carried(self):
        """State name -> the adjoint that enters a step from later ones, shaped like found[name]."""
        return {name: self._problem.leave(array, 1) for name, array in self._carried()}

    @property
    def initial(self):
        """State name -> dL / d(initial state), (batch, units) or (count, units)."""
        return {name: self._problem.leave_step(array, 0) for name, array in self._carried()}

    def _carried(self):
        return zip(self.cell.states, self._adjoints.carried, strict=True)

    @property
    def x(self):
        """dL/dx, shaped like x; in an ensemble (count, time, input), also where all share one x."""
        return self._problem.leave(self._adjoints.d_x)

    @property
    def parameters(self):
        """Parameter name -> gradient, shaped like the parameter; copies, made at each call."""
        matrices = tuple(matrix.copy() for matrix in self._matrices)
        vectors = tuple(np.add.reduce(steps, axis=-2) for steps in self._steps)
        named = self._problem.parameters.with_values(matrices, vectors)
        return {name: named[name] for name in self.cell.parameters}

    def __repr__(self):
        return f"{type(self).__name__}({self.cell.name}: {', '.join(self.names)}, x, parameters)"


@lru_cache(maxsize=256)
def recorded_lines(plan):
    """Names of the lines that a plan records, in order of computing."""
    recorded = adjoint_lines(plan)
    return tuple(name for name in plan.graph.lines if name in recorded)
