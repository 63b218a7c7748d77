from types import SimpleNamespace

import pytest
from matplotlib.text import Text

from workbench.pictures import gates, worked, worked_arrays
from workbench.pictures.style import LIGHT

from .looking import check
from .standin import lstm, random_input

LINES = [
    (name, [rf"{name}_t = \sigma(W_{name} x_t)", r"\sigma(0.5 \cdot 2)", "0.73"])
    for name in "ifgoch"
]


def step(lines):
    return SimpleNamespace(mathtext=lines)


def test_equations_are_cut_at_the_equals_sign_outside_braces():
    lines = worked_arrays(step([("y", [r"y = \sum_{k=1} a_k = b", r"\sum_{k=1} 2", "3"])]))
    assert lines[0].rows == (
        ("y", r"\sum_{k=1} a_k = b"),
        ("", r"\sum_{k=1} 2 = 3"),
    )


def test_every_unit_has_its_numbers_under_the_one_equation():
    units = [("h", ["h_t = a", "h_{t,0} = 1 + 1", "2"]), ("h", ["", "h_{t,1} = 1 + 2", "3"])]
    lines = worked_arrays(step(units))
    assert lines[0].rows == (("h_t", "a"), ("h_{t,0}", "1 + 1 = 2"), ("h_{t,1}", "1 + 2 = 3"))


def test_every_equation_is_drawn_and_a_name_only_once():
    said = check(worked(step(LINES)))
    for name in "ifgoch":
        assert said.count(f"${name}_t$") == 1
        assert rf"$\sigma(W_{name} x_t)$" in said
    assert said.count(r"$\sigma(0.5 \cdot 2) = 0.73$") == 6
    assert said.count("$=$") == 12


def test_a_name_has_the_colour_of_its_row_in_the_gate_picture():
    colours = {text.get_text(): text.get_color() for text in worked(step(LINES)).findobj(Text)}
    rows = {
        text.get_text(): text.get_color() for text in gates(lstm(random_input(4))).findobj(Text)
    }
    for name in "ifgoch":
        assert colours[f"${name}_t$"] == rows[name]
    assert len({rows[name] for name in "ifgoch"} - {LIGHT.ink}) == 6


def test_a_long_equation_makes_the_picture_wider_instead_of_smaller():
    long = [("h", [" + ".join(["h = a"] + ["b"] * 200), "h = 1", "1"])]
    picture = worked(step(long), width=640, theme="dark")
    assert picture.size()[0] > 640
    check(picture)


def test_lines_stand_in_columns_where_there_is_room():
    tall, wide = worked(step(LINES), width=640), worked(step(LINES), width=1920)
    assert wide.size()[1] < tall.size()[1]
    check(tall)
    check(wide)


def test_a_step_without_equations_is_refused():
    with pytest.raises(ValueError, match="worked: expected a step of a trace with equations"):
        worked(step([]))
