"""The facts of the field that the measures reproduce, each with its source.

Parameter counts of single cells are in `tests/equations/test_tracing.py`.
"""

import itertools

import numpy as np
import pytest

import workbench as wb
from workbench.measure import (
    chrono_biases,
    fixed_points,
    gradient_by_lag,
    gradient_reach,
    half_life,
    jacobian_norms,
    lag_contributions,
    lyapunov,
    memory_capacity,
    retention,
    sigma_bound,
)

from .equations import linear, network, sequence


@pytest.mark.parametrize(("gain", "left"), [(0.8, 2.037035976334486e-10), (1.0, 1.0)])
def test_an_orthogonal_linear_network_keeps_its_gain_to_the_power_of_the_lag(gain, left):
    """Gain 0.8 leaves 2.0e-10 at lag 100, gain 1 leaves 1, by whichever measure (0.8^100)."""
    trace, powers = linear(gain, 101), gain ** np.arange(101.0)
    norms, reach = 10 ** jacobian_norms(trace), gradient_reach(trace)
    assert (reach.at, reach.output) == (100, "h")
    for found in (norms[100, ::-1], reach.total[::-1], gradient_by_lag(trace).norms):
        np.testing.assert_allclose(found, powers, rtol=1e-11)
        np.testing.assert_allclose(found[100], left, rtol=1e-11)
    lags = np.subtract.outer(np.arange(101), np.arange(101))
    lower = np.tril_indices(101)
    np.testing.assert_allclose(norms[lower], powers[lags[lower]], rtol=1e-11)


@pytest.mark.parametrize(("activation", "slope"), [("tanh", 1), ("sigmoid", 0.25), ("relu", 1)])
def test_sigma_max_below_1_over_gamma_makes_every_norm_vanish(activation, slope):
    net = wb.Recurrent("elman", 2, 12, activation=activation)
    u = np.random.default_rng(4).standard_normal((12, 12))
    net.parameters["U"] = 0.95 / slope * u / np.linalg.norm(u, 2)
    trace = net.run(sequence(40))
    bound, logs = sigma_bound(trace), jacobian_norms(trace)
    np.testing.assert_allclose([bound.slope, bound.classical], [slope, 0.95], rtol=1e-12)
    assert bound.largest <= bound.classical + 1e-12
    lags = np.subtract.outer(np.arange(40), np.arange(40))
    lower = np.tril_indices(40)
    assert (logs[lower] <= bound.log10(lags, classical=True)[lower] + 1e-12).all()
    assert logs[39, 0] < np.log10(0.95) * 39 + 1e-12


def test_sigma_max_above_1_is_not_sufficient_for_exploding():
    net = wb.Recurrent("elman", 2, 12)
    u = np.triu(np.random.default_rng(5).standard_normal((12, 12)), 1)
    net.parameters["U"] = 3 * u / np.linalg.norm(u, 2)  # nilpotent: nothing is left after 12 steps
    trace = net.run(sequence(20))
    assert sigma_bound(trace).classical == pytest.approx(3, rel=1e-12)
    assert jacobian_norms(trace)[19, 0] == -np.inf


def test_spectral_radius_and_largest_singular_value_of_a_gaussian_matrix_are_two_things():
    """Variance 1/N, N = 800: the circular law gives a radius that tends to 1 (about 1.04 at this
    N, with a spread of 0.015), the quarter-circle law singular values up to 2 (Girko 1984;
    Marchenko and Pastur 1967)."""
    matrix = np.random.default_rng(2).standard_normal((800, 800)) / np.sqrt(800)
    np.testing.assert_allclose(np.abs(np.linalg.eigvals(matrix)).max(), 1.04, atol=0.03)
    net = wb.Recurrent("elman", 1, 800)
    net.parameters["U"] = matrix
    bound = sigma_bound(net.run(np.zeros((1, 1))))
    np.testing.assert_allclose(bound.classical, 2, atol=0.03)


def test_a_gradient_of_the_weights_stays_while_that_of_far_lags_vanishes():
    net = wb.Recurrent("elman", 2, 16, start={"U": "orthogonal"})
    net.parameters["U"] = 0.5 * net.parameters["U"]
    trace = net.run(sequence(101))
    lags, reach = lag_contributions(trace, "U"), gradient_reach(trace)
    assert lags.whole > 0.1
    assert reach.total[0] < 1e-30
    assert lags.norms[1] < 1e-29 * lags.whole
    assert lags.share(10) > 0.999
    assert lags.whole <= lags.norms.sum()


def test_half_lives_and_retention_of_the_reference_facts():
    assert half_life(0) == 1
    assert np.round(half_life([0, 1]), 2).tolist() == [1.00, 2.21]
    assert np.round(half_life(5)) == 103
    assert f"{retention(1, 100)[-1]:.1e}" == "2.5e-14"


def test_chrono_biases_spread_the_time_constants_evenly_up_to_the_longest():
    forget, inputs = chrono_biases(20_000, 100, seed=3)
    np.testing.assert_array_equal(inputs, -forget)
    gates = 1 / (1 + np.exp(-forget))
    constants = 1 / (1 - gates)
    assert constants.min() >= 2 - 1e-12
    assert constants.max() <= 100 + 1e-9
    # A uniform sample of 20,000 differs from its distribution by more than 1.63 / sqrt(20,000)
    # once in a hundred seeds (Kolmogorov and Smirnov); this is one seed.
    shares = (np.sort(constants) - 2) / 98
    assert np.abs(shares - (np.arange(20_000) + 0.5) / 20_000).max() < 1.63 / np.sqrt(20_000)


