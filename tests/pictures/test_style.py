import itertools

import matplotlib as mpl
import pytest

from workbench.pictures.style import THEMES, cell_key, cell_title, drawing, find_theme


def luminance(colour):
    """Relative luminance as WCAG 2.1 defines it."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_every_colour_of_text_can_be_read_on_paper_and_on_a_band(theme):
    texts = {"ink": theme.ink, "soft": theme.soft, **theme.words}
    texts |= {f"line {k}": colour for k, colour in enumerate(theme.lines)}
    for name, colour in texts.items():
        for ground in (theme.paper, theme.band):
            assert contrast(colour, ground) >= 4.5, (name, colour, ground)


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_named_lines_never_share_a_colour_with_each_other_or_a_cell(theme):
    taken = [*theme.lines, *theme.cells.values(), theme.back]
    for one, other in itertools.combinations(taken, 2):
        assert one != other


def test_cells_have_the_agreed_colours():
    cells = THEMES["light"].cells
    assert {name: cells[name].upper() for name in ("elman", "lstm", "gru", "own")} == {
        "elman": "#E69F00",
        "lstm": "#0072B2",
        "gru": "#009E73",
        "own": "#CC79A7",
    }


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("LSTM", "lstm"),
        ("lstm, forget bias 5", "lstm"),
        ("gru_reset_after", "gru"),
        ("Elman-32", "elman"),
        ("measured", "reference"),
        ("not an LSTM", "own"),
        ("", "own"),
    ],
)
def test_a_label_takes_the_colour_of_the_cell_it_begins_with(label, key):
    assert cell_key(label) == key


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("lstm", "LSTM"),
        ("elman", "Elman"),
        ("gru_reset_after", "GRU reset after"),
        ("mine", "mine"),
    ],
)
def test_a_cell_is_written_as_in_a_sentence(name, title):
    assert cell_title(name) == title


def test_settings_come_back_even_after_an_error():
    before = dict(mpl.rcParams)
    seen = []

    def fail_half_way():
        with drawing("dark"):
            seen.append(mpl.rcParams["text.color"])
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail_half_way()
    assert seen == [THEMES["dark"].ink]
    assert dict(mpl.rcParams) == before


def test_an_unknown_theme_is_refused():
    with pytest.raises(ValueError, match="theme: expected light or dark, got 'blue'"):
        find_theme("blue")
