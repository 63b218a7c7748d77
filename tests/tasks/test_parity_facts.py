"""Parity and linear recurrences: what their eigenvalues let them count.

In minGRU each unit is h <- (1 - z) h + z n, and while the input stays the same, so do z and n:
every unit is a constant plus a multiple of (1 - z)^t, with 1 - z in 0..1. A sum of d such powers
and a constant has at most d zeros (a generalised rule of signs, Laguerre 1883), so d units change
their answer at most d times while only ones are read; parity changes its answer at each of them.
Sources of the fact: Sarrof, Veitsman and Hahn 2024; Grazzi et al. 2024.
"""

import numpy as np
import pytest

import workbench as wb

QUIET = {"progress": False}


def changes(logits):
    """How often the larger of two logits (time, 2) becomes the smaller one."""
    answers = np.sign(logits[:, 1] - logits[:, 0])
    return int((answers[1:] * answers[:-1] < 0).sum())


def network(net, seed):
    return wb.Network(net, wb.Dense(net.hidden_size, 2, seed=seed))


@pytest.mark.parametrize("units", [1, 3, 8])
def test_a_mingru_changes_its_answer_on_ones_at_most_once_a_unit(units):
    ones = np.ones((60, 1))
    seen = set()
    for seed in range(200):
        random = np.random.default_rng([units, seed])
        model = network(wb.Recurrent("mingru", 1, units, seed=seed), seed)
        for name, array in model.parameters.items():
            model.parameters[name] = 2 * random.standard_normal(array.shape)
        seen.add(changes(model.run(ones).output))
    assert 0 < max(seen) <= units


def test_control_an_elman_network_of_two_units_changes_its_answer_at_every_one():
    # One unit is near 1 after an odd number of ones: h0 = at least one of (x, odd so far),
    # h1 = both of them, and odd = h0 and not h1, written with steep sigmoids.
    net = wb.Recurrent("elman", 1, 2, activation="sigmoid")
    net.parameters["W"] = np.array([[40.0], [40.0]])
    net.parameters["U"] = np.array([[40.0, -40.0], [40.0, -40.0]])
    net.parameters["b"] = np.array([-20.0, -60.0])
    model = network(net, 0)
    model.parameters["dense_1.W"] = np.array([[0.0, 0.0], [1.0, -1.0]])
    model.parameters["dense_1.b"] = np.array([0.5, 0.0])
    x, y = wb.data.parity(200, 60, 0)
    assert np.array_equal(model.run(x, batch_first=True).output.argmax(axis=-1), y)
    assert changes(model.run(np.ones((60, 1))).output) == 59


def test_a_linear_recurrence_with_an_eigenvalue_of_minus_one_solves_it():
    @wb.cell
    def signed(x, h, W, b):
        h = (W.a @ x + b.a) * h
        return h

    net = wb.Recurrent(signed, 1, 1)
    net.parameters["W.a"], net.parameters["b.a"] = np.array([[-2.0]]), np.array([1.0])
    x, y = wb.data.parity(200, 60, 1)
    trace = net.run(x, {"h": np.ones((200, 1))}, batch_first=True)
    assert np.array_equal(trace.h[:, :, 0], 1 - 2 * y)


def test_trained_alike_a_mingru_stays_at_the_baseline_and_an_elman_network_does_not():
    chosen = {"hidden_size": 8, "epochs": 25, "learning_rate": 1e-2, "options": QUIET}
    linear = wb.tasks.parity(cell="mingru", **chosen)
    nonlinear = wb.tasks.parity(cell="elman", **chosen)
    assert abs(linear.score - linear.baseline) < 0.1
    assert nonlinear.score > 0.95
    assert changes(linear.model.run(np.ones((60, 1))).output) <= 8


@pytest.mark.long
@pytest.mark.parametrize("seed", wb.tasks.SEEDS)
@pytest.mark.parametrize("units", [8, 32])
def test_no_seed_lets_a_mingru_learn_parity(seed, units):
    outcome = wb.tasks.parity(
        seed=seed, cell="mingru", hidden_size=units, epochs=25, learning_rate=1e-2, options=QUIET
    )
    assert abs(outcome.score - 1 / 2) < 0.15
