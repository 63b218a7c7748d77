"""Compiles the kernels of the built-in cells ahead of time, so that no first run has to wait."""

import numpy as np

from .cells import CELLS, get
from .recurrent import Ensemble, Recurrent


def warm(cells=None, dtypes=("float64",), progress=False):
    """Compile forward, backward and Jacobian of each cell, or find them compiled already.

    With the Elman cell also what the phase diagram measures its networks with, in float32.

    cells: names, all when None. dtypes: "float64", "float32". progress: show a progress bar.
    Returns the number of kernels of single networks. Raises ValueError for an unknown cell.
    """
    chosen = [get(name) for name in (CELLS if cells is None else cells)]
    work = [(cell, dtype) for dtype in dtypes for cell in chosen]
    if progress:
        from tqdm import tqdm

        work = tqdm(
            work, unit="cell", desc="compiling", bar_format="{desc} {bar} {n}/{total} {rate_fmt}"
        )
    for cell, dtype in work:
        trace = Recurrent(cell, 1, 1, dtype=dtype).run(np.zeros((1, 1, 1)))
        trace.bptt(np.zeros((1, 1, 1)))
        trace.jacobian()
    if any(cell.name == "elman" for cell in chosen):
        Ensemble("elman", 1, 1, 1, dtype="float32").log_gradient_norms(np.zeros((1, 1)))
    return 3 * len(chosen) * len(dtypes)
