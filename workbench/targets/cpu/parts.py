"""One run of a kernel in parts: slices of the batch, shared by threads where that pays.

The parts depend on the batch alone, and each is computed the same way whoever computes it: the
result does not depend on the number of threads, to the last bit. Kernels release the interpreter,
so plain Python threads run them side by side; several callers may do so at once, and a forked
process makes threads of its own.

`WORKBENCH_THREADS` sets how many threads a run may take; without it, as many as there are
processors.
"""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

ROWS = 8
"""Rows of the batch in one part: enough for a register tile of the matrix product."""
CACHED = 256 * 2**10
"""Bytes of matrices above which each pass over them should serve twice as many rows, if that leaves
parts for several threads."""
PAYS = 2e7
"""Multiplications under which a second thread costs more than it gives."""

SHARES = 4
"""Into so many shares for each thread the parts are dealt, where there are as many."""

_lock = threading.Lock()
_pool = None


def threads():
    """How many threads a run may take."""
    own = os.environ.get("WORKBENCH_THREADS", "")
    if own:
        if not own.isdigit() or int(own) == 0:
            raise ValueError(f"WORKBENCH_THREADS: expected a whole number above 0, got {own!r}")
        return int(own)
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # no such call on macOS and Windows
        return os.cpu_count() or 1


def _executor(count):
    global _pool
    with _lock:
        if _pool is None or _pool[:2] != (os.getpid(), count):
            _pool = os.getpid(), count, ThreadPoolExecutor(count, "workbench")
        return _pool[2]


def _forget():
    """After a fork the child has neither the threads nor a lock that is surely free."""
    global _lock, _pool
    _lock, _pool = threading.Lock(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


class Job:
    """How one run is cut up.

    work: multiplications of its matrix products. batch: rows. matrices: bytes of all matrices.
    parts: slices of the batch, the same for any number of workers.
    """

    def __init__(self, work, batch, matrices=0):
        twice = matrices > CACHED and batch >= 8 * ROWS
        self.parts = max(1, batch // (2 * ROWS if twice else ROWS))
        self.workers = threads() if work >= PAYS else 1

    def walk(self, call):
        """Call `call(share, shares, parts)` for every share; each has every shares-th part."""
        if self.workers == 1:
            call(0, 1, self.parts)
            return
        shares = min(self.parts, SHARES * self.workers)
        _side_by_side(lambda share: call(share, shares, self.parts), shares, self.workers)

    def share(self, call):
        """Call `call(worker, workers)`, side by side."""
        if self.workers == 1:
            call(0, 1)
            return
        _side_by_side(lambda worker: call(worker, self.workers), self.workers, self.workers)


def _side_by_side(call, count, workers):
    """Call `call(0)` to `call(count - 1)`, each by the next worker that is free, this thread too.

    So a core that is slower, or that something else is using, does fewer of them. Raises what any
    of them raised.
    """
    waiting = iter(range(count))

    def work():
        for number in waiting:
            call(number)

    others = [_executor(threads()).submit(work) for _ in range(min(count, workers) - 1)]
    work()
    for other in others:
        other.result()
