"""The phase explorer: its message, what Python answers, and the page beside the ensemble."""

import re

import numpy as np
import pytest
from pages import answered, drag, live, misfits, overlapping, sentence, settled, show, texts_of

import workbench as wb
from workbench.explorers import packing
from workbench.explorers.kernel.phases import LEVELS, UNKNOWN, ZERO, as_levels
from workbench.measure import PhasePlane
from workbench.pictures.phases import phases_sentence

WISH = {
    "network": "Elman", "steps": 20, "strength": 0.5, "draw": 3, "row": 10, "column": 30,
    "whole": True,
}  # fmt: skip


def made(**more):
    return wb.explore.phases(**({"hidden_size": 8, "steps": 20} | more))


def direct(explorer, steps, strength, seed):
    """The slopes and norms of all networks, straight from one Ensemble in double precision."""
    plane = PhasePlane(hidden_size=explorer.networks["Elman"].hidden_size, seed=seed)
    many = wb.Ensemble("elman", 64 * 64, 1, plane.network(0, 0).hidden_size)
    for name in many.parameters:
        many.parameters[name] = plane.networks.parameters[name]
    logs = many.log_gradient_norms(plane.noise(steps, strength), state=plane.first)
    logs = logs[:, -steps:][:, ::-1]
    lags = np.arange(steps)
    slopes = np.polyfit(lags, logs.T, 1)[0]
    return slopes.reshape(64, 64), logs.reshape(64, 64, steps)


def test_the_message_has_the_diagram_and_every_curve():
    explorer = made()
    about, arrays = packing.unpack(explorer.message)
    first = about["first"]
    slopes, logs = direct(explorer, 20, 0.05, 5)
    np.testing.assert_allclose(arrays["first/slopes"] * first["unit"], slopes, atol=1e-3)
    curves = arrays["first/curves"] * first["curveUnit"]
    np.testing.assert_allclose(curves, logs, atol=0.02)
    assert (first["steps"], first["strength"], first["draw"]) == (20, 0.05, 5)


def test_python_answers_with_the_diagram_in_less_than_16_kb_and_keeps_the_chosen_network():
    explorer = made()
    about, arrays = answered(explorer, **WISH)
    slopes, logs = direct(explorer, 20, 0.5, 3)
    # A chaotic network in single precision parts from itself in double precision.
    calm = slopes < -0.05
    assert calm.sum() > 1000
    np.testing.assert_allclose((arrays["slopes"] * about["unit"])[calm], slopes[calm], atol=1e-3)
    np.testing.assert_allclose(arrays["curve"], logs[10, 30], atol=1e-2)
    assert len(explorer.answer) < 16 * 1024
    net = PhasePlane(hidden_size=8, seed=3).network(10, 30)
    assert np.array_equal(explorer.networks["Elman"].parameters["U"], net.parameters["U"])


def test_a_hundred_steps_of_64_units_are_still_a_small_answer():
    explorer = made(hidden_size=4, steps=10)
    answered(explorer, **(WISH | {"steps": 100}))
    assert len(explorer.answer) < 16 * 1024


def test_a_moving_cursor_asks_for_one_curve_alone():
    explorer = made()
    answered(explorer, **WISH)
    about, arrays = answered(explorer, **(WISH | {"row": 40, "whole": False}))
    assert set(arrays) == {"curve"}
    assert about["row"] == 40


def test_levels_hold_numbers_zeros_and_what_is_none():
    unit, levels = as_levels(np.array([0.5, -1.0, 0.0, -np.inf, np.nan, np.inf]))
    assert levels.tolist() == [LEVELS / 2, -LEVELS, 0, ZERO, UNKNOWN, UNKNOWN]
    assert unit == pytest.approx(1 / LEVELS)
    assert as_levels(np.zeros(3))[0] > 0


