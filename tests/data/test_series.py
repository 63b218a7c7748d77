import numpy as np
import pytest

from workbench.data import Series


def ramp(count=10):
    return Series("ramp", np.arange(count) * 3.0 + 7, np.arange(count) + 1900, unit="m")


def test_inputs_have_mean_zero_and_spread_one_and_restore_gives_the_values_back():
    series = ramp()
    x, mean, scale = series.inputs()
    assert x.shape == (10, 1)
    assert x.dtype == np.float64
    np.testing.assert_allclose([x.mean(), x.std()], [0, 1], atol=1e-15)
    np.testing.assert_allclose([mean, scale], [20.5, np.sqrt(74.25)])
    np.testing.assert_allclose(series.inputs().restore(x)[:, 0], series.values, rtol=1e-15)


def test_inputs_until_a_step_know_nothing_of_what_comes_after():
    series = ramp()
    changed = Series("ramp", np.r_[series.values[:6], [1e6, -1e6, 0, 5]], series.times)
    np.testing.assert_array_equal(series.inputs(until=6).x[:6], changed.inputs(until=6).x[:6])
    assert series.inputs().mean != changed.inputs().mean


@pytest.mark.parametrize("value", [0.0, 0.1, -1e300])
def test_a_constant_series_keeps_scale_one(value):
    constant = Series("flat", np.full(7, value), np.arange(7))
    assert constant.inputs().scale == 1
    np.testing.assert_array_equal(constant.inputs().x, 0)


def test_a_small_signal_on_a_large_level_is_not_taken_for_a_constant():
    series = Series("small", 1e6 + np.array([0.0, 1e-3, 0, 1e-3]), np.arange(4))
    np.testing.assert_allclose(series.inputs().x[:, 0], [-1, 1, -1, 1], rtol=1e-6)


@pytest.mark.parametrize("until", [0, 11, -1])
def test_until_outside_the_series_is_refused(until):
    with pytest.raises(ValueError, match=f"until: expected 1..10, got {until}"):
        ramp().inputs(until=until)


def test_a_slice_keeps_times_and_mask_together():
    series = Series("s", [1, 2, 3, 4], [10, 11, 12, 13], missing=[False, True, False, True])
    part = series[1:3]
    np.testing.assert_array_equal(part.values, [2, 3])
    np.testing.assert_array_equal(part.times, [11, 12])
    np.testing.assert_array_equal(part.missing, [True, False])
    with pytest.raises(TypeError, match="part: expected a slice"):
        series[1]


def test_a_series_is_a_copy_that_nobody_can_write_to():
    mine = np.zeros(3)
    series = Series("s", mine, np.arange(3))
    mine[0] = 5
    assert series.values[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        series.values[0] = 1


@pytest.mark.parametrize(
    ("values", "times", "message"),
    [
        ([[1.0]], [0], r"values: expected \(time,\), got \(1, 1\)"),
        ([1.0, 2.0], [0], r"times: expected \(2,\), got \(1,\)"),
        ([1.0, np.nan], [0, 1], "values: expected finite numbers, got nan at 1"),
        ([np.inf, 1.0], [0, 1], "values: expected finite numbers, got inf at 0"),
    ],
)
def test_a_series_that_is_no_series_is_refused(values, times, message):
    with pytest.raises(ValueError, match=message):
        Series("s", values, times)


def test_a_series_says_in_one_line_what_it_is():
    assert repr(ramp()) == "Series(ramp: 10 steps, 1900 to 1909, m)"
    years = Series("years", [1.0, 2.0], [1700.0, 1701.0])
    assert repr(years) == "Series(years: 2 steps, 1700 to 1701)"
    days = Series("days", [1.0, 2.0], np.array(["2001-12-29", "2002-01-05"], "datetime64[D]"))
    assert repr(days) == "Series(days: 2 steps, 2001-12-29 to 2002-01-05)"
