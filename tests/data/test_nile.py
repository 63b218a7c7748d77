import numpy as np

from workbench.data import nile


def test_every_year_from_1871_to_1970_is_there_once():
    np.testing.assert_array_equal(nile().times, np.arange(1871, 1971))


def test_the_flow_is_the_published_one_with_its_drop():
    series = nile()
    assert series.values[:3].tolist() == [1120, 1160, 963]
    # Cobb 1978: the mean is about 1100 before 1898 and about 850 after it.
    late = series.times > 1898
    np.testing.assert_allclose(series.values[~late].mean(), 1100, rtol=0.01)
    np.testing.assert_allclose(series.values[late].mean(), 850, rtol=0.01)
