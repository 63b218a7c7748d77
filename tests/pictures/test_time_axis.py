import datetime

import numpy as np
import pytest

from workbench.pictures.time_axis import ROOM, check_times, time_ticks


@pytest.mark.parametrize("count", [1, 2, 10, 309, 2000, 123456])
@pytest.mark.parametrize("width", [480, 800, 1600])
def test_steps_are_labelled_where_they_are_and_labels_have_room(count, width):
    places, labels = time_ticks(None, count, width)
    assert [float(label) for label in labels] == places.tolist()
    assert places[0] == 0
    assert len(places) <= width // ROOM + 1
    assert len(places) >= min(count, 3) or count == 1


def test_years_are_round_and_lie_where_they_belong():
    years = np.arange(1937, 2009)
    places, labels = time_ticks(years, len(years), 780)
    assert labels == ["1940", "1950", "1960", "1970", "1980", "1990", "2000"]
    assert [years[int(k)] for k in places] == [int(label) for label in labels]


def test_unequal_times_lie_between_the_steps_around_them():
    times = np.array([0.0, 1, 4, 10])
    places, labels = time_ticks(times, 4, 800)
    found = dict(zip(labels, places, strict=True))
    assert found["4"] == 2
    assert found["7"] == pytest.approx(2.5)


def test_small_steps_keep_their_decimals_and_zero_has_no_sign():
    _, labels = time_ticks(np.linspace(-0.2, 0.2, 41), 41, 500)
    assert "0.0" in labels
    assert "\N{MINUS SIGN}0.1" in labels
    assert "-0.0" not in labels


@pytest.mark.parametrize(
    ("first", "step", "count", "wanted"),
    [
        ("1958-03-29", np.timedelta64(7, "D"), 2284, {"1960", "1970", "2000"}),
        ("2001-01-15", np.timedelta64(1, "D"), 300, {"2001-04", "2001-07", "2001-10"}),
        ("2001-12-29", np.timedelta64(1, "h"), 48, {"2001-12-30", "12:00"}),
        ("2001-12-29T10:00:03", np.timedelta64(1, "s"), 100, {"10:00:30", "10:01:00"}),
    ],
)
def test_dates_are_labelled_at_round_ones_of_a_fitting_unit(first, step, count, wanted):
    times = np.datetime64(first, "s") + step * np.arange(count)
    places, labels = time_ticks(times, count, 800)
    assert wanted <= set(labels)
    assert len(labels) <= 8
    assert (np.diff(places) > 0).all()
    assert places[0] >= 0
    assert places[-1] <= count - 1


def test_a_date_lies_at_its_step():
    times = np.datetime64("1999-12-25") + np.arange(14)
    places, labels = time_ticks(times, 14, 1600)
    assert [str(times[int(k)]) for k in places] == labels


def test_characters_stand_under_their_steps():
    places, labels = time_ticks(np.array(list("hello")), 5, 400)
    assert labels == list("hello")
    assert places.tolist() == [0, 1, 2, 3, 4]
    crowded, _ = time_ticks(np.array(list("ab" * 500)), 1000, 400)
    assert len(crowded) <= 400 / 12 + 1


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ([1, 2], r"times: expected \(3,\), one a step, got \(2,\)"),
        ([1, 3, 2], "times: expected increasing, got 2 after 3"),
        ([1.0, np.nan, 2], "times: expected increasing, got nan after 1.0"),
        ([1j, 2, 3], "times: expected numbers, dates or labels, got complex128"),
    ],
)
def test_times_that_are_no_axis_are_refused(times, message):
    with pytest.raises(ValueError, match=message):
        check_times(times, 3)


def test_dates_of_the_standard_library_are_dates():
    days = [datetime.date(2001, 1, k) for k in (1, 2, 3)]
    assert check_times(days, 3).dtype.kind == "M"
