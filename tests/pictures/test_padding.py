import itertools

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

import workbench as wb
from workbench.measure import last_states
from workbench.pictures import number, padding

from .looking import check

WORDS = ("to", "be", "never", "question")
LETTERS = sorted(set("".join(WORDS)))
SEQUENCES = [np.eye(len(LETTERS))[[LETTERS.index(letter) for letter in word]] for word in WORDS]
NET = wb.Recurrent("lstm", len(LETTERS), 3, seed=1, start={"b": "small"})
RIGHT, WRONG = "#009e73", "#d55e00"


def frames(picture, row):
    """(colour, step, dashed) of the outlines of a row that are in a colour."""
    found = []
    for patch in picture.axes[1 + row].patches:
        colour = to_hex(patch.get_edgecolor())
        if isinstance(patch, Rectangle) and colour in (RIGHT, WRONG):
            middle = patch.get_x() + patch.get_width() / 2
            found.append((colour, round(middle, 9), patch.get_linestyle() not in ("-", "solid")))
    return found


READINGS = itertools.product(
    ("pre", "post"),
    (False, True),
    ("forward", "backward", "both"),
    ("[-1]", "[0]", "lengths", "-lengths"),
)


def plain(where, masked, direction, rule):
    """Whether a reading is in the plain run; the others are in `pytest -m long`."""
    return where == "post" and rule in ("[-1]", "lengths")


@pytest.mark.parametrize(
    ("where", "masked", "direction", "rule"),
    [pytest.param(*own, marks=[] if plain(*own) else pytest.mark.long) for own in READINGS],
)
def test_the_step_that_is_read_is_outlined_as_right_or_wrong_in_each_pass(
    where, masked, direction, rule
):
    last = last_states(NET, SEQUENCES, where, masked, direction, rule)
    picture = padding(last, WORDS, WORDS, width=640)
    said = check(picture)
    for row in range(4):
        wanted = [
            (RIGHT if right else WRONG, last.step_read[row], not right)
            for right in last.right_passes[row]
        ]
        assert frames(picture, row) == wanted
    assert f"{last.right.sum()} of 4 right" in said


def test_the_numbers_beside_a_row_are_the_one_read_and_the_true_one():
    last = last_states(NET, SEQUENCES, "post", True)
    said = check(padding(last, unit=2))
    assert f"→ reads 0 ✗ true {number(last.truth[0, 2])}" in said
    assert f"→ reads {number(last.truth[3, 2])} ✓" in said


def test_with_two_passes_each_has_its_own_line():
    back = wb.Recurrent("gru", len(LETTERS), 2, start={"b": "small"})
    last = last_states(NET, SEQUENCES, "post", True, "both", "[0]", backward_net=back)
    said = check(padding(last, unit=1))
    assert f"← reads {number(last.truth[0, 4])} ✓" in said
    assert any(text.startswith("→ reads ") and "✗" in text for text in said)


def test_padding_has_no_colour_and_its_word():
    last = last_states(NET, SEQUENCES, "pre")
    picture = padding(last, WORDS)
    image = picture.axes[1].images[0].get_array()
    assert (image[:, :6, 3] == 0).all()
    assert (image[:, 6:, 3] == 1).all()
    assert "padding" in check(picture)
    assert [p.get_hatch() for p in picture.axes[4].patches if p.get_hatch()] == []


def test_the_sentence_of_the_first_wrong_row_stands_below():
    last = last_states(NET, SEQUENCES, "post", True)
    picture = padding(last, WORDS, width=960)
    assert f"to: {last.says(write=number)[0]}." in check(picture)
    assert all(f"{word}: reads" in picture.description for word in WORDS)
    all_right = last_states(NET, SEQUENCES, "post", rule="lengths")
    assert not any("reads" in text and ":" in text for text in check(padding(all_right, WORDS)))


@pytest.mark.parametrize(("theme", "width"), [("light", 640), ("dark", 960)])
@pytest.mark.parametrize("direction", ["forward", "both"])
def test_text_fits_with_a_real_series(theme, width, direction):
    x = wb.data.sunspots().inputs().x
    parts = [x[:150], x[150:161], x[161:305], x[305:]]
    net = wb.Recurrent("gru", 1, 4, start={"b": "small"})
    years = [[str(1700 + k) for k in range(len(part))] for part in parts]
    names = ["a name that is too long for its place", "", "c", "d"]
    for tokens in (None, years):
        last = last_states(net, parts, direction=direction)
        picture = padding(last, names, tokens, theme=theme, width=width)
        assert picture.size()[0] == width
        check(picture)


@pytest.mark.parametrize("value", [0.0, 1e300])
def test_a_batch_of_one_step_and_one_value_can_be_drawn(value):
    net = wb.Recurrent("elman", 1, 1)
    check(padding(last_states(net, [[[value]]])))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"names": WORDS[:3]}, "names: expected 4, one a sequence, got 3"),
        ({"tokens": ["to"]}, "tokens: expected [2, 2, 5, 8] labels, one a step, got [2]"),
        ({"unit": 3}, "unit: expected 0..2, got 3"),
        ({"theme": "blue"}, "theme: expected light or dark, got 'blue'"),
        ({"width": 600}, "width: expected 640 px or more, got 600"),
    ],
)
def test_a_wrong_argument_is_answered_in_one_line(arguments, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the whole line is compared
        padding(last_states(NET, SEQUENCES), **arguments)
    assert str(caught.value) == message


def test_too_many_sequences_are_refused():
    last = last_states(NET, SEQUENCES * 9)
    with pytest.raises(ValueError, match=r"last: expected at most 32 sequences to draw, got 36"):
        padding(last)
