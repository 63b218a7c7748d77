import numpy as np

from workbench.data import el_nino


def test_every_month_from_1950_to_2010_is_there_once():
    months = np.arange("1950-01", "2011-01", dtype="datetime64[M]")
    np.testing.assert_array_equal(el_nino().times, months)


def test_the_sea_is_warm_in_march_and_warmest_in_the_years_of_el_nino():
    series = el_nino()
    month = series.times.astype(int) % 12 + 1
    means = [series.values[month == k].mean() for k in range(1, 13)]
    assert np.argmax(means) + 1 == 3
    assert np.argmin(means) + 1 in (8, 9)
    # Against what the month is used to, the two great events of the century stand out.
    above = series.values - np.array(means)[month - 1]
    assert str(series.times[np.argmax(above)])[:4] in ("1983", "1997", "1998")


def test_the_first_months_are_the_published_ones():
    assert el_nino().values[:3].tolist() == [23.11, 24.2, 25.37]
