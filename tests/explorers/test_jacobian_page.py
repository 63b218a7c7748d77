"""What a hand finds on the page of the Jacobian explorer: nothing jumps, nothing is covered."""

import re

import numpy as np
import pytest
from pages import misfits, sentence, settled, show

import workbench as wb
from workbench.measure import lag_contributions
from workbench.pictures import number

X = np.sin(np.arange(30.0)) + 0.3 * np.cos(np.arange(30.0) ** 2)


def boxes(page, selector):
    return [item.bounding_box() for item in page.locator(selector).all()]


@pytest.mark.browser
def test_a_press_where_k_is_after_t_chooses_nothing(open_page, tmp_path):
    page = show(open_page, wb.explore.jacobian("elman", X, hidden_size=4), tmp_path)
    first, area = sentence(page), page.locator(".wb-pick")
    area.click(position={"x": 320, "y": 30})
    assert sentence(page) == first
    box = area.bounding_box()
    page.mouse.move(box["x"] + 500, box["y"] + 280)
    page.mouse.down()
    page.mouse.move(box["x"] + 320, box["y"] + 30, steps=4)
    page.mouse.up()
    k, t = map(int, re.findall(r"step (\d+)", sentence(page))[:2])
    assert k == t - 1


@pytest.mark.browser
@pytest.mark.parametrize("width", [640, 960])
def test_nothing_moves_when_another_cell_is_chosen(width, open_page, tmp_path):
    page = show(open_page, wb.explore.jacobian(), tmp_path, width=width)
    seen = []
    for cell in ("Elman", "LSTM", "GRU"):
        page.get_by_role("button", name=cell, exact=True).click()
        settled(page)
        single = page.get_by_label("state", exact=True).is_disabled()
        assert single == (cell != "LSTM")
        rows = [box["y"] for box in boxes(page, ".wb-controls > *")]
        seen.append((rows, boxes(page, ".wb-panel, .wb-hint")))
    assert seen[0] == seen[1] == seen[2]


@pytest.mark.browser
@pytest.mark.parametrize("keys", ["Home", "End"])
def test_the_names_of_the_curves_stand_in_the_plot_at_every_gain(keys, open_page, tmp_path):
    page = show(open_page, wb.explore.jacobian(steps=100), tmp_path, width=640)
    page.get_by_role("slider", name="recurrent gain").focus()
    page.keyboard.press(keys)
    settled(page)
    panel = page.locator(".wb-panel").nth(1)
    left = panel.bounding_box()["x"] + 88
    names = panel.get_by_text(re.compile("^(norm|bound|norm and bound)$")).all()
    assert len(names) == (1 if keys == "Home" else 2)
    for name in names:
        assert name.bounding_box()["x"] >= left


@pytest.mark.browser
def test_the_bars_and_their_sum_are_told_apart(open_page, tmp_path):
    net = wb.Recurrent("elman", 1, 5, seed=2)
    page = show(open_page, wb.explore.jacobian(net, X), tmp_path)
    lags = lag_contributions(net.run(X[:, None]), "U", at=29)
    assert lags.whole < 0.995 * lags.norms.sum()
    words = page.locator(".wb-panel").nth(2).locator("text").all_text_contents()
    assert {
        f"all bars: {number(lags.norms.sum())}", "their sum partly cancels:",
        f"\N{DOUBLE VERTICAL LINE}∂L/∂U\N{DOUBLE VERTICAL LINE} = {number(lags.whole)}",
    } <= set(words)  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize("width", [640, 960])
def test_a_read_out_leaves_the_singular_values_free(width, open_page, tmp_path):
    page = show(open_page, wb.explore.jacobian(), tmp_path, width=width)
    for panel in page.locator(".wb-panel").all()[:3]:
        box = panel.bounding_box()
        for back in (190, 60):
            page.mouse.move(box["x"] + box["width"] - back, box["y"] + box["height"] - 40)
            shown = page.locator(".wb-readout")
            if shown.is_visible():
                own = shown.bounding_box()
                assert own["x"] + own["width"] <= box["x"] + box["width"] - 184 + 1


@pytest.mark.browser
@pytest.mark.parametrize("width", [640, 960])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_text_is_small_or_outside_the_page(scheme, width, open_page, tmp_path):
    for net, x in (("lstm", "to be or not to be"), ("elman", wb.data.co2()), ("gru", None)):
        x = x if not isinstance(x, wb.data.Series) else x[:60]
        explorer = wb.explore.jacobian(net, x)
        page = show(open_page, explorer, tmp_path, width=width, color_scheme=scheme)
        assert page.locator(".wb").get_attribute("data-theme") == scheme
        assert misfits(page, width) == []
