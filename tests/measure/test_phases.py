"""The phase diagram beside mean-field theory by plain quadrature, and beside single networks."""

import numpy as np
import pytest

import workbench as wb
from workbench.measure import PhasePlane, gradient_phases
from workbench.measure.phases import SIDE, WASHOUT, edge_of, slopes_of

Z = np.linspace(-8, 8, 4001)
GAUSS = np.exp(-(Z**2) / 2) / np.sqrt(2 * np.pi) * (Z[1] - Z[0])
SCATTER = 0.03  # decades a step: 4 draws of 64 units about infinitely many


@pytest.fixture(scope="module")
def plane():
    return PhasePlane(hidden_size=16, seed=3)


def squares(q):
    """E[tanh(sqrt(q) z)^2] of a Gaussian z, by a sum over a fine grid."""
    return GAUSS @ np.tanh(np.sqrt(q) * Z) ** 2


def growth(q):
    """E[tanh'(sqrt(q) z)^2] of a Gaussian z."""
    return GAUSS @ (1 - np.tanh(np.sqrt(q) * Z) ** 2) ** 2


def theory(scale, bias, x):
    """Decades a step of infinitely many units: half of log10 chi_t, on average after the start."""
    q, logs = bias**2 + 1, []
    for value in x:
        q = scale**2 * squares(q) + bias**2 + value**2
        logs.append(np.log10(scale**2 * growth(q)) / 2)
    return np.mean(logs[WASHOUT:])


def resting_chi(scale, bias):
    """chi_1 of networks without input, at the fixed point q* of the variance."""
    q = bias**2 + 1
    for _ in range(400):
        q = scale**2 * squares(q) + bias**2
    return scale**2 * growth(q)


@pytest.mark.parametrize("strength", [0.0, 0.3, 1.0])
def test_slopes_agree_with_mean_field_theory_away_from_the_edge(strength):
    places = [(8, 5), (10, 30), (10, 50), (30, 40), (60, 10), (60, 20), (63, 5), (25, 60)]
    differences = []
    for seed in range(4):
        plane = PhasePlane(hidden_size=64, seed=seed)
        found, x = plane.measure(60, strength), plane.noise(60, strength)[:, 0]
        for column, row in places:
            near = found.slopes[row - 1 : row + 2, column - 1 : column + 2].mean()
            expected = theory(found.scales[column], found.biases[row], x)
            differences.append(near - expected)
    means = np.reshape(differences, (4, len(places))).mean(axis=0)
    assert np.abs(means).max() < SCATTER


def test_the_edge_in_theory_is_where_chi_is_1(plane):
    found = plane.measure(100)
    for row in (21, 42, 63):
        low, high = 0.5, 3.0
        for _ in range(30):
            middle = (low + high) / 2
            low, high = (
                (middle, high) if resting_chi(middle, found.biases[row]) < 1 else (low, middle)
            )
        assert abs(found.theory[row] - middle) < 0.01


def test_small_input_puts_the_edge_of_theory_near_1_and_more_input_or_bias_moves_it_right(plane):
    edges = [plane.measure(100, strength).theory for strength in (0, 0.2, 0.5, 1, 2)]
    assert abs(edges[0][0] - 1) < 0.1
    assert (np.diff([edge[0] for edge in edges]) > 0).all()
    assert (np.diff(edges[0][::7]) > 0).all()


def test_one_network_has_the_norms_that_bptt_of_it_alone_gives(plane):
    found = plane.measure(20, 0.4)
    x = plane.noise(20, 0.4)
    for row, column in ((0, 20), (30, 30), (63, 63)):
        net = plane.network(row, column)
        trace = net.run(x, {"h": plane.first})
        d_h = np.zeros(trace.h.shape)
        d_h[-1] = 16**-0.5
        norms = np.linalg.norm(trace.bptt(d_h)["h"], axis=1)[WASHOUT:][::-1]
        np.testing.assert_allclose(found.logs[row, column], np.log10(norms), atol=1e-3)
        slope = np.polyfit(np.arange(20), np.log10(norms), 1)[0]
        assert abs(found.slopes[row, column] - slope) < 1e-4


def test_the_networks_differ_in_their_two_scales_alone(plane):
    one, other = plane.network(21, 10), plane.network(63, 63)
    ratio = plane.scales[63] / plane.scales[10]
    np.testing.assert_allclose(other.parameters["U"], ratio * one.parameters["U"], rtol=1e-5)
    np.testing.assert_allclose(other.parameters["b"], 3 * one.parameters["b"], rtol=1e-5)
    assert np.array_equal(other.parameters["W"], one.parameters["W"])
    assert not plane.network(0, 5).parameters["b"].any()


def test_a_draw_is_known_by_its_seed(plane):
    again = gradient_phases(steps=12, strength=0.3, hidden_size=16, seed=3)
    other = PhasePlane(hidden_size=16, seed=4)
    other.draw(3)
    assert np.array_equal(again.slopes, plane.measure(12, 0.3).slopes)
    assert np.array_equal(again.slopes, other.measure(12, 0.3).slopes)


def test_the_edge_parts_two_slopes_where_a_line_through_them_is_0():
    scales = np.linspace(1, 2, 5)
    rows = np.array([[-0.3, -0.2, -0.02, 0.06, 0.1], [-1, -1, -1, -1, -1], [0.1, 0.1, 1, 1, 1]])
    edge = edge_of(rows, scales)
    assert edge[0] == pytest.approx(1.5 + 0.25 / 4)
    assert np.isnan(edge[1:]).all()


def test_an_exact_zero_and_not_a_number_stay_what_they_are():
    logs = np.array([[0, -1, -2, -3], [0, -1, -np.inf, -np.inf], [0, np.nan, 1, 1]])
    slopes = slopes_of(logs)
    assert slopes[0] == pytest.approx(-1)
    assert slopes[1] == -np.inf
    assert np.isnan(slopes[2])


def test_another_activation_has_no_theory_here():
    found = gradient_phases(wb.cells.elman.choose(activation="relu"), steps=10, hidden_size=8)
    assert np.isnan(found.theory).all()
    assert found.slopes.shape == (SIDE, SIDE)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"cell": "lstm"}, "cell: expected one with one state, one recurrent matrix and one bias"),
        ({"cell": 3}, "cell: expected one with one state"),
        ({"steps": 9}, "steps: expected 10..100, got 9"),
        ({"steps": 20.5}, "steps: expected 10..100, got 20.5"),
        ({"strength": -1}, "strength: expected a finite number of at least 0 and of at most 2"),
        ({"strength": float("nan")}, "strength: expected a finite number"),
        ({"hidden_size": 1}, "hidden_size: expected a whole number of at least 2, got 1"),
        ({"seed": -1}, "seed: expected a whole number of at least 0, got -1"),
    ],
)
def test_a_wrong_argument_is_refused_in_one_line(wrong, said):
    with pytest.raises(ValueError, match="expected") as error:
        gradient_phases(**({"hidden_size": 4} | wrong))
    assert str(error.value).startswith(said)
    assert "\n" not in str(error.value)
