"""What is wrong with a file or a description, in one short line."""

import os
import reprlib
from contextlib import contextmanager


class Wrong(ValueError):
    """Something of a file is not as expected; whoever knows the file's name tells it."""

    def __init__(self, wanted, came):
        super().__init__(f"expected {wanted}, got {came}")


@contextmanager
def told_of(path):
    """Turn what goes wrong with a file inside this block into one line that names the file."""
    try:
        yield
    except Wrong as wrong:
        raise ValueError(f"path: {wrong} in {path!r}") from None
    except OSError as error:
        reason = one_line(error.strerror or error)
        raise ValueError(f"path: expected a readable file, got {reason} for {path!r}") from None


def read_path(path):
    """Return a path as text, or say that it is none."""
    if not isinstance(path, str | os.PathLike):
        raise ValueError(f"path: expected the name of a file, got {short(path)}")
    path = os.fspath(path)
    if not isinstance(path, str) or "\0" in path or not path:
        raise ValueError(f"path: expected the name of a file, got {path!r}")
    return path


def one_line(text):
    """Text of somebody else in one line of at most 200 characters."""
    return " ".join(str(text).split())[:200]


def short(value):
    """A value from a file as a message can show it, however large or deep it is."""
    return _SHORT.repr(value)


_SHORT = reprlib.Repr()
_SHORT.maxlevel, _SHORT.maxstring = 2, 60
