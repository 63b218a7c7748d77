"""States that a step leaves where they are, and whether what lies near comes or goes.

Does not follow trajectories: a fixed point that nothing falls into is found as well as one that
attracts. Does not report slow points, where |F(h) - h| is small but not 0.
"""

from dataclasses import dataclass

import numpy as np

from ..recurrent import Recurrent, Trace
from ..recurrent.inputs import numeric, positive_integer, real_number, refuse_nan
from .sequence import apart as by_name
from .sequence import in_float64, read_recurrent, stacked, time_first

ROUNDS = 500
STIFFEST = 1e8  # of the damping: from here on a step is so short that nothing moves any more


@dataclass(frozen=True, eq=False)
class FixedPoints:
    """What `fixed_points` found, those that most starts lead to first.

    net: the network in float64. states: (points, n), all states stacked in the order of the
        signature; `state(k)` gives them by name, ready for `net.run(x, state)`.
    errors: (points,), the norm of F(h) - h. starts: (points,), how many starts ended there.
    eigenvalues: (points, n) complex, of dF/dh, largest modulus first.
    """

    net: Recurrent
    states: np.ndarray
    errors: np.ndarray
    starts: np.ndarray
    eigenvalues: np.ndarray

    @property
    def unstable(self):
        """(points,) how many eigenvalues have a modulus of more than 1: the directions that lead
        away. 0 is a stable point, the number of units a repeller, else it is a saddle."""
        return (np.abs(self.eigenvalues) > 1).sum(axis=1)

    @property
    def stable(self):
        """(points,) bool: whether every state near by comes to the point."""
        return (np.abs(self.eigenvalues) < 1).all(axis=1)

    def state(self, k):
        """State name -> (units,) of point k."""
        return by_name(self.net, self.states[k])

    def __len__(self):
        return len(self.states)


def fixed_points(
    net, x=None, starts=None, *, count=200, noise=0.0, seed=0, tolerance=1e-10, apart=1e-4
):
    """The states h with F(h) = h under a constant input: `FixedPoints`, as many as were found.

    net: a Recurrent or a Reservoir. x: (input,), the constant input; zeros for None.
    starts: where to begin: a Trace, of which `count` states are drawn; an array (starts, n) of
        stacked states; None for `count` states from a Gaussian. noise: the standard deviation
        of what is added to each unit, so that the places between the visited ones are tried too.
    tolerance: the largest norm of F(h) - h of a fixed point. apart: points that are nearer to each
        other are one.

    |F(h) - h|^2 is minimised from every start by least squares with Newton's steps, damped where
    they do not lead down (Levenberg and Marquardt); what ends in a minimum above `tolerance` is
    left out. There is no proof that all are found: try more starts. n is the units of all states
    together; memory grows with count n^2. Raises ValueError for arguments that do not fit.
    Source: Sussillo and Barak 2013.
    """
    net = in_float64(read_recurrent("net", net))
    x = _read_x(net, x)
    tolerance = real_number("tolerance", tolerance, above=0)
    apart, noise = real_number("apart", apart, above=0), real_number("noise", noise, least=0)
    stream = np.random.default_rng(positive_integer("seed", seed, least=0))
    begin = _read_starts(net, starts, positive_integer("count", count), stream)
    begin = begin + noise * stream.standard_normal(begin.shape)
    ends = _descend(lambda states: _step(net, x, states), begin, tolerance)
    moved, jacobians = _step(net, x, ends)
    errors = np.linalg.norm(moved - ends, axis=1)
    kept = np.flatnonzero(errors < tolerance)
    kept = kept[np.argsort(errors[kept], kind="stable")]
    first, members = _merged(ends[kept], apart)
    order = np.argsort(-members, kind="stable")
    kept, members = kept[first][order], members[order]
    eigenvalues = np.linalg.eigvals(jacobians[kept]).astype(complex)
    by_size = np.argsort(-np.abs(eigenvalues), axis=1, kind="stable")
    eigenvalues = np.take_along_axis(eigenvalues, by_size, axis=1)
    return FixedPoints(net, ends[kept], errors[kept], members, eigenvalues)


def _step(net, x, states):
    """(F(h), dF/dh) of states (count, n): (count, n) and (count, n, n)."""
    given = np.broadcast_to(x, (1, len(states), net.input_size))
    trace = net.run(given, by_name(net, states), record="output")
    return stacked(trace.final, net.cell.states), trace.jacobian()[0]


def _descend(step, states, tolerance):
    """Minimise |F(h) - h|^2 from every state, (count, n); each has a damping of its own."""
    states, eye = states.copy(), np.eye(states.shape[1])
    damping = np.full(len(states), 1e-3)
    moved, jacobians = step(states)
    gaps, slopes = moved - states, jacobians - eye
    for _ in range(ROUNDS):
        # Further than `tolerance`, so that the points of one place agree in all their digits.
        norms = np.linalg.norm(gaps, axis=1)
        own = np.flatnonzero((norms > 1e-3 * tolerance) & (damping < STIFFEST))
        if len(own) == 0:
            break
        a, g = slopes[own], gaps[own]
        normal = a.swapaxes(1, 2) @ a
        scale = np.maximum(np.trace(normal, axis1=1, axis2=2) / len(eye), 1e-30)
        normal += (damping[own] * scale)[:, None, None] * eye
        with np.errstate(over="ignore", invalid="ignore"):
            trial = (
                states[own]
                - np.linalg.solve(normal, np.einsum("cji,cj->ci", a, g)[..., None])[..., 0]
            )
        trial = np.where(np.isfinite(trial).all(axis=1, keepdims=True), trial, states[own])
        moved, jacobians = step(trial)
        gap = moved - trial
        with np.errstate(over="ignore", invalid="ignore"):
            better = np.linalg.norm(gap, axis=1) < norms[own]
        better &= np.isfinite(jacobians).all(axis=(1, 2))
        won = own[better]
        states[won], gaps[won] = trial[better], gap[better]
        slopes[won] = jacobians[better] - eye
        damping[own] = np.where(better, np.maximum(damping[own] / 10, 1e-14), damping[own] * 10)
    return states


def _merged(states, apart):
    """(the first state of each place, how many are there), states in the order of their errors."""
    first, members = [], []
    for k, state in enumerate(states):
        near = np.linalg.norm(states[first] - state, axis=1) < apart
        if near.any():
            members[int(near.argmax())] += 1
        else:
            first.append(k)
            members.append(1)
    return np.array(first, int), np.array(members, int)


def _read_x(net, x):
    if x is None:
        return np.zeros(net.input_size)
    x = numeric("x", x)
    if x.shape != (net.input_size,):
        raise ValueError(f"x: expected ({net.input_size},), got {x.shape}")
    refuse_nan("x", x, ("input",))
    return x


def _read_starts(net, starts, count, stream):
    """States to begin at, (starts, n), float64."""
    size = sum(net.state_sizes.values())
    if starts is None:
        return stream.standard_normal((count, size))
    if isinstance(starts, Trace):
        if starts.cell.digest != net.cell.digest:
            raise ValueError(f"starts: expected a trace of {net.cell.name}, got {starts.cell.name}")
        visited = {name: time_first(starts, starts[name]) for name in net.cell.states}
        visited = stacked(visited, net.cell.states)[time_first(starts, starts.mask)]
        starts = visited[stream.integers(len(visited), size=count)]
    starts = numeric("starts", starts).astype(np.float64)
    if starts.ndim != 2 or starts.shape[1] != size or len(starts) == 0:
        raise ValueError(f"starts: expected (starts, {size}), got {starts.shape}")
    refuse_nan("starts", starts, ("start", "unit"))
    return starts
