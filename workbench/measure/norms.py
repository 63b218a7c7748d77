"""Norms that neither underflow nor overflow on the way. Does not know what it measures."""

import numpy as np


def step_norms(array):
    """The norm of an array (time, ...) at each step, over all its other axes: (time,).

    Scaled before squaring: 1e-200 squared is 0 in float64, and would pass for an exact 0.
    """
    flat = np.asarray(array, dtype=np.float64)
    flat = flat.reshape(len(flat), -1)
    largest = np.abs(flat).max(axis=1, initial=0.0)
    scale = np.where((largest > 0) & np.isfinite(largest), largest, 1.0)
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        norms = scale * np.sqrt(np.square(flat / scale[:, None]).sum(axis=1))
    return np.where(np.isinf(largest), np.inf, norms)
