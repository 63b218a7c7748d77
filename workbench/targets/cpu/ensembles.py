"""The kernels of one cell for many networks at once, which threads share.

Every array has a leading axis of networks, and inside each of them a batch of one. A network is
computed by one thread, by the cell's ordinary kernel (see each.py): neither the number of networks
nor that of threads changes a bit of its numbers.
"""

from functools import lru_cache

import numpy as np

from ...equations.stages import Plan
from . import Adjoints, Kernels, arena, operand_array
from .parts import ROWS, Job


class EnsembleKernels(Kernels):
    """The kernels of one graph for `count` networks; the same names as in `Kernels`.

    Arrays are C-contiguous: x (count or 1, time, 1, input), states (count, time + 1, 1, size),
    lines (count, time, 1, size); matrices (count, rows, columns), vectors (count, size), numbers
    (count, number of them); mask (time, 1), all true: no step of an ensemble is masked.
    """

    def empty_record(self, lengths, count, time, initial):
        """Return (states, lines, clamps): arrays for one run.

        initial: (count or 1, units) of every state, in order.
        """
        own = self.lengths(lengths)
        states = [(count, time + 1, 1, length) for length in own.states]
        lines = [(count, time, 1, length) for length in own.lines]
        arrays = arena.arrays([*states, *lines], self.dtype)
        for array, first in zip(arrays, initial, strict=False):
            array[:, 0, 0] = first
        return tuple(arrays[: len(states)]), tuple(arrays[len(states) :]), ()

    def forward(self, x, mask, lengths, parameters, record):
        """Fill `record` from its initial states (states[k][:, 0])."""
        kernel, own = self.kernel("forward_each"), self.lengths(lengths)
        arrays = x, mask, own.sizes, parameters, record
        self._share(1, own, mask, parameters, lambda job: kernel(job, *arrays))

    def backward(self, x, mask, lengths, parameters, record, given):
        """Return Adjoints, (matrix gradients, vector steps).

        given: line -> (count or 1, time, 1, size), what the loss adds to that line's adjoint.
        """
        own, count, time = self.lengths(lengths), len(parameters[2]), len(mask)
        lines = None if self.outputs.issuperset(given) else tuple(self.adjoint_lines)
        kernel, cut = self.kernel("backward_each", lines), np.zeros(time, bool)
        adjoints = self._adjoints_each(count, time, own, given, self.overwritten(lines))
        matrices = tuple(np.zeros_like(matrix) for matrix in parameters[0])
        vectors = tuple(np.zeros((count, time, length), self.dtype) for length in own.vectors)
        arrays = x, mask, cut, own.sizes, parameters, record, tuple(adjoints), (matrices, vectors)

        def network(job):
            kernel(job, *arrays)
            self._finish_each(job[:2], x, record, adjoints, matrices, parameters[0])

        self._share(3, own, mask, parameters, network)
        return adjoints, (matrices, vectors)

    def jacobian(self, x, mask, lengths, parameters, record):
        """Return (count, time, 1, n, n): the derivative of the new states by the old ones."""
        kernel, own = self.kernel("jacobian_each"), self.lengths(lengths)
        total = sum(own.states)
        result = np.zeros((len(parameters[2]), len(mask), 1, total, total), self.dtype)
        arrays = x, mask, own.sizes, parameters, record, result
        self._share(total, own, mask, parameters, lambda job: kernel(job, *arrays))
        return result

    def log_norms(self, x, mask, lengths, parameters, initial, line, d_output):
        """Return (count, time): log10 of the norm of a line's adjoint, of a loss at the last step.

        initial: (count or 1, size) of every state. d_output: (size,) real, the derivative of the
        loss by the output after the last step. The plan must record the line.
        """
        kernel, own = self.kernel("log_norms", line), self.lengths(lengths)
        cut, result = np.zeros(len(mask), bool), np.empty((len(parameters[2]), len(mask)))
        power = int(np.frexp(np.abs(d_output).max())[1])
        d_output = np.ldexp(d_output, -power).astype(self.dtype)
        arrays = x, mask, cut, own.sizes, parameters, initial, d_output, result
        self._share(
            2, own, mask, parameters, lambda job: kernel((*job[:2], power, *job[2:]), *arrays)
        )
        return result

    def _share(self, passes, own, mask, parameters, call):
        """Call `call((first, last, address, pack address))` for shares of the networks."""
        count, made = len(parameters[2]), self._products
        addresses = made.address, made.pack_address
        job = Job(passes * own.multiplications * mask.size * count, ROWS * count)
        job.walk(
            lambda share, shares, _: call(
                (share * count // shares, (share + 1) * count // shares, *addresses)
            )
        )

    def _adjoints_each(self, count, time, own, given, overwritten):
        """Return the Adjoints; what `backward` adds to begins at zero."""
        shapes = [(count, time + 1, 1, length) for length in own.states]
        shapes += [(count, time, 1, length) for length in own.adjoints + own.products]
        arrays = arena.arrays([*shapes, (count, time, 1, own.sizes[0])], self.dtype)
        first, last = len(own.states), len(own.states) + len(own.adjoints)
        d_lines = dict(zip(self.adjoint_lines, arrays[first:last], strict=True))
        for name, array in zip(self.adjoint_names, arrays, strict=True):
            if name not in overwritten:
                array.fill(0)
        for line, d in given.items():
            d_lines[line][:] = d
        of_products = tuple(arrays[last + index] for index in self.adjoint_of)
        return Adjoints(tuple(arrays[:first]), tuple(d_lines.values()), of_products, arrays[-1])

    def _finish_each(self, share, x, record, adjoints, gradients, matrices):
        """Gradients that are one product over all steps, of the networks of a share."""
        made, written = self._products, set()
        for product, adjoint in zip(self.plan.products, adjoints.products, strict=True):
            pack = self.plan.layout.packs.index(product.pack)
            factor = operand_array(self.plan, product.operand, x, record)
            arrays = adjoint, *factor, gradients[pack]
            made.weight_gradients(share, made.address, *arrays, int(pack in written))
            written.add(pack)
            if product.operand.op == "input":
                arrays = adjoint, matrices[pack], adjoints.d_x
                made.operand_gradients(share, made.address, *arrays)


@lru_cache(maxsize=256)
def ensemble_kernels(graph, layout, record, dtype):
    """Return the EnsembleKernels for a graph; the same object for the same request."""
    return EnsembleKernels(Plan(graph, layout, record), dtype)
