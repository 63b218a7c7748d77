"""Hints, solutions and the progress file."""

import json
import os

import pytest

import workbench as wb
from workbench.exercises import EXERCISES

X = "elman.forward"
HINTS = EXERCISES[X].hints


def test_hints_come_one_at_a_time_and_the_solution_after_them(capsys):
    for count, text in enumerate(HINTS, 1):
        wb.solution(X)
        left = len(HINTS) - count + 1
        assert f"{left} hint" in capsys.readouterr().out
        wb.hint(X)
        told = capsys.readouterr().out.replace("\n", " ")
        assert f"hint {count} of {len(HINTS)}" in told
        assert text in told
        assert not any(later in told for later in HINTS[count:])
    wb.solution(X)
    assert "states.append(h)" in capsys.readouterr().out
    wb.hint(X)
    assert all(text in capsys.readouterr().out.replace("\n", " ") for text in HINTS[:1])


def test_progress_is_kept_in_a_small_file(progress_file, capsys):
    wb.check(X, lambda *inputs: None)
    wb.hint(X)
    wb.check(X, EXERCISES[X].solution)
    kept = json.loads(progress_file.read_text())["exercises"]
    assert kept == {X: {"tries": 2, "hints": 1, "passed": True, "solution": False}}
    capsys.readouterr()
    wb.exercises.progress()
    told = capsys.readouterr().out
    assert f"passed (tries 2, hints 1 of {len(HINTS)})" in told
    assert told.startswith(f"Exercises: 1 of {len(EXERCISES)} passed")


def test_of_a_chapter_that_was_not_begun_the_names_are_told(progress_file, capsys):
    wb.check(X, lambda *inputs: None)
    capsys.readouterr()
    wb.exercises.progress()
    told = capsys.readouterr().out
    here = EXERCISES[X].chapter
    assert told.count(": not begun") == len({e.chapter for e in EXERCISES.values()} - {here})
    assert f"Chapter {here}: 0 of " in told
    assert all(f"`{name}`" in told for name in EXERCISES)


def test_what_was_passed_once_stays_passed(progress_file):
    wb.check(X, EXERCISES[X].solution)
    wb.check(X, lambda *inputs: None)
    assert json.loads(progress_file.read_text())["exercises"][X]["passed"] is True


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe\x00",
        b'{"exercises": 3}',
        b'{"exercises": {"a": {"tries": "x"}}}',
        b'{"exercises": {"a": {"tries": -1}}}',
        b'{"exercises": {"a": {"other": 1}}}',
        b'{"exercises": {"a": 1}}',
        b"[" * 100_000,
    ],
)
def test_a_broken_file_is_set_aside_and_said_in_one_line(progress_file, capsys, broken):
    progress_file.write_bytes(broken)
    wb.check(X, EXERCISES[X].solution)
    told = [line for line in capsys.readouterr().out.splitlines() if "progress:" in line]
    assert len(told) == 1
    aside = progress_file.with_name(progress_file.name + ".broken-1")
    assert aside.name in told[0]
    assert aside.read_bytes() == broken
    assert json.loads(progress_file.read_text())["exercises"][X]["passed"] is True


def test_a_second_broken_file_does_not_replace_the_first(progress_file):
    for content in (b"first", b"second"):
        progress_file.write_bytes(content)
        wb.check(X, EXERCISES[X].solution)
    kept = [progress_file.with_name(f"{progress_file.name}.broken-{k}") for k in (1, 2)]
    assert [path.read_bytes() for path in kept] == [b"first", b"second"]


def test_where_nothing_can_be_written_it_is_said_once_and_remembered(tmp_path, monkeypatch, capsys):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("WORKBENCH_PROGRESS", str(blocked / "progress.json"))
    for _ in range(3):
        wb.hint(X)
    told = capsys.readouterr().out
    assert told.count("cannot be written") == 1
    assert f"hint 3 of {len(HINTS)}" in told
    from workbench.exercises.progress import _here

    _here.clear()


def test_the_file_is_where_the_environment_says_or_in_the_user_s_data_folder(monkeypatch):
    from workbench.exercises.progress import place

    assert str(place()) == os.environ["WORKBENCH_PROGRESS"]
    monkeypatch.delenv("WORKBENCH_PROGRESS")
    assert place().name == "progress.json"
    assert "rnn-workbench" in str(place())
