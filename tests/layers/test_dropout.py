"""Dropout: what is zero, what is scaled, and where chance comes from."""

import numpy as np
import pytest

import workbench as wb

X = np.random.default_rng(0).uniform(1, 2, (40, 20, 30))


def dropped(rate=0.3, seed=0, x=X, **options):
    return wb.Network(wb.Dropout(rate, **options)).run(x, training=True, seed=seed)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_a_share_is_zero_and_the_rest_is_divided_by_what_is_kept(rate):
    y = dropped(rate).output
    # The share of n independent places has the standard deviation sqrt(p (1 - p) / n).
    allowed = 5 * np.sqrt(rate * (1 - rate) / X.size)
    assert abs((y == 0).mean() - rate) < allowed
    assert np.allclose(y[y != 0], X[y != 0] / (1 - rate), rtol=1e-15)
    assert abs((y / X).mean() - 1) < allowed / (1 - rate)


def test_steps_rows_and_units_drop_independently():
    gone = dropped(0.5).output == 0
    for axis in range(3):
        first, second = np.take(gone, 0, axis), np.take(gone, 1, axis)
        assert abs((first == second).mean() - 0.5) < 5 * 0.5 / np.sqrt(first.size)


def test_same_over_time_drops_a_unit_for_the_whole_sequence():
    gone = dropped(0.5, same_over_time=True).output == 0
    assert (gone == gone[0]).all()
    assert abs(gone[0].mean() - 0.5) < 5 * 0.5 / np.sqrt(gone[0].size)
    assert not np.array_equal(gone[0, 0], gone[0, 1])


@pytest.mark.parametrize("same", [False, True])
def test_the_same_seed_drops_the_same_units(same):
    first, again, other = (dropped(seed=s, same_over_time=same).output for s in (4, 4, 5))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("same", [False, True])
def test_derivatives_take_the_same_mask(same):
    run = dropped(same_over_time=same)
    d = np.random.default_rng(1).standard_normal(X.shape)
    assert np.allclose(run.backward(d).x, d * run.output / X, rtol=0, atol=1e-14)


def test_nothing_is_dropped_when_not_training_or_at_rate_zero():
    assert np.array_equal(wb.Network(wb.Dropout(0.9)).run(X).output, X)
    assert np.array_equal(dropped(0.0).output, X)
    d = np.ones_like(X)
    assert np.array_equal(wb.Network(wb.Dropout(0.9)).run(X).backward(d).x, d)


def test_vectors_are_dropped_row_by_row():
    model = wb.Network(wb.Last(), wb.Dropout(0.5, same_over_time=True))
    y = model.run(X, training=True).output
    assert set(np.unique(y / X[-1]).round(12)) == {0.0, 2.0}
    assert not np.array_equal(y[0] == 0, y[1] == 0)
