import dataclasses

import numpy as np
import pytest
from matplotlib.patches import Rectangle

import workbench as wb
from workbench.measure import saliency as measure
from workbench.pictures import saliency
from workbench.pictures.saliency import BLUE, RED
from workbench.pictures.style import LIGHT

from .looking import check


def measured(time=30, inputs=3, step=None, **options):
    x = np.random.default_rng(0).standard_normal((time, inputs))
    return measure(wb.Recurrent("lstm", inputs, 5), x, 2, step, **options)


def bars_of(picture):
    """The heights and colours of the two rows of bars."""
    rows = [[p for p in axes.patches if isinstance(p, Rectangle)] for axes in picture.axes]
    return [
        (np.array([bar.get_height() for bar in bars]), [bar.get_facecolor() for bar in bars])
        for bars in rows
        if bars
    ]


def test_bars_are_the_norms_and_the_signed_products_as_shares_of_the_largest():
    found = measured()
    (norms, _), (products, colours) = bars_of(saliency(found))
    np.testing.assert_allclose(norms, found.norms / found.norms.max(), rtol=1e-12)
    largest = np.abs(found.times_input).max()
    np.testing.assert_allclose(products, found.times_input / largest, rtol=1e-12)
    assert colours == [BLUE if v >= 0 else RED for v in found.times_input]


def test_slopes_by_one_feature_need_no_heat_map():
    assert "∂y/∂x" not in check(saliency(measured(inputs=1)))
    assert {"∂y/∂x", "‖∂y/∂x‖", "x · ∂y/∂x"} <= set(check(saliency(measured())))


def test_the_step_of_the_output_is_marked_and_masked_steps_have_no_bars():
    found = measured(lengths=[20])
    picture = saliency(found)
    assert found.step == 19
    assert {"masked", "y: output 2 at step 19, here " + said(found.value)} <= set(check(picture))
    (norms, _), _ = bars_of(picture)
    assert (norms[20:] == 0).all()
    dotted = [line for axes in picture.axes for line in axes.lines if line.get_color() == LIGHT.ink]
    assert len(dotted) == 1


def said(value):
    return wb.pictures.number(value)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [640, 960])
@pytest.mark.parametrize(("time", "inputs"), [(1, 1), (2, 40), (30, 3), (400, 2)])
def test_the_texts_fit(time, inputs, width, theme):
    picture = saliency(measured(time, inputs), None, "a name of some length", theme, width)
    assert picture.size()[0] == width
    assert "step t" in check(picture)


def test_any_kind_of_time_stands_on_the_axis():
    for times in (np.arange(1700, 1730), np.datetime64("2001-12-01") + np.arange(30)):
        check(saliency(measured(), times, width=640))
    assert "step t" not in check(saliency(measured(), list("to be or not to be, that is the")[:30]))


def test_a_saliency_of_zeros_is_called_so_and_what_is_not_finite_is_said():
    net = wb.Recurrent("elman", 2, 3, start={"W": 0.0})
    assert "all 0" in check(saliency(measure(net, np.ones((6, 2)))))
    found = measured()
    norms = found.norms.copy()
    norms[[3, 7]] = np.nan, np.inf
    broken = check(saliency(dataclasses.replace(found, norms=norms)))
    assert "not a number at step 3, infinite at step 7" in broken


def test_wrong_arguments_are_refused_in_one_line():
    found = measured(5)
    for arguments, message in [
        ((1,), "saliency: expected what measure.saliency(model, x) gives, got int"),
        ((found, [1, 2]), "times: expected (5,), one a step, got (2,)"),
        ((found, None, "x", "blue"), "theme: expected light or dark, got 'blue'"),
        ((found, None, "x", "dark", 3), "width: expected 640 px or more, got 3"),
    ]:
        with pytest.raises(ValueError, match="expected") as caught:
            saliency(*arguments)
        assert str(caught.value) == message
