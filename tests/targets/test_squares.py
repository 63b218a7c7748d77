"""Sums of squares in vectors, against those of exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from numba import njit

from workbench.targets.simd import sum_of_squares


@njit
def summed(count, array, offset):
    return sum_of_squares(count, array, offset)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_sum_of_squares_is_that_of_its_numbers_alone(dtype):
    g = np.random.default_rng(0)
    for count in (0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100):
        whole = g.standard_normal((3, count + 5)).astype(dtype)
        for offset in (0, 2, 5):
            numbers = whole.reshape(-1)[offset : offset + count]
            expected = float(sum(Fraction(float(a)) ** 2 for a in numbers))
            found = summed(count, whole, offset)
            assert abs(found - expected) <= 1e-15 * expected * max(1, count)


def test_the_smallest_and_largest_float32_have_squares():
    for value in (1e-45, 3e38):
        array = np.full(19, value, np.float32)
        assert summed(19, array, 0) == pytest.approx(19 * float(array[0]) ** 2, rel=1e-15)


def test_what_is_no_number_makes_the_sum_none():
    array = np.ones(19)
    array[17] = np.nan
    assert np.isnan(summed(19, array, 0))
    assert summed(17, array, 0) == 17
    array[17] = np.inf
    assert summed(19, array, 0) == np.inf
