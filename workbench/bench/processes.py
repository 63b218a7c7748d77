"""The processes that are measured, seen from the parent: started, asked in turn, ended.

Each has as many threads as the row says: by the variables that the numerical libraries read, and on
Linux by the cores that it may use, so that none takes more. Does not know what is measured.
"""

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).parents[2]
THREADS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS", "WORKBENCH_THREADS",
)  # fmt: skip
START_SECONDS, ANSWER_SECONDS = 180, 120


class Silent(Exception):
    """A process gives no answer any more; the message says why, in a few words."""


def cores():
    """The cores that may be used, in order, none of them a second thread of another's."""
    taken, found = set(), []
    for core in sorted(os.sched_getaffinity(0)):
        if core not in taken:
            found.append(core)
            taken |= {core, *_siblings(core)}
    return found


def usable_cores():
    """How many cores may be used."""
    return len(cores()) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _siblings(core):
    file = Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")
    try:
        parts = [part.split("-") for part in file.read_text().strip().split(",")]
        return {n for part in parts for n in range(int(part[0]), int(part[-1]) + 1)}
    except (OSError, ValueError):
        return {core}


class Worker:
    """One peer's process. It starts at once; `greeting` waits until it has imported the peer.

    start, seconds: how long the greeting and any other answer may take. Where none comes, Silent is
    raised and the process ended.
    """

    def __init__(self, peer, threads, start=START_SECONDS, seconds=ANSWER_SECONDS):
        self.start, self.seconds = start, seconds
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        environment = os.environ | {name: str(threads) for name in THREADS} | {"PYTHONPATH": path}
        self.said = tempfile.TemporaryFile()  # noqa: SIM115 (`end` closes it)
        # -P: a learner's own numpy.py in the current folder is not the package that is meant.
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "workbench.bench.worker", peer.module],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said,
            env=environment, text=True, encoding="utf-8",
        )  # fmt: skip
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(self.process.pid, cores()[:threads])
        self.answers = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        with self.process.stdout as lines:
            for line in lines:
                self.answers.put(line)
        self.answers.put(None)

    def greeting(self):
        """What the peer says of itself: {"includes", "versions"} or {"missing"}."""
        return self._next(self.start)

    def ask(self, **question):
        """Put a question without waiting for its answer."""
        with contextlib.suppress(OSError):  # it has ended: `wait` finds that out and says how
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()

    def wait(self):
        """The answer to the question that was asked."""
        return self._next(self.seconds)

    def _next(self, seconds):
        try:
            line = self.answers.get(timeout=seconds)
        except queue.Empty:
            self.end()
            raise Silent(f"no answer within {seconds:g} s") from None
        if line is None:
            status = self.process.wait()
            words = f"its process ended with status {status}{self._last_words()}"
            self.end()
            raise Silent(words)
        return json.loads(line)

    def _last_words(self):
        self.said.seek(0)
        lines = self.said.read().decode(errors="replace").strip().splitlines()
        return f": {lines[-1].strip()[:200]}" if lines else ""

    def end(self):
        """End the process, whatever it is doing."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.said):
            with contextlib.suppress(OSError):  # what was still to be written to it
                pipe.close()
