import math
from itertools import product

import numpy as np
import pytest

from workbench import data

TASKS = (
    data.adding_problem,
    data.copy_memory,
    data.temporal_order,
    data.parity,
    data.flip_flop,
)


@pytest.mark.parametrize("task", TASKS)
def test_a_seed_gives_the_same_sequences_and_another_seed_others(task):
    x, y = task(5, 20, seed=3)
    again_x, again_y = task(5, 20, seed=3)
    np.testing.assert_array_equal(x, again_x)
    np.testing.assert_array_equal(y, again_y)
    assert not np.array_equal(x, task(5, 20, seed=4)[0])
    assert x.dtype == np.float64
    assert len(x) == len(y) == 5


@pytest.mark.parametrize("task", TASKS)
def test_too_few_or_too_short_sequences_are_refused(task):
    with pytest.raises(ValueError, match="count: expected 1 or more, got 0"):
        task(0, 20, seed=0)
    with pytest.raises(ValueError, match=r"length: expected \d+ or more, got 0"):
        task(5, 0, seed=0)


@pytest.mark.parametrize("length", [2, 3, 50])
def test_adding_marks_one_number_in_each_half_and_asks_for_their_sum(length):
    x, y = data.adding_problem(200, length, seed=0)
    assert (x.shape, y.shape) == ((200, length, 2), (200, 1))
    assert set(np.unique(x[:, :, 1])) <= {0, 1}
    half = length // 2
    np.testing.assert_array_equal(x[:, :half, 1].sum(axis=1), 1)
    np.testing.assert_array_equal(x[:, half:, 1].sum(axis=1), 1)
    np.testing.assert_array_equal(y[:, 0], np.einsum("kt,kt->k", x[:, :, 0], x[:, :, 1]))
    assert 0 <= x.min() <= x.max() <= 1


def test_the_adding_baseline_is_the_least_cost_of_a_constant():
    # The double integral of (a + b - 1)^2 over the unit square, by Gauss-Legendre: exact here.
    nodes, weights = np.polynomial.legendre.leggauss(4)
    nodes, weights = (nodes + 1) / 2, weights / 2
    sums = np.add.outer(nodes, nodes)
    cost = [weights @ (sums - constant) ** 2 @ weights for constant in (0.9, 1.0, 1.1)]
    np.testing.assert_allclose(data.ADDING_BASELINE, cost[1], rtol=1e-14)
    assert cost[1] < min(cost[0], cost[2])
    _, y = data.adding_problem(40_000, 10, seed=1)
    np.testing.assert_allclose(np.mean((y - 1) ** 2), data.ADDING_BASELINE, rtol=0.03)


def test_copy_shows_ten_letters_a_pause_and_a_sign_and_asks_for_the_letters_at_the_end():
    pause = 7
    x, y = data.copy_memory(50, pause, seed=0)
    assert (x.shape, y.shape) == ((50, pause + 20, 10), (50, pause + 20))
    np.testing.assert_array_equal(x.sum(axis=2), 1)
    symbols = x.argmax(axis=2)
    assert set(np.unique(symbols[:, :10])) == set(range(1, 9))
    assert (symbols[:, 10 : 10 + pause - 1] == 0).all()
    assert (symbols[:, 10 + pause - 1] == 9).all()
    assert (symbols[:, 10 + pause :] == 0).all()
    assert (y[:, : pause + 10] == 0).all()
    np.testing.assert_array_equal(y[:, pause + 10 :], symbols[:, :10])


def test_the_copy_baseline_is_the_entropy_of_the_answers_without_memory():
    # Only the time counts without memory: the entropy of each step's answers, measured.
    pause = 30
    _, y = data.copy_memory(20_000, pause, seed=0)
    entropy = 0.0
    for step in y.T:
        share = np.bincount(step)[np.unique(step)] / len(step)
        entropy -= (share @ np.log(share)) / y.shape[1]
    np.testing.assert_allclose(data.copy_baseline(pause), entropy, rtol=1e-3)
    # The number that the literature gives for a pause of 100 steps.
    assert round(data.copy_baseline(100), 4) == 0.1733


