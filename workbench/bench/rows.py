"""The arithmetic of the speed table: from the seconds that were taken to medians and ratios.

Measures nothing and prints nothing.
"""

from statistics import median

import numpy as np

from . import floor, losses
from .peers import FLOOR, OURS
from .problems import PASSES

TOLERANCE = 1e-4
"""Largest difference from ours that a peer may show, as a share of an array's largest value."""
LEAST = 1e-2
"""... or of this much of the largest value of the pass: a gradient that the equations make 0, such
as that of a bias which cancels out, is nothing but rounding in all of them."""


def schedule(offers):
    """Who is asked when in one round, (name, pass) after (name, pass).

    offers: name -> the passes that it has. Every pass is asked for once, of one peer after the
    other, so that rounds make A, B, A, B and not A, A, B, B.
    """
    directions = dict.fromkeys(name for passes in offers.values() for name in passes)
    return [(name, own) for own in directions for name in offers if own in offers[name]]


def difference(ours, theirs, tolerance=TOLERANCE):
    """Why a peer's arrays are not ours, in a few words, or "" where they are.

    ours, theirs: name -> array of one pass. tolerance: of a difference, as TOLERANCE is.
    """
    largest = {name: np.abs(array).max() for name, array in ours.items()}
    least = max(LEAST * max(largest.values()), np.finfo(np.float32).tiny)
    for name, array in ours.items():
        if name not in theirs:
            return f"gives no {name}"
        other = theirs[name]
        if other.shape != array.shape:
            return f"{name} is {other.shape}, expected {array.shape}"
        apart = np.abs(other - array).max() / max(largest[name], least)
        if not apart <= tolerance:
            return f"{name} differs by {apart:.1g} of its largest value"
    return ""


def rows(problem, threads, samples, why):
    """The rows of one case, a dict of plain values for each pass.

    samples: (name, pass) -> seconds of every round. why: name of a peer -> why it has none.
    ratio is the best peer's median / ours, of_floor ours / the floor; None where one is missing.
    """
    middle = {key: median(taken) for key, taken in samples.items() if taken}
    return [row(problem, threads, direction, middle, samples, why) for direction in PASSES]


def row(problem, threads, direction, middle, samples, why):
    case = problem.case
    taken = {name: seconds for (name, own), seconds in middle.items() if own == direction}
    ours = taken.get(OURS.name)
    peers = {name: seconds for name, seconds in taken.items() if name != OURS.name}
    best = min(peers, key=peers.get, default=None)
    ratio = peers[best] / ours if best and ours else None
    flops, moved = floor.flops(problem, direction), floor.moved(problem, direction)
    gemm, copy = (middle.get((FLOOR.name, name)) for name in (floor.GEMM, floor.COPY))
    least = floor.seconds(flops, moved, gemm, copy) if gemm and copy else None
    lost = ratio is not None and ratio < 1 and not case.file
    return {
        **{key: value for key, value in case.plain().items() if key not in ("file", "dtype")},
        "pass": direction,
        "threads": threads,
        "seconds": taken,
        "samples": {name: samples[name, direction] for name in taken},
        "why": why,
        "best": best,
        "ratio": ratio,
        "note": losses.note(case, direction) if lost else "",
        "flops": flops,
        "bytes": moved,
        "gemm_flops_per_second": floor.WORK[floor.GEMM] / gemm if gemm else None,
        "copy_bytes_per_second": floor.WORK[floor.COPY] / copy if copy else None,
        "floor_seconds": least,
        "of_floor": ours / least if ours and least else None,
    }
