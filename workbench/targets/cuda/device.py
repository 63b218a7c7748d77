import os
from numba import cuda


def simulated():
    return os.environ.get("NUMBA_ENABLE_CUDASIM") == "1"


class DeviceArray:
    def __init__(self, array, shape):
        self.array, self.shape = array, shape

    def __array__(self, dtype=None, copy=None):
        return self.array.copy_to_host().reshape(self.shape)


def require(device):
    if device not in ("cpu", "cuda"):
        raise ValueError(f'device: expected "cpu" or "cuda", got {device!r}')
