"""Dense beside a loop over steps and rows, with the activations written out."""

import math

import numpy as np
import pytest

import workbench as wb

from .slopes import misfits

ACTIVATIONS = {
    None: lambda a: a,
    "identity": lambda a: a,
    "tanh": math.tanh,
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
    "relu": lambda a: max(a, 0.0),
    "leaky_relu": lambda a: a if a > 0 else 0.01 * a,
    "elu": lambda a: a if a > 0 else math.expm1(a),
    "softplus": lambda a: math.log1p(math.exp(a)),
    "softsign": lambda a: a / (1 + math.fabs(a)),
    "hard_sigmoid": lambda a: min(max(a / 6 + 0.5, 0.0), 1.0),
    "exp": math.exp,
    "abs": math.fabs,
}


def layer(activation, seed=3):
    generator = np.random.default_rng(seed)
    dense = wb.Dense(3, 4, activation)
    dense.parameters["W"] = generator.standard_normal((4, 3))
    dense.parameters["b"] = generator.standard_normal(4)
    return dense


def by_hand(dense, x, f):
    W, b = dense.parameters["W"], dense.parameters["b"]
    y = np.zeros((*x.shape[:-1], len(b)))
    for place in np.ndindex(*x.shape[:-1]):
        for i in range(len(b)):
            y[(*place, i)] = f(b[i] + sum(W[i, j] * x[(*place, j)] for j in range(x.shape[-1])))
    return y


@pytest.mark.parametrize("shape", [(5, 2, 3), (5, 3)], ids=["batch", "no batch"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_each_step_is_f_of_w_x_plus_b(name, shape):
    dense, x = layer(name), np.random.default_rng(0).standard_normal(shape)
    expected = by_hand(dense, x, ACTIVATIONS[name])
    assert np.allclose(wb.Network(dense).run(x).output, expected, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_equal_differences(name):
    model, x = wb.Network(layer(name)), np.random.default_rng(0).standard_normal((5, 2, 3))
    found = misfits(lambda: model.run(x), model.parameters, x)
    assert set(found) == {"dense_1.W", "dense_1.b", "x"}
    assert max(found.values()) < 1e-9, found


def test_vectors_go_in_where_the_next_layer_needs_vectors():
    dense = layer("tanh")
    model = wb.Network(dense, wb.Repeat(2))
    x = np.random.default_rng(0).standard_normal((6, 3))
    expected = by_hand(dense, x, math.tanh)
    assert np.allclose(model.run(x).output, np.stack([expected, expected]), rtol=0, atol=1e-15)
    assert np.allclose(model.run(x[2]).output[1], expected[2], rtol=0, atol=1e-15)
    found = misfits(lambda: model.run(x), model.parameters, x)
    assert max(found.values()) < 1e-9, found


def test_the_way_back_belongs_to_the_run_whatever_changes_after_it():
    model, x = wb.Network(layer("tanh")), np.ones((4, 2, 3))
    run, d = model.run(x), np.ones((4, 2, 4))
    before = run.backward(d)
    model.parameters["dense_1.W"] = np.zeros((4, 3))
    after = run.backward(d)
    assert np.array_equal(before.x, after.x)
    assert np.array_equal(before.parameters["dense_1.W"], after.parameters["dense_1.W"])


@pytest.mark.parametrize(
    ("activation", "variance"), [(None, 2 / (300 + 200)), ("relu", 2 / 300)], ids=["glorot", "he"]
)
def test_starts_have_the_variance_of_the_papers(activation, variance):
    W = wb.Dense(300, 200, activation, seed=1).parameters["W"]
    assert abs(W.var() / variance - 1) < 5 * math.sqrt(2 / W.size)
    assert (wb.Dense(3, 2, activation).parameters["b"] == 0).all()
    assert not np.array_equal(W, wb.Dense(300, 200, activation, seed=2).parameters["W"])
