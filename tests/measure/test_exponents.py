import numpy as np
import pytest

import workbench as wb
from workbench.measure import jacobian_norms, lyapunov

from .equations import network, sequence


@wb.cell
def logistic(x, h):
    h = 4 * h * (1 - h) + 0 * x
    return h


@wb.cell
def henon(x, u, v):
    u_next = 1 - 1.4 * u * u + v + 0 * x
    v = 0.3 * u
    u = u_next + 0 * x
    return u, v


def test_the_exponent_of_the_logistic_map_is_ln_2():
    found = lyapunov(wb.Recurrent(logistic, 1, 1), steps=20_000, state={"h": [0.3]})
    np.testing.assert_allclose(found, [np.log(2)], atol=5e-3)


def test_the_exponents_of_the_henon_map_add_up_to_the_log_of_its_determinant():
    """The map takes every area to 0.3 of it; its largest exponent is 0.419 (Sprott 2003)."""
    net = wb.Recurrent(henon, 1, 1)
    found = lyapunov(net, count=None, steps=20_000, state={"u": [0.1], "v": [0.1]})
    np.testing.assert_allclose(found.sum(), np.log(0.3), rtol=1e-12)
    np.testing.assert_allclose(found[0], 0.419, atol=5e-3)


def test_those_of_a_linear_network_are_the_logs_of_the_moduli_of_its_eigenvalues():
    net = wb.Recurrent("elman", 1, 6, activation="identity", seed=4)
    u = np.random.default_rng(4).standard_normal((6, 6)) / 3
    net.parameters["U"] = u
    wanted = np.log(np.sort(np.abs(np.linalg.eigvals(u)))[::-1])
    found = lyapunov(net, count=None, steps=4000)
    np.testing.assert_allclose(found, wanted, atol=2e-3)
    np.testing.assert_allclose(lyapunov(net, count=2, steps=4000), wanted[:2], atol=2e-3)


def test_along_an_input_the_largest_is_the_mean_log_of_what_the_jacobians_do_to_one_change():
    net, x = network("lstm", strength=2.0), sequence(2000)
    largest = jacobian_norms(net.run(x[:300]))[299, 0] * np.log(10) / 299
    np.testing.assert_allclose(lyapunov(net, x[:300], state={}), largest, atol=0.05)
    spectrum = lyapunov(net, x, count=None, washout=0, state={})
    volume = np.linalg.slogdet(net.run(x).jacobian())[1].mean()
    np.testing.assert_allclose(spectrum.sum(), volume, rtol=1e-10)
    assert (np.diff(spectrum) <= 0).all()


def test_it_is_the_same_however_many_jacobians_are_held_at_a_time(monkeypatch):
    net, x = network("gru"), sequence(150)
    whole = lyapunov(net, x, count=3)
    monkeypatch.setattr("workbench.measure.exponents.HELD", 7 * 16)
    np.testing.assert_allclose(lyapunov(net, x, count=3), whole, rtol=1e-12)


def test_a_direction_that_is_lost_altogether_is_minus_infinity():
    net = wb.Recurrent("elman", 1, 3, start={"U": np.diag([0.5, 0.2, 0.0])}, activation="identity")
    found = lyapunov(net, count=None, steps=200)
    np.testing.assert_allclose(found[:2], np.log([0.5, 0.2]), atol=1e-2)
    assert found[2] == -np.inf


def test_a_float32_network_is_measured_in_float64():
    small, large = (network("gru", dtype=dtype) for dtype in ("float32", "float64"))
    large.parameters.update(small.parameters)
    found, wanted = lyapunov(small, sequence(300)), lyapunov(large, sequence(300))
    np.testing.assert_array_equal(found, wanted)


def test_wrong_arguments_are_refused_in_one_line():
    net, x = network("elman"), sequence(150)
    grows = wb.Recurrent("elman", 2, 2, activation="exp", start={"U": 3.0})
    for call, message in [
        (lambda: lyapunov("elman"), "net: expected a Recurrent, got str"),
        (lambda: lyapunov(net, x[:, 0]), "x: expected (time, 2), got (150,)"),
        (lambda: lyapunov(net, x, 5), "count: expected at most 4, the units of all states, got 5"),
        (lambda: lyapunov(net, x, 0), "count: expected a whole number of at least 1, got 0"),
        (lambda: lyapunov(net, x, steps=9), "steps: expected None beside x, got 9"),
        (lambda: lyapunov(net, x[:100]), "washout: expected fewer than the 100 steps, got 100"),
        (lambda: lyapunov(grows), "net: expected finite states, got others by step"),
    ]:
        with pytest.raises(ValueError, match="expected") as caught, np.errstate(all="ignore"):
            call()
        assert str(caught.value).startswith(message)
