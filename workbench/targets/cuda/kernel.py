"""One written kernel for a GPU: a module on disk, compiled and launched by numba.cuda."""

import warnings

import numpy as np

from .. import modules


class LaunchedKernel(modules.Kernel):
    """One function of one written module; kernel(grid, threads, shared_bytes, *arguments)."""

    def __init__(self, text, function, label):
        super().__init__(text, function, label)
        self._launched = set()

    def __call__(self, grid, threads, shared, *arguments):
        kernel, shape = self.ready(arguments), (grid, threads, 0, shared)
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
        return getattr(module, self.function)
