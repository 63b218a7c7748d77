"""The table from start to end, with peers that are small scripts in processes of their own."""

import json
import os
from itertools import groupby

import faked
import pytest

from workbench import cli
from workbench.bench import speed
from workbench.bench.peers import Peer
from workbench.bench.problems import SIZES, Case, Problem, cells_of
from workbench.bench.processes import Silent, Worker, usable_cores

CASE = Case("elman", 3, 2, 2, 3)
SHORT = speed.Effort(rounds=3, seconds=600, settle=0, least=0)


@pytest.fixture
def fakes(tmp_path, monkeypatch):
    """Function from names to Peers whose scripts are there; ours and the floor are scripts too."""
    faked.write(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(speed, "OURS", Peer("ours", "faked_ours"))
    monkeypatch.setattr(speed, "FLOOR", Peer("floor", "faked_floor"))
    return lambda *names: tuple(Peer(name, f"faked_{name}") for name in names)


def test_peers_are_asked_in_turn_each_in_a_process_of_its_own(fakes, tmp_path, monkeypatch):
    log = tmp_path / "log"
    with speed.Team(fakes("good"), 1) as team:
        pids = {worker.process.pid for worker in team.live.values()}
        assert len(pids | {os.getpid()}) == 4
    monkeypatch.setenv("FAKED_LOG", str(log))
    with speed.Team(fakes("good"), 1) as team:
        forward, both = team.measure(Problem(CASE), SHORT)
    calls = [name for name, _ in groupby(log.read_text().split())]
    # Both get ready at the same time, in any order; after that they take turns, two passes a round.
    assert calls[-11:] == ["faked_good", *["faked_ours", "faked_good"] * 5]
    for row in (forward, both):
        assert set(row["seconds"]) == {"ours", "good"}
        assert {len(taken) for taken in row["samples"].values()} == {3}
        assert row["ratio"] > 0
        assert row["of_floor"] > 0


def test_who_fails_is_named_and_the_others_go_on(fakes):
    names = ("missing", "broken", "wrong", "refusing", "dying", "late", "talking", "good")
    with speed.Team(fakes(*names), 1) as team:
        assert team.about["good"] == "a stand-in"
        rows = team.measure(Problem(CASE), SHORT)
        again = team.measure(Problem(CASE), SHORT)
    why = rows[0]["why"]
    assert why == {
        "missing": 'no_such_package_here is not installed: pip install ".[bench]"',
        "broken": "its process ended with status 1: ImportError: its library is too old",
        "wrong": "not timed: h differs by 0.001 of its largest value",
        "refusing": "ValueError: no such layer",
        "dying": "its process ended with status 7",
        "late": "RuntimeError: out of memory",
    }
    for row in rows + again:
        assert set(row["seconds"]) == {"ours", "talking", "good"}
    assert set(again[0]["why"]) == set(why)


def test_who_gives_no_answer_is_ended_and_the_others_go_on(fakes):
    with speed.Team(fakes("silent", "good"), 1, seconds=5) as team:
        process = team.live["silent"].process
        row = team.measure(Problem(CASE), SHORT)[0]
        assert process.poll() is not None
    assert row["why"] == {"silent": "no answer within 5 s"}
    assert set(row["seconds"]) == {"ours", "good"}


def test_without_ours_nobody_is_timed(fakes, monkeypatch):
    monkeypatch.setattr(speed, "OURS", Peer("ours", "faked_refusing"))
    with speed.Team(fakes("good"), 1) as team:
        row = team.measure(Problem(CASE), SHORT)[0]
    assert row["seconds"] == {}
    assert row["why"]["ours"] == "ValueError: no such layer"
    assert row["why"]["good"].endswith("nothing of ours to compare it with")


def test_when_the_time_is_up_no_new_round_begins(fakes):
    no_time = speed.Effort(rounds=50, seconds=0, settle=0, least=0)
    with speed.Team(fakes("good"), 1) as team:
        for row in team.measure(Problem(CASE), no_time):
            assert {len(taken) for taken in row["samples"].values()} == {1}


def test_leaving_ends_every_process(fakes):
    with speed.Team(fakes("good"), 1) as team:
        processes = [worker.process for worker in team.live.values()]
    assert all(process.poll() is not None for process in processes)


def test_a_process_has_the_threads_of_its_row(fakes, tmp_path):
    script = tmp_path / "faked_threads.py"
    script.write_text(
        "import os\n"
        "names = ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'NUMBA_NUM_THREADS')\n"
        "cores = len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else 1\n"
        "INCLUDES = [*(os.environ[name] for name in names), cores]\nPACKAGES = ()\n"
    )
    worker = Worker(Peer("threads", "faked_threads"), 1)
    assert worker.greeting()["includes"] == ["1", "1", "1", 1]
    worker.process.kill()
    with pytest.raises(Silent, match=r"^its process ended with status"):
        worker.wait()


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(speed, "QUICK_SIZES", (CASE.sizes, (2, 1, 1, 2)))
    monkeypatch.setattr(speed, "QUICK", SHORT)
    monkeypatch.setattr(speed, "THREADS", (1,))


def test_the_table_says_what_it_holds_and_is_written_as_json(fakes, small, tmp_path, capsys):
    out = tmp_path / "speed.json"
    peers = fakes("missing", "good")
    assert speed.bench(cell="elman", quick=True, out=out, peers=peers) == 0
    said = capsys.readouterr().out
    lines = said.splitlines()
    assert max(len(line) for line in lines) <= 100
    assert 'missing - no_such_package_here is not installed: pip install ".[bench]"' in lines
    assert "good    a stand-in" in lines
    assert "elman, 1 thread" in lines
    row = next(line for line in lines if line.startswith("3, 2, 2, 3") and "both" in line).split()
    assert row[6] == "-"  # behind four sizes, the pass and ours: the peer that is missing
    report = json.loads(out.read_text())
    assert set(report) == {
        "file", "quick", "processor", "date", "versions", "includes", "rows",
    }  # fmt: skip
    assert {"python", "numpy"} <= set(report["versions"])
    assert [(r["cell"], r["time"], r["pass"]) for r in report["rows"]] == [
        ("elman", time, name) for time in (3, 2) for name in ("forward", "both")
    ]
    for row in report["rows"]:
        assert row["ratio"] == row["seconds"]["good"] / row["seconds"]["ours"]
        assert row["threads"] == 1


def test_a_table_without_ours_ends_with_status_1(fakes, small, monkeypatch, capsys):
    monkeypatch.setattr(speed, "OURS", Peer("ours", "faked_dying"))
    assert speed.bench(cell="elman", quick=True, peers=fakes("good")) == 1
    assert "    ours: its process ended with status 7" in capsys.readouterr().out.splitlines()


def test_more_threads_than_cores_are_refused(fakes):
    most = usable_cores()
    with pytest.raises(ValueError, match=f"--threads: expected .* 1 to {most}, got {most + 1}$"):
        speed.bench(threads=most + 1)


OWN = """
import workbench as wb

@wb.cell
def mine(x, h, W, U, b):
    h = wb.functions.tanh(W @ x + U @ h + b)
    return h

@wb.cell
def held(x, h, U):
    h = U @ h + x
    return h

from workbench.cells import elman  # not typed here
"""


def test_a_cell_of_ones_own_is_measured_under_its_name(fakes, small, tmp_path, capsys):
    file = tmp_path / "my_cell.py"
    file.write_text(OWN)
    out = tmp_path / "speed.json"
    assert speed.bench(file, cell="mine", quick=True, out=out, peers=fakes("good")) == 0
    assert "mine, 1 thread" in capsys.readouterr().out.splitlines()
    report = json.loads(out.read_text())
    assert report["file"] == "my_cell.py"
    assert {(row["cell"], row["note"]) for row in report["rows"]} == {("mine", "")}
    assert str(tmp_path) not in out.read_text()


def test_every_cell_of_a_file_is_taken_at_every_size(tmp_path):
    file = tmp_path / "my_cell.py"
    file.write_text(OWN)
    own = speed.cases(str(file))
    assert [case.sizes for case in own if case.cell == "mine"] == list(SIZES)
    # Its equations add x to h, element by element.
    assert [case.input_size for case in own if case.cell == "held"] == [s[3] for s in SIZES]
    assert len(own) == 2 * len(SIZES)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1", "FILE: expected a function with @workbench.cell, got none in"),
        ("def f(:", "FILE: expected Python that runs, got SyntaxError: "),
        ("import no_such_package_here", "FILE: expected Python that runs, got ModuleNotFound"),
        ("raise SystemExit(3)", "FILE: expected Python that runs, got SystemExit: 3"),
        ("1 / 0", "FILE: expected Python that runs, got ZeroDivisionError: "),
        (OWN.replace("W @ x", "W * x"), "FILE: expected Python that runs, got EquationError: "),
        (OWN + "\nfrom workbench import cells\n", "--cell: expected one of mine, held, got lstm"),
    ],
)
def test_a_file_that_will_not_do_is_refused_in_one_line(text, words, tmp_path, capsys):
    file = tmp_path / "my_cell.py"
    file.write_text(text)
    assert cli.main(["bench", str(file), "--cell", "lstm"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(words)
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("file", "words"),
    [("no.py", r"no\.py \(no such file\)"), ("", r"\(a folder\)"), ("a.txt", r"ends in \.py, got")],
)
def test_what_is_no_file_of_python_is_refused(file, words, tmp_path):
    (tmp_path / "a.txt").touch()
    with pytest.raises(ValueError, match=f"^FILE: expected .*{words}"):
        cells_of(tmp_path / file)


def test_every_process_draws_the_same_numbers_and_no_gate_is_like_another():
    one, other = Problem(Case("lstm", 2, 3, 4, 5)), Problem(Case("lstm", 2, 3, 4, 5))
    assert (one.x == other.x).all()
    assert (one.d_h == other.d_h).all()
    flat = [tuple(one.parameters[name].ravel()) for name in one.parameters]
    assert flat == [tuple(array.ravel()) for array in other.parameters.values()]
    assert len(set(flat)) == len(flat)
    assert {array.dtype.name for array in (one.x, one.d_h, *one.parameters.values())} == {"float32"}
