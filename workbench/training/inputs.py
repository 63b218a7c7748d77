"""What a user passes to the training room, checked: each refusal is one line.

What is common to all rooms (arrays of numbers, whole numbers) stands in `recurrent.inputs`.
"""

import math
import zlib
from inspect import signature

import numpy as np


def real_number(name, value, least=0.0, most=math.inf, *, above=False):
    """Return a finite float in least..most (above=True: not `least` itself), or say what came."""
    right = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if right:
        right = math.isfinite(value) and least <= value <= most and not (above and value == least)
    if not right:
        bounds = f"{'above' if above else 'of at least'} {least:g}"
        bounds += f" and at most {most:g}" if most < math.inf else ""
        raise ValueError(f"{name}: expected a finite number {bounds}, got {value!r}")
    return float(value)


def from_description(kind, known, description):
    """Make what {kind: its name, argument: value, ...} describes.

    kind: the key that holds the name. known: name -> class. The arguments must be all those of
    the class, so that a file written by hand or by another version is not half understood.
    """
    name = description.get(kind) if isinstance(description, dict) else None
    if not isinstance(name, str) or name not in known:
        wanted = ", ".join(known)
        raise ValueError(f"{kind}: expected a dict that names one of {wanted}, got {description!r}")
    arguments = {key: value for key, value in description.items() if key != kind}
    expected = signature(known[name]).parameters
    if set(arguments) != set(expected):
        got = ", ".join(arguments) or "none"
        raise ValueError(f"{kind}: {name}: expected {', '.join(expected)}, got {got}")
    return known[name](**arguments)


def digest(*values):
    """A whole number that differs, but for chance, when any number of any array does.

    values: arrays, lists of arrays, None. A checksum (crc32): it tells apart, it protects nothing.
    """
    total = 0
    for value in values:
        items = value if isinstance(value, list) else [] if value is None else [value]
        total = zlib.crc32(f"{len(items)}".encode(), total)
        for item in items:
            total = zlib.crc32(f"{item.shape} {item.dtype}".encode(), total)
            total = zlib.crc32(np.ascontiguousarray(item), total)
    return total


def below_one(name, value):
    """Return a float in 0 <= value < 1, or say what came."""
    value = real_number(name, value, most=1.0)
    if value == 1:
        raise ValueError(f"{name}: expected below 1, got 1")
    return value
