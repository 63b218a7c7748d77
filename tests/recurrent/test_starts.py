"""Named starts and seeds."""

import numpy as np
import pytest

import workbench as wb


def test_the_default_is_glorot_for_the_input_orthogonal_for_the_state_and_zero_for_biases():
    net = wb.Recurrent("gru", 30, 40)
    bound = np.sqrt(6 / 70)
    for gate in "rzn":
        w, u = net.parameters[f"W.{gate}"], net.parameters[f"U.{gate}"]
        assert bound * 0.95 < np.abs(w).max() <= bound
        assert np.allclose(u @ u.T, np.eye(40), atol=1e-13)
        assert (net.parameters[f"b.{gate}"] == 0).all()


def test_the_forget_gate_starts_open():
    net = wb.Recurrent("lstm", 3, 4)
    assert (net.parameters["b.f"] == 1).all()
    assert (net.parameters["b.i"] == 0).all()
    assert (wb.Recurrent("lstm", 3, 4, start={"b.f": 5}).parameters["b.f"] == 5).all()


def test_a_start_is_chosen_by_name_or_by_letter_and_the_name_wins():
    net = wb.Recurrent("lstm", 3, 4, start={"U": "identity", "U.o": 0.5, "b.g": np.arange(4)})
    assert np.array_equal(net.parameters["U.i"], np.eye(4))
    assert (net.parameters["U.o"] == 0.5).all()
    assert net.parameters["b.g"].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("start", "law"),
    [
        ("normal", lambda a: abs(a.std() * np.sqrt(a.shape[1]) - 1) < 0.05),
        ("small", lambda a: abs(a.std() - 0.1) < 0.01),
        ("unit", lambda a: 0 <= a.min() < 0.01 and 0.99 < a.max() <= 1),
        ("zeros", lambda a: (a == 0).all()),
        ("identity", lambda a: np.array_equal(a, np.eye(*a.shape))),
        ("orthogonal", lambda a: np.allclose(a.T @ a, np.eye(a.shape[1]), atol=1e-13)),
    ],
)
def test_named_starts_have_their_distribution(start, law):
    assert law(wb.Recurrent("elman", 40, 80, start={"W": start}).parameters["W"])


def test_a_gate_starts_alike_whatever_other_gates_the_cell_has():
    lstm, without = wb.Recurrent("lstm", 3, 4), wb.Recurrent("lstm_no_output_gate", 3, 4)
    assert np.array_equal(lstm.parameters["U.f"], without.parameters["U.f"])


def test_half_lives_of_the_forget_gate_in_the_literature():
    """With gate sigma(b) alone: 1.00 step at b = 0, 2.21 at 1, 103 at 5; 2.5e-14 after 100 at 1."""
    for bias, half_life in ((0, 1.00), (1, 2.21), (5, 103)):
        net = wb.Recurrent("lstm", 1, 1, start={"W": 0, "U": 0, "b": 0, "b.f": bias})
        trace = net.run(np.zeros((101, 1)), {"c": np.ones(1)})
        left = trace["c"][:, 0]
        assert np.log(0.5) / np.log(left[0]) == pytest.approx(half_life, rel=5e-3)
        if bias == 1:
            assert left[99] == pytest.approx(2.5e-14, rel=0.02)


def test_an_orthogonal_linear_network_keeps_its_gradient_and_a_scaled_one_loses_it():
    """Gain 1 leaves 1 after 100 steps, gain 0.8 leaves 2.0e-10."""
    for gain, left in ((1.0, 1.0), (0.8, 2.0e-10)):
        net = wb.Recurrent("elman", 1, 16, activation="identity")
        net.parameters["U"] = gain * net.parameters["U"]
        trace = net.run(np.zeros((101, 1)))
        d = np.zeros((101, 16))
        d[100, 3] = 1
        norms = np.linalg.norm(trace.bptt(d)["h"], axis=1)
        assert norms[0] / norms[100] == pytest.approx(left, rel=0.02)
