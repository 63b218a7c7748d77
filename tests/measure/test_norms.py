import numpy as np
import pytest

from workbench.measure import step_norms


def test_the_norm_of_a_step_is_that_of_all_its_numbers():
    gradient = np.random.default_rng(0).normal(size=(6, 3, 4))
    wanted = [np.linalg.norm(step.ravel()) for step in gradient]
    np.testing.assert_allclose(step_norms(gradient), wanted, rtol=1e-14)


@pytest.mark.parametrize("size", [5e-324, 1e-200, 1e200, 1e308])
def test_a_norm_neither_underflows_nor_overflows_in_between(size):
    np.testing.assert_allclose(step_norms(np.array([[size, 0, 0]])), [size], rtol=1e-15)
    if size > 1e-300:
        np.testing.assert_allclose(step_norms([[0.3 * size, 0.4 * size]]), [0.5 * size], rtol=1e-14)


def test_zero_infinity_and_not_a_number_keep_what_they_are():
    norms = step_norms([[0.0, 0], [np.inf, 1], [np.nan, 1], [np.nan, 0]])
    np.testing.assert_array_equal(norms, [0, np.inf, np.nan, np.nan])
