"""The jacobian explorer of networks that Python computes, beside NumPy and the page."""

from importlib import import_module

import numpy as np
import pytest
from pages import answered, comes_to_say, live, misfits, sentence, show, texts_of

import workbench as wb
from workbench.explorers import packing

jacobian = import_module("workbench.explorers.jacobian")  # not its function
X = np.sin(np.arange(20.0) / 2)
WISH = {
    "network": "LSTM", "gain": 1, "first": 4, "state": None, "t": 9, "k": 3, "parameter": "U.f",
    "triangle": True,
}  # fmt: skip


@pytest.fixture
def forced(monkeypatch):
    """Every network is large."""
    monkeypatch.setattr(jacobian, "IN_PAGE", 0)


def made(**more):
    return wb.explore.jacobian(wb.Recurrent("lstm", 1, 4, seed=1), X, steps=12, **more)


@pytest.mark.parametrize("state", [None, "c"])
@pytest.mark.usefixtures("forced")
def test_the_answer_is_what_the_products_of_jacobians_are(state):
    _, arrays = answered(made(), **(WISH | {"gain": 1.2, "state": state}))
    net = wb.Recurrent("lstm", 1, 4, seed=1)
    for letter in "ifgo":
        net.parameters[f"U.{letter}"] = 1.2 * net.parameters[f"U.{letter}"]
    x = X[:, None]
    trace = net.run(x[4:16], net.run(x[:4]).final)
    part = slice(None) if state is None else slice(4, 8)
    steps = trace.jacobian()
    triangle = iter(arrays["triangle"])
    for t in range(12):
        for k in range(t + 1):
            product = np.eye(8)
            for j in range(k + 1, t + 1):
                product = steps[j] @ product
            values = np.linalg.svd(product[part, part], compute_uv=False)
            np.testing.assert_allclose(10 ** next(triangle), values[0], rtol=1e-9)
            if (t, k) == (9, 3):
                np.testing.assert_allclose(10 ** arrays["values"], values, rtol=1e-5, atol=1e-15)
    stretch = max(np.linalg.norm(step, 2) for step in steps)
    np.testing.assert_allclose(10 ** arrays["bounds"][0], stretch, rtol=1e-9)
    assert np.isnan(arrays["bounds"][1])
    d_h = np.zeros((12, 4))
    d_h[9] = 0.5
    gradients = trace.bptt(d_h)
    whole = np.linalg.norm(gradients.parameters["U.f"])
    np.testing.assert_allclose(arrays["whole"], [whole], rtol=1e-9)
    np.testing.assert_allclose(arrays["lags"], gradients.by_step("U.f"), rtol=1e-9)


def test_many_units_are_taken_and_the_answer_stays_small():
    explorer = wb.explore.jacobian("gru", hidden_size=40)
    assert explorer._about["large"]
    assert len(packing.pack(explorer._about["first"], {
        n: a for n, a in explorer._arrays.items() if n.startswith("first/")
    })) < 16_000  # fmt: skip
    assert set(explorer.networks) == {"GRU", "Elman", "LSTM"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"t": 12}, "t: expected 0..11, got 12"),
        ({"k": 10}, "k: expected 0..9, got 10"),
        ({"k": None}, "k: expected 0..9, got None"),
        ({"first": 9}, "first: expected 0..8, got 9"),
        ({"gain": float("nan")}, "gain: expected a finite number, got nan"),
        ({"state": "m"}, "state: expected one of h, c, got 'm'"),
        ({"parameter": "V"}, "parameter: expected one of W.i"),
    ],
)
@pytest.mark.usefixtures("forced")
def test_a_wrong_wish_is_answered_in_one_line(wrong, said):
    about, _ = answered(made(), **(WISH | wrong))
    assert about["error"].startswith(said)
    assert "\n" not in about["error"]


@pytest.mark.browser
def test_both_tiers_say_the_same(open_page, monkeypatch):
    words, said = ".wb-say, .wb-panel svg text", None
    for most in (32, 0):
        monkeypatch.setattr(jacobian, "IN_PAGE", most)
        page = live(open_page, made())
        page.get_by_role("slider", name="recurrent gain").focus()
        for _ in range(12):
            page.keyboard.press("ArrowRight")
        page.get_by_label("state", exact=True).select_option("c")
        page.get_by_label("gradient of").select_option("b.f")
        page.locator(".wb-body").focus()
        for key in ("ArrowLeft", "ArrowUp", "ArrowUp"):
            page.keyboard.press(key)
        if most:
            said = texts_of(page, words)
        else:
            comes_to_say(page, words, said)


@pytest.mark.browser
@pytest.mark.parametrize("width", [640, 960])
@pytest.mark.usefixtures("forced")
def test_a_page_without_python_shows_what_was_saved_and_says_what_needs_it(
    width, open_page, tmp_path
):
    page = show(open_page, made(), tmp_path, width=width)
    assert "run the cell in a notebook" in page.locator(".wb-tier").inner_text()
    assert page.get_by_role("slider", name="recurrent gain").is_disabled()
    before = sentence(page)
    page.locator(".wb-body").focus()
    page.keyboard.press("ArrowLeft")
    assert sentence(page) != before
    assert page.locator(".wb-error").first.is_hidden()
    assert not misfits(page, width)
