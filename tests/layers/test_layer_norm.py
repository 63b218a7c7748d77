"""LayerNorm beside the formula, one step and one row at a time."""

import math

import numpy as np

import workbench as wb

from .slopes import misfits


def layer(epsilon=1e-5):
    norm, generator = wb.LayerNorm(4, epsilon=epsilon), np.random.default_rng(1)
    for name in ("g", "b"):
        norm.parameters[name] = generator.standard_normal(4)
    return norm


def test_each_step_has_its_own_mean_and_variance():
    norm, x = layer(1e-3), np.random.default_rng(0).standard_normal((5, 2, 4))
    y = wb.Network(norm).run(x).output
    g, b = norm.parameters["g"], norm.parameters["b"]
    for t, row in np.ndindex(5, 2):
        v = [float(u) for u in x[t, row]]
        mean = math.fsum(v) / 4
        variance = math.fsum((u - mean) ** 2 for u in v) / 4
        for i in range(4):
            expected = g[i] * (v[i] - mean) / math.sqrt(variance + 1e-3) + b[i]
            assert abs(y[t, row, i] - expected) < 1e-14


def test_derivatives_equal_differences():
    model, x = wb.Network(layer()), np.random.default_rng(0).standard_normal((5, 2, 4))
    found = misfits(lambda: model.run(x), model.parameters, x)
    assert set(found) == {"layer_norm_1.g", "layer_norm_1.b", "x"}
    assert max(found.values()) < 1e-9, found


def test_it_starts_without_a_gain_and_bears_equal_units():
    model = wb.Network(wb.LayerNorm(4))
    y = model.run(np.random.default_rng(0).standard_normal((5, 4))).output
    assert np.allclose(y.mean(axis=-1), 0, atol=1e-15)
    assert np.allclose(y.std(axis=-1), 1, atol=1e-3)
    equal = model.run(np.full((5, 4), 7.0))
    assert (equal.output == 0).all()
    assert np.isfinite(equal.backward(np.ones((5, 4))).x).all()
