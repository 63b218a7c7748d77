import numpy as np
import pytest

from workbench.pictures import gradient_norms, gradient_norms_arrays
from workbench.pictures.log_scale import BELOW, INFINITE, NAN, PLOTTED, ZERO

from .looking import check
from .standin import elman, random_input


def fading(time=40, keep=0.9):
    return keep ** np.arange(time)[::-1]


def test_gradients_of_a_trace_give_the_norms_of_their_line():
    trace = elman(random_input(15), hidden=4)
    d_h = np.zeros((15, 2, 4))
    d_h[11] = 1
    gradients = trace.bptt({"h": d_h})
    arrays = gradient_norms_arrays({"Elman": gradients})
    assert arrays.loss_step == 11
    wanted = [np.linalg.norm(gradients["h"][t]) for t in range(12)]
    np.testing.assert_allclose(arrays.norms[0], wanted, rtol=1e-13)


def test_each_value_has_a_lane_and_none_is_left_out():
    norms = np.array([np.nan, np.inf, 1e-40, 5e-324, 0, 1e-10, 1.0])
    arrays = gradient_norms_arrays({"mine": norms})
    assert arrays.lanes[0].tolist() == [NAN, INFINITE, BELOW, BELOW, ZERO, PLOTTED, PLOTTED]
    said = check(gradient_norms({"mine": norms}))
    assert {"not a number", "infinite", "exactly 0"} <= set(said)
    assert any(text.startswith("below 10") for text in said)


def test_a_band_is_there_only_when_something_is_in_it():
    said = check(gradient_norms({"LSTM": fading()}))
    assert not {"not a number", "infinite", "exactly 0"} & set(said)
    assert not [text for text in said if text.startswith("below")]


def test_plotted_values_lie_within_the_axis_and_at_their_decade():
    arrays = gradient_norms_arrays({"a": fading(keep=0.5), "b": 1e5 / fading()})
    plotted = arrays.norms[arrays.lanes == PLOTTED]
    assert plotted.min() >= 10.0**arrays.low
    assert plotted.max() <= 10.0**arrays.high
    line = gradient_norms({"a": fading(keep=0.5)}).axes[0].lines
    curve = next(each for each in line if len(each.get_xdata()) == 40)
    np.testing.assert_allclose(10 ** curve.get_ydata(), fading(keep=0.5), rtol=1e-12)


def test_curves_in_one_band_do_not_hide_each_other():
    gone = np.r_[np.zeros(30), np.ones(5)]
    picture = gradient_norms({"Elman": gone, "LSTM": gone, "GRU": gone})
    heights = [each.get_ydata()[0] for each in picture.axes[0].lines if len(each.get_xdata()) == 35]
    assert len(set(heights)) == 3


def test_steps_after_the_loss_are_on_the_axis_but_not_drawn():
    arrays = gradient_norms_arrays({"LSTM": fading(20)}, loss_step=12)
    assert (arrays.count, arrays.norms.shape) == (20, (1, 13))
    assert gradient_norms({"LSTM": fading(20)}, 12).axes[0].get_xlim() == (-0.5, 19.5)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [640, 960])
@pytest.mark.parametrize("count", [1, 2, 10, 309, 2000])
def test_names_of_curves_that_meet_stand_apart(count, width, theme):
    names = ["Elman", "LSTM", "GRU", "mine", "LSTM, forget bias 5", "gain 0.8", "gain 0.9"]
    curves = {name: fading(count, 0.99 + k * 1e-5) for k, name in enumerate(names)}
    said = check(gradient_norms(curves, theme=theme, width=width))
    assert set(names) <= set(said)


@pytest.mark.parametrize("loss_step", [0, 1, 30, 59])
def test_the_loss_is_named_wherever_it_is(loss_step):
    times = np.datetime64("2001-12-01") + np.arange(60)
    said = check(gradient_norms({"GRU": fading(60)}, loss_step, times, width=640))
    assert f"loss at {times[loss_step]}" in said


def test_twenty_curves_make_the_picture_taller():
    curves = {f"gain {k / 10}": fading(keep=0.5 + k / 50) for k in range(20)}
    check(gradient_norms(curves))


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf, 5e-324, 1.7e308])
def test_a_curve_of_one_value_can_be_drawn(value):
    check(gradient_norms({"mine": np.full(10, value)}))


def test_the_same_cell_twice_differs_by_its_dashes():
    picture = gradient_norms({"LSTM": fading(), "LSTM, forget bias 5": fading(keep=0.8)})
    curves = [each for each in picture.axes[0].lines if len(each.get_xdata()) == 40]
    assert curves[0].get_color() == curves[1].get_color()
    assert curves[0].get_linestyle() != curves[1].get_linestyle()


@pytest.mark.parametrize(
    ("curves", "arguments", "message"),
    [
        ({}, {}, "curves: expected a dict of label and norms, got {}"),
        ([1, 2], {}, "curves: expected a dict of label and norms, got [1, 2]"),
        ({"a": np.ones((3, 4))}, {}, "curves: expected norms (time,) for 'a', got (3, 4)"),
        ({"a": [1, -2]}, {}, "curves: expected norms of 0 or more for 'a', got -2.0"),
        ({"a": [1], "b": [1, 2]}, {}, "curves: expected one length for all, got [1, 2]"),
        ({"a": [1, 2]}, {"loss_step": 2}, "loss_step: expected 0..1, got 2"),
        ({"a": [1, 2]}, {"times": [1]}, "times: expected (2,), one a step, got (1,)"),
        ({"a": [1, 2]}, {"theme": "blue"}, "theme: expected light or dark, got 'blue'"),
        ({"a": [1, 2]}, {"width": 1}, "width: expected 640 px or more, got 1"),
    ],
)
def test_what_is_no_curve_is_refused_in_one_line(curves, arguments, message):
    with pytest.raises(ValueError, match="expected") as caught:
        gradient_norms(curves, **arguments)
    assert str(caught.value) == message


def test_a_line_without_a_gradient_is_refused():
    trace = elman(random_input(5), hidden=2)
    gradients = trace.bptt({"h": np.ones((5, 2, 2))})
    with pytest.raises(ValueError, match="state: expected one of h, got 'c'"):
        gradient_norms({"Elman": gradients}, state="c")
