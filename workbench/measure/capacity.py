"""How much of its past input a reservoir can be asked for: Jaeger's memory capacity.

Does not train the reservoir: a linear readout is solved for each delay.
"""

from dataclasses import dataclass

import numpy as np

from ..layers import solve
from ..recurrent.inputs import positive_integer
from .sequence import read_recurrent


@dataclass(frozen=True, eq=False)
class MemoryCapacity:
    """by_delay: (delays,), the squared correlation between the input k steps ago and what the
    best linear readout says it was, k = 1, 2, ... total: their sum. units: of the reservoir."""

    by_delay: np.ndarray
    units: int

    @property
    def total(self):
        return float(self.by_delay.sum())


def memory_capacity(reservoir, delays=None, *, steps=2000, washout=None, ridge=1e-9, seed=0):
    """How many steps of a random input a linear readout can give back: `MemoryCapacity`.

    reservoir: a `Reservoir` or a Recurrent with one input. The input is drawn evenly from -1..1,
        one number a step; its strength is the scale of the reservoir's W.
    delays: how many steps back are asked for, twice the units for None. steps: how many the
        readout is solved on with `ridge`, and as many more on which it is then measured, so that a
        large reservoir is not credited with what it learnt by heart. washout: steps before them
        that do not count; never fewer than delays, and 100 or more for None. seed: draws the input.

    The total is at most the number of units, whatever the reservoir: n numbers hold no more than n
    others that are independent. A measured squared correlation has a chance part of about
    1 / steps. Raises ValueError for another number of inputs or a wrong count.
    Source: Jaeger 2001, Short term memory in echo state networks, proposition 2.
    """
    net = read_recurrent("reservoir", reservoir)
    if net.input_size != 1:
        raise ValueError(f"reservoir: expected 1 input, got {net.input_size}")
    units = net.output_size
    delays = 2 * units if delays is None else positive_integer("delays", delays)
    steps = positive_integer("steps", steps, least=2)
    least = max(100, delays) if washout is None else positive_integer("washout", washout, least=0)
    washout = max(least, delays)  # the first step that is asked for has all its past
    u = np.random.default_rng(positive_integer("seed", seed, least=0)).uniform(
        -1, 1, washout + 2 * steps
    )
    h = np.float64(net.run(u[:, None])[net.cell.output][washout:])
    if not np.isfinite(h).all():
        raise ValueError("reservoir: expected finite states, got some that are not")
    past = np.stack([u[washout - k : len(u) - k] for k in range(1, delays + 1)], axis=1)
    readout = solve(h[:steps], past[:steps], ridge=ridge)
    said = h[steps:] @ readout.parameters["W"].T
    return MemoryCapacity(_squared_correlation(said, past[steps:]), units)


def _squared_correlation(one, other):
    """Of each column of two arrays (steps, columns); 0 where one does not vary."""
    one, other = one - one.mean(axis=0), other - other.mean(axis=0)
    together = np.square((one * other).sum(axis=0))
    apart = np.square(one).sum(axis=0) * np.square(other).sum(axis=0)
    return together / np.where(apart > 0, apart, 1)
