import subprocess
import sys

import numpy as np

from workbench.data import sunspots


def test_every_year_from_1700_to_2008_is_there_once():
    series = sunspots()
    np.testing.assert_array_equal(series.times, np.arange(1700, 2009))
    assert not series.missing.any()


def test_the_values_are_the_published_ones():
    series = sunspots()
    by_year = dict(zip(series.times, series.values, strict=True))
    # Yearly means as the record gives them: the first, the great maximum of 1957, a minimum.
    assert [by_year[year] for year in (1700, 1957, 1810)] == [5.0, 190.2, 0.0]
    assert series.values.max() == by_year[1957]


def test_the_table_is_the_one_that_its_package_loads():
    from statsmodels.datasets import sunspots as package

    table = package.load_pandas().data
    np.testing.assert_array_equal(sunspots().values, table["SUNACTIVITY"])
    np.testing.assert_array_equal(sunspots().times, table["YEAR"])


def test_the_numbers_are_there_without_a_wait_for_pandas():
    code = (
        "import sys; from workbench.data import sunspots; sunspots(); "
        "print({'statsmodels', 'pandas', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
