import numpy as np
import pytest
from matplotlib.colors import to_rgb

from workbench.pictures.heat import heat, shrink, signed_limit
from workbench.pictures.style import LIGHT


def test_zero_is_white_and_equal_magnitudes_are_equally_strong():
    colours = heat(np.array([[-2.0, -1, 0, 1, 2]]), -2, 2, False, LIGHT)[0, :, :3]
    assert colours[2].min() > 0.95
    assert colours[0, 0] > colours[0, 2]  # negative is red
    assert colours[4, 2] > colours[4, 0]  # positive is blue
    assert (colours[1] > colours[0] - 1e-12).all()


def test_shares_get_lighter_from_zero_to_one():
    colours = heat(np.linspace(0, 1, 9)[None], 0, 1, True, LIGHT)[0, :, :3]
    assert (np.diff(colours @ [0.2126, 0.7152, 0.0722]) > 0).all()


def test_not_a_number_is_ink_and_infinity_an_end_of_the_scale():
    values = np.array([[np.nan, np.inf, -np.inf, 3.0, -3.0]])
    for limit in (3.0, 1.0):
        colours = heat(values, -limit, limit, False, LIGHT)[0]
        np.testing.assert_allclose(colours[0, :3], to_rgb(LIGHT.ink))
        np.testing.assert_array_equal(colours[1], colours[3])
        np.testing.assert_array_equal(colours[2], colours[4])
    nothing = heat(values, 0, 0, False, LIGHT)[0]
    assert nothing[1, 2] > nothing[1, 0]
    assert nothing[2, 0] > nothing[2, 2]


@pytest.mark.parametrize("size", [5e-324, 1e-300, 1.0, 1.7e308])
def test_the_scale_holds_at_the_ends_of_float64(size):
    colours = heat(np.array([[-size, 0, size]]), -size, size, False, LIGHT)
    np.testing.assert_array_equal(colours, heat(np.array([[-1.0, 0, 1]]), -1, 1, False, LIGHT))


def test_the_limit_looks_at_finite_numbers_only():
    assert signed_limit(np.array([1.0, -3, np.nan]), np.array([np.inf, 2])) == 3
    assert signed_limit(np.array([np.nan])) == 0
    assert signed_limit(np.zeros((0, 3))) == 0


def test_a_shrunk_map_holds_the_means_of_its_cells():
    values = np.random.default_rng(0).normal(size=(6, 10))
    small, held = shrink(values, np.zeros(10, bool), 3, 5)
    wanted = values.reshape(3, 2, 5, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(small, wanted, rtol=1e-12, atol=1e-15)
    assert not held.any()


def test_shrinking_leaves_a_map_that_fits_alone():
    values = np.arange(6.0).reshape(2, 3)
    small, _ = shrink(values, np.zeros(3, bool), 2, 3)
    np.testing.assert_array_equal(small, values)


def test_held_steps_do_not_enter_a_mean_and_not_a_number_is_never_lost():
    values = np.array([[1.0, 100, 3, np.nan, 100, 100]])
    small, held = shrink(values, np.array([0, 1, 0, 0, 1, 1], bool), 1, 3)
    np.testing.assert_array_equal(small[0], [1, np.nan, 0])
    np.testing.assert_array_equal(held, [False, False, True])


def test_every_step_is_in_exactly_one_cell_when_the_sizes_do_not_divide():
    count = 1000
    for columns in (7, 333, 999):
        for k in (0, 1, 499, 998, 999):
            one = np.zeros((1, count))
            one[0, k] = 1
            small, _ = shrink(one, np.zeros(count, bool), 1, columns)
            assert small.shape == (1, columns)
            assert np.count_nonzero(small) == 1
