"""A file that is replaced whole or not at all, whatever ends the process meanwhile.

The content goes to a temporary file in the same folder, is flushed to the disk, and takes the
target's name in one step. A process that is killed leaves the temporary file behind, and the next
save to the same target removes it. One that is still being written is locked, so savers at the
same time let each other be; where there are no such locks (Windows), leftovers stay.
"""

import os
import re
import secrets
import stat
from contextlib import suppress

from .wrong import one_line

try:
    import fcntl
except ImportError:
    fcntl = None

_BINARY, _NO_LINKS = getattr(os, "O_BINARY", 0), getattr(os, "O_NOFOLLOW", 0)
SUFFIX = ".workbench-tmp"
NAME = 50  # characters of the target's name in that of the temporary file


def write_whole(path, content):
    """Make `content` (bytes) the file at `path`. Symbolic links are followed.

    Raises OSError with one line where that cannot be done; what was there then stays.
    """
    target = os.path.realpath(path)
    try:
        os.stat(os.path.dirname(path) or os.curdir)  # "none/../a" is no way to a, if none is not
        mode = _mode_of(target)
        _remove_leftovers(target)
        _replace(target, content, mode)
    except OSError as error:
        reason = one_line(error.strerror or error)
        told = OSError(f"path: expected a file that can be written, got {reason} for {path!r}")
        told.errno = error.errno
        raise told from None


def _mode_of(target):
    """The permissions of the file that is there, or None; refuse what is no file of one's own."""
    try:
        mode = os.stat(target).st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(mode):
        raise OSError("a folder" if stat.S_ISDIR(mode) else "no ordinary file")
    if not os.access(target, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise PermissionError("a file that is not to be written")
    return stat.S_IMODE(mode)


def _replace(target, content, mode):
    handle, temporary = _locked_file(target)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if mode is not None:
                os.chmod(temporary, mode)
            os.fsync(handle)
            if fcntl is not None:  # while the lock is held, so that no other saver removes it
                os.replace(temporary, target)
        if fcntl is None:  # an open file cannot be renamed there
            os.replace(temporary, target)
    except BaseException:
        _unlink(temporary)
        raise
    _sync_folder(os.path.dirname(target))


def _locked_file(target):
    """Create a temporary file beside the target; return its handle, locked, and its name."""
    while True:
        temporary = f"{_beginning(target)}{secrets.token_hex(8)}{SUFFIX}"
        handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
        if _lock(handle) is not False and os.path.exists(temporary):
            return handle, temporary
        # Another saver took it for a leftover, in the moment before it was locked.
        os.close(handle)
        _unlink(temporary)


def _remove_leftovers(target):
    """Remove temporary files of this target whose writer is gone: nobody holds their lock."""
    beginning = os.path.basename(_beginning(target))
    leftover = re.compile(re.escape(beginning) + "[0-9a-f]{16}" + re.escape(SUFFIX))
    folder = os.path.dirname(target)
    for name in os.listdir(folder):
        if not leftover.fullmatch(name):
            continue
        try:
            handle = os.open(os.path.join(folder, name), os.O_RDWR | _NO_LINKS)
        except OSError:
            continue  # somebody else's, or gone by now
        try:
            if _lock(handle):
                _unlink(os.path.join(folder, name))
        finally:
            os.close(handle)


def _beginning(target):
    folder, name = os.path.split(target)
    return os.path.join(folder, f".{name[:NAME]}.")


def _lock(handle):
    """Whether this process now holds the file alone; None where files cannot be locked.

    It does until it ends, however it ends, or closes the file.
    """
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (AttributeError, OSError):
        return None
    return True


def _unlink(path):
    with suppress(OSError):  # a leftover does no harm
        os.unlink(path)


def _sync_folder(folder):
    """Make a new name durable too, where the system lets one."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