def test_the_picture_is_drawn_without_a_browser():
    picture = made().picture()
    assert "Network at scale 0.91, bias 0.51" in picture.description


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"cell": "gru"}, "cell: expected one with one state, one recurrent matrix and one bias"),
        ({"cell": "elmann"}, "cell: expected one of elman"),
        ({"steps": 101}, "steps: expected 10..100, got 101"),
        ({"strength": 2.5}, "strength: expected a finite number of at least 0 and of at most 2"),
        ({"hidden_size": 65}, "hidden_size: expected 2..64, got 65"),
        ({"hidden_size": "32"}, "hidden_size: expected 2..64, got '32'"),
        ({"seed": 100}, "seed: expected 0..99, got 100"),
    ],
)
def test_a_wrong_argument_is_refused_in_one_line(wrong, said):
    with pytest.raises(ValueError, match="expected") as error:
        made(**wrong)
    assert str(error.value).startswith(said)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"steps": 5}, "steps: expected 10..100, got 5"),
        ({"strength": float("nan")}, "strength: expected a finite number, got nan"),
        ({"strength": -1}, "strength: expected 0..2, got -1"),
        ({"draw": 100}, "draw: expected 0..99, got 100"),
        ({"row": 64}, "row: expected 0..63, got 64"),
        ({"column": "1"}, "column: expected 0..63, got '1'"),
        ({"network": "GRU"}, "network: expected one of Elman, got 'GRU'"),
    ],
)
def test_a_wrong_wish_is_answered_in_one_line(wrong, said):
    about, _ = answered(made(hidden_size=2), **(WISH | wrong))
    assert about["error"].startswith(said)
    assert "\n" not in about["error"]


def comes_to_begin(page, words):
    """Wait until the sentence begins so, whenever Python answers."""
    page.wait_for_function(
        "words => document.querySelector('.wb-say').textContent.startsWith(words)", arg=words,
        timeout=30000,
    )  # fmt: skip


@pytest.mark.browser
def test_a_dragged_slider_shows_what_the_ensemble_gives(open_page):
    explorer = made(hidden_size=32)
    page = live(open_page, explorer)
    strength = drag(page, "input strength", 11)
    steps = drag(page, "steps back", 2)
    assert (strength, steps) == (0.6, 30)
    found = PhasePlane(seed=5).measure(30, 0.6)
    comes_to_begin(page, phases_sentence(found, 16, 16))
    slopes, logs = direct(explorer, 30, strength, 5)
    said = sentence(page)
    told = re.search(r"loses (\S+) decades a step; after 20 steps 1/(\d+) of it", said)
    loses, part = told.groups()
    assert float(loses) == pytest.approx(-slopes[16, 16], rel=0.06)
    assert float(part) == pytest.approx(10 ** -logs[16, 16, 20], rel=0.06)
    edges = re.findall(r"for bias 0, at (\S+) for bias 2", said)
    assert [float(scale) for scale in edges] == pytest.approx(
        [found.theory[-1], found.edge[-1]], rel=0.06
    )
    drag(page, "draw", 2)
    comes_to_begin(page, phases_sentence(PhasePlane(seed=7).measure(30, 0.6), 16, 16))


@pytest.mark.browser
def test_keys_and_the_pointer_move_over_the_networks(open_page):
    explorer = made(hidden_size=16)
    found = PhasePlane(hidden_size=16, seed=5).measure(20, 0.05)
    page = live(open_page, explorer)
    assert sentence(page).startswith(phases_sentence(found, 16, 16))
    body = page.locator(".wb-body")
    body.focus()
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowUp", "Shift+ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    comes_to_begin(page, phases_sentence(found, 27, 26)[:60])
    assert body.get_attribute("aria-valuetext") == "scale 1.4, bias 0.86"
    page.keyboard.press("Home")
    comes_to_begin(page, phases_sentence(found, 27, 0)[:60])
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    comes_to_begin(page, phases_sentence(found, 27, 63)[:60])
    cells = page.locator(".wb-pick")
    cells.click(position={"x": 300, "y": 200})
    settled(page)
    clicked = body.get_attribute("aria-valuetext")
    assert sentence(page).startswith(f"Network at {clicked}")
    assert page.locator(".wb-readout").inner_text().startswith(clicked)
    cells.dblclick(position={"x": 300, "y": 200})
    comes_to_begin(page, phases_sentence(found, 16, 16)[:60])


@pytest.mark.browser
@pytest.mark.parametrize("width", [640, 960])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_of_its_own_lets_look_at_every_network_and_says_what_needs_python(
    open_page, tmp_path, width, scheme
):
    explorer = made()
    page = show(open_page, explorer, tmp_path, width=width, color_scheme=scheme)
    assert "The sliders need Python" in page.locator(".wb-tier").inner_text()
    for name in ("input strength", "steps back", "draw"):
        assert page.get_by_role("slider", name=name, exact=True).is_disabled()
    words = ".wb svg text"
    assert not misfits(page, width)
    assert not overlapping(page, words)
    before = texts_of(page, ".wb-say")
    page.locator(".wb-body").focus()
    for key in ("Home", "End"):
        page.keyboard.press(key)
        assert texts_of(page, ".wb-say") != before
        assert not misfits(page, width)
        assert not overlapping(page, words)
    assert page.locator(".wb-error").first.is_hidden()
