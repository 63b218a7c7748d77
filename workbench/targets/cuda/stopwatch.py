"""How long a GPU works: the time between two events around launches, by the GPU's own clock.

What is counted begins with a launch and ends with a launch: gaps between two of them are counted,
copies to the GPU, checks and everything else on the host are not. The simulator's events have no
clock, so there the host's is read. Decides nothing about what is measured or how often.
"""

import time
from contextlib import contextmanager

from . import device

_listening = []


class Stopwatch:
    """The stretches of launches in a `with listening() as watch` block."""

    def __init__(self):
        self._stretches = []

    def add(self, begin, end):
        self._stretches.append((begin, end))

    @property
    def stretches(self):
        """How many stretches there were."""
        return len(self._stretches)

    def seconds(self):
        """Wait until the GPU is done and return the seconds of all stretches together."""
        return sum(_between(begin, end) for begin, end in self._stretches)


@contextmanager
def listening():
    """A Stopwatch of every stretch of launches that begins inside this block."""
    watch = Stopwatch()
    _listening.append(watch)
    try:
        yield watch
    finally:
        _listening.remove(watch)


@contextmanager
def stretch():
    """Launches behind each other, with no copy between them; costs nothing while nobody listens."""
    if not _listening:
        yield
        return
    begin = _mark()
    yield
    end = _mark()
    for watch in _listening:
        watch.add(begin, end)


def wait():
    """Wait until everything that was launched is done."""
    device.cuda.synchronize()


def _mark():
    if device.simulated():
        return time.perf_counter()
    event = device.cuda.event()
    event.record()
    return event


def _between(begin, end):
    if device.simulated():
        return end - begin
    end.synchronize()
    return begin.elapsed_time(end) / 1000
