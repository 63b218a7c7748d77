"""Reads what a function returned, and finds the first number that is wrong. Says nothing."""

from dataclasses import dataclass

import numpy as np

FLOOR = 1e-15
"""Differences under this share of the largest number are rounding, whatever step they are in."""


@dataclass(frozen=True)
class Trouble:
    """Why what was returned cannot be compared. kind: none, number, type, shape. result: whose."""

    kind: str
    said: str
    result: object = None


@dataclass(frozen=True)
class Difference:
    """The first wrong number: of which result, where on each of its axes, expected and got."""

    result: object
    place: tuple[int, ...]
    expected: float
    got: float


def arrays(returned, results):
    """What was returned as one array for each result, of whatever shape; or a Trouble."""
    if len(results) == 1:
        values = [returned]
    elif returned is None:
        values = [None] * len(results)
    elif not isinstance(returned, tuple | list) or len(returned) != len(results):
        names = ", ".join(result.name for result in results)
        came = f"{len(returned)}" if isinstance(returned, tuple | list) else _kind(returned)
        return Trouble("number", f"expected {len(results)} values ({names}), got {came}")
    else:
        values = returned
    found = []
    for result, value in zip(results, values, strict=True):
        array = _array(result, value)
        if isinstance(array, Trouble):
            return array
        found.append(array)
    return found


def _array(result, value):
    if value is None:
        return Trouble("none", f"{result.name}: expected numbers, got None")
    try:
        array = np.asarray(value)
    except Exception:  # rows of different lengths, or an object that makes no array
        array = np.empty(0, dtype=object)
    if array.dtype.kind not in "iuf":
        came = _kind(value) if array.dtype == object else f"{array.dtype} numbers"
        if array.dtype == object and isinstance(value, list | tuple):
            came = f"a {_kind(value)} whose rows do not make one array"
        return Trouble("type", f"{result.name}: expected float64 numbers, got {came}")
    return array


def fitting(found, expected, results):
    """None when types and shapes are those of the reference, otherwise a Trouble."""
    for array, right, result in zip(found, expected, results, strict=True):
        name = result.name
        if array.shape != right.shape:
            axes = f" ({', '.join(result.axes)})" if result.axes else ""
            axes = axes or (" (one number)" if right.ndim == 0 else "")
            shapes = f"expected shape {right.shape}{axes}, got {array.shape}"
            return Trouble("shape", f"{name}: {shapes}", result)
        # One number may be a whole one by chance; an array of them was made to hold no other.
        number = array.ndim == 0 and array.dtype.kind in "iu"
        if not result.whole and not number and array.dtype != np.float64:
            why = (
                "an array of integers cuts off what follows the point"
                if array.dtype.kind in "iu"
                else "it keeps fewer digits than the reference"
            )
            said = f"{name}: expected float64 numbers, got {array.dtype}; {why}"
            return Trouble("type", said, result)
    return None


def equal(found, expected, results, tolerance):
    """Whether shapes and numbers agree, result by result."""
    return all(
        array.shape == right.shape and bool(agree(array, right, result, tolerance).all())
        for array, right, result in zip(found, expected, results, strict=True)
    )


def agree(array, right, result, tolerance):
    """Where two arrays of one shape agree: a boolean array. What is not finite agrees with the
    same; a reference is always finite, a misconception's numbers need not be."""
    with np.errstate(all="ignore"):
        a, b = np.asarray(array, dtype=float), np.asarray(right, dtype=float)
        size = np.where(np.isfinite(b), np.abs(b), 0.0)
        largest = size.max(initial=0.0)
        if result.axes[:1] == ("step",):
            # Step by step: what has vanished must be right too, beside what has not.
            scale = size.max(axis=tuple(range(1, size.ndim)), keepdims=True, initial=0.0)
        else:
            scale = largest
        near = a == b if result.whole else np.abs(a - b) <= tolerance * scale + FLOOR * largest
        return np.where(np.isfinite(b), near, (a == b) | (np.isnan(a) & np.isnan(b)))


def first_difference(found, expected, exercise):
    """The `Difference` that was computed first, or None: by step, then by line, then by unit."""
    wrong = []
    for order, (array, right, result) in enumerate(
        zip(found, expected, exercise.returns, strict=True)
    ):
        for place in np.argwhere(~agree(array, right, result, exercise.tolerance)):
            place = tuple(int(k) for k in place)
            stepped = result.axes[:1] == ("step",)
            # What has no step is computed from all of them, after them.
            step = (-place[0] if exercise.backwards else place[0]) if stepped else np.inf
            wrong.append((step, order, place))
    if not wrong:
        return None
    _, order, place = min(wrong)
    return Difference(
        exercise.returns[order], place, float(expected[order][place]), float(found[order][place])
    )


def changed(before, after):
    """Name of the first input that is not what it was, or None."""
    return next((name for name in before if not _same(before[name], after[name])), None)


def _same(a, b):
    if hasattr(a, "__dict__") and not callable(a):
        return _same(vars(a), vars(b))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and np.array_equal(a, b, equal_nan=True)
    return a is b or callable(a) or a == b


def _kind(value):
    if isinstance(value, np.ndarray):
        return f"one array of shape {value.shape}"
    return type(value).__name__
