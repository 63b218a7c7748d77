"""Reservoirs: how they are drawn, that they forget, what they remember, and the solved readout."""

import numpy as np
import pytest

import workbench as wb
from workbench.layers import solve

RANDOM = np.random.default_rng(0)


def parameters(**options):
    return wb.Reservoir(2, 60, **options).net.parameters


@pytest.mark.parametrize("radius", [0.0, 0.5, 0.99, 1.5])
def test_the_largest_absolute_eigenvalue_is_the_spectral_radius(radius):
    eigenvalues = np.linalg.eigvals(parameters(spectral_radius=radius)["U"])
    assert abs(np.abs(eigenvalues).max() - radius) < 1e-10


@pytest.mark.parametrize("density", [0.05, 0.3, 1.0])
def test_density_is_the_share_of_weights_that_are_not_zero(density):
    share = (parameters(density=density)["U"] != 0).mean()
    assert abs(share - density) <= 5 * np.sqrt(density * (1 - density)) / 60


def test_scales_bound_the_input_weights_and_the_biases():
    p = parameters(input_scale=0.3, bias_scale=2.0)
    assert 0.25 < np.abs(p["W"]).max() <= 0.3
    assert 1.5 < np.abs(p["b"]).max() <= 2.0
    assert (parameters()["b"] == 0).all()
    assert np.array_equal(parameters(seed=3)["U"], parameters(seed=3)["U"])
    assert not np.array_equal(parameters(seed=3)["U"], parameters(seed=4)["U"])


@pytest.mark.parametrize("leak_rate", [1.0, 0.3])
def test_the_states_are_those_of_leaky_units(leak_rate):
    layer, x = wb.Reservoir(2, 20, leak_rate=leak_rate, bias_scale=0.5), RANDOM.random((30, 2))
    p, h = layer.net.parameters, np.zeros(20)
    for t, state in enumerate(wb.Network(layer).run(x).output):
        h = (1 - leak_rate) * h + leak_rate * np.tanh(p["W"] @ x[t] + p["U"] @ h + p["b"])
        assert np.allclose(state, h, rtol=0, atol=1e-13)
    if leak_rate == 1:
        elman = wb.Recurrent("elman", 2, 20)
        for name, array in p.items():
            elman.parameters[name] = array
        assert np.allclose(elman.run(x).h, layer.net.run(x).h, rtol=0, atol=1e-13)


def test_two_first_states_end_in_one_where_the_echo_state_property_holds():
    x = RANDOM.uniform(-1, 1, (400, 2, 1))
    x[:, 1] = x[:, 0]
    state = RANDOM.uniform(-1, 1, (2, 100))

    def distance(radius, scale):
        net = wb.Reservoir(1, 100, spectral_radius=radius, input_scale=scale).net
        h = net.run(x, state).h
        return np.linalg.norm(h[:, 0] - h[:, 1], axis=-1)

    forgets = distance(0.9, 1.0)
    assert forgets[0] > 0.1
    assert forgets[-1] < 1e-12
    # The control: far above 1 and hardly driven, the reservoir is chaotic and never agrees.
    assert distance(3.0, 0.01)[-100:].min() > 0.1


def augmented(h, y, ridge):
    """W and b of the least squares problem with sqrt(ridge) rows under the centred states."""
    H, Y = h - h.mean(axis=0), y - y.mean(axis=0)
    A = np.concatenate([H, np.sqrt(ridge) * np.eye(H.shape[1])])
    B = np.concatenate([Y, np.zeros((H.shape[1], Y.shape[1]))])
    W = np.linalg.lstsq(A, B, rcond=None)[0].T
    return W, y.mean(axis=0) - W @ h.mean(axis=0)


@pytest.mark.parametrize("ridge", [0, 1e-12, 1e-6, 1e-2, 10.0])
def test_the_readout_solves_the_augmented_least_squares_problem(ridge):
    h = RANDOM.standard_normal((200, 3, 15)) + 2
    y = h[..., :2] * [1.5, -2] + RANDOM.standard_normal((200, 3, 2))
    dense = solve(h, y, ridge=ridge)
    W, b = augmented(h.reshape(600, 15), y.reshape(600, 2), ridge)
    assert np.allclose(dense.parameters["W"], W, rtol=0, atol=1e-12)
    assert np.allclose(dense.parameters["b"], b, rtol=0, atol=1e-12)


def test_no_other_weights_have_a_smaller_penalised_error():
    h, y, ridge = RANDOM.standard_normal((80, 6)), RANDOM.standard_normal((80, 2)), 0.7
    p = solve(h, y, ridge=ridge).parameters

    def cost(W, b):
        return ((h @ W.T + b - y) ** 2).sum() + ridge * (W**2).sum()

    best = cost(p["W"], p["b"])
    for _ in range(20):
        W, b = (1e-3 * RANDOM.standard_normal(a.shape) for a in (p["W"], p["b"]))
        assert cost(p["W"] + W, p["b"] + b) > best


