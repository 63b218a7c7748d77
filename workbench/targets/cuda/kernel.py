"""One written kernel for a GPU: a module on disk, compiled and launched by numba.cuda."""

import warnings

import numpy as np

from .. import modules
from . import device


class LaunchedKernel(modules.Kernel):
    """One function of one written module; kernel(grid, threads, *arguments).

    shared: bytes of shared memory of a block. together: whether its blocks wait for each other.
    """

    def __init__(self, text, function, label, shared=0, together=False):
        super().__init__(text, function, label)
        self.shared, self.together, self._launched = shared, together, set()

    def __call__(self, grid, threads, *arguments):
        kernel, shape = self.ready(arguments), (grid, threads, 0, self.shared)
        if shape not in self._launched:
            with warnings.catch_warnings():
                # Of every small grid numba.cuda says once that it leaves a GPU idle.
                warnings.simplefilter("ignore")
                kernel[shape]
            self._launched.add(shape)
        # The simulator warns where a GPU goes on with infinity.
        with np.errstate(all="ignore"):
            kernel[shape](*arguments)

    def _prepared(self, module, arguments):
        kernel = getattr(module, self.function)
        device.prepare(kernel, arguments, self.shared, self.together)
        return kernel
