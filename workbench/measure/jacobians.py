"""Products of Jacobians: how a change of the state at step k appears in the state at step t.

dS_t/dS_k = J_t ... J_(k+1), with J_t = dS_t/dS_(t-1) and S all states, stacked in the order of
the signature. Every product is kept as a matrix times a power of two, so that none underflows or
overflows however many steps it spans; that is why norms and singular values are given as their
log10. Does not draw, and does not use the gradient of any loss.
"""

from dataclasses import dataclass

import numpy as np

from .. import cells
from .sequence import check_batch, check_state, one
from .spectral import largest_singular

LOG2 = np.log10(2.0)
SLOPES = {
    "tanh": 1.0,
    "sigmoid": 0.25,
    "identity": 1.0,
    "relu": 1.0,
    "leaky_relu": 1.0,
    "elu": 1.0,
    "softplus": 1.0,
    "softsign": 1.0,
    "hard_sigmoid": 1 / 6,
}
"""The largest slope of each activation, gamma in Pascanu et al. 2013."""


def jacobian_norms(trace, batch=0, state=None):
    """log10 of the spectral norm of dS_t/dS_k for all steps, (time, time): row t, column k.

    The spectral norm is the largest singular value. On the diagonal is the identity, log10 1 = 0;
    above it, where k > t, not-a-number. An exact 0 is -infinity; entries of a product below 1e-308
    of its largest count as 0. A product with a Jacobian that is not finite is not-a-number. A
    masked step has the identity as its Jacobian.

    state: measure the block d(state_t)/d(state_k) only, such as "h". The block is taken after the
    full Jacobians have been multiplied: for an LSTM, dh_t/dh_k is how h_k acts on h_t through all
    steps between, the cell states there included, while c_k itself stays as it is.

    Takes time in proportion to the square of the steps. Raises ValueError for a row or state that
    is not there. After Pascanu, Mikolov and Bengio 2013, eq. 5.
    """
    factors, own = _rescaled(_jacobians(trace, batch))
    block = _block(trace, state)
    steps = len(factors)
    logs = np.full((steps, steps), np.nan)
    np.fill_diagonal(logs, 0.0)
    products, exponents = factors[1:], own[1:]
    for lag in range(1, steps):
        to = np.arange(lag, steps)
        logs[to, to - lag] = _log10_norms(products[:, block, block], exponents)
        products, more = _rescaled(_times(factors[lag + 1 :], products[:-1]))
        exponents = own[lag + 1 :] + exponents[:-1] + more
    return logs


def singular_values(trace, t, k, batch=0, state=None):
    """log10 of all singular values of dS_t/dS_k, largest first: (n,). t >= k.

    A value below n * 2.2e-16 of the largest cannot be told from 0, as in the numerical rank of a
    matrix, and is -infinity; rounding of that size is in the others too, so that the least of
    them have few exact digits. All are not-a-number where a Jacobian is not finite.
    `state` and errors as in `jacobian_norms`; also ValueError unless 0 <= k <= t < time.
    """
    jacobians = _jacobians(trace, batch)
    steps, size = jacobians.shape[:2]
    if not 0 <= t < steps:
        raise ValueError(f"t: expected 0..{steps - 1}, got {t}")
    if not 0 <= k <= t:
        raise ValueError(f"k: expected 0..{t}, no later than t, got {k}")
    block = _block(trace, state)
    factors, own = _rescaled(jacobians[k + 1 : t + 1])
    product, exponent = np.eye(size), 0
    for factor, power in zip(factors, own, strict=True):
        product, more = _rescaled(_times(factor, product))
        exponent += power + more
    logs = _log10_singular(product[None, block, block], np.array([exponent]))[0]
    least = np.log10(len(logs) * np.finfo(np.float64).eps)
    with np.errstate(invalid="ignore"):
        return np.where(logs - logs[0] < least, -np.inf, logs)