def test_ridge_zero_solves_exactly_and_gives_idle_directions_no_weight():
    h = RANDOM.standard_normal((50, 4))
    h = np.concatenate([h, h[:, :1], np.full((50, 1), 3.0)], axis=1)
    y = h[:, :2] @ [[2.0], [-1.0]] + 0.5
    p = solve(h, y, ridge=0).parameters
    assert np.allclose(p["W"], [[1, -1, 0, 0, 1, 0]], rtol=0, atol=1e-12)
    assert np.allclose(p["b"], 0.5, rtol=0, atol=1e-12)
    assert (solve(np.ones((5, 2)), np.ones((5, 1))).parameters["W"] == 0).all()


def test_a_readout_has_the_number_type_of_its_reservoir():
    layer, x = wb.Reservoir(1, 10, density=0.5, dtype="float32"), RANDOM.random((40, 1))
    dense = layer.readout(x, x, washout=5)
    assert wb.Network(layer, dense).run(x).output.dtype == np.float32


def test_washout_and_padding_do_not_count():
    layer = wb.Reservoir(1, 12, density=0.5, seed=2)
    x, y = RANDOM.random((60, 3, 1)), RANDOM.random((60, 3, 2))
    lengths = np.array([60, 40, 7])
    post = np.arange(60)[:, None] < lengths
    pre = post[::-1]
    for mask in (post, pre):
        ours = layer.readout(x, np.where(mask[..., None], y, np.nan), washout=10, mask=mask)
        h = layer.net.run(x, mask=mask).h
        kept = []
        for row in range(3):
            kept += [(t, row) for t in np.flatnonzero(mask[:, row])[10:]]
        t, row = np.transpose(kept)
        W, b = augmented(h[t, row], y[t, row], 1e-6)
        assert np.allclose(ours.parameters["W"], W, rtol=0, atol=1e-7 * np.abs(W).max())
        assert np.allclose(ours.parameters["b"], b, rtol=0, atol=1e-7 * np.abs(W).max())
    by_length = layer.readout(x, y, washout=10, lengths=lengths)
    by_mask = layer.readout(x, y, washout=10, mask=post)
    assert np.array_equal(by_length.parameters["W"], by_mask.parameters["W"])


def narma(u, order=10):
    """NARMA of order 10: Atiya and Parlos (2000), eq. 86."""
    y = np.zeros(len(u))
    for t in range(order - 1, len(u) - 1):
        past = y[t - order + 1 : t + 1].sum()
        y[t + 1] = 0.3 * y[t] + 0.05 * y[t] * past + 1.5 * u[t - order + 1] * u[t] + 0.1
    return y[:, None]


def normalised_error(model, x, y):
    """Mean squared error by the variance: 1 for who always says the mean."""
    return ((model.run(x).output - y)[100:] ** 2).mean() / y[100:].var()


def test_narma_is_learnt_better_than_from_the_last_ten_inputs():
    u = np.random.default_rng(4).uniform(0, 0.5, (3000, 1))
    y = narma(u[:, 0])
    layer = wb.Reservoir(1, 200, spectral_radius=0.95, input_scale=0.2, bias_scale=0.2, seed=1)
    dense = layer.readout(u[:2000], y[:2000], ridge=1e-8, washout=100)
    error = normalised_error(wb.Network(layer, dense), u[2000:], y[2000:])
    window = np.concatenate([np.roll(u, k, axis=0) for k in range(10)], axis=1)
    linear = wb.Network(solve(window[100:2000], y[100:2000], ridge=0))
    assert error < 0.5 * normalised_error(linear, window[2000:], y[2000:])


def capacity(layer, delays, steps=6000, washout=200):
    """Sum over delays of the squared correlation of u[t - k] with its readout (Jaeger 2001)."""
    u = np.random.default_rng(9).uniform(-1, 1, (steps, 1))
    wanted = np.concatenate([np.roll(u, k, axis=0) for k in delays], axis=1)
    half = steps // 2
    dense = layer.readout(u[:half], wanted[:half], ridge=0, washout=washout)
    said = wb.Network(layer, dense).run(u[half:]).output[washout:]
    pairs = zip(said.T, wanted[half + washout :].T, strict=True)
    return np.array([np.corrcoef(*pair)[0, 1] ** 2 for pair in pairs])


def test_memory_capacity_is_at_most_the_number_of_units():
    layer = wb.Reservoir(1, 20, spectral_radius=0.9, input_scale=0.1, density=1.0, seed=3)
    found = capacity(layer, range(1, 61))
    # Each delay beyond reach adds about 1 / steps by chance.
    assert found.sum() < 20 + 5 * 60 / 2800
    assert found[:5].min() > 0.99
    assert found[40:].max() < 0.05


def test_a_shift_register_remembers_as_many_steps_as_it_has_units():
    layer = wb.Reservoir(1, 12, input_scale=1e-3, density=1.0)
    layer.net.parameters["U"] = np.diag(np.ones(11), -1)
    layer.net.parameters["W"] = 1e-3 * np.eye(12)[:, :1]
    found = capacity(layer, range(20))
    assert found[:12].min() > 1 - 1e-9
    assert found[12:].max() < 0.01
