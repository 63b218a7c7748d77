import matplotlib as mpl
import numpy as np
import pytest

from workbench.pictures import gates, gates_arrays

from .looking import check
from .standin import by_hand, elman, lstm, random_input


def test_rows_are_the_recorded_lines_units_down_and_steps_across():
    trace = lstm(random_input(30, batch=3), hidden=5)
    arrays = gates_arrays(trace, batch=2)
    assert [row.name for row in arrays.rows] == list("ifgoch")
    for row in arrays.rows:
        np.testing.assert_array_equal(row.values, trace[row.name][:, 2].T)
    np.testing.assert_array_equal(arrays.inputs.values, trace.x[:, 2].T)


def test_a_trace_without_a_batch_axis_reads_the_same():
    x = random_input(12, batch=1)
    with_axis, without = gates_arrays(lstm(x)), gates_arrays(lstm(x[:, 0]))
    for one, other in zip(with_axis.rows, without.rows, strict=True):
        np.testing.assert_array_equal(one.values, other.values)


def test_lines_and_units_are_those_asked_for_in_that_order():
    trace = lstm(random_input(9), hidden=6)
    arrays = gates_arrays(trace, lines=["h", "f"], units=[4, 0])
    assert [row.name for row in arrays.rows] == ["h", "f"]
    np.testing.assert_array_equal(arrays.rows[1].values, trace["f"][:, 0][:, [4, 0]].T)
    for units, wanted in ((3, [3]), (slice(1, 3), [1, 2])):
        found = gates_arrays(trace, lines="c", units=units).rows[0].values
        np.testing.assert_array_equal(found, trace["c"][:, 0][:, wanted].T)


def test_gates_are_on_the_scale_of_0_to_1_and_signed_lines_on_a_symmetric_one():
    trace = lstm(random_input(30), hidden=5)
    rows = {row.name: row for row in gates_arrays(trace).rows}
    for name in "ifo":
        assert (rows[name].share, rows[name].low, rows[name].high) == (True, 0, 1)
    for name in "gch":
        largest = np.abs(trace[name][:, 0]).max()
        assert (rows[name].share, rows[name].low, rows[name].high) == (False, -largest, largest)


def test_masked_steps_are_known_and_leave_the_scale_alone():
    mask = np.ones((12, 2), bool)
    mask[8:, 1] = False
    trace = lstm(random_input(12), hidden=3, mask=mask)
    trace.lines["g"][8:, 1] = 50
    arrays = gates_arrays(trace, batch=1)
    np.testing.assert_array_equal(arrays.held, ~mask[:, 1])
    assert dict((row.name, row.high) for row in arrays.rows)["g"] <= 1
    assert not gates_arrays(trace, batch=0).held.any()
    assert "masked" in check(gates(trace, batch=1))


def test_not_a_number_and_infinity_are_said_with_their_step():
    h = np.zeros((10, 2))
    h[6:, 1] = np.nan
    c = np.ones((10, 2))
    c[3, 0], c[5, 0] = np.inf, -np.inf
    trace = by_hand("mine", ("h", "c"), np.zeros((10, 1)), {"h": h, "c": c})
    rows = gates_arrays(trace).rows
    assert rows[0].trouble == "not a number from step 6 on"
    assert rows[1].trouble == "infinite at step 3 and 1 more"
    picture = gates(trace)
    assert {row.trouble for row in rows} <= set(check(picture))
    assert "h: not a number from step 6 on" in picture.description


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("time", "hidden", "inputs", "width"),
    [(1, 1, 1, 640), (10, 8, 1, 960), (309, 64, 12, 640), (2000, 1, 1, 960)],
)
def test_text_fits_at_every_size(time, hidden, inputs, width, theme):
    trace = lstm(random_input(time, inputs=inputs), hidden=hidden)
    picture = gates(trace, input_name="a name of some length", width=width, theme=theme)
    assert picture.size()[0] == width
    assert {"i", "f", "g", "o", "c", "h", "step t"} <= set(check(picture))


@pytest.mark.parametrize(
    "times",
    [
        np.arange(1700, 1760),
        np.datetime64("2001-12-29") + np.arange(60),
        np.array(list("to be or not to be, that is the question: whether it is nobl")),
        np.arange(60) / 7,
    ],
)
def test_any_kind_of_time_stands_on_the_axis(times):
    trace = elman(random_input(60), hidden=4)
    labels = check(gates(trace, times=times))
    assert "step t" not in labels


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf, 1e-300, 1e300])
def test_a_trace_of_one_value_can_be_drawn(value):
    lines = {"h": np.full((10, 3), value)}
    check(gates(by_hand("mine", ("h",), np.full((10, 1), value), lines)))


def test_a_line_of_zeros_is_called_so():
    trace = by_hand("mine", ("h",), random_input(10)[:, 0], {"h": np.zeros((10, 3))})
    assert "all 0" in check(gates(trace))


def test_drawing_leaves_the_settings_of_matplotlib_alone_and_ignores_a_users():
    trace = elman(random_input(10), hidden=2)
    plain = gates(trace).png()
    before = dict(mpl.rcParams)
    with mpl.rc_context({"axes.grid": True, "font.size": 30, "savefig.bbox": "tight"}):
        assert gates(trace).png() == plain
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch": 7}, "batch: expected 0..3, got 7"),
        ({"batch": -1}, "batch: expected 0..3, got -1"),
        ({"lines": ["i", "q"]}, "lines: expected some of i, f, g, o, c, h, got 'q'"),
        ({"lines": []}, "lines: expected some of i, f, g, o, c, h, got none"),
        ({"units": [0, 8]}, "units: expected 0..7 for line i, got 8"),
        ({"units": []}, "units: expected whole numbers in 0..7, got []"),
        ({"units": 1.5}, "units: expected whole numbers in 0..7, got [1.5]"),
        ({"times": [1, 2]}, "times: expected (5,), one a step, got (2,)"),
        ({"theme": "blue"}, "theme: expected light or dark, got 'blue'"),
        ({"width": 300}, "width: expected 640 px or more, got 300"),
    ],
)
def test_what_is_not_there_is_refused_in_one_line(arguments, message):
    with pytest.raises(ValueError, match="expected") as caught:
        gates(lstm(random_input(5, batch=4)), **arguments)
    assert str(caught.value) == message


def test_a_single_sequence_has_only_batch_0():
    with pytest.raises(ValueError, match="batch: expected 0, got 1"):
        gates(lstm(random_input(5)[:, 0]), batch=1)
