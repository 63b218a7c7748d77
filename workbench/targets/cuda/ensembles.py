"""The kernels of one cell on a GPU for many networks at once, each with parameters of its own.

The networks are the rows of the other kernels: a block of threads follows one of them through all
steps. Arrays come back as the CPU's ensembles have them, networks first.
"""

import numpy as np

from ..spelling import identifier
from .arena import Arena, Hosted
from .backward import adjoint_names
from .log_norms import NORMS
from .run import BLOCKS, Kernels
from .shapes import shapes_of_lines
from .stopwatch import stretch


class EnsembleKernels(Kernels):
    """As `cpu.ensembles.EnsembleKernels`, with all arrays on a GPU."""

    each = True

    def _blocks(self, name, lengths, batch):
        # Small blocks: many of them are at work on a GPU at once.
        return min(batch, 8 * BLOCKS)

    def empty_record(self, lengths, count, time, initial):
        """The arrays of one run. initial: (count or 1, units) of every state, in order."""
        states = self.plan.graph.states
        units = [lengths[self.plan.size(node)] for node in states.values()]
        wide = [np.broadcast_to(a, (count, n)) for a, n in zip(initial, units, strict=True)]
        named = dict(zip(states, wide, strict=True))
        return super().empty_record(lengths, time, count, named, {}, False)

    def forward(self, x, mask, lengths, parameters, record):
        """Fill `record`. x: (count or 1, time, 1, input)."""
        time, count = record.arena.shapes["mask"]
        x = np.broadcast_to(x[:, :, 0].swapaxes(0, 1), (time, count, x.shape[-1]))
        super().forward(x, np.ones((time, count), bool), lengths, parameters, record)

    def backward(self, x, mask, lengths, parameters, record, given):
        """Return Adjoints, (matrix gradients, vector steps), networks first.

        given: line -> (count or 1, time, 1, size), what the loss adds to that line's adjoint.
        """
        real = np.ones(record.arena.shapes["mask"], bool)
        given = {
            line: np.broadcast_to(d[:, :, 0].swapaxes(0, 1), (*real.shape, d.shape[-1]))
            for line, d in given.items()
        }
        cut = np.zeros(len(real), bool)
        return super().backward(x, real, cut, lengths, parameters, record, given)

    def _finish(self, record, adjoint):
        """Every block has already added up what is its network's own."""

    def _adjoint_shapes(self, lengths, shape):
        own, (time, count) = self.lengths(lengths), shape
        shapes = shapes_of_lines(own, shape, lengths["input_size"])
        shapes += [(count, time, length) for length in own.vectors]
        shapes += [(count, *matrix) for matrix in own.matrices]
        return dict(zip(adjoint_names(self.plan, each=True), shapes, strict=True))

    def _found(self, adjoint):
        matrices = [identifier("gradient", pack.name) for pack in self.plan.layout.packs]
        steps = [identifier("steps", vector) for vector in self.plan.layout.vectors]
        return self._adjoints(adjoint), (Hosted(adjoint, matrices), Hosted(adjoint, steps))

    def jacobian(self, x, mask, lengths, parameters, record):
        """Return (count, time, 1, n, n): the derivative of the new states by the old ones."""
        real = np.ones(record.arena.shapes["mask"], bool)
        found = super().jacobian(x, real, lengths, parameters, record)
        return found.swapaxes(0, 1)[:, :, None]

    def log_norms(self, x, mask, lengths, parameters, initial, line, d_output):
        """Return (count, time): log10 of the norm of a line's adjoint, of a loss at the last step.

        initial: (count or 1, size) of every state. d_output: (size,) real, the derivative of the
        loss by the output after the last step. The plan must record the line.
        """
        time, count = len(mask), len(parameters[2])
        record = self.empty_record(lengths, count, time, initial)
        self.forward(x, mask, lengths, parameters, record)
        shapes = self._adjoint_shapes(lengths, (time, count))
        shapes = {name: shapes[name] for name in adjoint_names(self.plan)}
        adjoint = Arena(shapes | dict.fromkeys(NORMS, (count, time)), self.dtype)
        with stretch():
            self.over_time.clear(adjoint.array, 0, adjoint.array.size)
        power = int(np.frexp(np.abs(d_output).max())[1])
        last = np.broadcast_to(np.ldexp(d_output, -power), (count, len(d_output)))
        output = next(iter(self.plan.graph.states))
        adjoint.upload_steps(identifier("adjoint", output), last, time - 1)
        with stretch():
            blocks = self._blocks("log_norms", lengths, count)
            self.kernel("log_norms", lengths, count, line)(blocks, record.arena, adjoint)
        largest, squares, powers = (adjoint[name].astype(float) for name in NORMS)
        with np.errstate(divide="ignore"):  # the norm of nothing but zeros
            norms = np.log10(largest) + np.log10(squares) / 2
        return norms + (powers + power) * np.log10(2)
