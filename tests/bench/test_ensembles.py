"""The table of ensembles: what is compared, and that a peer with other norms is not timed."""

import numpy as np
import pytest

from workbench.bench import ensembles
from workbench.bench.ensembles import OURS, PEERS, Size
from workbench.bench.peers import Peer
from workbench.bench.processes import Worker

SMALL = Size(count=5, hidden_size=3, time=7)


def test_the_networks_are_the_same_wherever_they_are_made():
    for a, b in zip(ensembles.networks(SMALL), ensembles.networks(SMALL), strict=True):
        assert np.array_equal(a, b)
    assert [a.shape for a in ensembles.networks(SMALL)] == [(7, 1), (3, 1), (5, 3, 3)]


@pytest.fixture
def workers():
    """name -> process, ended afterwards."""
    made = {}
    yield made
    for worker in made.values():
        worker.end()


def test_ours_is_measured_in_both_dtypes(workers):
    workers["ours"] = Worker(OURS, 1)
    workers["ours"].greeting()
    seconds = ensembles.measure(SMALL, workers, rounds=2)
    assert list(seconds) == ["float64", "float32"]
    assert all(own["ours"] > 0 for own in seconds.values())


OTHER = """
from workbench.bench.peers.ours_ensemble import INCLUDES, PACKAGES, prepare as right, problem


def prepare(size):
    passes = right(size)
    call, _ = passes["float64"]
    return passes | {"float64": (call, lambda norms: {"log_norms": norms + 1e-6})}
"""


def test_control_a_peer_with_other_norms_is_refused(workers, tmp_path, monkeypatch):
    (tmp_path / "other_ensemble.py").write_text(OTHER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for peer in (OURS, Peer("other", "other_ensemble")):
        workers[peer.name] = Worker(peer, 1)
        workers[peer.name].greeting()
    with pytest.raises(ValueError, match=r"^other: float64 norms differ from ours by 1e-06"):
        ensembles.measure(SMALL, workers, rounds=1)


def test_a_peer_that_is_installed_computes_our_norms(workers):
    pytest.importorskip("jax")
    for peer in PEERS:
        workers[peer.name] = Worker(peer, 1)
        workers[peer.name].greeting()
    seconds = ensembles.measure(SMALL, workers, rounds=1)
    assert set(seconds["float64"]) == {"ours", "jax"}


def test_the_table_is_printed_also_where_a_peer_is_missing(monkeypatch, capsys):
    missing = Peer("gone", "no_such_module_of_anyone")
    monkeypatch.setattr(ensembles, "PEERS", (OURS, missing))
    monkeypatch.setattr(ensembles, "SIZES", (SMALL,))
    assert ensembles.main() == 0
    lines = capsys.readouterr().out.splitlines()
    assert "gone: no_such_module_of_anyone is not installed" in lines
    assert [line.split()[3] for line in lines if line.startswith("5, 3, 7")] == [
        "float64", "float32",
    ]  # fmt: skip
