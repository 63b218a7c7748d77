"""What each lag adds to the gradient of a parameter.

Short lags make up most of the sum, which is why a dL/dW that is far from 0 does not show that
gradients arrive from far back (Pascanu, Mikolov and Bengio 2013, section 2). Does not draw.
"""

from dataclasses import dataclass

import numpy as np

from .norms import step_norms
from .sequence import check_batch, check_loss_step, unit_loss


@dataclass(frozen=True, eq=False)
class LagContributions:
    """The parts of dL/d(parameter), for the loss at step `at` that `gradient_reach` takes.

    norms: (time,) Frobenius norm of the part that step k adds, which is that of lag at - k; 0
        after `at`.
    whole: Frobenius norm of the sum of all parts, of the gradient itself.
    shares: (at + 1,) shares[lag] is the sum of the norms of lags 0..lag, divided by that of all;
        not-a-number where all are 0. Parts may cancel, so `whole` is at most the sum of norms.
    """

    parameter: str
    at: int
    norms: np.ndarray
    whole: float
    shares: np.ndarray

    def share(self, lags):
        """The share that the last `lags` steps have in the sum of norms: lags 0..lags-1.

        Raises ValueError unless 1 <= lags <= at + 1.
        """
        if not 1 <= lags <= len(self.shares):
            raise ValueError(f"lags: expected 1..{len(self.shares)}, got {lags}")
        return float(self.shares[lags - 1])


def recurrent_matrices(cell):
    """The matrices of a cell that multiply a state or a line, such as ["U"] or ["U.i", "U.f"]."""
    graph, users = cell.graph, cell.graph.consumers()
    found = []
    for name, node in graph.parameters.items():
        products = [user for user in users.get(id(node), []) if user.op == "product"]
        if any(product.args[1].op != "input" for product in products):
            found.append(name)
    return found


def recurrent_parameter(cell):
    """The first matrix of a cell that multiplies a state or a line, such as "U" or "U.i".

    The first parameter where there is none, as in a cell whose gates see the input alone; None
    for a cell without parameters.
    """
    return next(iter([*recurrent_matrices(cell), *cell.graph.parameters]), None)


def lag_contributions(trace, parameter=None, at=None, batch=0):
    """What each step adds to dL/d(parameter) for a loss at step `at`: `LagContributions`.

    parameter: a name of the equations ("U.f"), `recurrent_parameter` for None. at: the step of
    the loss, the last real one for None. batch: the row that the loss looks at. Raises ValueError
    for a parameter, step or row that is not there, and for a masked step.
    """
    check_batch(trace, batch)
    known = trace.cell.parameters
    parameter = recurrent_parameter(trace.cell) if parameter is None else parameter
    if parameter not in known:
        raise ValueError(
            f"parameter: expected one of {', '.join(known) or 'none'}, got {parameter!r}"
        )
    at = check_loss_step(trace, at, batch)
    parts = unit_loss(trace, at, batch).by_step(parameter, full=True)
    norms = step_norms(parts)
    norms.setflags(write=False)
    with np.errstate(invalid="ignore", over="ignore"):
        sums = np.cumsum(norms[at::-1])
        shares = sums / sums[-1] if sums[-1] != 0 else np.full(at + 1, np.nan)
        whole = step_norms(parts.sum(axis=0)[None])[0]
    shares.setflags(write=False)
    return LagContributions(parameter, at, norms, float(whole), shares)
