import numpy as np
import pytest

from workbench.measure import gradient_phases
from workbench.pictures import phases
from workbench.pictures.phases import phases_sentence

from .looking import check

TINY = "1 \N{MULTIPLICATION SIGN} 10⁻¹⁸"


@pytest.fixture(scope="module")
def found():
    return gradient_phases(steps=30, strength=0.1, hidden_size=16, seed=5)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [640, 960])
@pytest.mark.parametrize("chosen", [None, (0, 0), (63, 0), (0, 63), (63, 63)])
def test_all_words_fit_and_none_covers_another(found, theme, width, chosen):
    said = check(phases(found, chosen, theme, width))
    assert {"vanishes", "explodes", "these networks", "∞ units, theory"} <= set(said)


def test_red_is_where_the_gradient_vanishes_and_blue_where_it_explodes(found):
    colours = phases(found).axes[0].images[0].get_array()
    assert colours.shape == (64, 64, 4)
    strong = np.abs(found.slopes) > 0.05
    bluer = colours[..., 2] > colours[..., 0]
    assert np.array_equal(bluer[strong], found.slopes[strong] > 0)


def test_the_curve_is_that_of_the_chosen_network(found):
    axes = phases(found, (30, 40)).axes[2]
    drawn = np.nansum([line.get_ydata() for line in axes.lines if len(line.get_ydata()) == 30], 0)
    np.testing.assert_allclose(drawn, found.logs[30, 40])


@pytest.mark.parametrize(
    ("slope", "log", "said"),
    [
        (-0.21, -4.2, "loses 0.21 decades a step; after 20 steps 1/16000 of it is left."),
        (-0.02, -0.5, "loses 0.02 decades a step; after 20 steps 32 % of it is left."),
        (-0.9, -18.0, f"loses 0.9 decades a step; after 20 steps {TINY} of it is left."),
        (0.1, 2.0, "gains 0.1 decades a step; after 20 steps it is 100 times as large."),
        (0.001, 0.02, "keeps its size; after 20 steps it is as large as at the loss."),
        (-np.inf, -np.inf, "becomes exactly 0; after 20 steps nothing of it is left (exactly 0)."),
        (np.nan, np.nan, "is not a number; after 20 steps it is not a number."),
    ],
)
def test_the_sentence_says_the_slope_and_what_is_left(found, slope, log, said):
    slopes, logs = found.slopes.copy(), found.logs.copy()
    slopes[2, 3], logs[2, 3, 0], logs[2, 3, 20] = slope, 0, log
    sentence = phases_sentence(found._replace(slopes=slopes, logs=logs), 2, 3)
    assert sentence.startswith("Network at scale 0.33, bias 0.063: the gradient ")
    assert sentence.endswith(said)


@pytest.mark.parametrize("width", [640, 960])
def test_a_line_that_leaves_the_diagram_early_is_named_where_it_ends(found, width):
    edge = np.where(np.arange(64) < 30, np.linspace(1.5, 5, 64), np.nan)
    picture = phases(found._replace(edge=edge), width=width)
    check(picture)
    places = {note.get_text(): note.xy[1] for note in picture.axes[0].texts}
    assert places["these networks"] == pytest.approx(30 / 64)
    assert places["∞ units, theory"] == 1


def test_a_diagram_of_one_phase_has_no_line(found):
    nowhere = np.full(64, np.nan)
    one = found._replace(slopes=-np.abs(found.slopes), edge=nowhere, theory=nowhere)
    said = check(phases(one))
    assert "explodes" not in said
    assert "these networks" not in said


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"chosen": (64, 0)}, r"chosen: expected \(0..63, 0..63\), got \(64, 0\)"),
        ({"chosen": (0, -1)}, r"chosen: expected \(0..63, 0..63\), got \(0, -1\)"),
        ({"width": 600}, "width: expected 640 px or more, got 600"),
        ({"theme": "sepia"}, "theme: expected light or dark, got 'sepia'"),
    ],
)
def test_wrong_arguments_are_refused(found, wrong, said):
    with pytest.raises(ValueError, match=said):
        phases(found, **wrong)
