"""Peers that are installed compute what this project computes; who is missing is skipped."""

import importlib

import numpy as np
import pytest

from workbench import Recurrent
from workbench.bench import rows
from workbench.bench.peers import OURS, OWN_PEERS, PEERS
from workbench.bench.problems import TABLE_CELLS, Case, Problem, apart
from workbench.cells import CELLS


def results(peer, problem):
    """pass -> name -> array."""
    try:
        module = importlib.import_module(peer.module)
    except ModuleNotFoundError as error:
        pytest.skip(f"{error.name} is not installed")
    return {name: read(call()) for name, (call, read) in module.prepare(problem).items()}


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # as a worker's process has it


@pytest.mark.parametrize("cell", TABLE_CELLS)
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peer_computes_what_we_compute(peer, cell):
    problem = Problem(Case(cell, 7, 3, 4, 5))
    theirs, ours = results(peer, problem), results(OURS, problem)
    assert "forward" in theirs
    for name, arrays in theirs.items():
        assert rows.difference(ours[name], arrays) == ""


@pytest.mark.parametrize("cell", CELLS)
def test_the_loop_over_a_cells_own_equations_computes_what_we_compute(cell):
    inputs = 5 if CELLS[cell].graph.tied is not None else 4
    problem = Problem(Case(cell, 7, 3, inputs, 5))
    theirs, ours = results(OWN_PEERS[0], problem), results(OURS, problem)
    assert set(theirs) == {"forward", "both"}
    for name, arrays in theirs.items():
        assert rows.difference(ours[name], arrays) == ""


@pytest.mark.parametrize("cell", TABLE_CELLS)
def test_ours_is_what_the_equations_give(cell):
    problem = Problem(Case(cell, 4, 2, 3, 5))
    net = Recurrent(problem.cell, 3, 5)
    net.parameters.update(problem.parameters)
    letters = net.parameters.namespaces().values()
    h = results(OURS, problem)["forward"]["h"]
    for row in range(2):
        states = [np.zeros(5) for _ in problem.cell.states]
        for t, x in enumerate(problem.x[:, row]):
            after = problem.cell(x, *states, *letters)
            states = after if isinstance(after, tuple) else (after,)
            np.testing.assert_allclose(h[t, row], states[0], atol=1e-6)


def test_what_is_joined_comes_apart_again():
    problem = Problem(Case("lstm", 1, 1, 2, 3))
    assert (problem.joined("W", "fi")[:3] == problem.parameters["W.f"]).all()
    for name, array in apart("W", "ofi", problem.joined("W", "ofi")).items():
        assert (array == problem.parameters[name]).all()
    plain = Problem(Case("elman", 1, 1, 2, 3))
    assert list(apart("U", "", plain.joined("U", ""))) == ["U"]
