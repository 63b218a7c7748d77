"""Chapter 9: runs as it stands and solved; its prose says what its cells print."""

import re
from functools import partial

import chapters
import numpy as np
import pytest
import scipy.linalg
from chapters import FOLDER, by_cell, checks, read, run_with_starters

import workbench as wb

CHAPTER = FOLDER / "09_depth.ipynb"
prose = partial(chapters.prose, CHAPTER)


def numbers(pattern, text):
    """The groups of every match, as an array of one row a match."""
    return np.array(re.findall(pattern, text, re.MULTILINE), float)


def test_it_runs_without_the_vowels_and_with_empty_starters(hide):
    hide("sktime")
    said = by_cell(CHAPTER, run_with_starters(CHAPTER))
    for index, name, _ in checks(read(CHAPTER)):
        told = said[read(CHAPTER).cells[index].id]
        assert told.startswith(f"{name}: not yet."), name
        assert told.endswith("\n0\n"), name
    users = {cell for cell, text in said.items() if "is not written yet" in text}
    assert users == {"echoes", "own-forecast", "lost-year", "two-speeds-machine", "own-capacity"}
    assert "pip install" in said["four-wirings"]


def test_nothing_fails_and_the_explorer_is_there(solved):
    assert "Error" not in "".join(solved.values())
    assert "Explorer" in solved["explore-echo"]


def test_untrained_units_are_a_third_better_than_nothing_changes(solved):
    (nothing,) = numbers(r"nothing changes: off by ([\d.]+)", solved["first-forecast"]).flat
    units = numbers(r"seed \d: off by ([\d.]+)", solved["first-forecast"])
    spots = wb.data.sunspots().values
    assert np.isclose(nothing, np.diff(spots[246:]).std(ddof=0), atol=0.3)
    assert len(units) == 5
    assert units.max() < 0.68 * nothing


def test_a_large_radius_and_a_small_ridge_hurt():
    series = wb.data.sunspots()
    past, _ = wb.data.split(series, 0.8)
    x, y = series.inputs(until=len(past)).x, series.values[1:, None]

    def worst(radius, ridge):
        found = []
        for seed in range(5):
            scales = {"input_scale": 0.3, "bias_scale": 0.2}
            layer = wb.Reservoir(1, 200, seed=seed, spectral_radius=radius, **scales)
            dense = layer.readout(x[:246], y[:246], ridge=ridge, washout=20)
            said = wb.Network(layer, dense).run(x[:-1]).output
            found.append(np.sqrt(np.mean((said - y)[246:] ** 2)))
        return max(found)

    chosen = worst(0.9, 1.0)
    assert worst(1.5, 1.0) > chosen + 2
    assert worst(0.9, 1e-4) > chosen + 2


def test_the_picture_tips_later_than_at_a_radius_of_one():
    """What the explorer's sentence says of the pair, at the gains of the prose."""
    series = wb.data.sunspots()
    past, _ = wb.data.split(series, 0.8)
    x = series.inputs(until=len(past)).x
    left = {}
    for gain in (0.5, 1.0, 1.11, 1.2, 1.5):
        net = wb.Reservoir(1, 30, spectral_radius=0.9, input_scale=0.3, density=1.0, seed=0).net
        net.parameters["U"][...] *= gain
        h = net.run(x).h
        product = np.eye(30)
        for t in range(len(x) - 24, len(x)):
            product = (1 - h[t] ** 2)[:, None] * net.parameters["U"] @ product
        left[gain] = np.linalg.norm(product, 2)
    assert left[0.5] < 1e-6
    assert 1e-3 < left[1.0] < 1e-2
    assert left[1.11] < left[1.2] < 0.5
    assert left[1.5] > 1


def test_the_table_of_echoes_says_what_the_prose_says(solved):
    rows = numbers(r"^ +(\S+) +(\S+) +(\S+) +(\S+) +(\S+)$", solved["echoes"])
    radius, sigma, silent, driven, strong = rows.T
    assert list(radius) == [0.5, 0.9, 1.2, 1.5]
    assert (sigma > 1.7 * radius).all()
    assert (silent[:2] < 1e-9).all()
    assert (silent[2:] > 0.1).all()
    assert driven[2] < 0.1 < driven[3]
    assert (strong < 1e-12).all()


def test_nine_years_do_what_two_hundred_units_do(solved):
    ((low, high),) = numbers(r"off by ([\d.]+) to ([\d.]+) spots", solved["own-forecast"])
    (nine,) = numbers(r"nine years: off by ([\d.]+)", solved["own-forecast"]).flat
    units = numbers(r"seed \d: off by ([\d.]+)", solved["first-forecast"])
    assert (low, high) == (units.min(), units.max())
    assert nine < high


def test_memory_is_largest_before_chaos(solved):
    table = numbers(r"^ +([\d.]+) +([\d.]+) +([+-][\d.]+)$", solved["edge-of-chaos"])
    radius, capacity, exponent = table.T
    assert list(radius) == [0.3, 0.6, 0.9, 1.2, 1.5]
    assert capacity.argmax() == 2
    assert capacity.max() < 50
    assert (exponent[radius <= 0.9] < 0).all()
    assert exponent[-1] > 0


