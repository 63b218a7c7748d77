"""Logarithms of gradient norms: what plain NumPy gives, however small or large they become."""

import numpy as np
import pytest

import workbench as wb
from workbench.targets.cpu import log_norms


def orthogonal(count, units, g):
    """(count, units, units) matrices that keep every norm."""
    return np.linalg.qr(g.standard_normal((count, units, units)))[0]


def by_hand(h, u, d_h):
    """log10 |dL/dh_t| of an Elman network with tanh, one step and one vector at a time.

    h: (time, units) after each step. The vector is brought to length 1 after every step and the
    logarithms of its lengths are added up.
    """
    h, u = h.astype(np.longdouble), u.astype(np.longdouble)
    result, v, logarithm = np.empty(len(h)), d_h.astype(np.longdouble), np.longdouble(0)
    for t in reversed(range(len(h))):
        length = np.sqrt((v * v).sum())
        logarithm = logarithm + np.log10(length)
        result[t] = logarithm
        v = v / length
        v = u.T @ ((1 - h[t] ** 2) * v)
    return result


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 2e-5)])
def test_the_norms_of_an_elman_network_are_those_of_numpy(dtype, tolerance):
    g, radius = np.random.default_rng(0), np.array([1e-12, 1e-3, 0.5, 1.0, 2.0])
    for units in (1, 5, 32, 33):
        ensemble = wb.Ensemble("elman", 5, 2, units, dtype=dtype)
        u = radius[:, None, None] * g.standard_normal((5, units, units)) / np.sqrt(units)
        ensemble.parameters["U"] = u
        x, d_h = g.standard_normal((5, 100, 2)), g.standard_normal(units)
        found, trace = ensemble.log_gradient_norms(x, d_h), ensemble.run(x)
        assert found.dtype == np.float64
        for k in range(5):
            expected = by_hand(trace.h[k], ensemble.parameters["U"][k], d_h)
            assert np.abs(found[k] - expected).max() <= tolerance * max(1, np.abs(expected).max())
    assert found[0, 0] < -1000  # far below the smallest float64, 1e-324


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-5)])
def test_ten_thousand_steps_that_shrink_or_grow_by_the_same_factor_add_up(dtype, tolerance):
    g, time = np.random.default_rng(1), 10_000
    radius = np.array([1e-30, 1e-12, 0.1, 1.0, 7.0, 1e12, 1e30])
    ensemble = wb.Ensemble("elman", len(radius), 1, 8, dtype=dtype)
    ensemble.parameters["U"] = radius[:, None, None] * orthogonal(len(radius), 8, g)
    # With no input h stays at 0, where tanh is as steep as its argument.
    found = ensemble.log_gradient_norms(np.zeros((time, 1)))
    expected = np.log10(radius)[:, None] * np.arange(time - 1, -1, -1)
    scale = np.maximum(np.abs(expected), np.arange(time, 0, -1))
    assert (np.abs(found - expected) <= tolerance * scale).all()


def test_minus_infinity_says_that_the_gradient_is_exactly_zero():
    ensemble = wb.Ensemble("elman", 3, 1, 4)
    ensemble.parameters["U"] *= np.array([0.0, 1e-300, 1.0])[:, None, None]
    found = ensemble.log_gradient_norms(np.ones((50, 1)))
    assert np.isneginf(found[0, :-1]).all()
    assert found[0, -1] == pytest.approx(0, abs=1e-15)
    assert np.isfinite(found[1:]).all()
    assert found[1, 0] < -14_000
    assert np.isneginf(ensemble.log_gradient_norms(np.ones((50, 1)), np.zeros(4))).all()


