import numpy as np
import pytest

from workbench.data import Series, split, windows

LINE = Series("line", np.arange(12.0) ** 2, np.arange(12) + 2000)


@pytest.mark.parametrize(("length", "horizon"), [(1, 1), (3, 1), (3, 4), (11, 1)])
def test_each_window_is_followed_by_its_target(length, horizon):
    x, y = windows(LINE, length, horizon)
    v = LINE.values
    wanted_x = [v[k : k + length] for k in range(12) if k + length - 1 + horizon < 12]
    wanted_y = [v[k + length - 1 + horizon] for k in range(len(wanted_x))]
    np.testing.assert_array_equal(x[:, :, 0], wanted_x)
    np.testing.assert_array_equal(y[:, 0], wanted_y)


def test_features_stay_together():
    both = np.stack([np.arange(6.0), np.arange(6.0) * -10], axis=1)
    x, y = windows(both, 2)
    assert x.shape == (4, 2, 2)
    np.testing.assert_array_equal(x[..., 1], -10 * x[..., 0])
    np.testing.assert_array_equal(y[1], both[3])


def test_windows_do_not_share_memory():
    values = np.arange(6.0)
    x, y = windows(values, 3)
    x[0] = y[0] = 99
    np.testing.assert_array_equal(values, np.arange(6))
    assert x[1, 0, 0] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"length": 0}, "length: expected 1 or more, got 0"),
        ({"length": 3, "horizon": 0}, "horizon: expected 1 or more, got 0"),
        ({"length": 12}, r"expected at least 13 steps \(length 12, horizon 1\), got 12"),
    ],
)
def test_windows_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        windows(LINE, **arguments)


def test_an_array_of_three_axes_is_refused():
    with pytest.raises(ValueError, match=r"series: expected \(time,\) or \(time, features\)"):
        windows(np.zeros((4, 2, 2)), 2)


def test_past_and_future_are_the_whole_and_share_nothing():
    past, future = split(LINE, 0.75)
    assert past.times.max() < future.times.min()
    np.testing.assert_array_equal(np.r_[past.values, future.values], LINE.values)
    assert (len(past), len(future)) == (9, 3)


def test_a_fraction_that_rounds_badly_still_cuts_where_it_says():
    past, future = split(np.arange(100), 0.29)
    assert (len(past), len(future)) == (29, 71)


@pytest.mark.parametrize("fraction", [0, 1, -0.5, 1.5, 0.01, np.nan])
def test_a_split_with_an_empty_side_is_refused(fraction):
    with pytest.raises(ValueError, match="fraction: expected"):
        split(LINE, fraction)
