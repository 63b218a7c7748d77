"""All arrays of one kind in one block of a GPU's memory, each from an offset of its own on.

A launch takes longer with every array that it is given, so kernels take the block and the offsets.
Arrays are brought to the host one by one, when they are asked for.
"""

import math
from collections.abc import Sequence

import numpy as np

from .device import DeviceArray, cuda, free_bytes

ALIGNED = 32
"""Numbers; every array begins at a multiple of them."""


class Arena:
    """name -> array. shapes: name -> shape, in the order in which the arrays lie."""

    def __init__(self, shapes, dtype):
        self.shapes, self.dtype, self.offsets, size = shapes, np.dtype(dtype), {}, 0
        for name, shape in shapes.items():
            self.offsets[name] = size
            size += -(-math.prod(shape) // ALIGNED) * ALIGNED
        wanted, free = size * self.dtype.itemsize, free_bytes()
        if free is not None and wanted > free:
            raise ValueError(
                f"x: expected a run that fits into the {free:,} bytes that are free on the GPU, "
                f'got one of {wanted:,} bytes; record="output" takes less'
            )
        self.array = cuda.device_array(max(size, 1), self.dtype)
        self._on_host = {}

    def _slice(self, name):
        first = self.offsets[name]
        return self.array[first : first + math.prod(self.shapes[name])]

    def __getitem__(self, name):
        """The array on the host: copied when it is first asked for, then kept."""
        if name not in self._on_host:
            shape = self.shapes[name]
            empty = math.prod(shape) == 0
            flat = np.empty(0, self.dtype) if empty else self._slice(name).copy_to_host()
            self._on_host[name] = flat.reshape(shape)
        return self._on_host[name]

    def on_device(self, name, first=0):
        """The array where it is, without the first steps; a `DeviceArray`."""
        shape = self.shapes[name]
        own = self._slice(name)[first * math.prod(shape[1:]) :]
        return DeviceArray(own, (shape[0] - first, *shape[1:]))

    def upload(self, values):
        """Copy arrays to the device. values: name -> array, names that lie beside each other."""
        names = [name for name in values if math.prod(self.shapes[name])]
        if not names:
            return
        first = self.offsets[names[0]]
        last = self.offsets[names[-1]] + math.prod(self.shapes[names[-1]])
        block = np.zeros(last - first, self.dtype)
        for name in names:
            at = self.offsets[name] - first
            block[at : at + math.prod(self.shapes[name])] = np.ravel(values[name])
        self.array[first:last].copy_to_device(block)

    def upload_steps(self, name, values, first=0):
        """Copy some steps of an array to the device, from step `first` on."""
        values = np.ascontiguousarray(values, self.dtype).reshape(-1)
        if values.size:
            at = first * math.prod(self.shapes[name][1:])
            self._slice(name)[at : at + values.size].copy_to_device(values)


def counters(count):
    """Whole numbers at zero on the device: how often each group of blocks has met."""
    return cuda.to_device(np.zeros(count, np.uint64))


class Hosted(Sequence):
    """Arrays of an arena by position, each copied to the host when it is asked for.

    turned: (time, count, units) is shown as (count, time, 1, units), as ensembles have it.
    """

    def __init__(self, arena, names, turned=False):
        self._arena, self._names, self._turned = arena, list(names), turned

    def __len__(self):
        return len(self._names)

    def __getitem__(self, index):
        array = self._arena[self._names[index]]
        return array.swapaxes(0, 1)[:, :, None] if self._turned else array
