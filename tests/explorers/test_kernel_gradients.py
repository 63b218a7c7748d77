"""The gradients explorer of networks that Python computes, beside the measure and the page."""

import numpy as np
import pytest
from own_cell import mine
from pages import answered, comes_to_say, drag, live, misfits, sentence, show, texts_of

import workbench as wb
from workbench.explorers import kernel
from workbench.measure import gradient_reach

X = np.sin(np.arange(30.0) / 2)[:, None]
WISH = {"network": "LSTM", "at": 29, "used": 30, "gain": 1, "bias": 0, "hands": {}}


@pytest.fixture
def forced(monkeypatch):
    """Every network is large."""
    monkeypatch.setattr(kernel, "LARGE", 0)


@pytest.mark.parametrize(("at", "used"), [(29, 30), (17, 20)])
@pytest.mark.usefixtures("forced")
def test_the_answer_is_the_measure_of_networks_bent_by_hand(at, used):
    explorer = wb.explore.gradients("lstm", X, hidden_size=5, seed=2)
    wish = WISH | {"at": at, "used": used, "gain": 1.3, "bias": -0.5}
    about, arrays = answered(explorer, **wish)
    assert (about["at"], about["used"]) == (at, used)
    for k, (name, recurrent, bias, sign) in enumerate(
        [("lstm", "ifgo", "b.f", 1), ("elman", "", None, 0), ("gru", "rzn", "b.z", 1)]
    ):
        net = wb.Recurrent(name, 1, 5, seed=2)
        for letter in recurrent or [""]:
            key = f"U.{letter}" if letter else "U"
            net.parameters[key] = 1.3 * net.parameters[key]
        if bias:
            net.parameters[bias] = net.parameters[bias] - 0.5 * sign
        trace = net.run(X[30 - used :])
        own = at - (30 - used)
        reach = gradient_reach(trace, at=own)
        np.testing.assert_allclose(arrays[f"{k}/total"], reach.total[: own + 1], rtol=1e-6)
        if name == "lstm":
            np.testing.assert_allclose(arrays["0/c"], reach.carried["c"][: own + 1], rtol=1e-6)
            np.testing.assert_allclose(arrays["0/together"], reach.together[: own + 1], rtol=1e-6)
            for lag in (1, 5, own):
                means = [
                    np.prod(trace["f"][own - lag + 1 : own + 1, j]) ** (1 / lag) for j in range(5)
                ]
                assert arrays["0/unit"][lag - 1] == np.argmax(means)
                np.testing.assert_allclose(arrays["0/share"][lag - 1], max(means), rtol=1e-6)


@pytest.mark.usefixtures("forced")
def test_the_networks_are_left_as_the_hand_bent_them():
    explorer = wb.explore.gradients(mine, X, hidden_size=3, cells=())
    (label,) = explorer.networks
    first = {n: a.copy() for n, a in explorer.networks[label].parameters.items()}
    hands = {label: {"keep": 0.5, "squash": "identity"}}
    answered(explorer, **(WISH | {"network": label, "gain": 2, "hands": hands}))
    net = explorer.networks[label]
    assert net.numbers["keep"] == 0.5
    assert net.cell.hyper["squash"].name == "identity"
    np.testing.assert_allclose(net.parameters["U.n"], 2 * first["U.n"])
    answered(explorer, **(WISH | {"network": label}))
    for name, array in first.items():
        np.testing.assert_array_equal(explorer.networks[label].parameters[name], array)


@pytest.mark.usefixtures("forced")
def test_norms_that_float32_cannot_hold_arrive():
    explorer = wb.explore.gradients("elman", X, hidden_size=3, cells=())
    _, arrays = answered(explorer, **(WISH | {"network": "Elman", "gain": 1e-4}))
    assert 0 < arrays["0/total"][0] < 1e-60


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"at": 30}, "at: expected 0..29, got 30"),
        ({"at": 3, "used": 5}, "at: expected 25..29, got 3"),
        ({"used": 1}, "used: expected 2..30, got 1"),
        ({"gain": float("nan")}, "gain: expected a finite number, got nan"),
        ({"bias": "much"}, "bias: expected a finite number, got 'much'"),
        ({"hands": [1]}, "hands: expected an object, got"),
        ({"hands": {"LSTM": {"leak": 1}}}, "hands: expected one of none, got 'leak'"),
        ({"hands": {"Elman": {"activation": "nothing"}}}, "activation"),
        ({"network": "RNN"}, "network: expected one of LSTM, Elman, GRU, got 'RNN'"),
    ],
)
@pytest.mark.usefixtures("forced")
def test_a_wrong_wish_is_answered_in_one_line(wrong, said):
    about, _ = answered(wb.explore.gradients("lstm", X, hidden_size=3), **(WISH | wrong))
    assert about["error"].startswith(said)
    assert "\n" not in about["error"]


@pytest.mark.browser
def test_both_tiers_say_the_same(open_page, tmp_path, monkeypatch):
    said = None
    for large in (False, True):
        monkeypatch.setattr(kernel, "LARGE", 0 if large else 10**9)
        explorer = wb.explore.gradients("lstm", X, hidden_size=6)
        assert explorer._about["large"] == large
        page = live(open_page, explorer)
        page.locator(".wb-say", has_text="steps back").wait_for()
        drag(page, "recurrent gain", 15)
        drag(page, "forget bias", -10)
        page.locator(".wb-body").focus()
        for _ in range(4):
            page.keyboard.press("ArrowLeft")
        if not large:
            said = texts_of(page, ".wb-say")
        else:
            comes_to_say(page, ".wb-say", said)
            assert "Python computes it." in page.locator(".wb-tier").inner_text()


@pytest.mark.browser
@pytest.mark.parametrize("width", [640, 960])
@pytest.mark.usefixtures("forced")
def test_a_page_without_python_says_so_and_computes_when_the_hand_rests(width, open_page, tmp_path):
    explorer = wb.explore.gradients("lstm", X, hidden_size=6)
    page = show(open_page, explorer, tmp_path, width=width)
    assert "without Python this page computes it alone" in page.locator(".wb-tier").inner_text()
    assert not misfits(page, width)
    before = sentence(page)
    drag(page, "recurrent gain", 15)
    assert sentence(page) != before