@pytest.mark.parametrize("factor", [1e-320, 1e-200, 1e-60, 1e60, 1e300])
def test_the_norms_follow_the_size_of_what_the_loss_gives(factor):
    for dtype, tolerance in (("float64", 1e-12), ("float32", 1e-5)):
        ensemble = wb.Ensemble("elman", 2, 1, 4, dtype=dtype)
        d_h, x = np.array([1.0, -2.0, 0.5, 4.0]), np.sin(np.arange(40.0))[:, None]
        shift = ensemble.log_gradient_norms(x, factor * d_h) - ensemble.log_gradient_norms(x, d_h)
        exact = np.log10(factor * 4.0) - np.log10(4.0)
        # 1e-320 has three digits left.
        assert np.abs(shift - exact).max() <= max(tolerance * 400, 1e-3 * (factor < 1e-307))


LINES = [
    ("lstm", "c"), ("lstm", "f"), ("lstm", None), ("gru", "r"), ("jordan", None), ("slstm", "m"),
    ("leaky", None),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "line"), LINES)
def test_every_line_of_every_cell_has_the_norm_of_its_total_adjoint(cell, line):
    g = np.random.default_rng(2)
    ensemble = wb.Ensemble(cell, 3, 2, 5, sizes={"y": 2} if cell == "jordan" else None)
    x = g.standard_normal((3, 37, 2))
    state = {name: 1 + g.random((3, units)) for name, units in ensemble.state_sizes.items()}
    d_h = g.standard_normal(ensemble.output_size)
    found = ensemble.log_gradient_norms(x, d_h, line, state)
    for k in range(3):
        d = np.zeros((37, ensemble.output_size))
        d[-1] = d_h
        alone = ensemble[k].run(x[k], {name: a[k] for name, a in state.items()})
        adjoint = alone.bptt(d)[line or ensemble.cell.output]
        expected = np.log10(np.sqrt((adjoint**2).sum(axis=1)))
        assert np.abs(found[k] - expected).max() < 1e-12, k


def test_several_states_that_fade_are_those_of_the_product_of_jacobians():
    ensemble = wb.Ensemble("lstm", 2, 2, 4, seed=3)
    ensemble.parameters["b.f"] = np.full(4, -30.0)  # a cell that forgets all but 1e-13
    ensemble.parameters["U.i"] *= 1e-9
    for gate in "fgo":
        ensemble.parameters[f"U.{gate}"] *= 1e-9
    x = np.random.default_rng(3).standard_normal((60, 2))
    found, trace = ensemble.log_gradient_norms(x), ensemble.run(x)
    jacobians = trace.jacobian()
    for k in range(2):
        v, logarithm, expected = np.r_[np.full(4, 0.5), np.zeros(4)], 0.0, []
        for t in reversed(range(60)):
            expected.append(logarithm + np.log10(np.linalg.norm(v[:4])))
            v = jacobians[k, t].T @ v
            logarithm += np.log10(np.linalg.norm(v))
            v = v / np.linalg.norm(v)
        assert expected[-1] < -400
        assert np.abs(found[k] - expected[::-1]).max() < 1e-10


def test_the_length_of_a_series_need_not_be_that_of_blocks():
    ensemble = wb.Ensemble("elman", 1, 1, 4)
    x = np.sin(np.arange(3.0 * log_norms.BLOCK))[:, None]
    for time in (1, 2, log_norms.BLOCK - 1, log_norms.BLOCK, log_norms.BLOCK + 1, len(x)):
        found = ensemble.log_gradient_norms(x[:time])[0]
        h = ensemble.run(x[:time]).h[0]
        expected = by_hand(h, ensemble.parameters["U"][0], np.full(4, 0.5))
        assert np.abs(found - expected).max() < 1e-13


def test_a_gradient_that_is_no_number_is_not_called_zero():
    ensemble = wb.Ensemble("elman", 1, 1, 2)
    ensemble.parameters["U"] = np.array([[1.0, -1.0], [-1.0, 1.0]])
    # The product with an infinite state is infinity minus infinity, and so is all that follows.
    found = ensemble.log_gradient_norms(np.ones((40, 1)), state=np.full(2, np.inf))
    assert np.isnan(found[0, :-1]).all()
    assert found[0, -1] == pytest.approx(0, abs=1e-15)
