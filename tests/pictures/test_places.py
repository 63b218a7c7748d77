import itertools

import numpy as np
import pytest

from workbench.pictures.places import spread


@pytest.mark.parametrize("seed", range(20))
def test_labels_stay_apart_inside_and_in_order(seed):
    rng = np.random.default_rng(seed)
    wanted = rng.uniform(-20, 120, size=6)
    places = spread(wanted, 15, 0, 100)
    assert places.min() >= -1e-9
    assert places.max() <= 100 + 1e-9
    assert np.diff(np.sort(places)).min() >= 15 - 1e-9
    assert (np.argsort(places) == np.argsort(wanted)).all()


def test_labels_that_are_apart_already_stay():
    np.testing.assert_array_equal(spread([50, 10, 90], 15, 0, 100), [50, 10, 90])


def test_no_placement_on_a_grid_is_nearer():
    wanted, gap = np.array([30.0, 33, 34, 80]), 6
    found = ((spread(wanted, gap, 0, 100) - wanted) ** 2).sum()
    grid = np.arange(20, 46, 1.0)
    best = min(
        ((np.array([*three, 80]) - wanted) ** 2).sum()
        for three in itertools.combinations(grid, 3)
        if np.diff(three).min() >= gap
    )
    assert found <= best + 1e-9


def test_without_room_the_labels_share_what_there_is():
    np.testing.assert_allclose(spread([5, 5, 5], 15, 0, 10), [0, 5, 10])
    assert spread([], 15, 0, 10).shape == (0,)
    np.testing.assert_allclose(spread([50], 15, 0, 10), [10])
