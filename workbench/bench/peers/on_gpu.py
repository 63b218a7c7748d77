"""What all who run on a GPU have in common: which passes are timed, by which clock, on what inputs.

Each pass is timed twice: by the GPU's clock on inputs that lie where the peer wants them, and by
the clock on the wall from arrays on the host until the GPU is done, with nothing copied back. Every
call takes the next of several inputs, and begins when the GPU has nothing to do. Imports no peer.
"""

import time
from itertools import cycle

from workbench.bench.problems import BOTH, FORWARD, PASSES

SETS = 4
HOST = {direction: f"{direction} from the host" for direction in PASSES}
"""The name of a pass that is timed by the clock on the wall."""


def passes(problem, run, enter, device_seconds, wait):
    """The four passes of a peer.

    run: (forward(x), how its result is read, both(x, d_h), how its result is read).
    enter(array) -> the array where `run` takes it. device_seconds(call, calls): the peer's clock of
    the GPU. wait(): until the GPU is done.
    """
    forward, output, both, gradients = run
    here = problem.inputs(SETS)
    there = [tuple(map(enter, own)) for own in here]
    wall = waiting(wait)
    return {
        FORWARD: (rotated(lambda x, _: forward(x), there), output, device_seconds),
        BOTH: (rotated(both, there), gradients, device_seconds),
        HOST[FORWARD]: (rotated(lambda x, _: forward(enter(x)), here), output, wall),
        HOST[BOTH]: (rotated(lambda x, d_h: both(enter(x), enter(d_h)), here), gradients, wall),
    }


def rotated(call, inputs):
    """A call without arguments that takes the next inputs each time."""
    turns = cycle(inputs)
    return lambda: call(*next(turns))


def waiting(wait):
    """A clock on the wall that waits for the GPU behind every call."""

    def seconds(call, calls):
        began = time.perf_counter()
        for _ in range(calls):
            call()
            wait()
        return time.perf_counter() - began

    return seconds
