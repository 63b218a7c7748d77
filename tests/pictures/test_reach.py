import dataclasses

import numpy as np
import pytest
from matplotlib.collections import LineCollection

import workbench as wb
from workbench.measure import Reach
from workbench.measure import gradient_reach as measure
from workbench.pictures import gradient_reach, gradient_reach_arrays
from workbench.pictures.log_scale import ABSENT, PLOTTED, ZERO
from workbench.pictures.style import LIGHT

from .looking import check

CELLS = {"Elman": "elman", "LSTM": "lstm", "GRU": "gru"}


def measured(time=30, at=None, hidden=4):
    x = np.random.default_rng(0).normal(size=(time, 1))
    return {name: measure(wb.Recurrent(c, 1, hidden), x, at) for name, c in CELLS.items()}


def by_hand(total, at=None, **paths):
    """A reach that holds exactly these norms."""
    total = np.array(total, dtype=float)
    at = len(total) - 1 if at is None else at
    return Reach(at, "h", total, {"h": total, **paths}, total)


def arcs_of(picture):
    found = picture.findobj(LineCollection)
    return found[0].get_segments() if found else []


def test_every_network_has_its_curve_and_each_further_state_one_more():
    reaches = measured(at=25)
    arrays = gradient_reach_arrays(reaches)
    assert arrays.curves.labels == ("Elman", "LSTM", "LSTM, ∂L/∂c", "GRU")
    assert arrays.owners == ("Elman", "LSTM", "LSTM", "GRU")
    np.testing.assert_array_equal(arrays.curves.norms[1], reaches["LSTM"].total[:26])
    np.testing.assert_array_equal(arrays.curves.norms[2, :25], reaches["LSTM"].carried["c"][:25])
    assert arrays.curves.lanes[2, 25] == ABSENT
    assert (arrays.curves.lanes[:, :25] == PLOTTED).all()


def test_an_arc_is_as_thick_as_its_norm_and_the_thickest_is_the_measure():
    arrays = gradient_reach_arrays({"mine": by_hand([1e-9, 0.1, 0.2, 0.4, 1])})
    np.testing.assert_allclose(arrays.thickness, [0, 0.25, 0.5, 1], rtol=1e-15)
    special = gradient_reach_arrays({"mine": by_hand([np.nan, np.inf, 0, 8, 1])})
    assert special.thickness.tolist() == [0, 1, 0, 1]


def test_each_arc_leads_from_the_loss_to_its_step_and_the_longest_fills_the_height():
    picture = gradient_reach(measured(at=20), shown="LSTM")
    arrays = gradient_reach_arrays(measured(at=20), shown="LSTM")
    arcs = arcs_of(picture)
    reached = np.flatnonzero(arrays.thickness)
    assert len(arcs) == len(reached) > 3
    tops = [arc[:, 1].max() for arc in arcs]
    panel = next(axes for axes in picture.axes if axes.collections and axes.get_xlim()[1] == 29.5)
    for arc, step in zip(arcs, reached, strict=True):
        np.testing.assert_allclose(sorted(arc[[0, -1], 0]), [step, 20], atol=1e-9)
    assert max(tops) == pytest.approx(panel.get_ylim()[1], rel=0.01)


def test_a_short_reach_leaves_no_empty_space_above_its_arcs():
    fast, slow = by_hand(0.01 ** np.arange(299, -1, -1.0)), by_hand(np.ones(300))
    low, high = (gradient_reach({"mine": r}).size()[1] for r in (fast, slow))
    assert low < high


def test_arcs_are_vermilion_and_a_path_is_broken_in_its_network_s_colour():
    picture = gradient_reach(measured())
    arcs = picture.findobj(LineCollection)[0]
    wanted = tuple(int(LIGHT.back[k : k + 2], 16) / 255 for k in (1, 3, 5))
    np.testing.assert_allclose(arcs.get_colors()[0][:3], wanted)
    curves = [each for axes in picture.axes for each in axes.lines if len(each.get_xdata()) == 30]
    by_colour = {}
    for curve in curves:
        by_colour.setdefault(curve.get_color(), set()).add(curve.get_linestyle())
    assert by_colour[LIGHT.cells["lstm"]] == {"-", "--"}
    assert by_colour[LIGHT.cells["gru"]] == {"-"}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [640, 960])
@pytest.mark.parametrize(("time", "at"), [(1, 0), (2, 1), (30, 3), (72, 66), (309, 308)])
def test_the_texts_fit(time, at, width, theme):
    said = check(gradient_reach(measured(time, at), "LSTM", theme=theme, width=width))
    assert set(CELLS) <= set(said)
    assert f"loss at step {at}" in said


def test_twelve_networks_with_paths_and_long_names_fit():
    curve = 0.9 ** np.arange(49, -1, -1.0)
    reaches = {f"LSTM, forget bias {k}": by_hand(curve, c=curve / 2) for k in range(12)}
    check(gradient_reach(reaches, width=640))
    check(gradient_reach({"a network of mine with a name that does not end": by_hand(curve)}))


def test_an_exact_zero_has_its_band_and_a_reach_of_nothing_is_said():
    nothing = by_hand(np.r_[np.zeros(9), 1])
    arrays = gradient_reach_arrays({"mine": nothing})
    assert (arrays.curves.lanes[0, :9] == ZERO).all()
    said = check(gradient_reach({"mine": nothing}))
    assert {"exactly 0", "mine: nothing reaches an earlier step"} <= set(said)


def test_years_and_dates_name_the_loss():
    times = np.datetime64("2001-12-01") + np.arange(30)
    said = check(gradient_reach(measured(at=12), times=times, width=640))
    assert "loss at 2001-12-13" in said
    assert "2001-12-13" in gradient_reach(measured(at=12), times=times).description


def test_what_is_no_reach_is_refused_in_one_line():
    reach = by_hand([0.5, 1])
    other = dataclasses.replace(reach, at=0)
    for reaches, options, message in [
        ({}, {}, "reaches: expected a dict of label and Reach, got {}"),
        ({"a": [1, 2]}, {}, "reaches: expected a Reach for 'a', got list"),
        (
            {"a": reach, "b": other},
            {},
            "reaches: expected one step of the loss for all, got [0, 1]",
        ),
        (
            {"a": reach, "b": by_hand([0.5, 1, 0], at=1)},
            {},
            "curves: expected one length for all, got [2, 3]",
        ),
        ({"a": reach}, {"shown": "b"}, "shown: expected one of a, got 'b'"),
        ({"a": reach}, {"times": [1]}, "times: expected (2,), one a step, got (1,)"),
        ({"a": reach}, {"width": 100}, "width: expected 640 px or more, got 100"),
        ({"a": reach}, {"theme": "blue"}, "theme: expected light or dark, got 'blue'"),
    ]:
        with pytest.raises(ValueError, match="expected") as caught:
            gradient_reach(reaches, **options)
        assert str(caught.value) == message
