"""The GPU's table from start to end: ours in the simulator, peers with a clock made up by hand."""

import json

import pytest

from workbench import cli
from workbench.bench import gpu, gpu_records, speed
from workbench.bench.peers import Peer
from workbench.bench.problems import Case, Problem
from workbench.targets.cuda import device

SHORT = speed.Effort(rounds=2, seconds=600, settle=0, least=0)
STANDS_IN = """
from workbench.bench.peers import on_gpu, ours_gpu

INCLUDES = "a stand-in"
PACKAGES = ("numpy",)
SECONDS, TIMES = 0.25, 1


def prepare(problem):
    forward, output, both, gradients = ours_gpu.made(problem, "cpu")
    run = forward, lambda found: {"h": TIMES * output(found)["h"]}, both, gradients
    return on_gpu.passes(on_gpu.calls_of(problem, run), lambda a: a, clock, lambda: None)


def clock(call, calls):
    for _ in range(calls):
        call()
    return SECONDS * calls
"""
FAKES = {
    "standin_ours": STANDS_IN.replace("0.25", "0.125"),
    "standin_good": STANDS_IN,
    "standin_wrong": STANDS_IN.replace("TIMES = 0.25, 1", "TIMES = 0.25, 1.0001"),
    "standin_late": STANDS_IN.replace("0.25", "0.0625"),
    "standin_missing": "import no_such_package_here",
}
NAMED = {
    "name": "NVIDIA H200 (a stand-in)", "compute_capability": "9.0", "driver": "12.8",
    "runtime": "12.6", "memory": 150 * 10**9, "multiprocessors": 132,
}  # fmt: skip


@pytest.fixture
def fakes(tmp_path, monkeypatch):
    """Function from names to Peers whose scripts are there; ours is one too, and a GPU is seen."""
    for name, text in FAKES.items():
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(gpu, "GPU_OURS", Peer("ours", "standin_ours"))
    monkeypatch.setattr(device, "why_not", lambda: None)
    monkeypatch.setattr(device, "describe", lambda: dict(NAMED))
    monkeypatch.setattr(speed, "QUICK_SIZES", ((3, 2, 2, 3), (2, 1, 1, 2)))
    monkeypatch.setattr(gpu, "DOUBLE", {(2, 1, 2)})
    monkeypatch.setattr(gpu, "QUICK", SHORT)
    return lambda **names: tuple(Peer(n, f"standin_{script}") for n, script in names.items())


def team_of(peers):
    return gpu.GpuTeam(peers, 1, gpu.GPU_OURS, gpu.EXACT)


