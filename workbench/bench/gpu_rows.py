"""The arithmetic of the GPU's table: from the seconds that were taken to medians and ratios.

Measures nothing and prints nothing.
"""

from statistics import median

from . import gpu_goals
from .peers import OURS
from .peers.on_gpu import HOST
from .problems import PASSES


def rows(case, samples, why, directions=PASSES):
    """The rows of one case, a dict of plain values for each pass.

    case: of a `Problem` or of an ensemble. samples: (name, pass) -> seconds of every round. why:
    name -> why it has none. A row's device and host are name -> median; ratio and host_ratio the
    best peer's / ours, None where one is missing.
    """
    return [row(case, direction, samples, why) for direction in directions]


def row(case, direction, samples, why):
    taken = {
        "device": of_pass(samples, direction),
        "host": of_pass(samples, HOST[direction]),
    }
    middle = {clock: {n: median(s) for n, s in own.items()} for clock, own in taken.items()}
    (best, ratio), (_, host_ratio) = (best_of(own) for own in middle.values())
    made = {key: value for key, value in case.plain().items() if key != "file"}
    made |= {"pass": direction, **middle, "samples": taken, "why": why}
    made |= {"best": best, "ratio": ratio, "host_ratio": host_ratio}
    return made | {"goals": [] if case.file else gpu_goals.of(made)}


def of_pass(samples, name):
    """name -> seconds of one pass, of those who have any."""
    return {who: seconds for (who, own), seconds in samples.items() if own == name and seconds}


def best_of(seconds):
    """(the fastest peer, its seconds / ours); None for what is missing."""
    peers = {name: own for name, own in seconds.items() if name != OURS.name}
    best, ours = min(peers, key=peers.get, default=None), seconds.get(OURS.name)
    return best, peers[best] / ours if best and ours else None
