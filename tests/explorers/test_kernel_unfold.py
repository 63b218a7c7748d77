"""The unfold explorer of networks that Python computes, beside the kernels and the page."""

import numpy as np
import pytest
from cases import NAMES, case
from pages import answered, comes_to_say, live, misfits, sentence, show, texts_of

import workbench as wb
from workbench.explorers import kernel, packing
from workbench.explorers.kernel.unfold import UNITS, Unfolded

X = np.sin(np.arange(20.0) / 2)
WISH = {
    "network": "GRU", "unit": 1, "step": 7, "from": 5, "count": 6, "arrow": "h", "x": [],
}  # fmt: skip


@pytest.fixture
def forced(monkeypatch):
    """Every network is large."""
    monkeypatch.setattr(kernel, "LARGE", 0)


@pytest.mark.parametrize("name", NAMES)
def test_the_terms_of_the_way_back_add_up_to_what_arrives(name):
    c = case(name, "unfold", time=6, batch=1)
    net, x = c.net, c.x[:, 0]
    trace = net.run(x)
    d_output = np.zeros(trace[net.cell.output].shape)
    d_output[-1] = 1 / np.sqrt(d_output.shape[1])
    gradients = trace.bptt(d_output)
    answer = Unfolded(x)
    for step in (5, 3):
        for state in net.cell.states:
            wish = WISH | {"unit": 0, "step": step, "from": 0, "arrow": state}
            about, arrays = answer({"own": net}, "own", wish)
            wanted = gradients.carried[state][step - 1, 0]
            np.testing.assert_allclose(arrays["sum"].sum(), wanted, rtol=1e-5, atol=1e-9)
            assert about["way"] == list(net.cell.states)
        for line in net.cell.lines:
            np.testing.assert_allclose(arrays[f"line/{line}"], trace[line][step], rtol=1e-6)
            back = gradients[line][step]
            np.testing.assert_allclose(arrays[f"back/{line}"], back, rtol=1e-5, atol=1e-12)


def test_the_terms_of_the_input_add_up_to_its_gradient():
    net = wb.Recurrent("lstm", 3, 5, seed=1)
    x = np.random.default_rng(0).standard_normal((9, 3))
    wish = WISH | {"unit": 2, "arrow": "input", "from": 0}
    about, arrays = Unfolded(x)({"own": net}, "own", wish)
    d_h = np.zeros((9, 5))
    d_h[-1] = 1 / np.sqrt(5)
    wanted = net.run(x).bptt(d_h).x[7]
    np.testing.assert_allclose(arrays["x"], wanted, rtol=1e-5)
    np.testing.assert_allclose(arrays["sum"].sum(), wanted[2], rtol=1e-5)
    assert about["way"] == ["W.i x", "W.f x", "W.g x", "W.o x"]


def test_of_many_units_the_chosen_one_and_its_neighbours_are_told_in_few_bytes():
    net = wb.Recurrent("lstm", 1, 300, seed=0)
    x = X[:, None]
    trace = net.run(x)
    for unit in (0, 137, 299):
        wish = WISH | {"unit": unit}
        about, arrays = Unfolded(x)({"own": net}, "own", wish)
        first, count = about["spans"]["hidden_size"]
        assert count == UNITS
        assert first <= unit < first + count
        row = net.parameters["U.f"][unit] @ trace.h[6]
        told = arrays["product"][about["products"].index("U.f h")]
        np.testing.assert_allclose(told, row, rtol=1e-5)
        shown = trace["c"][5:11, first : first + count]
        np.testing.assert_allclose(arrays["state/c"], shown, rtol=1e-6)
        assert len(packing.pack(about, arrays)) < 16_000