def test_ours_in_the_simulator_is_checked_timed_and_written(fakes, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(gpu, "GPU_OURS", Peer("ours", "workbench.bench.peers.ours_gpu"))
    monkeypatch.setattr(speed, "QUICK_SIZES", ((2, 1, 1, 3),))
    monkeypatch.setenv("NUMBA_ENABLE_CUDASIM", "1")  # for the processes of the peers
    out = tmp_path / "gpu.json"
    assert gpu.bench(cell="elman", quick=True, out=out, peers=fakes(cudnn="good")) == 0
    said = capsys.readouterr().out
    assert "goal" in said
    for row in json.loads(out.read_text())["rows"]:
        assert row["why"] == {}
        assert row["device"]["cudnn"] == 0.25
        assert row["ratio"] == 0.25 / row["device"]["ours"]
        assert row["device"]["ours"] > 0
        assert {len(s) for own in row["samples"].values() for s in own.values()} == {2}


def test_the_table_says_what_it_holds_and_is_written_as_json(fakes, tmp_path, capsys):
    out = tmp_path / "gpu.json"
    peers = fakes(cudnn="good", tf32="late", gone="missing")
    assert gpu.bench(cell="lstm", quick=True, out=out, peers=peers) == 0
    said = capsys.readouterr().out
    lines = said.splitlines()
    assert max(len(line) for line in lines) <= 100
    assert lines[0].startswith("NVIDIA H200 (a stand-in); ")
    assert [line for line in lines if line.startswith("lstm, ")] == [
        "lstm, float32", "lstm, float64",
    ]  # fmt: skip
    row = next(line for line in lines if line.startswith("3, 2, 2, 3")).split()
    # Behind four sizes: pass, clock, ours in milliseconds, a peer that takes twice as long, one
    # that takes half as long, one that is missing, and the best.
    assert row[4:] == ["forward", "device", "125", "2", "0.5", "-", "0.5"]
    assert "    goal missed: 1 times cuDNN at hidden_size up to 128, got 0.5" in lines
    assert any(line.startswith("float16 is not measured: ") for line in lines)
    report = json.loads(out.read_text())
    assert report["device"] == NAMED | {"driver_version": report["device"]["driver_version"]}
    assert report["kernels"] == gpu_records.digest()
    assert {"python", "numpy"} <= set(report["versions"])
    assert [(r["dtype"], r["time"], r["pass"]) for r in report["rows"]] == [
        (dtype, time, name)
        for dtype, time in (("float32", 3), ("float32", 2), ("float64", 2))
        for name in ("forward", "both")
    ]
    assert "gone" not in report["rows"][0]["device"]


@pytest.mark.long
def test_another_cell_of_the_same_day_stays_in_the_file(fakes, monkeypatch, tmp_path, capsys):
    out, peers = tmp_path / "gpu.json", fakes()
    monkeypatch.setattr(speed, "QUICK_SIZES", ((2, 1, 1, 3),))
    for cell in ("lstm", "elman"):
        assert gpu.bench(cell=cell, quick=True, out=out, peers=peers) == 0
    assert [row["cell"] for row in gpu_records.read(out)["rows"]] == ["lstm"] * 2 + ["elman"] * 2
    found = {"why": None, "includes": {}, "rows": []}
    monkeypatch.setattr(gpu.gpu_ensembles, "measured", lambda effort: found)
    assert gpu.bench(cell="ensembles", quick=True, out=out, peers=peers) == 0
    report = gpu_records.read(out)
    assert (len(report["rows"]), report["ensembles"]) == (4, found)


@pytest.mark.long
def test_control_other_numbers_are_not_timed_and_end_with_status_1(fakes, tmp_path, capsys):
    peers = fakes(cudnn="wrong", jax="good")
    assert gpu.bench(cell="elman", quick=True, out=tmp_path / "a.json", peers=peers) == 1
    said = capsys.readouterr().out
    assert "    cudnn: not timed: h differs by 0.0001 of its largest value" in said.splitlines()
    assert "OTHER NUMBERS, so not timed: cudnn, elman float32 3, 2, 2, 3; " in said
    for row in gpu_records.read(tmp_path / "a.json")["rows"]:
        assert set(row["device"]) == {"ours", "jax"}


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "timed"),
    [("tf32", {"ours", "tf32"}), ("jaxtf32", {"ours", "jaxtf32"}), ("jax", {"ours"})],
)
def test_only_who_rounds_its_products_may_differ_more(fakes, name, timed):
    with team_of(fakes(**{name: "wrong"})) as team:
        for row in team.measure(Problem(Case("elman", 3, 2, 2, 3)), SHORT):
            assert set(row["device"]) == timed


@pytest.mark.long
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_control_ours_that_is_not_what_the_cpu_gives_is_not_timed(fakes, monkeypatch, dtype):
    monkeypatch.setattr(gpu, "GPU_OURS", Peer("ours", "standin_wrong"))
    with team_of(fakes(cudnn="good")) as team:
        row = team.measure(Problem(Case("elman", 3, 2, 2, 3, dtype=dtype)), SHORT)[0]
    assert row["device"] == row["host"] == {}
    assert row["why"] == {
        "ours": "not timed: h differs by 0.0001 of its largest value, beside the CPU in float64",
        "cudnn": "not timed: there is nothing of ours to compare it with",
    }


@pytest.mark.long
def test_control_without_the_cpu_nobody_is_timed(fakes, monkeypatch):
    monkeypatch.setattr(gpu, "EXACT", Peer("exact", "standin_missing"))
    with team_of(fakes(cudnn="good")) as team:
        row = team.measure(Problem(Case("elman", 3, 2, 2, 3)), SHORT)[0]
    assert row["device"] == {}
    assert "nothing of the CPU to compare it with" in row["why"]["ours"]


OWN = """
import workbench as wb

@wb.cell
def mine(x, h, W, U, b):
    h = wb.functions.tanh(W @ x + U @ h + b)
    return h
"""


