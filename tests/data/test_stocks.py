import numpy as np
import pytest

from workbench.data import stocks

pytest.importorskip("vega_datasets")


@pytest.mark.parametrize("symbol", ["AAPL", "AMZN", "IBM", "MSFT"])
def test_every_month_from_2000_to_march_2010_is_there_once(symbol):
    months = np.arange("2000-01", "2010-04", dtype="datetime64[M]")
    np.testing.assert_array_equal(stocks(symbol).times, months.astype("datetime64[D]"))


def test_google_begins_with_its_first_month_on_the_market():
    series = stocks("GOOG")
    assert str(series.times[0]) == "2004-08-01"
    assert len(series) == 68
    # Sold at 85 dollars on 19 August 2004, it closed that month above 100.
    assert 100 < series.values[0] < 110


def test_the_first_price_is_the_published_one():
    assert stocks("MSFT").values[0] == 39.81
    assert stocks("MSFT").name == "MSFT"


def test_another_symbol_is_refused_in_one_line():
    with pytest.raises(ValueError, match="expected one of AAPL, AMZN, GOOG, IBM, MSFT, got 'TSLA'"):
        stocks("TSLA")
