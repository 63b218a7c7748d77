import numpy as np
import pytest

from workbench.data import seattle_weather

pytest.importorskip("vega_datasets")


@pytest.fixture(scope="module")
def weather():
    return seattle_weather()


def test_every_day_of_four_years_is_there_once(weather):
    days = np.arange("2012-01-01", "2016-01-01", dtype="datetime64[D]")
    np.testing.assert_array_equal(weather.times, days)
    assert weather.values.shape == (len(days), 4) == (1461, 4)


def test_the_first_day_is_the_published_one(weather):
    assert weather.values[0].tolist() == [0.0, 12.8, 5.0, 4.7]
    assert weather.class_names[weather.labels[0]] == "drizzle"
    assert weather.class_names == ("drizzle", "fog", "rain", "snow", "sun")


def test_columns_are_what_their_names_say(weather):
    assert (weather["temp_min"].values <= weather["temp_max"].values).all()
    assert weather["precipitation"].values.min() == 0
    month = weather.times.astype("datetime64[M]").astype(int) % 12 + 1
    warmth = weather["temp_max"].values
    assert warmth[month == 7].mean() > warmth[month == 1].mean() + 10
    assert weather["wind"].unit == "m/s"
