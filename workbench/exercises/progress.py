"""What a learner has done, in one small JSON file: tries, hints, passes.

The file lies in the user's data folder, or where WORKBENCH_PROGRESS says. It is replaced whole.
One that cannot be read is set aside under another name and said in one line; one that cannot be
written is said once, and what was done is remembered until Python ends. Holds no code of anybody's.
"""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from ..formats.atomic import write_whole

FILE = "progress.json"
WAIT = 2.0
"""Seconds to wait for another process that is writing."""


@dataclass
class Done:
    """One exercise: how often it was checked, how many hints were read, what came of it."""

    tries: int = 0
    hints: int = 0
    passed: bool = False
    solution: bool = False


_here: dict[str, Done] = {}  # what could not be written
_told: set[str] = set()


def place():
    """The path of the progress file."""
    own = os.environ.get("WORKBENCH_PROGRESS")
    return Path(own) if own else Path(platformdirs.user_data_dir("rnn-workbench", False)) / FILE


def read(say=print):
    """Name -> `Done` of every exercise that was begun."""
    path = place()
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return dict(_here)
    except OSError as error:
        _once(say, f"progress: {path} cannot be read ({error.strerror}); it is left as it is")
        return dict(_here)
    try:
        return {name: _done(entry) for name, entry in json.loads(text)["exercises"].items()} | _here
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        aside = _set_aside(path)
        say(f"progress: {path} could not be read as progress; {aside}")
        return dict(_here)


def note(name, change, say=print):
    """Apply change(done) to one exercise's `Done`, write it, and return it."""
    path = place()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(f"{path}.lock", timeout=WAIT):
            known = read(say)
            done = _changed(known, name, change)
            entries = {key: asdict(value) for key, value in sorted(known.items())}
            content = json.dumps({"version": 1, "exercises": entries}, indent=1) + "\n"
            write_whole(str(path), content.encode())
            _here.clear()
    except (OSError, Timeout):
        done = _here[name] = _changed(read(say), name, change)
        _once(say, f"progress: {path} cannot be written; kept until Python ends")
    return done


def _changed(known, name, change):
    done = known[name] = replace(known.get(name, Done()))
    change(done)
    return done


def _done(entry):
    done = Done(**entry)
    whole = all(type(n) is int and n >= 0 for n in (done.tries, done.hints))
    if not whole or not all(type(b) is bool for b in (done.passed, done.solution)):
        raise ValueError("progress: expected counts and yes or no")
    return done


def _set_aside(path):
    """Give a broken file another name; return in words what became of it."""
    for number in range(1, 1000):
        other = path.with_name(f"{path.name}.broken-{number}")
        if not other.exists():
            try:
                path.rename(other)
            except OSError:
                break
            return f"it is now {other.name}, and a new one begins"
    return "it could not be set aside"


def _once(say, line):
    if line not in _told:
        _told.add(line)
        say(line)
