"""Lyapunov exponents: how fast two nearby states of a network part, a step, along a trajectory.

Does not use the gradient of any loss, and does not multiply Jacobians out: the directions are made
orthogonal again at every step, so that none underflows or overflows.
"""

import numpy as np

from ..recurrent.inputs import positive_integer
from .sequence import apart, in_float64, read_recurrent, stacked

STEPS = 1000
HELD = 2**22
"""Numbers of the Jacobians that are held at a time."""


def lyapunov(net, x=None, count=1, *, steps=None, washout=100, state=None, seed=0):
    """The largest `count` Lyapunov exponents of a network, nats a step, largest first: (count,).

    net: a Recurrent or a Reservoir. x: (time, input), the input along the trajectory; None for
        zeros at `steps` steps (1,000), washout included.
    count: 1 for the largest alone; None for the spectrum, one for each unit of all states.
    washout: steps before the measured ones, on which the directions turn to where they belong.
    state: name -> (units,), the first states, as in `run`. None draws them from a Gaussian with
        `seed`: the state 0 of a network without biases and input never moves.

    The largest is negative where states forget their differences, positive in chaos; the sum of
    all is the mean log of the volume that a step leaves. -infinity where a direction is lost
    altogether. In float64 whatever the network's type. Raises ValueError for arguments that do not
    fit and for states that are not finite. Source: Benettin, Galgani, Giorgilli and Strelcyn 1980;
    for recurrent networks Engelken, Wolf and Abbott 2023.
    """
    net = in_float64(read_recurrent("net", net))
    x = _read_x(net, x, steps)
    washout = positive_integer("washout", washout, least=0)
    if washout >= len(x):
        raise ValueError(f"washout: expected fewer than the {len(x)} steps, got {washout}")
    stream = np.random.default_rng(positive_integer("seed", seed, least=0))
    size = sum(net.state_sizes.values())
    count = size if count is None else positive_integer("count", count)
    if count > size:
        raise ValueError(f"count: expected at most {size}, the units of all states, got {count}")
    state = apart(net, stream.standard_normal(size)) if state is None else state
    directions = np.linalg.qr(stream.standard_normal((size, count)))[0]
    total, chunk = np.zeros(count), max(1, HELD // size**2)
    for first in range(0, len(x), chunk):
        trace = net.run(x[first : first + chunk], state, record="output")
        state = trace.final
        jacobians = trace.jacobian()
        if not (np.isfinite(jacobians).all() and np.isfinite(stacked(state, state)).all()):
            raise ValueError(f"net: expected finite states, got others by step {first + chunk}")
        for t, jacobian in enumerate(jacobians, start=first):
            directions, growth = np.linalg.qr(jacobian @ directions)
            if t >= washout:
                with np.errstate(divide="ignore"):
                    total += np.log(np.abs(np.diagonal(growth)))
    return np.sort(total / (len(x) - washout))[::-1]


def _read_x(net, x, steps):
    if x is None:
        steps = STEPS if steps is None else positive_integer("steps", steps)
        return np.zeros((steps, net.input_size))
    if steps is not None:
        raise ValueError(f"steps: expected None beside x, got {steps!r}")
    x = np.asarray(x)
    if x.ndim != 2 or x.shape[1] != net.input_size:
        raise ValueError(f"x: expected (time, {net.input_size}), got {x.shape}")
    return x
