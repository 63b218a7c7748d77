"""One written kernel for a GPU: a module on disk, compiled and launched by numba.cuda."""

import numpy as np

from .. import modules


class LaunchedKernel(modules.Kernel):
    """One function of one written module; kernel(grid, threads, shared_bytes, *arguments)."""

    def __call__(self, grid, threads, shared, *arguments):
        # The simulator warns where a GPU goes on with infinity.
        with np.errstate(all="ignore"):
            self.ready(arguments)[grid, threads, 0, shared](*arguments)

    def _prepared(self, module, arguments):
        return getattr(module, self.function)
