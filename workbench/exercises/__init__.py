"""Exercises: a function of yours is checked, hints come one at a time, a solution after them.

    wb.check("lstm.forward")             # the task
    wb.check("lstm.forward", forward)    # what is wrong first, or: Public cases passed
    wb.hint("lstm.forward")
    wb.solution("lstm.forward")
    wb.exercises.progress()              # what you have done

Trains nothing, and knows nothing that is not computed from the equations.
"""

from .check import Checked, check, hint, progress, solution
from .exercise import Exercise, Misconception, Result, wrong
from .registry import EXERCISES

__all__ = [
    "EXERCISES",
    "Checked",
    "Exercise",
    "Misconception",
    "Result",
    "check",
    "hint",
    "progress",
    "solution",
    "wrong",
]