@pytest.mark.long
def test_a_cell_of_ones_own_is_measured_under_its_name(fakes, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(speed, "QUICK_SIZES", ((2, 1, 1, 3),))
    file, out = tmp_path / "my_cell.py", tmp_path / "gpu.json"
    file.write_text(OWN)
    assert gpu.bench(file, quick=True, out=out, peers=fakes(loop="good")) == 0
    assert "mine, float32" in capsys.readouterr().out.splitlines()
    report = gpu_records.read(out)
    assert {(row["cell"], len(row["goals"])) for row in report["rows"]} == {("mine", 0)}
    assert report["file"] == "my_cell.py"


def test_every_size_is_run_in_single_precision_and_some_in_double():
    whole = gpu.cases()
    for cell in ("lstm", "gru_reset_after", "elman"):
        own = [case for case in whole if case.cell == cell]
        assert sum(case.dtype == "float32" for case in own) == 9
        assert sum(case.dtype == "float64" for case in own) == len(gpu.DOUBLE)
    assert any(case.dtype == "float64" for case in gpu.cases(quick=True))


class NobodyAtWork(gpu.GpuTeam):
    """A team that takes no time: no processes, and seconds that are made up."""

    def _everyone(self, peers):
        return ()

    def measure(self, problem, effort):
        return self._rows(problem, {("ours", name): [1.0] for name in self.directions}, {})


def test_the_whole_table_is_written_by_gpu_and_date_and_a_part_nowhere(
    fakes, monkeypatch, tmp_path
):
    monkeypatch.setattr(speed, "SIZES", ((2, 1, 1, 3),))
    monkeypatch.setattr(gpu, "GpuTeam", NobodyAtWork)
    many = {"why": None, "includes": {}, "rows": []}
    monkeypatch.setattr(gpu.gpu_ensembles, "measured", lambda effort: many)
    monkeypatch.setattr(gpu_records, "RESULTS", tmp_path / "results")
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(gpu, "CHECKOUT", tmp_path / "pyproject.toml")
    assert gpu.bench(cell="elman", peers=()) == 0
    assert not (tmp_path / "results").exists()
    assert gpu.bench(peers=()) == 0
    (file,) = (tmp_path / "results").iterdir()
    report = gpu_records.read(file)
    assert file.name == f"gpu-nvidia-h200-a-stand-in-{report['date']}.json"
    # Without a checkout there is no such folder, and nobody's installation is written to.
    monkeypatch.setattr(gpu, "CHECKOUT", tmp_path / "none")
    monkeypatch.chdir(tmp_path)
    assert gpu.bench(peers=()) == 0
    assert (tmp_path / file.name).is_file()


def test_without_a_gpu_the_command_says_why_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(device, "why_not", lambda: "the GPU is at lunch: wait")
    assert cli.main(["bench", "--gpu"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "--gpu: expected a usable GPU, got none: the GPU is at lunch: wait\n"


def test_ensembles_are_a_cell_of_the_gpus_table_alone(monkeypatch, capsys):
    monkeypatch.setattr(device, "why_not", lambda: None)
    monkeypatch.setattr(gpu, "bench", lambda file, **options: options["cell"] == "ensembles")
    assert cli.main(["bench", "--gpu", "--cell", "ensembles"]) == 1
    assert cli.main(["bench", "--cell", "ensembles"]) == 2
    assert "expected one of lstm, gru_reset_after, elman, got" in capsys.readouterr().err


def test_the_gpus_table_is_called_as_agreed(monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr(device, "why_not", lambda: None)
    monkeypatch.setattr(gpu, "bench", lambda file, **options: calls.append((file, options)) or 1)
    out = tmp_path / "gpu.json"
    assert cli.main(["bench", "--gpu"]) == 1
    assert cli.main(f"bench my.py --cell own --quick --gpu --json {out}".split()) == 1
    assert calls == [
        (None, {"cell": None, "quick": False, "out": None}),
        ("my.py", {"cell": "own", "quick": True, "out": out}),
    ]


def test_threads_have_no_meaning_on_a_gpu(capsys):
    assert cli.main(["bench", "--gpu", "--threads", "2"]) == 2
    assert capsys.readouterr().err == "--threads: expected nothing beside --gpu, got 2\n"


@pytest.mark.gpu
def test_a_quick_table_of_a_real_gpu(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(speed, "QUICK_SIZES", ((100, 32, 32, 64),))
    out = tmp_path / "gpu.json"
    assert cli.main(["bench", "--gpu", "--quick", "--cell", "lstm", "--json", str(out)]) == 0
    report = gpu_records.read(out)
    assert report["device"] == gpu_records.described()
    assert [(r["dtype"], r["pass"]) for r in report["rows"]] == [
        ("float32", "forward"), ("float32", "both"), ("float64", "forward"), ("float64", "both"),
    ]  # fmt: skip
    for row in report["rows"]:
        # What the host waits for holds the launches, and more.
        assert 0 < row["device"]["ours"] < row["host"]["ours"]
