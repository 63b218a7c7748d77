"""The parameters of a layer that is no cell: arrays by name, drawn from named starts."""

import zlib

import numpy as np

from ..recurrent.inputs import positive_integer, read_dtype
from ..recurrent.parameters import NamedArrays
from ..recurrent.starts import STARTS


class Weights(NamedArrays):
    """name -> array of a layer."""

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

    def __getitem__(self, name):
        if name not in self._arrays:
            raise KeyError(f"{name}: expected one of {', '.join(self)}")
        return self._arrays[name]

    def __iter__(self):
        return iter(self._arrays)

    def __len__(self):
        return len(self._arrays)
