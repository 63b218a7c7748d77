"""Where labels go so that none covers another. Does not draw."""

from __future__ import annotations

import numpy as np


def spread(wanted, gap: float, low: float, high: float) -> np.ndarray:
    """Positions at least `gap` apart within low..high, in the order of `wanted` and as near to
    it as can be (least squares). Where there is no room for the gap, they share it evenly."""
    wanted = np.asarray(wanted, dtype=np.float64)
    count = len(wanted)
    if count == 0:
        return wanted.copy()
    if count > 1:
        gap = min(gap, (high - low) / (count - 1))
    order = np.argsort(wanted, kind="stable")
    # With k gaps taken off the k-th label, "at least a gap apart" is "does not decrease", and the
    # nearest such sequence is found by pooling neighbours that are out of order into their mean.
    blocks: list[list[float]] = []
    for target in wanted[order] - gap * np.arange(count):
        blocks.append([target, 1])
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            mean, size = blocks.pop()
            before, length = blocks.pop()
            blocks.append([(mean * size + before * length) / (size + length), size + length])
    level = np.concatenate([np.full(size, mean) for mean, size in blocks])
    level = np.clip(level, low, high - gap * (count - 1)) + gap * np.arange(count)
    places = np.empty(count)
    places[order] = level
    return places
