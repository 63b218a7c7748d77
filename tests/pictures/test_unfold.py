import numpy as np
import pytest

from workbench.pictures import unfold, unfold_arrays

from .looking import check
from .standin import by_hand, elman, lstm, random_input


def test_arrays_are_the_states_and_inputs_of_the_steps_shown():
    trace = lstm(random_input(20, inputs=3), hidden=5)
    arrays = unfold_arrays(trace, first=6, steps=4, batch=1)
    np.testing.assert_array_equal(arrays.steps, [6, 7, 8, 9])
    np.testing.assert_array_equal(arrays.inputs, trace.x[6:10, 1])
    for name in ("h", "c"):
        np.testing.assert_array_equal(arrays.states[name], trace[name][6:10, 1])
        assert arrays.limits[name] == np.abs(trace[name][6:10, 1]).max()
    assert arrays.more


def test_a_trace_that_ends_gives_fewer_copies():
    arrays = unfold_arrays(elman(random_input(5)), first=3, steps=4)
    np.testing.assert_array_equal(arrays.steps, [3, 4])
    assert not arrays.more


def test_every_copy_names_its_step_its_input_and_its_states():
    trace = lstm(random_input(20), hidden=5)
    trace.x[6, 0, 0] = -0.5
    said = check(unfold(trace, first=6, steps=3))
    assert {"step 6", "step 7", "step 8", "\N{MINUS SIGN}0.5", "LSTM", "="} <= set(said)
    for name in "hc":
        assert {f"${name}_{{{k}}}$" for k in (5, 6, 7, 8)} | {f"${name}_t$"} <= {
            text.replace("_{t}", "_t") for text in said
        }


def test_the_first_copy_of_all_begins_at_the_start():
    trace = elman(random_input(20))
    assert "start" in check(unfold(trace))
    assert "start" not in check(unfold(trace, first=1))


def test_copies_share_one_colour_and_one_size_with_the_folded_cell():
    picture = unfold(elman(random_input(20)), steps=3)
    boxes = [p for p in picture.axes[0].patches if type(p).__name__ == "FancyBboxPatch"]
    assert len(boxes) == 4
    assert len({box.get_edgecolor() for box in boxes}) == 1
    assert len({(box.get_width(), box.get_height()) for box in boxes}) == 1


def test_a_masked_step_is_said_to_hold():
    mask = np.ones((6, 2), bool)
    mask[4:, 0] = False
    trace = lstm(random_input(6), mask=mask)
    said = check(unfold(trace, first=2))
    assert said.count("masked") == said.count("held") == 2
    assert "masked" not in check(unfold(trace, first=2, batch=1))


def test_not_a_number_is_said_with_its_step():
    h = np.zeros((8, 3))
    h[5:] = np.nan
    trace = by_hand("mine", ("h",), random_input(8)[:, 0], {"h": h})
    assert "h: not a number from step 5 on" in check(unfold(trace, first=3))
    assert not [text for text in check(unfold(trace)) if "not a number" in text]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("steps", "hidden", "inputs", "width", "first"),
    [
        (1, 1, 1, 960, 0),
        (12, 64, 3, 960, 0),
        (6, 8, 1, 640, 1200),
        (12, 8, 1, 960, 1200),
        (9, 8, 1, 1920, 3),
    ],
)
def test_text_fits_at_every_size(steps, hidden, inputs, width, first, theme):
    trace = lstm(random_input(1300, batch=1, inputs=inputs), hidden=hidden)
    check(unfold(trace, first, steps, theme=theme, width=width))


@pytest.mark.parametrize("value", [0.0, np.nan, -np.inf, 1e-300, 1e300])
def test_a_trace_of_one_value_can_be_drawn(value):
    lines = {"h": np.full((5, 3), value)}
    check(unfold(by_hand("a_cell_with_a_long_name", ("h",), np.full((5, 1), value), lines)))


def test_a_name_of_several_letters_is_written_as_it_is():
    trace = by_hand("mine", ("h_slow",), random_input(5)[:, 0], {"h_slow": np.ones((5, 2))})
    assert r"$\mathrm{h\_slow}_{2}$" in check(unfold(trace))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"first": 5}, "first: expected 0..4, got 5"),
        ({"first": -1}, "first: expected 0..4, got -1"),
        ({"steps": 0}, "steps: expected 1 or more, got 0"),
        ({"batch": 2}, "batch: expected 0..1, got 2"),
        ({"theme": "blue"}, "theme: expected light or dark, got 'blue'"),
        ({"width": 100}, "width: expected 640 px or more, got 100"),
    ],
)
def test_what_is_not_there_is_refused_in_one_line(arguments, message):
    with pytest.raises(ValueError, match="expected") as caught:
        unfold(lstm(random_input(5)), **arguments)
    assert str(caught.value) == message


def test_more_copies_than_fit_are_refused_with_how_many_fit():
    trace = elman(random_input(40))
    with pytest.raises(ValueError, match=r"steps: expected 1..(\d+) at a width of 640 px, got 30"):
        unfold(trace, steps=30, width=640)


def test_a_trace_without_a_state_is_refused():
    trace = lstm(random_input(5))
    del trace.lines["h"], trace.lines["c"]
    trace.names = tuple(trace.lines)
    with pytest.raises(ValueError, match=r"expected a recorded state \(h, c\), got i, f, g, o"):
        unfold(trace)