@pytest.mark.usefixtures("forced")
def test_an_edit_is_what_runs():
    explorer = wb.explore.unfold("gru", X, hidden_size=4)
    _, arrays = answered(explorer, **(WISH | {"x": [[3, 2.0]]}))
    net, other = wb.Recurrent("gru", 1, 4, seed=0), X[:, None].copy()
    other[3] = 2.0
    moved = np.linalg.norm(net.run(other).h - net.run(X[:, None]).h, axis=1)
    np.testing.assert_allclose(arrays["moved"], moved, rtol=1e-5, atol=1e-12)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"unit": 4}, "unit: expected 0..3, got 4"),
        ({"unit": None}, "unit: expected 0..3, got None"),
        ({"step": 20}, "step: expected 0..19, got 20"),
        ({"count": 0}, "count: expected 1..32, got 0"),
        ({"arrow": "V"}, "arrow: expected one of h, input, bias, output, cell, got 'V'"),
        ({"x": [[20, 1.0]]}, "x: expected [index, finite number], got"),
        ({"x": [[0, float("nan")]]}, "x: expected [index, finite number], got"),
        ({"x": 3}, "x: expected [[index, finite number]], got 3"),
    ],
)
@pytest.mark.usefixtures("forced")
def test_a_wrong_wish_is_answered_in_one_line(wrong, said):
    about, _ = answered(wb.explore.unfold("gru", X, hidden_size=4), **(WISH | wrong))
    assert about["error"].startswith(said)
    assert "\n" not in about["error"]


@pytest.mark.browser
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_both_tiers_show_the_same(cell, open_page, monkeypatch):
    words, seen = ".wb-operands, .wb-equations, .wb-say", {}
    for large in (False, True):
        monkeypatch.setattr(kernel, "LARGE", 0 if large else 10**9)
        page = live(open_page, wb.explore.unfold(cell, X, hidden_size=5, seed=3), height=1600)
        page.locator(".wb-say", has_text="before the loss").wait_for()
        page.get_by_label("unit", exact=True).select_option("3")
        page.locator(".wb-body").focus()
        page.keyboard.press("Shift+ArrowLeft")
        for way in ("backward", "forward"):
            page.get_by_role("button", name=way).click()
            for arrow in ("h", "input", "bias", "output", "cell"):
                page.get_by_label("arrow").select_option(arrow)
                if large:
                    comes_to_say(page, words, seen[way, arrow])
                else:
                    seen[way, arrow] = texts_of(page, words)


@pytest.mark.browser
@pytest.mark.parametrize("width", [640, 960])
def test_a_large_network_is_shown_in_part_and_follows_an_edit(width, open_page):
    explorer = wb.explore.unfold("lstm", X, hidden_size=384)
    page = live(open_page, explorer, width=width)
    page.get_by_label("unit", exact=True).select_option("200")
    page.locator(".wb-tier", has_text="units 184 to 215 of 384").wait_for()
    slider = page.locator(".wb input[type=range]")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.locator(".wb-say", has_text="now reads").wait_for()
    x = X[:, None].copy()
    x[17] = float(slider.input_value())
    net = wb.Recurrent("lstm", 1, 384, seed=0)
    moved = np.linalg.norm(net.run(x).h[-1] - net.run(X[:, None]).h[-1])
    words = f"2 steps later, by {wb.pictures.number(moved, 2)}"
    page.locator(".wb-say", has_text=words).wait_for()
    assert not misfits(page, width)


@pytest.mark.browser
@pytest.mark.usefixtures("forced")
def test_what_python_refuses_is_one_line_in_the_page(open_page):
    explorer = wb.explore.unfold("gru", X, hidden_size=4)
    explorer._compute = Unfolded(X[:5, None])
    page = live(open_page, explorer)
    page.get_by_text("step: expected 0..4, got 17", exact=True).wait_for()


@pytest.mark.browser
@pytest.mark.usefixtures("forced")
def test_a_page_without_python_says_so_and_computes_when_the_hand_rests(open_page, tmp_path):
    page = show(open_page, wb.explore.unfold("gru", X, hidden_size=4), tmp_path)
    assert "without Python this page computes it alone" in page.locator(".wb-tier").inner_text()
    slider = page.locator(".wb input[type=range]")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert "now reads" in sentence(page)
