"""Lets the blocks of a launch run side by side in Numba's simulator, as they do on a GPU.

The simulator runs one block after another, so blocks that wait for each other would wait for ever.
Here each block is run by a Python thread of its own and has shared memory of its own; atomic
operations are atomic in the simulator already. Nothing else is changed.
"""

import threading
from contextlib import contextmanager

import numpy as np


@contextmanager
def blocks_at_once(monkeypatch):
    """Patch the simulator for the launches inside; yields the grids that were launched."""
    from numba.cuda.simulator import kernel, kernelapi

    grids, waiting, run = [], [], kernel.BlockManager.run

    class Manager(kernel.BlockManager):
        """Starts when the last block of the grid is asked for; an error of any block is raised."""

        def run(self, block, *arguments):
            waiting.append((self, block))
            if len(waiting) < np.prod(self._grid_dim):
                return
            grids.append(tuple(self._grid_dim))
            errors = []
            threads = [
                threading.Thread(target=_run, args=(manager, own, arguments, errors), daemon=True)
                for manager, own in waiting
            ]
            waiting.clear()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            if errors:
                raise errors[0]

    def _run(manager, block, arguments, errors):
        try:
            run(manager, block, *arguments)
        except BaseException as error:
            errors.append(error)

    whole = kernelapi.FakeCUDAShared.array

    def array(self, shape, dtype):
        """Dynamic shared memory, for each block its own."""
        own = threading.current_thread().blockIdx
        key = own.x, own.y, own.z
        with lock:
            memory = self.__dict__.setdefault("of_blocks", {})
            if key not in memory:
                memory[key] = kernelapi.FakeCUDAShared(self._dynshared_size)
        return whole(memory[key], shape, dtype)

    lock = threading.Lock()
    with monkeypatch.context() as patched:
        patched.setattr(kernel, "BlockManager", Manager)
        patched.setattr(kernelapi.FakeCUDAShared, "array", array)
        yield grids