def test_the_exponent_is_that_of_two_neighbours(solved):
    """Two states a millionth apart, brought back to that distance after every step."""
    table = numbers(r"^ +([\d.]+) +[\d.]+ +([+-][\d.]+)$", solved["edge-of-chaos"])
    J = np.random.default_rng(0).normal(size=(300, 300)) / np.sqrt(300)
    for g, exponent in table[[2, 4]]:
        random = np.random.default_rng(1)
        h, towards = random.normal(size=(2, 300))
        h, grown = 0.1 * h, []
        towards /= np.linalg.norm(towards)
        for _ in range(2000):
            other = np.tanh(g * J @ (h + 1e-6 * towards))
            h = np.tanh(g * J @ h)
            apart = (other - h) / 1e-6
            grown.append(np.log(np.linalg.norm(apart)))
            towards = apart / np.linalg.norm(apart)
        assert np.isclose(np.mean(grown[200:]), exponent, atol=0.03), g


def test_a_lost_year_is_filled_in_from_both_sides(solved):
    off = dict(re.findall(r"^(\S[\w ]+?) +off by ([\d.]+)", solved["lost-year"], re.MULTILINE))
    off = {name: float(number) for name, number in off.items()}
    alone = min(off["ahead alone"], off["back alone"])
    assert off["side by side"] < 0.67 * alone
    assert off["side by side"] < off["mean of neighbours"] < alone
    assert off["four years around"] < off["side by side"] + 0.5
    assert off["not turned round"] > 0.95 * alone
    assert np.isclose(off["merged by sum"], off["merged by mean"], atol=0.5)
    spots = wb.data.sunspots().values
    years = np.arange(1947, 1988) - 1700
    errors = spots[years] - (spots[years - 1] + spots[years + 1]) / 2
    assert np.isclose(off["mean of neighbours"], np.sqrt(np.mean(errors**2)), atol=0.051)


def test_padding_at_both_ends_is_not_read(solved):
    with_mask, without = numbers(r"differs by (\S+)", solved["padded-ends"]).flat
    assert with_mask < 1e-12 < 0.01 < without


def test_the_slow_layer_moves_once_in_eleven_years(solved):
    (apart,) = numbers(r"machine's by (\S+)", solved["two-speeds-machine"]).flat
    assert apart < 1e-12
    assert f"slow one {309 // 11} times" in solved["two-speeds-machine"]


def test_the_wirings_are_alike_in_weights_and_overlap(solved):
    pytest.importorskip("sktime")
    pattern = r"(\d+) weights +right ([\d.]+)% to ([\d.]+)%, mean ([\d.]+)%"
    weights, low, high, mean = numbers(pattern, solved["four-wirings"]).T
    assert len(weights) == 4
    assert weights.max() < 1.05 * weights.min()
    assert low.max() < high.min()
    assert mean.max() - mean.min() < 4 < 3 * (high - low).max()


def test_what_is_commonly_said_is_wrong(solved):
    radius, sigma = numbers(r"radius ([\d.]+), .* value ([\d.]+)", solved["below-1"]).flat
    U = np.array([[-0.5, 3.4], [-0.4, 1.8]])
    trace, determinant = np.trace(U), np.linalg.det(U)
    assert trace**2 < 4 * determinant  # two complex eigenvalues of one size
    assert np.isclose(radius, np.sqrt(determinant), atol=0.006)
    assert np.isclose(sigma, np.sqrt(np.linalg.eigvalsh(U.T @ U)[-1]), atol=0.006)
    h = np.array([-0.9, -0.7])
    for _ in range(1000):
        h = np.tanh(U @ h)
    ends = re.findall(r"steps \[ *(\S+) +(\S+?) *\]", solved["below-1"])
    assert np.allclose(np.array(ends, float), [[0, 0], h], atol=6e-4)
    assert np.abs(h).min() > 0.5
    ahead, at_end, at_begin = numbers(r"changes by ([\d.]+)", solved["last-output"]).flat
    assert at_end == 0
    assert ahead > 0.01
    assert at_begin > 0.01


def test_the_closing_number(solved):
    rows = numbers(r"^ +(\d) +(\S+) +(\S+) +(\S+) +(\d+)$", solved["own-capacity"])
    assert len(rows) == 3
    for seed, strong, weak, turning, most in rows:
        assert strong < 10
        assert 19 < weak < 26
        assert 48 < turning < 49.3 < most == 50
        assert np.isclose(turning, exactly(int(seed)), atol=0.6)
    assert np.isclose(49 + 0.9**100, 49.00, atol=0.005)
    assert "almost 49 of at most 50" in prose()


def exactly(seed):
    """The capacity over 100 delays of the linear reservoir, from its covariance: with v_k what is
    left of an input after k steps, the best readout knows v_k' C^-1 v_k of it."""
    Q = np.linalg.qr(np.random.default_rng(seed).normal(size=(50, 50)))[0]
    v = np.random.default_rng(seed).uniform(-1, 1, 50)
    inverse = np.linalg.inv(scipy.linalg.solve_discrete_lyapunov(0.9 * Q, np.outer(v, v)))
    known = []
    for _ in range(2000):
        v = 0.9 * Q @ v
        known.append(v @ inverse @ v)
    assert np.isclose(sum(known), 49 + 0.9**100, atol=1e-3)
    return sum(known[:100])
