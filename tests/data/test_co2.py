import numpy as np

from workbench.data import co2


def test_weeks_run_without_a_break_from_march_1958_to_december_2001():
    series = co2()
    assert len(series) == 2284
    assert series.times[[0, -1]].astype(str).tolist() == ["1958-03-29", "2001-12-29"]
    assert set(np.diff(series.times).astype(int)) == {7}


def test_missing_weeks_are_marked_and_lie_on_the_line_between_their_neighbours():
    series = co2()
    assert series.missing.sum() == 59
    measured = np.flatnonzero(~series.missing)
    for k in np.flatnonzero(series.missing):
        before, after = measured[measured < k][-1], measured[measured > k][0]
        share = (k - before) / (after - before)
        line = series.values[before] * (1 - share) + series.values[after] * share
        np.testing.assert_allclose(series.values[k], line, rtol=1e-14)


def test_measured_weeks_are_the_published_ones():
    assert co2().values[:3].tolist() == [316.1, 317.3, 317.6]
