"""The row of ensembles: JAX's norms beside plain NumPy, and ours with a stand-in for `Ensemble`."""

import importlib

import numpy as np
import pytest

import workbench
from workbench.bench import gpu, gpu_ensembles
from workbench.bench.gpu_ensembles import Problem, Size
from workbench.bench.peers import Peer, on_gpu

SIZE = Size(count=4, hidden_size=3, time=6)
SHORT = gpu.speed.Effort(rounds=2, seconds=600, settle=0, least=0)


def log_norms(problem, x):
    """(count, time): log10 of the norms, network by network and step by step, in plain NumPy."""
    found = np.empty((problem.case.count, len(x)))
    for k in range(problem.case.count):
        W, U, b = (problem.parameters[name][k].astype(float) for name in "WUb")
        hs = [np.zeros(len(b))]
        for x_t in x:
            hs.append(np.tanh(W @ x_t + U @ hs[-1] + b))
        d_h = np.full(len(b), len(b) ** -0.5)
        for t in reversed(range(len(x))):
            found[k, t] = np.log10(np.linalg.norm(d_h))
            d_h = U.T @ (d_h * (1 - hs[t + 1] ** 2))
    return found


def test_jaxs_norms_are_those_of_the_equations():
    jax = pytest.importorskip("jax")
    peer = importlib.import_module("workbench.bench.peers.jax_vmap_gpu")
    problem = peer.problem(SIZE.plain())
    for call, read, _ in peer.prepare(problem, jax.default_backend()).values():
        for x in problem.inputs:
            expected = log_norms(problem, x)
            np.testing.assert_allclose(read(call())["log_norms"], expected, atol=1e-5)


def test_control_without_a_gpu_jax_says_so():
    jax = pytest.importorskip("jax")
    if jax.default_backend() == "gpu":
        pytest.skip("JAX has a GPU here")
    peer = importlib.import_module("workbench.bench.peers.jax_vmap_gpu")
    with pytest.raises(RuntimeError, match="can use no GPU"):
        peer.prepare(Problem(SIZE))


def test_the_networks_are_the_same_everywhere_and_no_two_are_alike():
    one, other = Problem(SIZE), Problem(Size(**SIZE.plain()))
    for name, array in one.parameters.items():
        assert np.array_equal(array, other.parameters[name])
        assert array.dtype == "float32"
        assert len(np.unique(array)) == array.size
    assert len({x.tobytes() for x in one.inputs}) == on_gpu.SETS
    double = Problem(Size(4, 3, 6, "float64"))
    assert double.parameters["U"].dtype == "float64"
    assert np.array_equal(double.parameters["U"], one.parameters["U"])


ENSEMBLE = """
import numpy as np
import workbench
from test_gpu_ensembles import log_norms
from types import SimpleNamespace
from workbench.targets.cuda import stopwatch


class Ensemble:
    def __init__(self, cell, count, input_size, hidden_size, *, dtype, device):
        assert (cell, input_size) == ("elman", 1)
        self.case, self.parameters = SimpleNamespace(count=count), {}

    def log_gradient_norms(self, x):
        with stopwatch.stretch():
            return TIMES * log_norms(self, x)


TIMES = 1
workbench.Ensemble = Ensemble
from workbench.bench.peers.MODULE import INCLUDES, PACKAGES, prepare, problem
"""


@pytest.fixture
def stand_ins(tmp_path, monkeypatch):
    """Scripts that are ours, its reference and a peer, in the simulator."""
    here = str(tmp_path), str(importlib.import_module(__name__).__file__.rpartition("/")[0])
    texts = {
        "many_ours": ENSEMBLE.replace("MODULE", "ours_ensemble_gpu"),
        "many_exact": ENSEMBLE.replace("MODULE", "ours_ensemble_exact"),
    }
    texts["many_wrong"] = texts["many_ours"].replace("TIMES = 1", "TIMES = 1.001")
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", ":".join(here))
    monkeypatch.setenv("NUMBA_ENABLE_CUDASIM", "1")
    monkeypatch.setattr(gpu_ensembles, "OURS_HERE", Peer("ours", "many_ours"))
    monkeypatch.setattr(gpu_ensembles, "EXACT", Peer("exact", "many_exact"))
    monkeypatch.setattr(gpu_ensembles, "SIZES", (SIZE,))
    monkeypatch.setattr(gpu_ensembles, "why_not", lambda: None)


def test_ensembles_are_checked_and_timed_by_both_clocks(stand_ins, capsys):
    peers = Peer("vmap", "many_ours"), Peer("wrong", "many_wrong")
    report = gpu_ensembles.measured(SHORT, peers)
    (row,) = report["rows"]
    assert set(row["device"]) == set(row["host"]) == {"ours", "vmap"}
    assert row["why"]["wrong"].startswith("not timed: log_norms differs by 0.001")
    assert (row["cell"], row["count"], row["pass"]) == ("ensembles", 4, "norms")
    (goal,) = row["goals"]
    assert (goal["wanted"], goal["got"]) == (10, row["ratio"])
    said = capsys.readouterr().out.splitlines()
    assert "ensembles, float32" in said
    assert any(line.startswith("4, 3, 6 ") and " host " in line for line in said)
    assert max(len(line) for line in said) <= 100


def test_control_a_reference_with_other_norms_stops_ours(stand_ins, monkeypatch, capsys):
    monkeypatch.setattr(gpu_ensembles, "OURS_HERE", Peer("ours", "many_wrong"))
    (row,) = gpu_ensembles.measured(SHORT, ())["rows"]
    assert row["device"] == {}
    assert row["why"]["ours"].endswith("beside the CPU in float64")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("device: expected 'cpu', got 'cuda'"), "(device: expected 'cpu', got 'cuda')"),
        (AttributeError("Ensemble"), "there is no Ensemble in this version"),
    ],
)
def test_an_ensemble_that_runs_on_no_gpu_has_no_row_and_says_why(monkeypatch, error, words):
    def refuse(*_, **options):
        assert options == {"device": "cuda"}
        raise error

    monkeypatch.setattr(workbench, "Ensemble", refuse, raising=False)
    report = gpu_ensembles.measured(SHORT)
    assert report["rows"] == []
    assert report["why"].startswith("not measured")
    assert words in report["why"]
    monkeypatch.setattr(workbench, "Ensemble", lambda *_, **__: None, raising=False)
    assert gpu_ensembles.why_not() is None
