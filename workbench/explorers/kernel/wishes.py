"""What a page may ask for: each value is what was expected, or one line says what is wrong."""

from numbers import Real

import numpy as np


def whole(name, value, low, high):
    """A whole number in low..high."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{name}: expected {low}..{high}, got {value!r:.60}")
    return value


def finite(name, value):
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, Real) or not np.isfinite(value):
        raise ValueError(f"{name}: expected a finite number, got {value!r:.60}")
    return float(value)


def one_of(name, value, known):
    """One of some names."""
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{name}: expected one of {', '.join(known)}, got {value!r:.60}")
    return value


def mapping(name, value):
    """An object of the page."""
    if not isinstance(value, dict):
        raise ValueError(f"{name}: expected an object, got {value!r:.60}")
    return value


def put(array, index, value):
    """Put a finite number at a place of an array, counted row by row; False where there is none."""
    numbers = isinstance(index, int) and isinstance(value, Real)
    fits = numbers and 0 <= index < array.size and bool(np.isfinite(value))
    if fits:
        array[np.unravel_index(index, array.shape)] = value
    return fits
