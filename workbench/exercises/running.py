"""Runs a function of a learner's with a limit of time, and says what happened to it.

It runs in a thread of its own, so that the limit holds wherever it is called from: in a notebook,
in a script, on any system. An endless loop is ended by an exception put into that thread. Code that
waits inside a library, or that catches every exception, cannot be ended from outside: then `stuck`
says so. One call into a library that lets no other thread run holds up everything, this module too,
until it returns. Does not judge what was returned.
"""

import contextlib
import contextvars
import ctypes
import io
import linecache
import os
import sys
import sysconfig
import threading
import time
import traceback
import warnings
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .clashing import clash

GRACE = 1.0
"""Seconds in which a function that is told to end may do so."""
KEPT = 2000
"""So many printed characters are kept."""

_LIBRARIES = {sysconfig.get_paths()[n] for n in ("stdlib", "platstdlib", "purelib", "platlib")}
_OURS = tuple(folder + os.sep for folder in (str(Path(__file__).parents[1]), *_LIBRARIES))


@dataclass
class Ran:
    """What came of it. returned: one value for each case that ended by itself; inputs: what each
    case's inputs are now; error: the exception of the case after those, or None; place: (line
    number, its text) of the learner's code where that was; clash: which arrays did not fit there,
    or ""; late, stuck: whether the time was over, and whether the function runs on; printed: what
    it wrote to standard output.
    """

    returned: list = field(default_factory=list)
    inputs: list = field(default_factory=list)
    error: BaseException | None = None
    place: tuple[int, str] | None = None
    clash: str = ""
    late: bool = False
    stuck: bool = False
    printed: str = ""


class _Ended(SystemExit):
    """Ends a thread; nobody is told of a SystemExit that leaves one."""


class _Beginning(io.StringIO):
    """Keeps the first characters that are written."""

    def write(self, text):
        super().write(text[: max(0, KEPT - self.tell())])
        return len(text)


def run(function, cases, seconds):
    """Call function(*inputs) on deep copies of each case's inputs, and return `Ran`.

    cases: dicts name -> value. seconds: for all of them together; None for no limit.
    """
    ran, paper = Ran(), _Beginning()

    def work():
        try:
            with np.errstate(all="ignore"):
                for case in cases:
                    inputs = deepcopy(case)
                    returned = function(*inputs.values())
                    ran.returned.append(_copy(returned))
                    ran.inputs.append(inputs)
        except _Ended:
            pass
        except BaseException as error:
            ran.error, ran.place = error, _place(traceback.walk_tb(error.__traceback__))
            ran.clash = clash(error)

    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(work,), daemon=True)
    with contextlib.redirect_stdout(paper), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        thread.start()
        try:
            thread.join(seconds)
            ran.late = thread.is_alive()
            if ran.late:
                ran.error, ran.place = None, _place(_frames(thread))
        finally:
            ran.stuck = not _end(thread)
    ran.printed = paper.getvalue()
    return ran


def _copy(returned):
    """A copy, so that a later case cannot change it; what cannot be copied as it is."""
    try:
        return deepcopy(returned)
    except Exception:
        return returned


def _end(thread):
    """Put an exception into the thread until it ends; return whether it did."""
    until = time.monotonic() + GRACE
    while thread.is_alive() and time.monotonic() < until:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(_Ended)
        )
        thread.join(0.05)
    return not thread.is_alive()


def _frames(thread):
    """(frame, line) of what a thread is doing, the outermost call first."""
    frame, found = sys._current_frames().get(thread.ident), []
    while frame is not None:
        found.append((frame, frame.f_lineno))
        frame = frame.f_back
    return reversed(found)


def _place(frames):
    """(line number, its text) of the innermost line that is neither ours nor a library's."""
    found = None
    for frame, number in frames:
        file = frame.f_code.co_filename
        # A notebook keeps its cells in files of the system's folder for temporary ones.
        if not file.startswith(_OURS) and not file.startswith("<frozen"):
            found = number, linecache.getline(file, number, frame.f_globals).strip()
    return found
