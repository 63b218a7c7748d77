import itertools

import numpy as np
import pytest

from workbench.measure import chrono_biases, half_life, retention
from workbench.pictures import carousel, carousel_arrays, share

from .looking import check

LAGS = np.arange(61)
CURVES = {"LSTM, forget bias 1": 0.9**LAGS, "GRU": 0.5**LAGS, "Elman": 1e-8**LAGS}


def curves_of(picture, panel):
    """The drawn lines of a panel that have a point at every lag."""
    return [line for line in picture.axes[panel].lines if len(line.get_xdata()) == 61]


def test_the_arrays_are_those_of_the_measure():
    arrays = carousel_arrays((0, 5), CURVES, [2.0, 1.0])
    np.testing.assert_array_equal(arrays.kept, retention([0, 5], 60))
    np.testing.assert_array_equal(arrays.half_lives, half_life([0, 5]))
    np.testing.assert_array_equal(arrays.units, half_life([1.0, 2.0]))
    assert arrays.labels == tuple(CURVES)
    np.testing.assert_array_equal(arrays.left[1], 0.5**LAGS)


def test_the_greatest_lag_is_that_of_the_curves_or_100():
    assert carousel_arrays().kept.shape == (3, 101)
    assert carousel_arrays(1.0, steps=7).kept.shape == (1, 8)
    assert carousel_arrays(1.0, CURVES).kept.shape == (1, 61)


def test_half_lives_are_said_and_marked_where_one_half_is_left():
    picture = carousel((0, 1, 5), steps=60)
    said = check(picture)
    for text in ("half-life 1 step", "half-life 2.21 steps", "half-life 103 steps"):
        assert any(text in other for other in said)
    dots = [line for line in picture.axes[0].lines if line.get_marker() == "o"]
    assert [float(dot.get_xdata()[0]) for dot in dots] == [half_life(0), half_life(1)]
    said = check(carousel((-0.1, 1), steps=60))
    assert any("half-life below 1 step" in text for text in said)
    assert all(float(dot.get_ydata()[0]) == 0.5 for dot in dots)


def test_the_panels_show_the_same_retention_linear_and_in_decades():
    picture = carousel((1, 3), steps=60)
    for panel, drawn in ((0, lambda y: y), (1, lambda y: 10**y)):
        for line, bias in zip(curves_of(picture, panel), (1, 3), strict=True):
            np.testing.assert_allclose(drawn(line.get_ydata()), retention(bias, 60), rtol=1e-12)


def test_all_panels_have_one_axis_of_lags():
    picture = carousel((1,), CURVES, [1.0, 2.0])
    assert len({axes.get_xlim() for axes in picture.axes}) == 1
    assert len({tuple(axes.get_position().intervalx) for axes in picture.axes}) == 1
    assert "lag k, in steps" in check(picture)


def test_what_is_0_or_below_16_decades_is_in_a_band_with_its_name():
    curves = {"Elman": np.where(LAGS < 30, 1e-8**LAGS, 0)}
    said = check(carousel((1,), curves))
    assert {"exactly 0", "below 10⁻¹⁶"} <= set(said)


def test_an_lstm_of_one_of_the_biases_looks_like_it_and_other_cells_have_their_colours():
    picture = carousel((0, 1), CURVES)
    one = curves_of(picture, 0)[1]
    lstm, gru, elman = curves_of(picture, 2)
    assert (lstm.get_color(), lstm.get_linestyle()) == (one.get_color(), one.get_linestyle())
    assert (gru.get_color(), elman.get_color()) == ("#009e73", "#e69f00")
    assert lstm.get_color() == "#0072b2"


def test_the_stair_of_the_chrono_start_counts_the_units():
    biases = chrono_biases(50, 200, seed=1).forget
    picture = carousel((1,), chrono=biases, steps=60)
    x, y = picture.axes[2].lines[3].get_data()
    for k in (5, 20, 59):
        wanted = (half_life(biases) <= k).mean()
        assert y[np.searchsorted(x, k, side="right") - 1] == pytest.approx(wanted, abs=1e-12)
    beyond = (half_life(biases) > 60).mean()
    assert f"{100 * beyond:.0f} % of units last longer" in check(picture)


def test_the_description_says_the_numbers():
    said = carousel((1,), CURVES, [0.0, 1.0]).description
    assert "b = 1: half-life 2.21 steps" in said
    assert f"GRU {share(0.5**60)}" in said
    assert "Half-lives of a chrono start: 1 to 2.21 steps." in said


@pytest.mark.parametrize(
    ("look", "biases", "curves", "chrono"),
    [
        *itertools.product(
            (("light", 640), ("dark", 960)),
            ((1,), (-3, 0, 1, 2, 5, 8, 40, np.inf)),
            (None, CURVES | {"LSTM, chrono start": 0.99**LAGS, "a network of my own": 0.99**LAGS}),
            (None, chrono_biases(64, 100).forget),
        )
    ],
)
def test_text_fits_at_every_size(look, biases, curves, chrono):
    theme, width = look
    picture = carousel(biases, curves, chrono, theme=theme, width=width)
    assert picture.size()[0] == width
    check(picture)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"biases": np.arange(9)}, "biases: expected 1..8 numbers, got (9,)"),
        ({"biases": []}, "biases: expected 1..8 numbers, got (0,)"),
        ({"steps": 0}, "steps: expected 1 or more, got 0"),
        ({"steps": 9, "curves": CURVES}, "steps: expected 60, as in curves, got 9"),
        ({"curves": {"a": [1, 2], "b": [1]}}, "curves: expected one length for all, got [1, 2]"),
        ({"chrono": [[1.0]]}, "chrono: expected forget biases (units,), got (1, 1)"),
        ({"theme": "blue"}, "theme: expected light or dark, got 'blue'"),
        ({"width": 600}, "width: expected 640 px or more, got 600"),
    ],
)
def test_a_wrong_argument_is_answered_in_one_line(arguments, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the whole line is compared
        carousel(**arguments)
    assert str(caught.value) == message
