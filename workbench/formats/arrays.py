"""Named arrays and a description in one file: safetensors, with JSON beside the arrays.

The description is the text under "workbench" in the format's own metadata, together with a
SHA-256 of everything, so that a damaged file is told from a whole one. Does not know what the
arrays mean; nothing of a file is ever run.
"""

import hashlib
import json
import os
import stat
from contextlib import contextmanager

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from .atomic import write_whole
from .wrong import Wrong, one_line, read_path, short, told_of

VERSION = 1
KEY = "workbench"
LENGTH = 8  # bytes at the beginning of a file that tell how long the header is
LARGEST_HEADER = 1024 * 1024  # bytes; what is read from it takes at most some fifty times that
DTYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BOOL": "bool",
    "I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8",
    "U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8",
}  # fmt: skip
OTHERS = {
    b"\x80": "what looks like a Python pickle, which is never opened",
    b"PK": "what looks like a zip archive",
    b"\x89HDF": "an HDF5 file",
}
"""First bytes of a file -> what it is instead."""


def write_arrays(path, arrays, metadata):
    """Write arrays and a description to a file, which is replaced whole or not at all.

    arrays: name -> array of real numbers, whole numbers or truth values, of any shape.
    metadata: a dict of what JSON can hold (NaN and infinity too), at most 1 MiB of it as text.
    Raises ValueError for what cannot be written so, OSError where the file cannot be: both with
    one line, and the file that was there stays. Of savers at the same time the last one wins.
    """
    path = read_path(path)
    arrays = {name: _storable(name, array) for name, array in arrays.items()}
    if not isinstance(metadata, dict):
        raise ValueError(f"metadata: expected a dict, got {short(metadata)}")
    envelope = {"version": VERSION, "sha256": digest(arrays, _text(metadata)), "metadata": metadata}
    content = save(arrays, {KEY: json.dumps(envelope)})
    header = int.from_bytes(content[:LENGTH], "little")
    if header > LARGEST_HEADER:
        raise ValueError(
            f"metadata: expected at most {LARGEST_HEADER} bytes with the names of the arrays, "
            f"got {header}; what is long belongs in an array"
        )
    write_whole(path, content)


def read_arrays(path):
    """Return (arrays, metadata) as `write_arrays` was given them.

    Raises ValueError with one line for anything that is no whole, undamaged file of this kind.
    """
    path = read_path(path)
    with told_of(path), opened(path) as stored:
        return stored.arrays(), stored.metadata


@contextmanager
def opened(path):
    """Open a file and check its form; no array is read before it is asked for. Raises Wrong."""
    begin = _check_beginning(path)
    try:
        with safe_open(path, framework="numpy") as file:
            yield Stored(file)
    except SafetensorError as error:
        raise _no_safetensors(begin, one_line(error)) from None


class Stored:
    """A file that is open.

    metadata: the description. kinds: name -> (dtype name, shape) of every array.
    """

    def __init__(self, file):
        self._file = file
        slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
        self.kinds = {
            name: (_dtype(name, part.get_dtype()), tuple(part.get_shape()))
            for name, part in slices.items()
        }
        envelope = _envelope((file.metadata() or {}).get(KEY))
        self.metadata, self._digest = envelope["metadata"], envelope["sha256"]

    def arrays(self):
        """Return name -> array, each in memory of its own. Raises Wrong for damaged content."""
        arrays = {}
        for name, (dtype, shape) in self.kinds.items():
            try:
                arrays[name] = np.require(self._file.get_tensor(name), dtype, ["W", "C"])
            except ValueError:  # more axes, or longer ones, than NumPy knows
                came = f"{short(shape)} for {name!r}"
                raise Wrong("a shape that an array can have", came) from None
        if digest(arrays, _text(self.metadata)) != self._digest:
            raise Wrong("the content that was saved", "other bytes: the file is damaged")
        return arrays


def digest(arrays, text):
    """SHA-256 of a description and of every array's name, dtype, shape and bytes."""
    found = hashlib.sha256(text.encode())
    for name, array in sorted(arrays.items()):
        found.update(f"\n{name!r} {array.dtype.name} {array.shape}\n".encode())
        found.update(array.reshape(-1).view(np.uint8).data)
    return found.hexdigest()


def _storable(name, array):
    array = np.asarray(array, order="C")
    if not isinstance(name, str) or name == "__metadata__":
        raise ValueError(f"arrays: expected names that are text, got {short(name)}")
    if array.dtype.name not in DTYPES.values():
        raise ValueError(f"arrays: expected real numbers, got {array.dtype} for {name!r}")
    return array.astype(array.dtype.newbyteorder("<"), copy=False)


def _text(metadata):
    try:
        return json.dumps(metadata)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"metadata: expected what JSON can hold, got {one_line(error)}") from None


def _check_beginning(path):
    """Refuse what is no file, or one whose header cannot be; return its first bytes."""
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode):  # opening a pipe would wait for ever
        raise Wrong("a file", "a folder" if stat.S_ISDIR(mode) else "something else")
    with open(path, "rb") as file:
        begin, size = file.read(LENGTH), os.fstat(file.fileno()).st_size
    header = int.from_bytes(begin, "little")
    if len(begin) < LENGTH:
        raise Wrong("a safetensors file", f"only {size} bytes")
    if LENGTH + header > size:
        raise _no_safetensors(begin, f"a header of {header} bytes in a file of {size}")
    if header > LARGEST_HEADER:
        raise Wrong(f"a header of at most {LARGEST_HEADER} bytes", f"{header} bytes")
    return begin


def _no_safetensors(begin, found):
    other = next((what for mark, what in OTHERS.items() if begin.startswith(mark)), found)
    return Wrong("a safetensors file", other)


def _dtype(name, stored):
    if stored not in DTYPES:
        raise Wrong(f"numbers of {', '.join(DTYPES)}", f"{stored} for {name!r}")
    return DTYPES[stored]


def _envelope(text):
    """Return what stands under KEY, checked."""
    if text is None:
        raise Wrong("a file of the workbench", "safetensors without its description")
    try:
        envelope = json.loads(text)
    except ValueError as error:
        raise Wrong("a description in JSON", one_line(error)) from None
    except RecursionError:
        raise Wrong("a description in JSON", "one that is nested too deep") from None
    if not isinstance(envelope, dict) or "version" not in envelope:
        raise Wrong("a description with a version", short(envelope))
    if envelope["version"] != VERSION:
        raise Wrong(f"version {VERSION} of the file", f"version {short(envelope['version'])}")
    if set(envelope) != {"version", "sha256", "metadata"}:
        raise Wrong("version, sha256 and metadata", short(sorted(envelope)))
    if not isinstance(envelope["metadata"], dict):
        raise Wrong("metadata by name", short(envelope["metadata"]))
    return envelope
