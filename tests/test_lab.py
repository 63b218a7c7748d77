"""The learner's work is never overwritten, and nothing that lab starts outlives it."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest
from server import PACKAGE_ROOT, running_lab

from workbench import lab

posix = pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")


@pytest.fixture
def shipped(tmp_path):
    """A folder of two shipped chapters, and the learner's folder, not yet made."""
    source = tmp_path / "shipped"
    source.mkdir()
    (source / "00_index.ipynb").write_text("index, first edition")
    (source / "02_unfolding.ipynb").write_text("unfolding, first edition")
    (source / "notes.txt").write_text("not a notebook")
    return source, tmp_path / "mine"


def test_first_time_copies_every_notebook_and_nothing_else(shipped):
    source, mine = shipped
    done = lab.bring_up_to_date(source, mine)
    assert done == {"00_index.ipynb": "new", "02_unfolding.ipynb": "new"}
    assert sorted(path.name for path in mine.iterdir()) == [
        lab.MANIFEST,
        "00_index.ipynb",
        "02_unfolding.ipynb",
    ]
    assert (mine / "02_unfolding.ipynb").read_text() == "unfolding, first edition"


def test_second_time_changes_nothing_on_disk(shipped):
    source, mine = shipped
    lab.bring_up_to_date(source, mine)
    before = {path.name: path.stat().st_mtime_ns for path in mine.iterdir()}
    assert set(lab.bring_up_to_date(source, mine).values()) == {"unchanged"}
    assert {path.name: path.stat().st_mtime_ns for path in mine.iterdir()} == before


def test_edited_notebook_is_kept_through_every_later_edition(shipped):
    source, mine = shipped
    lab.bring_up_to_date(source, mine)
    (mine / "02_unfolding.ipynb").write_text("my own work")
    assert lab.bring_up_to_date(source, mine)["02_unfolding.ipynb"] == "yours"
    for edition in ("second", "third"):
        (source / "02_unfolding.ipynb").write_text(f"unfolding, {edition} edition")
        assert lab.bring_up_to_date(source, mine)["02_unfolding.ipynb"] == "yours, newer here"
        assert lab.bring_up_to_date(source, mine)["02_unfolding.ipynb"] == "yours"
    assert (mine / "02_unfolding.ipynb").read_text() == "my own work"


def test_unedited_notebook_follows_every_later_edition(shipped):
    source, mine = shipped
    lab.bring_up_to_date(source, mine)
    for edition in ("second", "third", "first"):
        (source / "02_unfolding.ipynb").write_text(f"unfolding, {edition} edition")
        assert lab.bring_up_to_date(source, mine)["02_unfolding.ipynb"] == "updated"
        assert (mine / "02_unfolding.ipynb").read_text() == f"unfolding, {edition} edition"


def test_new_chapter_is_added_beside_edited_ones(shipped):
    source, mine = shipped
    lab.bring_up_to_date(source, mine)
    (mine / "00_index.ipynb").write_text("my own index")
    (source / "03_gates.ipynb").write_text("gates")
    done = lab.bring_up_to_date(source, mine)
    assert done["03_gates.ipynb"] == "new"
    assert (mine / "00_index.ipynb").read_text() == "my own index"


def test_deleted_notebook_comes_back_as_the_original(shipped):
    source, mine = shipped
    lab.bring_up_to_date(source, mine)
    (mine / "02_unfolding.ipynb").unlink()
    assert lab.bring_up_to_date(source, mine)["02_unfolding.ipynb"] == "new"
    assert (mine / "02_unfolding.ipynb").read_text() == "unfolding, first edition"


def test_notebook_that_was_there_before_the_first_time_is_kept(shipped):
    source, mine = shipped
    mine.mkdir()
    (mine / "02_unfolding.ipynb").write_text("older than the workbench")
    (mine / "00_index.ipynb").mkdir()
    done = lab.bring_up_to_date(source, mine)
    assert set(done.values()) == {"yours, newer here"}
    assert (mine / "02_unfolding.ipynb").read_text() == "older than the workbench"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"files": 3}', '{"files": {"a": 1}}', "\0"])
def test_unreadable_manifest_costs_no_work(shipped, text):
    source, mine = shipped
    lab.bring_up_to_date(source, mine)
    (mine / "02_unfolding.ipynb").write_text("my own work")
    (mine / lab.MANIFEST).write_text(text)
    (source / "02_unfolding.ipynb").write_text("second edition")
    lab.bring_up_to_date(source, mine)
    assert (mine / "02_unfolding.ipynb").read_text() == "my own work"
    assert json.loads((mine / lab.MANIFEST).read_text())["files"].keys() == {
        "00_index.ipynb",
        "02_unfolding.ipynb",
    }


def test_interrupted_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    target = tmp_path / "a.ipynb"
    target.write_text("old")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(lab.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        lab.write_whole(target, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.ipynb"]
    assert target.read_text() == "old"


def test_in_a_checkout_its_own_notebooks_are_opened(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / lab.INDEX).touch()
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "rnn-workbench"\n')
    monkeypatch.chdir(tmp_path)
    assert lab.choose_folder(None) == (tmp_path / "notebooks", {})


def test_outside_a_checkout_a_folder_is_made_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lab, "checkout_notebooks", lambda: None)
    folder, done = lab.choose_folder(None)
    assert folder == tmp_path / lab.DEFAULT_FOLDER
    assert done[lab.INDEX] == "new"
    monkeypatch.chdir(folder)
    again, done = lab.choose_folder(None)
    assert again == folder
    assert set(done.values()) == {"unchanged"}


def test_a_project_of_another_name_is_no_checkout(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / lab.INDEX).touch()
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "other"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lab, "__file__", str(tmp_path / "site" / "workbench" / "lab.py"))
    assert lab.checkout_notebooks() is None


