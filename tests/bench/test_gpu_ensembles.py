"""The row of ensembles: JAX's norms beside plain NumPy, and ours in the simulator."""

import importlib

import numpy as np
import pytest

import workbench
from workbench.bench import gpu, gpu_ensembles
from workbench.bench.gpu_ensembles import Problem, Size
from workbench.bench.peers import Peer, on_gpu

SIZE = Size(count=3, hidden_size=3, time=4)
SHORT = gpu.speed.Effort(rounds=2, seconds=600, settle=0, least=0)


def log_norms(problem, x):
    """(count, time): log10 of the norms, network by network and step by step, in plain NumPy."""
    found = np.empty((problem.case.count, len(x)))
    W = problem.parameters["W"].astype(float)
    for k, U in enumerate(problem.parameters["U"].astype(float)):
        hs = [np.zeros(len(U))]
        for x_t in x:
            hs.append(np.tanh(W @ x_t + U @ hs[-1]))
        d_h = np.full(len(U), len(U) ** -0.5)
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
    double = Problem(Size(3, 3, 4, "float64"))
    assert double.parameters["U"].dtype == "float64"
    assert np.array_equal(double.parameters["U"], one.parameters["U"])


WRONG = """
from workbench.bench.peers import ours_ensemble_gpu
from workbench.bench.peers.ours_ensemble_gpu import INCLUDES, PACKAGES, problem


def prepare(problem):
    passes = ours_ensemble_gpu.prepare(problem)
    return {name: (call, more(read), clock) for name, (call, read, clock) in passes.items()}


def more(read):
    return lambda found: {name: 1.001 * array for name, array in read(found).items()}
"""


@pytest.fixture
def simulator(tmp_path, monkeypatch):
    """Processes have the simulator; a script of ours has other norms."""
    (tmp_path / "many_wrong.py").write_text(WRONG)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("NUMBA_ENABLE_CUDASIM", "1")
    monkeypatch.setattr(gpu_ensembles, "SIZES", (SIZE,))
    monkeypatch.setattr(gpu_ensembles, "why_not", lambda: None)


def test_ensembles_are_checked_and_timed_by_both_clocks(simulator, capsys):
    peers = Peer("vmap", gpu_ensembles.OURS_HERE.module), Peer("wrong", "many_wrong")
    report = gpu_ensembles.measured(SHORT, peers)
    (row,) = report["rows"]
    assert set(row["device"]) == set(row["host"]) == {"ours", "vmap"}
    assert row["why"]["wrong"].startswith("not timed: log_norms differs by 0.001")
    assert (row["cell"], row["count"], row["pass"]) == ("ensembles", 3, "norms")
    (goal,) = row["goals"]
    assert (goal["wanted"], goal["got"]) == (10, row["ratio"])
    said = capsys.readouterr().out.splitlines()
    assert "ensembles, float32" in said
    assert any(line.startswith("3, 3, 4 ") and " host " in line for line in said)
    assert max(len(line) for line in said) <= 100


def test_control_a_reference_with_other_norms_stops_ours(simulator, monkeypatch, capsys):
    monkeypatch.setattr(gpu_ensembles, "OURS_HERE", Peer("ours", "many_wrong"))
    (row,) = gpu_ensembles.measured(SHORT, ())["rows"]
    assert row["device"] == {}
    assert row["why"]["ours"].endswith("beside the CPU in float64")


def test_without_a_gpu_there_is_no_row_and_it_says_why(monkeypatch):
    def refuse(*_, **options):
        assert options == {"device": "cuda"}
        raise RuntimeError("device: expected a usable GPU")

    monkeypatch.setattr(workbench, "Ensemble", refuse)
    report = gpu_ensembles.measured(SHORT)
    assert report["rows"] == []
    assert report["why"] == "not measured (device: expected a usable GPU)"
    monkeypatch.setattr(workbench, "Ensemble", lambda *_, **__: None)
    assert gpu_ensembles.why_not() is None
