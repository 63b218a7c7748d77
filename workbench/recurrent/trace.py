"""The trace of a run: what every named line of the equations did at every step."""

from dataclasses import replace

import numpy as np

from .by_line import TraceByLine
from .gradients import Gradients
from .inputs import positive_integer, read_d_lines, refuse_nan
from .worked import Worked


class Trace(TraceByLine):
    """What a network did over a sequence. All arrays are (time, batch, units), or (time, units).

    `trace["f"]` or `trace.f` is the named line f at every step; a state's name stands for its
    value after the step. A masked step shows zeros. `names` lists what was recorded, `final` has
    the last states (ready for the next `run`), `initial` the first. The arrays are read-only and
    belong to the parameters as they were when the network ran.
    """

    def __init__(self, problem):
        self._problem = problem
        self._lines = {}

    @property
    def parameters(self):
        """The parameters that this run used, by name; a copy."""
        return self._problem.parameters

    @property
    def lengths(self):
        """Name -> length of every size: input_size, hidden_size and those that the cell names."""
        return dict(self._problem.lengths)

    @property
    def numbers(self):
        """The numeric hyper-parameters that this run used, by name."""
        names = self._problem.kernels.plan.layout.numbers
        return {n: float(v) for n, v in zip(names, self._problem.numbers, strict=True)}

    @property
    def x(self):
        return self._problem.edge.leave(read_only(self._problem.x))

    @property
    def mask(self):
        """(time, batch) bool: which steps are real."""
        return self._problem.edge.leave(read_only(self._problem.mask))

    def through(self, edge):
        """The same run with its arrays as another `Edge` shows them."""
        return Trace(replace(self._problem, edge=edge))

    @property
    def batch_size(self):
        """How many sequences ran side by side."""
        return self._problem.mask.shape[1]

    @property
    def batch_first(self):
        """Whether the arrays are (batch, time, units)."""
        return self._problem.edge.batch_first

    def _at(self, name):
        return self._problem.leave(self._line(name))

    def _line(self, name):
        """The (time, batch, units) array of a recorded line."""
        if name not in self._lines:
            array, first = self._place(name)
            self._lines[name] = read_only(self._shown(array[first:]) if first else array)
        return self._lines[name]

    def _shown(self, array):
        problem = self._problem
        return np.where(problem.mask[:, :, None], array, 0) if problem.masked else array

    def worked(self, t, batch=0, unit=None):
        """Return step t's equations with its numbers put in; a `Worked`, shown as LaTeX.

        t: the step, from the end when negative. batch: the row. unit: write out this unit only;
        without it all units are written out when there are at most four, else unit 0.
        """
        return Worked.of(self, t, batch, unit)

    def bptt(self, d_h, *, truncate=None, lags=None, d_final=None):
        """Backpropagate through time and return the Gradients.

        d_h: the derivative of the loss by the cell's output at every step, an array like
            `trace.h`, or a dict of such arrays for any recorded lines, {"h": ..., "c": ...}.
        truncate: cut the gradient before the steps k, 2k, ...
        lags: let each step's loss reach back this many steps only (a window that moves along).
        d_final: state name -> derivative of the loss by that state after the last step, such as
            `gradients.initial` of the chunk that came next.
        """
        problem = self._problem
        self._whole("bptt")
        if truncate is not None and lags is not None:
            raise ValueError("lags: expected truncate or lags, got both")
        given = read_d_lines(d_h, self.cell.output, self._shapes(), problem.edge)
        steps = np.arange(len(problem.x))
        d_final = self._read_d_final(d_final) if d_final else {}
        for name, d in d_final.items():
            given[name] = given.get(name, 0) + at_last_step(d, problem.mask)
        if lags is not None:
            if d_final:
                raise ValueError("d_final: expected none with lags, got some")
            return self._windows(given, steps, positive_integer("lags", lags, least=0) + 1)
        cut = np.zeros(len(steps), bool)
        if truncate is not None:
            cut = (steps % positive_integer("truncate", truncate) == 0) & (steps > 0)
        gradients = Gradients(problem, *problem.backward(cut, given))
        for name, d in d_final.items():
            never_moved = ~problem.mask.any(axis=0)[:, None]
            gradients.also_initial(name, np.where(never_moved, d, 0))
        return gradients

    def _shapes(self):
        """Name of a recorded line -> (time, batch, units)."""
        graph, lengths, over = self._problem.graph, self._problem.lengths, self._problem.mask.shape
        return {name: (*over, lengths[graph.size(graph.lines[name])]) for name in self.names}

    def _read_d_final(self, given):
        """Check derivatives by last states, and give them a batch axis."""
        shapes = {name: array.shape for name, array in self.final.items()}
        for name, d in given.items():
            if np.shape(d) != shapes.get(name):
                wanted = ", ".join(f"{n} {shape}" for n, shape in shapes.items())
                raise ValueError(f"d_final[{name!r}]: expected {wanted}, got {np.shape(d)}")
            refuse_nan(f"d_final[{name!r}]", np.asarray(d), ("batch row", "unit"))
        no_batch = self._problem.edge.no_batch
        return {n: np.asarray(d)[None] if no_batch else np.asarray(d) for n, d in given.items()}

    def _windows(self, given, steps, width):
        """Add up the gradients of windows: those that end at r, r + width, ... never overlap."""
        total = None
        for r in range(min(width, len(steps))):
            ends = steps % width == r
            own = {name: np.where(ends[:, None, None], d, 0) for name, d in given.items()}
            cut = (steps % width == (r + 1) % width) & (steps > 0)
            result = self._problem.backward(cut, own)
            total = result if total is None else _added(total, result)
        return Gradients(self._problem, *total)

    def jacobian(self):
        """Return (time, batch, n, n): d states_t / d states_{t-1}, states in signature order.

        A masked step has the identity. Without a batch axis (time, n, n).
        """
        record = self._problem.kernels.plan.record
        if record not in ("all", "output"):
            raise ValueError(
                f"jacobian: expected record='all' or 'output', got {', '.join(sorted(record))}"
            )
        return self._problem.edge.leave(self._problem.jacobian())

    def __repr__(self):
        time, batch, _ = self._problem.x.shape
        rows = "" if self._problem.edge.no_batch else f", batch {batch}"
        return f"Trace({self.cell.name}, {time} steps{rows}: {', '.join(self.names)})"


def at_last_step(d_state, mask):
    """(time, batch, units): a derivative by the last state stands at each row's last real step."""
    time, batch = mask.shape
    placed = np.zeros((time, batch, d_state.shape[-1]), d_state.dtype)
    placed[time - 1 - mask[::-1].argmax(axis=0), np.arange(batch)] = d_state
    return placed


def read_only(array):
    """A view of an array that cannot be written into."""
    view = array.view()
    view.flags.writeable = False
    return view


def _added(total, more):
    """Add nested arrays into the first, in place; one that stands in two places is added once."""
    arrays = {id(array): array for array in _arrays(total)}
    others = dict(zip(map(id, _arrays(total)), _arrays(more), strict=True))
    for key, array in arrays.items():
        array += others[key]
    return total


def _arrays(found):
    for item in found:
        if isinstance(item, np.ndarray):
            yield item
        else:
            yield from _arrays(item)