def test_dir_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "notes.txt").touch()
    expected = f"DIR: expected a folder, got {tmp_path / 'notes.txt'} (a file)"
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        lab.choose_folder(str(tmp_path / "notes.txt"))


def test_dir_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(
        ValueError, match=r"^DIR: expected a folder that can be written, got \S+ \("
    ):
        lab.choose_folder(str(tmp_path / "notes.txt" / "below"))


def test_taken_port_is_refused_before_anything_is_copied(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ValueError, match=rf"^--port: expected a free port, got {port} \("):
            lab.open_lab(str(tmp_path / "mine"), port=port, browser=False)
    assert list(tmp_path.iterdir()) == []


def test_missing_jupyterlab_is_named(tmp_path, monkeypatch):
    def absent(name):
        raise lab.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(lab.metadata, "version", absent)
    with pytest.raises(ModuleNotFoundError) as missing:
        lab.open_lab(str(tmp_path / "mine"))
    assert missing.value.name == "jupyterlab"
    assert list(tmp_path.iterdir()) == []


def test_summary_tells_what_was_done_to_the_learners_files():
    done = {"a": "new", "b": "updated", "c": "unchanged", "d": "yours", "e": "yours, newer here"}
    said = lab.summary(Path("mine"), done).splitlines()
    assert said[:3] == ["Notebooks: mine", "  new: a", "  updated: b"]
    assert said[3].startswith("  kept yours: e (")
    assert len(said) == 5


@posix
@pytest.mark.parametrize(("low_priority", "niceness"), [(False, 0), (True, 19)])
def test_low_priority_yields_to_everything_else(tmp_path, low_priority, niceness):
    tell = "import os, pathlib; pathlib.Path('said').write_text(f'{os.nice(0)} {os.getpgid(0)}')"
    arguments = ["timeit", "--number=1", "--repeat=1", tell]
    child = lab.start(arguments, folder=tmp_path, low_priority=low_priority)
    assert child.wait(60) == 0
    lab.end(child)
    expected = min(19, os.nice(0) + niceness)
    assert (tmp_path / "said").read_text() == f"{expected} {child.pid}"


DEAF = "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); "


@posix
@pytest.mark.parametrize(
    ("lesson", "ending"),
    [("print(1, flush=True); input()", "SIGTERM"), (DEAF + "print(1, flush=True)", "SIGKILL")],
)
def test_a_child_is_ended_whether_it_listens_or_not(monkeypatch, lesson, ending):
    monkeypatch.setattr(lab, "END_SECONDS", 0.2 if ending == "SIGKILL" else 60)
    child = subprocess.Popen(
        [sys.executable, "-c", f"{lesson}; import signal; signal.pause()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        process_group=0,
    )
    with child.stdout:
        assert child.stdout.readline() == b"1\n"
        lab.end(child)
    assert child.returncode == -signal.Signals[ending]


@posix
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_what_a_child_started_ends_when_we_are_killed(tmp_path, ending):
    """We start a child, which starts its own; then we are killed without a chance to tidy up."""
    grandchild = "import signal, sys; print('up', flush=True); signal.pause()"
    child = (
        "import pathlib, subprocess, sys; "
        f"made = subprocess.Popen([sys.executable, '-c', {grandchild!r}], stdout=subprocess.PIPE); "
        "made.stdout.readline(); pathlib.Path('pid').write_text(str(made.pid)); made.wait()"
    )
    parent = (
        "import pathlib; from workbench import lab; "
        f"lab.start(['timeit', '-n1', '-r1', {child!r}], folder=pathlib.Path({str(tmp_path)!r}))"
        ".wait()"
    )
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)}
    process = subprocess.Popen([sys.executable, "-c", parent], env=environment)
    for _ in range(600):
        started = psutil.Process(process.pid).children(recursive=True)
        if (tmp_path / "pid").is_file() and len(started) == 2:
            break
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    process.send_signal(ending)
    assert process.wait(60) == -ending
    assert len(started) == 2
    assert psutil.wait_procs(started, timeout=60)[1] == []


def fetch(address: str, token: str, data: bytes | None = None) -> bytes:
    """The body of a page of the running server; with data, the answer to a POST of it."""
    request = urllib.request.Request(address, data, {"Authorization": f"token {token}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


@posix
@pytest.mark.parametrize(
    "ending", [signal.SIGINT, signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.long)]
)
def test_real_jupyterlab_serves_the_index_and_ends_with_us(tmp_path, ending):
    with running_lab(tmp_path) as (process, address, token):
        index = json.loads(fetch(f"{address}/api/contents/{lab.INDEX}", token))
        assert index["content"]["cells"][0]["source"].startswith("# See inside recurrent networks")
        assert b"JupyterLab" in fetch(f"{address}/lab/tree/{lab.INDEX}", token)
        assert json.loads(fetch(f"{address}/api/kernels", token, b'{"name": "python3"}'))["id"]

        # A warm-up that has ended by now counts as a process until its parent asks after it.
        started = [
            child
            for child in psutil.Process(process.pid).children(recursive=True)
            if child.status() != psutil.STATUS_ZOMBIE
        ]
        commands = " ".join(" ".join(child.cmdline()) for child in started)
        assert "jupyterlab" in commands
        assert "ipykernel_launcher" in commands
        process.send_signal(ending)
        status = process.wait(60)
        assert status == (130 if ending == signal.SIGINT else -ending)
        _, alive = psutil.wait_procs(started, timeout=60)
        assert alive == []
    assert (tmp_path / "mine" / lab.INDEX).is_file()
