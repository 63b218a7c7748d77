"""What a user passes to the training room, checked: each refusal is one line.

What is common to all rooms (arrays of numbers, numbers within limits) stands in `recurrent.inputs`.
"""

import zlib
from inspect import signature

import numpy as np


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