@pytest.mark.parametrize(("gain", "sign"), [(0.5, -1), (0.9, -1), (1.5, 1), (2.0, 1)])
def test_a_random_network_is_at_the_edge_of_chaos_between_gains_0_9_and_1_5(gain, sign):
    """h <- tanh(g J h), J Gaussian with variance 1/N, N = 300 (Sompolinsky, Crisanti and Sommers
    1988; discrete in time, Molgedey, Schuchhardt and Schuster 1992)."""
    net = wb.Recurrent("elman", 1, 300, start={"W": 0.0})
    j = np.random.default_rng(1).standard_normal((300, 300)) / np.sqrt(300)
    net.parameters["U"] = gain * j
    assert np.sign(lyapunov(net, steps=400)) == sign


@pytest.mark.parametrize(
    ("radius", "scale", "leak"),
    [(0.9, 1.0, 1.0), (0.9, 0.01, 1.0), (1.3, 0.1, 1.0), (0.7, 0.1, 0.4)],
)
def test_memory_capacity_is_at_most_the_number_of_units(radius, scale, leak):
    """Jaeger 2001, proposition 2."""
    for units in (8, 25):
        reservoir = wb.Reservoir(
            1, units, density=1.0, spectral_radius=radius, input_scale=scale, leak_rate=leak, seed=3
        )
        found = memory_capacity(reservoir)
        assert (found.by_delay <= 1).all()
        # Each delay has a chance part of about 1 / steps.
        assert 0.5 < found.total <= units + len(found.by_delay) / 2000


def test_an_almost_linear_reservoir_holds_more_than_a_strongly_driven_one():
    """Jaeger 2001: a nonlinear reservoir remembers less."""
    weak, strong = (
        memory_capacity(wb.Reservoir(1, 20, density=1.0, input_scale=scale, seed=1)).total
        for scale in (0.01, 3.0)
    )
    assert weak > 2 * strong


def test_a_second_bias_makes_80_384_parameters_80_896():
    """28 inputs, 128 units: an LSTM has 80,384 with one bias a gate, as in Keras, 80,896 with two,
    as in PyTorch."""

    @wb.cell
    def two_biases(x, h, c, W, U, b, d):
        i = wb.functions.sigmoid(W.i @ x + b.i + U.i @ h + d.i)
        f = wb.functions.sigmoid(W.f @ x + b.f + U.f @ h + d.f)
        g = wb.functions.tanh(W.g @ x + b.g + U.g @ h + d.g)
        o = wb.functions.sigmoid(W.o @ x + b.o + U.o @ h + d.o)
        c = f * c + i * g
        h = o * wb.functions.tanh(c)
        return h, c

    counts = [wb.Recurrent(cell, 28, 128).parameters.count for cell in ("lstm", two_biases)]
    assert counts == [80_384, 80_896]


def scan(a, b):
    """All h_t = a_t h_(t-1) + b_t from h = 0, (time, ...), in log2(time) rounds over all steps at
    once: two steps in a row are one, (a, b) after (a', b') being (a a', a b' + b)."""
    reach = 1
    while reach < len(a):
        before_a = np.concatenate([np.ones_like(a[:reach]), a[:-reach]])
        before_b = np.concatenate([np.zeros_like(b[:reach]), b[:-reach]])
        a, b, reach = a * before_a, a * before_b + b, 2 * reach
    return b


def test_a_parallel_scan_of_mingru_equals_the_loop():
    """Its gates ignore h: Feng et al. 2024, section 3.1; the scan is Blelloch's (1990)."""
    net, x = network("mingru", hidden=6), sequence(301, batch=3)
    p = net.parameters
    z = 1 / (1 + np.exp(-(x @ p["W.z"].T + p["b.z"])))
    n = x @ p["W.n"].T + p["b.n"]
    np.testing.assert_allclose(scan(1 - z, z * n), net.run(x).h, rtol=0, atol=1e-10)


@pytest.mark.long
def test_a_trained_three_bit_flip_flop_has_8_stable_points_with_saddles_between():
    """Sussillo and Barak 2013: from a saddle its one unstable direction leads to two
    different memories, one on each side."""
    net = wb.Recurrent("gru", 3, 24)
    model = wb.Network(net, wb.Dense(24, 3, seed=1))
    train = wb.data.flip_flop(1000, 50, 0)
    options = {"loss": "mean_squared", "optimizer": wb.Adam(0.01), "clip_norm": 1.0}
    history = wb.fit(model, train, epochs=10, progress=False, **options)
    assert history["loss"][-1] < 0.01
    x, _ = wb.data.flip_flop(50, 100, 1)
    points = fixed_points(net, starts=net.run(x.swapaxes(0, 1)), count=400, noise=0.3)
    memories = points.states[points.stable]
    assert len(memories) == 8
    answers = memories @ model.parameters["dense_1.W"].T + model.parameters["dense_1.b"]
    wanted = sorted(itertools.product((-1, 1), repeat=3))
    assert sorted(map(tuple, np.sign(answers))) == wanted
    np.testing.assert_allclose(np.abs(answers), 1, atol=0.3)
    saddles = np.flatnonzero(points.unstable == 1)
    assert len(saddles) >= 3
    for k in saddles:
        jacobian = net.run(np.zeros((1, 3)), points.state(k)).jacobian()[0]
        values, vectors = np.linalg.eig(jacobian)
        away = vectors[:, np.abs(values).argmax()].real
        begin = points.states[k] + 0.01 * np.array([[1], [-1]]) * away
        ends = net.run(np.zeros((4000, 2, 3)), {"h": begin}).final["h"]
        nearest = np.linalg.norm(memories - ends[:, None], axis=2)
        assert (nearest.min(axis=1) < 1e-3).all()
        assert len(set(nearest.argmin(axis=1))) == 2
