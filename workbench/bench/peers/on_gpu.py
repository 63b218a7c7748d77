"""What all who run on a GPU have in common: which passes are timed, by which clock, on what inputs.

Each pass is timed twice: by the GPU's clock on inputs that lie where the peer wants them, and by
the clock on the wall from arrays on the host until the GPU is done, with nothing copied back. Every
call takes the next of several inputs, and begins when the GPU has nothing to do. Imports no peer.
"""

import time
from itertools import cycle

from workbench.bench.problems import BOTH, FORWARD, PASSES

SETS = 4
NORMS = "norms"
"""The pass of an ensemble: gradient norms at every step."""
HOST = {direction: f"{direction} from the host" for direction in (*PASSES, NORMS)}
"""The name of a pass that is timed by the clock on the wall."""


def calls_of(problem, run):
    """What `passes` takes, of (forward(x), how its result is read, both(x, d_h), the same)."""
    forward, output, both, gradients = run
    inputs = problem.inputs(SETS)
    return {
        FORWARD: (forward, output, [(x,) for x, _ in inputs]),
        BOTH: (both, gradients, inputs),
    }


def passes(calls, enter, device_seconds, wait):
    """The passes of a peer, two for each of `calls`.

    calls: pass -> (call(*inputs), how its result is read, inputs in rotation, on the host).
    enter(array) -> the array where a call takes it. device_seconds(call, calls): the peer's clock
    of the GPU. wait(): until the GPU is done.
    """
    found, wall = {}, waiting(wait)
    for direction, (call, read, here) in calls.items():
        there = [tuple(map(enter, own)) for own in here]
        found[direction] = rotated(call, there), read, device_seconds
        found[HOST[direction]] = rotated(entering(call, enter), here), read, wall
    return found


def entering(call, enter):
    """A call that takes arrays from the host."""
    return lambda *own: call(*map(enter, own))


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
