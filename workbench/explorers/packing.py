"""One binary message each way between Python and a page, in the safetensors format.

What is no array travels as JSON text under "about" in the format's own metadata. Does not know
what a message means; the other side is web/src/packing.js.
"""

import json

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

HEADER = 8  # bytes that tell how long the header is
LARGEST = 64 * 1024 * 1024  # bytes of one message from a page


def pack(about, arrays=None):
    """Return the bytes of a message. about: plain values. arrays: name -> array."""
    arrays = {name: np.ascontiguousarray(array) for name, array in (arrays or {}).items()}
    return save(arrays, {"about": json.dumps(about)})


def unpack(message):
    """Return (about, name -> array) of a message.

    Raises ValueError with one line for bytes that are none.
    """
    if len(message) > LARGEST:
        raise ValueError(f"message: expected at most {LARGEST} bytes, got {len(message)}")
    message = bytes(message)
    try:
        arrays = load(message)
        length = int.from_bytes(message[:HEADER], "little")
        header = json.loads(message[HEADER : HEADER + length])
        about = json.loads(header.get("__metadata__", {}).get("about", "{}"))
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"message: expected safetensors bytes, got {error}") from None
    if not isinstance(about, dict):
        raise ValueError(f"message: expected an object under 'about', got {about!r}")
    return about, arrays
