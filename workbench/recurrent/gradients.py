"""Gradients of one loss through a trace: of every line, at every step, and of the parameters."""

from copy import copy
from dataclasses import replace

import numpy as np

from ..targets.cpu import operand
from .by_line import GradientsByLine


class Gradients(GradientsByLine):
    """The derivatives of a loss that `trace.bptt` found.

    gradients["f"]: dL/df_t for every step t, shaped like trace["f"]: the total, over all paths.
    gradients.carried["c"]: what enters step t from later steps, with the states taken as
        independent of each other; zero at the last step.
    gradients.parameters["U.f"]: shaped like the parameter. gradients.x, gradients.initial["h"]:
        by the input and by the initial states.
    """

    def through(self, edge):
        """The same gradients with their arrays as another `Edge` shows them."""
        other = copy(self)
        other._problem = replace(self._problem, edge=edge)
        return other

    @property
    def batch_size(self):
        """How many sequences ran side by side."""
        return self._problem.mask.shape[1]

    def also_initial(self, state, d):
        """Add what an initial state does beside this cell. d: (batch, units)."""
        self._adjoints.carried[self.cell.states.index(state)][0] += d

    def by_step(self, name, full=False):
        """What each step adds to the gradient of a parameter.

        Returns the Frobenius norms (time,), or with full=True the contributions themselves,
        (time, rows, columns) or (time, units); they add up to `parameters[name]`.
        """
        if name not in self._problem.cell.parameters:
            known = ", ".join(self._problem.cell.parameters)
            raise ValueError(f"by_step: expected a parameter ({known}), got {name!r}")
        if name in self._layout.vectors:
            steps = self._vector_steps(name)
            return steps.copy() if full else np.linalg.norm(steps, axis=1)
        if not full:
            return self._norms(name)
        return sum(np.einsum("tbi,tbj->tij", d, v) for d, v in self.factors(name))

    def _norms(self, name):
        """Norms of sums of outer products, without making the products."""
        left = [d for d, _ in self.factors(name)]
        right = [v for _, v in self.factors(name)]
        d, v = np.concatenate(left, axis=1), np.concatenate(right, axis=1)
        # |sum_b d_b v_b^T|^2 is the sum over rows b, c of (d_b . d_c) (v_b . v_c).
        squared = np.einsum("tbc,tbc->t", d @ d.transpose(0, 2, 1), v @ v.transpose(0, 2, 1))
        return np.sqrt(np.maximum(squared, 0))

    def factors(self, name):
        """For each product of a matrix: (dL/d(product), what the matrix multiplied) at every step.

        (time, batch, rows) and (time, batch, columns), time first whatever x was; the gradient of
        the matrix is the sum of their outer products.
        """
        plan, x, record = self._problem.kernels.plan, self._problem.x, self._problem.record
        pack = self._layout.pack_of(name)
        return [
            (adjoint[:, :, self._rows(name)], operand(plan, product.operand, x, record))
            for product, adjoint in zip(plan.products, self._adjoints.products, strict=True)
            if product.pack is pack
        ]

    @property
    def _layout(self):
        return self._problem.kernels.plan.layout

    def _rows(self, name):
        """The rows of a matrix in its pack."""
        pack, lengths = self._layout.pack_of(name), self._problem.lengths
        first = sum(lengths[size] for size in pack.offset(name))
        return slice(first, first + lengths[pack.rows[name]])

    def _vector_steps(self, name):
        return self._steps[self._layout.vectors.index(name)]
