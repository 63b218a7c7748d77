"""Savers that are killed: `killed.py PATH KILLS SEED` or `killed.py PATH lines`.

Each saver is a child of this process that saves version after version of a model into PATH until
it is killed: at a random moment, or before the first, second, ... line of `atomic.py` that it
runs. After each kill the file must load, be one whole version, and none older than the last one
whose save had ended. The next saver must remove what was left. Prints how many were killed, and
how many of them left a temporary file.
"""

import os
import random
import signal
import sys
from pathlib import Path

import workbench as wb
from workbench.formats import atomic, read_about

SIZES = 24, 48


def save(model, path, version):
    for array in model.parameters.values():
        array[...] = version
    wb.save_model(model, path, about=version)


def loaded_version(path):
    """The version in the file, after looking at every number of it."""
    version = read_about(path)["about"]
    for name, array in wb.load_model(path).parameters.items():
        assert (array == version).all(), f"{name} is not of version {version}"
    return version


def start(model, path, version, before=None):
    """Fork a saver; return its process id and a pipe that gets a byte after each save."""
    read, write = os.pipe()
    child = os.fork()
    if child:
        os.close(write)
        return child, read
    if before is not None:
        sys.settrace(killer(before))
    while True:
        version += 1
        save(model, path, version)
        os.write(write, b".")
        if before is not None:
            os._exit(0)


def killer(line):
    """A trace function that ends this process before that many lines of `atomic.py` have run."""
    left = [line]

    def on_line(frame, event, _):
        if event == "line":
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return on_line

    return lambda frame, event, _: on_line if frame.f_code.co_filename == atomic.__file__ else None


def finished(pipe, child):
    """(saves that had ended, whether the child was killed)."""
    said = b""
    while more := os.read(pipe, 1 << 16):
        said += more
    os.close(pipe)
    return len(said), os.WIFSIGNALED(os.waitpid(child, 0)[1])


def leftovers(path):
    return [p for p in path.parent.iterdir() if p.name.endswith(atomic.SUFFIX)]


def main(path, kills, seed=0):
    model, chance = wb.Network(wb.Recurrent("lstm", *SIZES)), random.Random(seed)
    version, left, count = 0, 0, 0
    save(model, path, version)
    while kills == "lines" or count < int(kills):
        child, pipe = start(model, path, version, count if kills == "lines" else None)
        ended = 0
        if kills != "lines":
            ended = len(os.read(pipe, 1))
            for _ in range(chance.randrange(200_000)):
                pass
            os.kill(child, signal.SIGKILL)
        more, killed = finished(pipe, child)
        found, ended = loaded_version(path), version + ended + more
        assert ended <= found <= ended + 1, f"found version {found} after {ended}"
        assert len(leftovers(path)) <= 1
        if not killed:
            break
        left, count = left + len(leftovers(path)), count + 1
        version = found
    save(model, path, version)
    assert leftovers(path) == []
    print(count, left)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
