"""One peer in a process of its own: answers what the parent asks, one JSON line each.

    python -m workbench.bench.worker MODULE

Asked {"do": "prepare", "case", "results"}: makes the peer ready for a case and writes what each of
its passes gave to the folder `results`, as PASS.npz. Asked {"do": "time", "pass", "settle",
"least"}: the seconds of one call, by the pass's own clock where it has one. Whatever else a peer
prints goes to stderr.
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

from workbench.bench.problems import Case, Problem
from workbench.bench.records import versions


def load(module):
    """(the peer's module, what the parent is told of it)."""
    try:
        peer = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name.split(".")[0] == "workbench":
            raise
        return None, {"missing": error.name}
    return peer, {"includes": peer.INCLUDES, "versions": versions(peer.PACKAGES)}


def problem(case):
    """What a peer is given for a case in plain values, unless its module has its own `problem`."""
    return Problem(Case(**case))


def prepare(peer, case, results):
    """The passes of a peer, each run once, its results written to the folder."""
    passes = peer.prepare(getattr(peer, "problem", problem)(case))
    for name, (call, read, *_) in passes.items():
        arrays = {key: np.asarray(value) for key, value in read(call()).items()}
        np.savez(Path(results) / f"{name}.npz", **arrays)
    return {name: (call, *clock) for name, (call, _, *clock) in passes.items()}


def host_seconds(call, calls):
    """Seconds of so many calls, by the clock on the wall."""
    began = time.perf_counter()
    for _ in range(calls):
        call()
    return time.perf_counter() - began


def timed(call, settle, least, clock=host_seconds):
    """Seconds of one call: the mean of as many as `least` seconds hold, one at the fewest.

    Before them it is called for `settle` seconds, untimed: caches are filled, and the threads that
    other processes leave spinning fall asleep. clock: (call, calls) -> seconds; it has to wait for
    what it measures.
    """
    count, began = 0, time.perf_counter()
    while count == 0 or time.perf_counter() - began < settle:
        clock(call, 1)
        count += 1
    calls = max(1, round(least * count / (time.perf_counter() - began)))
    return clock(call, calls) / calls


def answer(peer, calls, question):
    """(the calls that are ready from now on, the answer)."""
    if question["do"] == "prepare":
        calls = prepare(peer, question["case"], question["results"])
        return calls, {"passes": list(calls)}
    call, *clock = calls[question["pass"]]
    return calls, {"seconds": timed(call, question["settle"], question["least"], *clock)}


def main(module):
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    peer, words = load(module)
    print(json.dumps(words), file=answers, flush=True)
    calls = {}
    for line in sys.stdin:
        try:
            calls, words = answer(peer, calls, json.loads(line))
        except Exception as error:  # told, so that the table goes on with the other cases
            words = {"error": " ".join(f"{type(error).__name__}: {error}".split())[:200]}
        print(json.dumps(words), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