@dataclass(frozen=True)
class SigmaBound:
    """What bounds the norm of dS_t/dS_k from above: a number to the power t - k.

    largest: the largest singular value of any one-step Jacobian of the run.
    slope, weight: for an Elman cell gamma, the largest slope of its activation, and sigma_max(U);
        None for another cell or where a step is masked. Their product bounds `largest` whatever
        the input is.
    """

    largest: float
    slope: float | None = None
    weight: float | None = None

    @property
    def classical(self):
        """gamma * sigma_max(U); None where there is none. Below 1 gradients must vanish."""
        return None if self.slope is None else self.slope * self.weight

    def log10(self, lags, classical=False):
        """log10 of the bound at each lag t - k, shaped like `lags`.

        classical: take gamma * sigma_max(U) instead of `largest`. Raises ValueError where there
        is none.
        """
        base = self.classical if classical else self.largest
        if base is None:
            raise ValueError("classical: expected an Elman cell without masked steps, got another")
        lags = np.asarray(lags)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(lags == 0, 0.0, lags * np.log10(base))


def sigma_bound(trace, batch=0):
    """The bounds on every norm of `jacobian_norms` (of any block too): a `SigmaBound`.

    Every one-step Jacobian of the trace counts, that of step 0 as well; a masked step has the
    identity. Raises ValueError for a row that is not there. After Pascanu, Mikolov and Bengio
    2013, section 2.1: gamma * sigma_max(U) < 1 is sufficient for vanishing gradients.
    """
    jacobians = _jacobians(trace, batch)
    logs = _log10_norms(*_rescaled(jacobians))
    with np.errstate(over="ignore"):
        largest = float(10.0 ** logs.max())
    slope = activation_slope(trace.cell)
    if slope is None or not one(trace, trace.mask, batch).all():
        return SigmaBound(largest)
    recurrent = np.asarray(trace.parameters["U"], np.float64)
    return SigmaBound(largest, slope, float(np.linalg.norm(recurrent, 2)))


def activation_slope(cell):
    """gamma, the largest slope of the activation of a cell with Elman's equations, whatever its
    name; None for other equations. Pascanu et al. 2013, section 2.1."""
    for activation, slope in SLOPES.items():
        if cells.elman.choose(activation=activation).digest == cell.digest:
            return slope
    return None


def _jacobians(trace, batch):
    """The one-step Jacobians of one row: (time, n, n), float64."""
    check_batch(trace, batch)
    return np.asarray(one(trace, trace.jacobian(), batch), np.float64)


def _block(trace, state):
    """The rows, and columns, that a state has in a Jacobian; all for None."""
    if state is None:
        return slice(None)
    check_state(trace, state)
    first = 0
    for name, array in trace.initial.items():
        last = first + array.shape[-1]
        if name == state:
            return slice(first, last)
        first = last


def _times(left, right):
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        return left @ right


def _rescaled(matrices):
    """(matrices with entries of at most 1, the powers of two that were taken out)."""
    largest = np.abs(matrices).max(axis=(-2, -1))
    finite = np.isfinite(largest)
    exponents = np.where(finite, np.frexp(np.where(finite, largest, 1.0))[1], 0)
    with np.errstate(under="ignore"):
        return np.ldexp(matrices, -exponents[..., None, None]), exponents


def _log10_norms(matrices, exponents):
    """log10 of the largest singular value (count,) of matrices times powers of two."""
    return _log10(lambda finite: largest_singular(finite)[:, None], matrices, exponents)[:, 0]


def _log10_singular(matrices, exponents):
    """log10 of all singular values (count, n) of matrices times powers of two."""
    return _log10(lambda own: np.linalg.svd(own, compute_uv=False), matrices, exponents)


def _log10(values_of, matrices, exponents):
    finite = np.isfinite(matrices).all(axis=(1, 2))
    values = values_of(np.where(finite[:, None, None], matrices, 0))
    with np.errstate(divide="ignore"):
        logs = np.log10(values) + LOG2 * exponents[:, None]
    return np.where(finite[:, None], logs, np.nan)