@pytest.mark.parametrize("length", [10, 15, 100])
def test_temporal_order_asks_for_the_two_signs_in_their_order(length):
    x, y = data.temporal_order(300, length, seed=0)
    assert x.shape == (300, length, 8)
    np.testing.assert_array_equal(x.sum(axis=2), 1)
    for sequence, answer in zip(x.argmax(axis=2), y, strict=True):
        spelled = "".join("abcdXYEB"[symbol] for symbol in sequence)
        assert spelled[0] == "E"
        assert spelled[-1] == "B"
        assert set(spelled[1:-1]) <= set("abcdXY")
        signs = [symbol for symbol in spelled if symbol in "XY"]
        assert "".join(signs) == ("XX", "XY", "YX", "YY")[answer]


def test_temporal_order_puts_the_signs_where_the_paper_does_and_asks_all_orders_alike():
    x, y = data.temporal_order(4000, 100, seed=0)
    steps = np.argwhere(x[:, :, 4:6].any(axis=2))[:, 1].reshape(-1, 2)
    assert set(steps[:, 0]) == set(range(10, 20))
    assert set(steps[:, 1]) == set(range(50, 60))
    np.testing.assert_allclose(np.bincount(y) / len(y), 0.25, atol=0.03)
    np.testing.assert_allclose(data.ORDER_BASELINE, -np.log(np.full(4, 0.25)).mean(), rtol=1e-15)


def test_parity_counts_the_ones_so_far():
    x, y = data.parity(20, 31, seed=0)
    assert (x.shape, y.shape) == ((20, 31, 1), (20, 31))
    assert set(np.unique(x)) == {0, 1}
    np.testing.assert_array_equal(y, np.cumsum(x[:, :, 0], axis=1) % 2)


def test_parity_cannot_be_told_from_the_current_step():
    # Over every word of 6 bits: given the last bit, both answers are as likely, which costs ln 2.
    words = np.array(list(product((0, 1), repeat=6)))
    for bit in (0, 1):
        assert (words[words[:, -1] == bit].sum(axis=1) % 2).mean() == 0.5
    np.testing.assert_allclose(data.PARITY_BASELINE, -math.log(0.5), rtol=1e-15)


def test_flip_flop_holds_the_sign_of_the_last_pulse():
    x, y = data.flip_flop(20, 40, seed=0, pulse_rate=0.2)
    assert x.shape == y.shape == (20, 40, 3)
    assert set(np.unique(x)) == {-1, 0, 1}
    held = np.zeros((20, 3))
    for t in range(40):
        held = np.where(x[:, t] != 0, x[:, t], held)
        np.testing.assert_array_equal(y[:, t], held)
    assert (x[:, 0] != 0).all()


def test_the_flip_flop_baseline_is_the_cost_of_reading_pulses_only():
    x, y = data.flip_flop(3000, 25, seed=0, pulse_rate=0.3)
    # Without memory the best answer is the pulse where there is one, and 0 elsewhere: that is x.
    baseline = data.flip_flop_baseline(25, 0.3)
    np.testing.assert_allclose(np.mean((y - x) ** 2), baseline, rtol=0.01)
    assert data.flip_flop_baseline(1) == 0
    assert np.mean((y - 0.1) ** 2) > np.mean((y - x) ** 2)


@pytest.mark.parametrize("rate", [-0.1, 1.5, math.nan])
def test_a_pulse_rate_that_is_no_probability_is_refused(rate):
    with pytest.raises(ValueError, match=r"pulse_rate: expected 0\.\.1, got"):
        data.flip_flop(2, 5, seed=0, pulse_rate=rate)
    with pytest.raises(ValueError, match=r"pulse_rate: expected 0\.\.1, got"):
        data.flip_flop_baseline(5, rate)
