"""Every exercise by its name. A chapter's exercises are in one file of `chapters`."""

import difflib

from .chapters import ALL

EXERCISES = {exercise.name: exercise for exercise in ALL}


def find(name):
    """(exercise, "") of that name, or (None, one line that names near ones)."""
    if isinstance(name, str) and name in EXERCISES:
        return EXERCISES[name], ""
    near = _near(name) if isinstance(name, str) else []
    hint = f"; near it: {', '.join(near)}" if near else ""
    told = f"name: expected the name of an exercise, got {name!r}{hint}"
    return None, f"{told}; `wb.exercises.progress()` lists all"


def _near(name):
    """Names that look like this one, and those that have a part of it."""
    low = name.lower()
    parts = [known for known in EXERCISES if low and low.split(".")[0] == known.split(".")[0]]
    alike = difflib.get_close_matches(low, EXERCISES, n=3, cutoff=0.5)
    ends = [known for known in EXERCISES if low.split(".")[-1] == known.split(".")[-1]]
    return list(dict.fromkeys([*alike, *ends, *parts]))[:4]
