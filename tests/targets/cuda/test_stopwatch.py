"""What a Stopwatch counts, with events made up by hand; a real GPU's in the table's own test."""

import itertools
from types import SimpleNamespace

import pytest

from workbench.targets.cuda import device, stopwatch


class Event:
    """Happens at the next of 0, 1, 4, 9, ... milliseconds, when it is recorded."""

    def __init__(self, moments):
        self.moments, self.at, self.waited = moments, None, False

    def record(self):
        self.at = next(self.moments)

    def synchronize(self):
        self.waited = True

    def elapsed_time(self, end):
        assert end.waited  # an event that has not happened yet has no time
        return end.at - self.at


@pytest.fixture
def events(monkeypatch):
    """The list of events that were made, of a GPU that is not there."""
    made, moments = [], (n * n for n in itertools.count())

    def event():
        made.append(Event(moments))
        return made[-1]

    monkeypatch.setattr(device, "simulated", lambda: False)
    monkeypatch.setitem(vars(device), "cuda", SimpleNamespace(event=event))
    return made


def test_stretches_are_added_up_and_what_is_between_them_is_not_counted(events):
    with stopwatch.listening() as watch:
        for _ in range(2):
            with stopwatch.stretch():
                pass
    assert watch.stretches == 2
    assert watch.seconds() == pytest.approx((1 - 0 + 9 - 4) / 1000)


def test_while_nobody_listens_no_event_is_made(events):
    with stopwatch.stretch():
        pass
    with stopwatch.listening() as watch:
        pass
    with stopwatch.stretch():
        pass
    assert (events, watch.stretches, watch.seconds()) == ([], 0, 0)


def test_an_error_ends_the_listening(events):
    with pytest.raises(RuntimeError), stopwatch.listening():
        raise RuntimeError
    with stopwatch.stretch():
        pass
    assert events == []
