"""BPTT against complex-step differentiation of the cell's own equations, in float64."""

import numpy as np
import pytest
import reference
from cases import NAMES, case

TOLERANCE = 1e-12


def complex_step(case, direction):
    """dL along directions: target -> (directions, ...), target a parameter, "x" or a state."""
    net, count = case.net, len(next(iter(direction.values())))
    plain = {name: a[None, None] for name, a in net.parameters.items()}
    x, initial = case.x[:, None], {name: a[None] for name, a in case.initial.items()}
    for target, d in direction.items():
        step = 1j * reference.STEP * d
        if target == "x":
            x = x + np.moveaxis(step, 0, 1)
        elif target in initial:
            initial[target] = initial[target] + step
        else:
            plain[target] = plain[target] + step[:, None]
    record = reference.run(net.cell, plain, x, initial)
    values = reference.loss(record, case.weights)
    return np.broadcast_to(values.imag / reference.STEP, count)


def targets(case, gradients):
    """(target, product's gradient) for all parameters, x and the initial states."""
    yield from gradients.parameters.items()
    yield "x", gradients.x
    yield from gradients.initial.items()


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_of_every_gradient_of_small_networks(name):
    for k in range(10):
        c = case(name, ("small", k), time=1 + k % 4, batch=1 + k % 2)
        gradients = c.bptt()
        largest = max(np.abs(g).max() for _, g in targets(c, gradients))
        for target, gradient in targets(c, gradients):
            unit = np.eye(gradient.size).reshape(-1, *gradient.shape)
            exact = complex_step(c, {target: unit}).reshape(gradient.shape)
            scale = max(np.abs(exact).max(), 1e-3 * largest)
            assert np.abs(gradient - exact).max() <= TOLERANCE * scale, (target, k)


@pytest.mark.parametrize("name", NAMES)
def test_three_random_directions_of_every_gradient(name):
    for k in range(190):
        c = case(name, ("random", k))
        gradients = c.bptt()
        for target, gradient in targets(c, gradients):
            d = np.random.default_rng(k).standard_normal((3, *gradient.shape))
            d /= np.sqrt((d**2).sum(axis=tuple(range(1, d.ndim)), keepdims=True))
            exact = complex_step(c, {target: d})
            got = (gradient * d).reshape(3, -1).sum(axis=1)
            assert np.abs(got - exact).max() <= TOLERANCE * np.abs(gradient).max(), (target, k)


def test_the_check_sees_an_error_in_the_twelfth_digit():
    c = case("lstm", "control")
    gradients = c.bptt()
    d = np.ones((1, *gradients.parameters["U.f"].shape))
    exact = complex_step(c, {"U.f": d})
    wrong = (gradients.parameters["U.f"] * (1 + 1e-11)).sum()
    assert np.abs(wrong - exact).max() > TOLERANCE * np.abs(gradients.parameters["U.f"]).max()
