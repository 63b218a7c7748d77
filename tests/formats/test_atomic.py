"""A file is replaced whole or not at all: full disks, closed folders, other savers, leftovers."""

import errno
import fcntl
import os
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from workbench.formats import atomic, read_arrays, write_arrays

LARGE = {"a": np.random.default_rng(0).standard_normal(50_000)}
NOBODY = 65534


@pytest.fixture
def folder():
    """A folder that anybody may read, with a file that is there already."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    write_arrays(made / "old.bin", {"a": np.ones(3)}, {"old": True})
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


@contextmanager
def as_nobody():
    """Without the rights of root, which nothing is closed to."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@contextmanager
def files_at_most(size):
    """The system refuses to let any file grow beyond that, in the middle of a write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def assert_only_the_old_file(folder):
    assert [p.name for p in folder.iterdir()] == ["old.bin"]
    assert read_arrays(folder / "old.bin")[1] == {"old": True}


def refused(folder, reason, name="old.bin"):
    with pytest.raises(OSError, match=rf"^path: expected a file that can be.*, got {reason}") as e:
        write_arrays(folder / name, LARGE, {})
    assert "\n" not in str(e.value)
    return e.value


def test_a_disk_that_is_full_in_the_middle_leaves_the_old_file(folder):
    with files_at_most(100_000):
        told = refused(folder, "File too large")
    assert told.errno == errno.EFBIG
    assert_only_the_old_file(folder)


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_any_step_that_fails_leaves_the_old_file(step, folder, monkeypatch):
    def fail(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, step, fail)
    refused(folder, "No space left on device")
    assert_only_the_old_file(folder)


def test_an_interrupt_leaves_the_old_file(folder, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_arrays(folder / "old.bin", LARGE, {})
    assert_only_the_old_file(folder)


def test_a_closed_folder_and_a_closed_file_are_told(folder):
    with as_nobody():
        refused(folder, "Permission denied", "new.bin")
    folder.chmod(0o777)
    with as_nobody():
        refused(folder, "a file that is not to be written")
    assert_only_the_old_file(folder)


def test_a_folder_that_is_not_there_and_one_in_the_way_are_told(folder):
    refused(folder, "No such file or directory", "none/a.bin")
    refused(folder, "No such file or directory", "none/../a.bin")
    (folder / "in the way").mkdir()
    refused(folder, "a folder", "in the way")
    refused(folder, "Not a directory", "old.bin/a.bin")
    os.mkfifo(folder / "pipe")
    refused(folder, "no ordinary file", "pipe")
    assert stat.S_ISFIFO((folder / "pipe").stat().st_mode)


def test_a_link_is_followed_and_permissions_stay(folder):
    (folder / "old.bin").chmod(0o640)
    (folder / "link.bin").symlink_to("old.bin")
    write_arrays(folder / "link.bin", LARGE, {"new": True})
    assert (folder / "link.bin").is_symlink()
    assert read_arrays(folder / "old.bin")[1] == {"new": True}
    assert stat.S_IMODE((folder / "old.bin").stat().st_mode) == 0o640


def test_a_new_file_has_the_permissions_that_any_new_file_has(folder):
    write_arrays(folder / "new.bin", LARGE, {})
    (folder / "plain").touch()
    assert (folder / "new.bin").stat().st_mode == (folder / "plain").stat().st_mode


@pytest.mark.parametrize("name", ["n" * 255, "é" * 127, ".hidden", "[a]*", "a b"])
def test_names_of_all_kinds(name, folder):
    write_arrays(folder / name, LARGE, {})
    assert sorted(p.name for p in folder.iterdir()) == sorted(["old.bin", name])


def test_what_a_killed_saver_left_is_removed_by_the_next_and_nothing_else(folder):
    left, held = (folder / f".old.bin.{digit * 16}{atomic.SUFFIX}" for digit in "ab")
    others = [f".old.bin.x{atomic.SUFFIX}", f".other.{'a' * 16}{atomic.SUFFIX}", ".old.bin.tmp"]
    for path in (left, held, *(folder / name for name in others)):
        path.write_bytes(b"half")
    with open(held, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        write_arrays(folder / "old.bin", LARGE, {})
        assert not left.exists()
        assert held.exists()
    assert all((folder / name).exists() for name in others)
    write_arrays(folder / "old.bin", LARGE, {})
    assert not held.exists()


def test_where_files_cannot_be_locked_a_save_works_and_removes_nothing(folder, monkeypatch):
    left = folder / f".old.bin.{'a' * 16}{atomic.SUFFIX}"
    left.touch()
    monkeypatch.setattr(atomic, "fcntl", None)
    write_arrays(folder / "old.bin", LARGE, {"new": True})
    assert read_arrays(folder / "old.bin")[1] == {"new": True}
    assert sorted(p.name for p in folder.iterdir()) == sorted([left.name, "old.bin"])


SAVER = """
import sys
import numpy as np
from workbench.formats import read_arrays, write_arrays
path, who = sys.argv[1], int(sys.argv[2])
sys.stdin.read(1)
for k in range(40):
    value = 100 * who + k
    write_arrays(path, {f"a{i}": np.full(3000, value) for i in range(4)}, {"value": value})
    arrays, metadata = read_arrays(path)
    assert all((a == metadata["value"]).all() for a in arrays.values())
"""


def test_savers_at_the_same_time_never_mix(folder):
    path = folder / "shared.bin"
    savers = [
        subprocess.Popen(
            [sys.executable, "-c", SAVER, path, str(who)],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": HERE},
        )
        for who in range(3)
    ]  # fmt: skip
    for saver in savers:
        saver.stdin.write(b"g")
        saver.stdin.flush()
    for saver in savers:
        _, said = saver.communicate()
        assert (saver.returncode, said) == (0, b"")
    assert read_arrays(path)[1]["value"] % 100 == 39
    assert sorted(p.name for p in folder.iterdir()) == ["old.bin", "shared.bin"]


HERE = str(Path(atomic.__file__).parents[2])
