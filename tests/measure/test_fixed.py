import numpy as np
import pytest

import workbench as wb
from workbench.measure import fixed_points

from .equations import network, sequence


def switch(weight=2.0, units=1):
    """tanh(w h) in every unit: -a, 0 and a in each, where a = tanh(w a)."""
    net = wb.Recurrent("elman", 1, units, start={"W": 0.0})
    net.parameters["U"] = weight * np.eye(units)
    return net


def root(weight):
    """a = tanh(w a) above 0, by halving the place where it must be."""
    low, high = 1e-3, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if np.tanh(weight * middle) > middle else (low, middle)
    return low


def test_a_switch_has_two_stable_points_and_an_unstable_one_between():
    a, points = root(2.0), fixed_points(switch())
    order = np.argsort(points.states[:, 0])
    np.testing.assert_allclose(points.states[order, 0], [-a, 0, a], atol=1e-12)
    assert points.stable[order].tolist() == [True, False, True]
    assert points.unstable[order].tolist() == [0, 1, 0]
    wanted = 2 * (1 - np.array([a, 0, a]) ** 2)
    np.testing.assert_allclose(points.eigenvalues[order, 0], wanted, atol=1e-10)
    assert points.starts.sum() == 200
    assert (points.errors < 1e-10).all()


def test_two_switches_have_nine_points_by_the_number_of_units_at_rest():
    points = fixed_points(switch(1.6, 2), count=300)
    assert len(points) == 9
    at_rest = (np.abs(points.states) < 1e-9).sum(axis=1)
    np.testing.assert_array_equal(points.unstable, at_rest)
    assert sorted(at_rest) == [0] * 4 + [1] * 4 + [2]


@pytest.mark.parametrize("cell", ["lstm", "gru", "elman"])
def test_a_step_leaves_each_point_where_it_is_and_its_eigenvalues_are_those_of_the_step(cell):
    net, x = network(cell, strength=2.0), np.array([0.4, -0.3])
    points = fixed_points(net, x, count=60)
    assert len(points) >= 1
    for k in range(len(points)):
        trace = net.run(x[None], points.state(k))
        for name, state in points.state(k).items():
            np.testing.assert_allclose(trace.final[name], state, atol=1e-9)
        wanted = np.linalg.eigvals(trace.jacobian()[0])
        wanted = wanted[np.lexsort((wanted.imag, -np.abs(wanted).round(9)))]
        found = points.eigenvalues[k]
        found = found[np.lexsort((found.imag, -np.abs(found).round(9)))]
        np.testing.assert_allclose(found, wanted, atol=1e-8)


def test_a_stable_point_is_where_the_network_ends_up():
    net = network("gru", strength=0.8)
    end = net.run(np.zeros((3000, 2)), {"h": np.full(4, 0.2)}).final["h"]
    points = fixed_points(net)
    near = np.linalg.norm(points.states - end, axis=1).argmin()
    np.testing.assert_allclose(points.states[near], end, atol=1e-9)
    assert points.stable[near]


def test_starts_are_the_real_states_of_a_trace_or_given():
    a, net = root(2.0), switch()
    trace = net.run(np.zeros((6, 2, 1)), {"h": np.array([[0.9], [0.2]])}, lengths=[6, 0])
    points = fixed_points(net, starts=trace, count=20)
    np.testing.assert_allclose(points.states, [[a]], atol=1e-12)
    assert points.starts.tolist() == [20]
    points = fixed_points(net, starts=np.array([[-0.9], [0.01], [0.9], [0.8]]))
    assert points.starts.tolist() == [2, 1, 1]
    spread = fixed_points(net, starts=trace, count=200, noise=1.0)
    assert len(spread) == 3


def test_a_network_that_only_drifts_has_none():
    net = wb.Recurrent("elman", 1, 2, activation="identity", start={"U": "identity"})
    net.parameters["b"] = [0.1, 0.0]
    assert len(fixed_points(net, count=10)) == 0
    assert fixed_points(net, count=10).eigenvalues.shape == (0, 2)


def test_float32_is_solved_in_float64():
    net = wb.Recurrent("elman", 1, 1, start={"W": 0.0, "U": 2.0}, dtype="float32")
    assert sorted(fixed_points(net).states[:, 0]) == pytest.approx(
        [-root(2), 0, root(2)], abs=1e-12
    )


def test_wrong_arguments_are_refused_in_one_line():
    net = network("lstm")
    other = network("gru").run(sequence(3))
    for call, message in [
        (lambda: fixed_points("lstm"), "net: expected a Recurrent, got str"),
        (lambda: fixed_points(net, np.ones(3)), "x: expected (2,), got (3,)"),
        (lambda: fixed_points(net, starts=np.ones((2, 4))), "starts: expected (starts, 8), got (2"),
        (lambda: fixed_points(net, starts=other), "starts: expected a trace of lstm, got gru"),
        (lambda: fixed_points(net, count=0), "count: expected a whole number of at least 1, got 0"),
        (lambda: fixed_points(net, tolerance=0), "tolerance: expected a finite number above 0"),
        (lambda: fixed_points(net, noise=-1), "noise: expected a finite number of at least 0"),
        (lambda: fixed_points(net, apart="a"), "apart: expected a finite number above 0, got"),
    ]:
        with pytest.raises(ValueError, match="expected") as caught:
            call()
        assert str(caught.value).startswith(message)
