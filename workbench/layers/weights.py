"""The parameters of a layer that is no cell: arrays by name, drawn from named starts."""

import zlib
from collections.abc import MutableMapping

import numpy as np

from ..recurrent.inputs import numeric, positive_integer, read_dtype
from ..recurrent.starts import STARTS


class Weights(MutableMapping):
    """name -> array. Assigning copies the values in; names cannot be added or deleted."""

    def __init__(self, arrays):
        self._arrays = dict(arrays)

    @classmethod
    def started(cls, seed, dtype, **shapes_and_starts):
        """name=(shape, start): each drawn from a stream of its own, as in a recurrent layer."""
        seed, dtype = positive_integer("seed", seed, least=0), read_dtype(dtype)
        arrays = {}
        for name, (shape, start) in shapes_and_starts.items():
            stream = np.random.default_rng([seed, zlib.crc32(name.encode())])
            arrays[name] = STARTS[start](stream, shape).astype(dtype)
        return cls(arrays)

    @property
    def count(self):
        """How many numbers there are in all."""
        return sum(array.size for array in self.values())

    def __getitem__(self, name):
        if name not in self._arrays:
            raise KeyError(f"{name}: expected one of {', '.join(self._arrays)}")
        return self._arrays[name]

    def __setitem__(self, name, value):
        array, value = self[name], numeric(name, value)
        if value.shape != array.shape:
            raise ValueError(f"{name}: expected {array.shape}, got {value.shape}")
        array[...] = value

    def __delitem__(self, name):
        raise TypeError(f"{name}: parameters cannot be deleted")

    def __iter__(self):
        return iter(self._arrays)

    def __len__(self):
        return len(self._arrays)

    def __repr__(self):
        shapes = ", ".join(f"{name} {array.shape}" for name, array in self.items())
        return f"<{self.count:,} parameters: {shapes}>"
