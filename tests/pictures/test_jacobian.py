import numpy as np
import pytest

import workbench as wb
from workbench.measure import jacobian_norms, lag_contributions, sigma_bound, singular_values
from workbench.pictures import jacobian, jacobian_arrays

from .looking import check


def run(cell="elman", time=20, hidden=4, gain=1.0, **options):
    net = wb.Recurrent(cell, 1, hidden, **options)
    for name in net.parameters:
        if name.startswith("U"):
            net.parameters[name] = gain * net.parameters[name]
    return net.run(np.random.default_rng(0).normal(size=(time, 1)))


def image_of(picture):
    """The colours of the triangle, k across the first axis."""
    return next(axes.images[0] for axes in picture.axes if axes.get_images()).get_array()


def test_the_arrays_are_those_of_the_measures():
    trace = run("lstm")
    arrays = jacobian_arrays(trace, (15, 3), "U.f", "c")
    np.testing.assert_array_equal(arrays.logs, jacobian_norms(trace, state="c"))
    np.testing.assert_array_equal(arrays.values, singular_values(trace, 15, 3, state="c"))
    np.testing.assert_array_equal(arrays.lags.norms, lag_contributions(trace, "U.f").norms)
    assert arrays.bound == sigma_bound(trace)
    assert (arrays.symbol, arrays.chosen) == ("c", (15, 3))
    assert jacobian_arrays(trace).symbol == "(h,c)"
    assert jacobian_arrays(trace).chosen == (19, 9)
    assert jacobian_arrays(trace).lags.parameter == "U.i"


def test_the_triangle_is_red_where_changes_fade_blue_where_they_grow_and_empty_above():
    for gain, channel in ((0.5, 0), (1.5, 2)):
        colours = image_of(jacobian(run(gain=gain, activation="identity")))
        far, near, none = colours[0, 19], colours[10, 10], colours[15, 3]
        assert far[channel] > far[2 - channel]
        np.testing.assert_allclose(near[:3], near[0], atol=0.01)
        assert (far[3], none[3]) == (1, 0)


def test_an_exact_zero_is_grey_and_said():
    picture = jacobian(run(gain=0.0))
    colour = image_of(picture)[2, 12]
    np.testing.assert_allclose(colour[:3], colour[0], atol=0.01)
    assert colour[0] < 0.6
    said = check(picture)
    assert {"exactly 0", "≈ 0"} <= set(said)
    assert "exactly 0" not in check(jacobian(run()))


def test_the_curves_of_the_last_row_are_its_norms_and_the_bound():
    trace = run(gain=0.7)
    picture = jacobian(trace)
    curves = [each for axes in picture.axes for each in axes.lines if len(each.get_xdata()) == 20]
    norm, bound, classical = (each.get_ydata() for each in curves)
    np.testing.assert_allclose(norm, jacobian_norms(trace)[-1], atol=1e-12)
    back = np.arange(19, -1, -1)
    np.testing.assert_allclose(bound, sigma_bound(trace).log10(back), atol=1e-12)
    np.testing.assert_allclose(classical, back * np.log10(0.7), atol=1e-9)
    assert curves[1].get_linestyle() == curves[2].get_linestyle() == "--"


def test_a_bound_that_leaves_the_plot_is_cut_and_still_named():
    picture = jacobian(run(gain=3.0))
    curves = [each for axes in picture.axes for each in axes.lines if len(each.get_xdata()) == 20]
    assert np.isnan(curves[1].get_ydata()[0])
    assert "bound" in check(picture)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [640, 960])
@pytest.mark.parametrize(("cell", "time"), [("elman", 1), ("lstm", 2), ("gru", 30), ("lstm", 90)])
def test_the_texts_fit(cell, time, width, theme):
    said = check(jacobian(run(cell, time), theme=theme, width=width))
    assert "singular values" in said
    assert any(text.startswith("whole:") for text in said)


def test_dates_labels_and_a_state_fit_too():
    times = np.datetime64("2001-12-01") + np.arange(20)
    said = check(jacobian(run("lstm"), (12, 4), "U.f", "h", times=times, width=640))
    assert {"t: 2001-12-13", "k: 2001-12-05"} <= set(said)
    check(jacobian(run("lstm"), times=[f"word{k:02}" for k in range(20)], width=640))


@pytest.mark.parametrize("gain", [1e-30, 1e-3, 1.0, 30.0, 1e10, 1e14])
def test_any_gain_can_be_drawn(gain):
    check(jacobian(run(gain=gain, activation="identity"), width=640))


def test_a_norm_beyond_float64_is_in_the_band_of_infinity():
    net = wb.Recurrent("elman", 1, 3, start={"W": 0.0, "U": 1e20}, activation="identity")
    trace = net.run(np.zeros((20, 1)))
    assert jacobian_norms(trace)[19, 0] > 380
    assert "infinite" in check(jacobian(trace))


def test_what_is_not_finite_is_said():
    net = wb.Recurrent("elman", 1, 2, activation="exp", start={"W": 1.0})
    x = np.full((8, 1), 0.1)
    x[5] = 1e6
    with np.errstate(all="ignore"):
        said = check(jacobian(net.run(x)))
    assert "not a number" in said


def test_a_cell_without_parameters_has_no_contributions():
    @wb.cell
    def echo(x, h):
        h = wb.functions.tanh(x + 0.5 * h)
        return h

    trace = wb.Recurrent(echo, 2, 2).run(np.ones((6, 2)))
    assert jacobian_arrays(trace).lags is None
    assert not any(text.startswith("whole:") for text in check(jacobian(trace)))


def test_wrong_arguments_are_refused_in_one_line():
    trace = run()
    for options, message in [
        ({"chosen": (20, 1)}, "t: expected 0..19, got 20"),
        ({"chosen": (3, 4)}, "k: expected 0..3, no later than t, got 4"),
        ({"chosen": 3}, "chosen: expected two steps, (t, k), got 3"),
        ({"chosen": (3, 0.5)}, "chosen: expected two steps, (t, k), got (3, 0.5)"),
        ({"parameter": "V"}, "parameter: expected one of W, U, b, got 'V'"),
        ({"state": "c"}, "state: expected one of h, got 'c'"),
        ({"batch": 1}, "batch: expected 0, got 1"),
        ({"times": [1]}, "times: expected (20,), one a step, got (1,)"),
        ({"width": 1}, "width: expected 640 px or more, got 1"),
        ({"theme": "blue"}, "theme: expected light or dark, got 'blue'"),
    ]:
        with pytest.raises(ValueError, match="expected") as caught:
            jacobian(trace, **options)
        assert str(caught.value) == message
