"""The parameters and numbers of many networks of one cell, and the seeds they are drawn from."""

import numpy as np

from .inputs import briefly, numeric, positive_integer, refuse_nan
from .parameters import Parameters
from .starts import fill


class EnsembleParameters(Parameters):
    """name -> (count, rows, columns) of a matrix, (count, units) of a vector.

    Assigned is an array of this whole shape, or that of one network, which all of them then have.
    """

    def __setitem__(self, name, value):
        array, value = self[name], numeric(name, value)
        if value.shape not in (array.shape, array.shape[1:]):
            raise ValueError(
                f"{name}: expected {array.shape}, or {array.shape[1:]} for all networks alike, "
                f"got {value.shape}"
            )
        if value is not array:  # after `parameters["U"] *= 2` it has been changed in place
            array[...] = value


class EnsembleNumbers(dict):
    """name -> (count,) array of a numeric hyper-parameter.

    Assigned is such an array, or a number, which all networks then have.
    """

    def __init__(self, count, numbers):
        super().__init__({name: np.full(count, float(value)) for name, value in numbers.items()})
        self._count = count

    def __setitem__(self, name, value):
        if name not in self:
            known = ", ".join(self) or "none"
            raise KeyError(f"{name}: expected a numeric hyper-parameter ({known})")
        self[name][...] = read_numbers(name, value, self._count)


def read_numbers(name, value, count):
    """Return a number, or one for each network, as an array of shape () or (count,)."""
    array = numeric(name, value)
    if array.shape not in ((), (count,)) or array.dtype.kind == "b":
        came = briefly(value) if array.ndim == 0 else array.shape
        raise ValueError(f"{name}: expected a number or ({count},) numbers, got {came}")
    refuse_nan(name, array, ("network",))
    return array


def read_seeds(seed, count):
    """Return `count` whole numbers: seed, seed + 1, ... or those that are given."""
    if np.ndim(seed) == 0:
        first = positive_integer("seed", seed, least=0)
        return range(first, first + count)
    seeds = numeric("seed", seed)
    if seeds.shape != (count,) or seeds.dtype.kind not in "iu" or (seeds < 0).any():
        raise ValueError(
            f"seed: expected a whole number of at least 0, or ({count},) of them, "
            f"got {briefly(seed)}"
        )
    return seeds.tolist()


def draw(cell, parameters, seeds, start, shapes):
    """Fill the parameters of every network from its seed; equal seeds are drawn once.

    start: as for one network. shapes: name -> shape of one network's parameter.
    """
    matrices, vectors = parameters.arrays
    first = {}
    for k, seed in enumerate(seeds):
        if seed in first:
            for array in (*matrices, *vectors):
                array[k] = array[first[seed]]
        else:
            fill(cell, one_of(parameters, k, shapes), seed, start)
            first[seed] = k


def one_of(parameters, k, shapes):
    """The Parameters of network k: views of those of the ensemble."""
    matrices, vectors = parameters.arrays
    own = tuple(a[k] for a in matrices), tuple(a[k] for a in vectors)
    return Parameters(parameters.layout, shapes, *own)
