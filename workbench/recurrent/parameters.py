"""The parameters of one network by the names of its equations, and how they are stored.

Matrices that share a product lie in one array, rows below rows; `parameters["U.f"]` is a view of
its rows, so writing into it changes the network.
"""

from collections.abc import MutableMapping
from functools import cached_property
from types import SimpleNamespace

import numpy as np

from .inputs import numeric


class NamedArrays(MutableMapping):
    """name -> array. Assigning copies the values in, and the shape must fit; names stay.

    A subclass says where the arrays are: `__getitem__`, `__iter__`, `__len__`.
    Raises ValueError for values that do not fit, KeyError for names that are not there.
    """

    def __setitem__(self, name, value):
        array, value = self[name], numeric(name, value)
        if value.shape != array.shape:
            raise ValueError(f"{name}: expected {array.shape}, got {value.shape}")
        array[...] = value

    def __delitem__(self, name):
        raise TypeError(f"{name}: parameters cannot be deleted")

    @property
    def count(self):
        """How many numbers there are in all."""
        return sum(array.size for array in self.values())

    def __repr__(self):
        shapes = ", ".join(f"{name} {array.shape}" for name, array in self.items())
        return f"<{self.count:,} parameters: {shapes}>"


class Parameters(NamedArrays):
    """name -> array of a cell's parameter, (rows, columns) for a matrix, (units,) for a vector.

    shapes: name -> shape; those of an ensemble have an axis of networks before these. matrices,
    vectors: the arrays of the layout's packs and vectors.
    """

    def __init__(self, layout, shapes, matrices, vectors):
        self._layout, self._shapes = layout, shapes
        self._matrices, self._vectors = matrices, vectors

    @classmethod
    def zeros(cls, layout, shapes, dtype):
        """Parameters that are all zero."""
        vectors = tuple(np.zeros(shapes[name], dtype) for name in layout.vectors)
        return cls(layout, shapes, tuple(_zeros(p, shapes, dtype) for p in layout.packs), vectors)

    # Made when a name is first asked for: of most copies that a run keeps nobody asks.
    @cached_property
    def _views(self):
        """name -> the rows of its array."""
        views = {}
        for pack, array in zip(self._layout.packs, self._matrices, strict=True):
            first = 0
            for name in pack.rows:
                last = first + self._shapes[name][-2]
                views[name] = array[..., first:last, :]
                first = last
        return views | dict(zip(self._layout.vectors, self._vectors, strict=True))

    # A view that is deep-copied as it stands becomes an array of its own, and writing into it no
    # longer changes the network.
    def __getstate__(self):
        return {name: value for name, value in vars(self).items() if name != "_views"}

    def __getitem__(self, name):
        if name not in self._shapes:
            raise KeyError(f"{name}: expected one of {', '.join(self._shapes)}")
        return self._views[name]

    def __iter__(self):
        return iter(self._shapes)

    def __len__(self):
        return len(self._shapes)

    @property
    def layout(self):
        """The Layout by which the parameters are stored."""
        return self._layout

    @property
    def arrays(self):
        """(matrices, vectors) as the kernels take them: packed, C-contiguous."""
        return self._matrices, self._vectors

    def copy(self):
        """Return the same values in arrays of their own."""
        matrices = tuple(array.copy() for array in self._matrices)
        vectors = tuple(array.copy() for array in self._vectors)
        return Parameters(self._layout, self._shapes, matrices, vectors)

    def with_values(self, matrices, vectors):
        """Return these names with other values; matrices and vectors as in `arrays`."""
        return Parameters(self._layout, self._shapes, matrices, vectors)

    def namespaces(self):
        """Return letter -> what a cell takes for it: an array (W) or an object with W.i, W.f."""
        found = {}
        for name, array in self.items():
            letter, _, rest = name.partition(".")
            if rest:
                setattr(found.setdefault(letter, SimpleNamespace()), rest, array)
            else:
                found[letter] = array
        return found


def _zeros(pack, shapes, dtype):
    """One array for the matrices of a pack, rows below rows."""
    own = [shapes[name] for name in pack.rows]
    *networks, _, columns = own[0]
    return np.zeros((*networks, sum(shape[-2] for shape in own), columns), dtype)


class Numbers(dict):
    """Numeric hyper-parameters by name; only those that the cell has, and only numbers."""

    def __setitem__(self, name, value):
        if name not in self:
            known = ", ".join(self) or "none"
            raise KeyError(f"{name}: expected a numeric hyper-parameter ({known})")
        if isinstance(value, bool) or not isinstance(value, int | float | np.number):
            raise ValueError(f"{name}: expected a number, got {value!r}")
        super().__setitem__(name, float(value))
