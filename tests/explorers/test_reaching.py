"""The gradients explorer: its message, its picture, and its page against the kernels."""

import numpy as np
import pytest
from own_cell import mine
from pages import drag, sentence, settled, show
from reaching_page import LAG, X, gain, left, others, page_of

import workbench as wb
from workbench.explorers import packing
from workbench.explorers.subject import Sequence
from workbench.measure import gradient_reach
from workbench.pictures import number, share


def test_picture_is_the_reach_picture_of_the_same_networks():
    net = wb.Recurrent("gru", 1, 4, seed=3)
    drawn = wb.explore.gradients(net, X, at=30).picture()
    nets = {"GRU": net} | {
        label: wb.Recurrent(label.lower(), 1, 4, seed=3) for label in ("Elman", "LSTM")
    }
    reaches = {label: gradient_reach(own, X[:, None], 30) for label, own in nets.items()}
    assert wb.pictures.to_svg(drawn) == wb.pictures.to_svg(wb.pictures.gradient_reach(reaches))


def test_message_has_a_source_for_every_choice_of_functions():
    explorer = wb.explore.gradients(wb.Recurrent(mine, 1, 4), X)
    about, _ = packing.unpack(explorer.to_page)
    own, elman = about["networks"][:2]
    assert own["label"] == "mine"
    assert own["recurrent"] == ["U.n", "U.m"]
    assert own["ranges"] == {"keep": [0.0, 1.0]}
    assert [c["squash"] for c, _ in own["choices"]] == ["tanh", "relu", "sigmoid", "identity"]
    assert [c["activation"] for c, _ in elman["choices"]] == ["tanh", "relu", "sigmoid", "identity"]
    for network in (own, elman):
        for chosen, source in network["choices"]:
            cell = mine if network is own else wb.cells.get("elman")
            wanted = cell.choose(**chosen).source("module", "javascript")
            assert about["sources"][source] == wanted


def test_default_networks_tell_the_story_of_the_docstring():
    """Half way back the Elman network has far less left than the LSTM, and the GRU less still."""
    nets = wb.explore.gradients().networks
    x = Sequence.of(None).x
    total = {label: gradient_reach(net, x).total[len(x) - 49] for label, net in nets.items()}
    assert total["GRU"] < total["Elman"] < 0.1 * total["LSTM"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"net": "lstn"}, "cell: expected one of "),
        ({"net": 3}, "net: expected a Recurrent"),
        ({"x": np.zeros((9, 2)), "net": wb.Recurrent("gru", 1, 3)}, "x: expected 1 inputs"),
        ({"x": [1.0, np.nan, 2.0]}, "x: expected finite numbers"),
        ({"x": np.zeros(1000)}, "x: expected 2..400 steps"),
        ({"x": X, "at": 40}, r"at: expected a whole number in 0\.\.39, got 40"),
        ({"x": X, "at": -1}, "at: expected a whole number"),
        ({"x": X, "at": 2.5}, "at: expected a whole number"),
        ({"x": np.zeros((9, 2, 1)), "batch": 2}, r"batch: expected 0\.\.1, got 2"),
        ({"x": X, "cells": ("elmen",)}, "cell: expected one of "),
    ],
)
def test_what_cannot_be_shown_is_refused_in_one_line(arguments, said):
    with pytest.raises(ValueError, match=said) as caught:
        wb.explore.gradients(**arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.browser
def test_the_page_says_what_measure_finds_in_every_network(open_page, tmp_path):
    said = sentence(page_of(open_page, tmp_path))
    assert said.startswith(f"{LAG} steps back, at step 19: ")
    for net in others().values():
        assert left(net) in said
    through = by_c(others()["lstm"])
    arrives = f"In the LSTM {through} arrives at the cell state c by all ways, h held (‖∂L/∂c‖); "
    assert f"{arrives}the gate f alone" in said
    assert "of c a step (unit " in said
    assert " of 5)" in said


def by_c(net, at=39):
    return share(gradient_reach(net, X[:, None], at).carried["c"][at - LAG])


@pytest.mark.browser
def test_dragging_gain_and_forget_bias_shows_what_the_kernels_compute(open_page, tmp_path):
    page = page_of(open_page, tmp_path)
    factor = drag(page, "recurrent gain", -30)
    bias = drag(page, "forget bias", 40)
    assert (factor, bias) == (0.7, 2.0)
    nets = others()
    nets["lstm"].parameters["b.f"] += bias
    nets["gru"].parameters["b.z"] += bias
    said = sentence(page)
    for net in nets.values():
        assert left(gain(net, factor)) in said
    for name in ("recurrent gain", "forget bias"):
        page.get_by_role("slider", name=name, exact=True).dblclick()
    assert left(others()["lstm"]) in sentence(page)


@pytest.mark.browser
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "identity"])
def test_another_activation_is_that_of_the_kernels(activation, open_page, tmp_path):
    page = page_of(open_page, tmp_path)
    page.get_by_label("Elman activation").select_option(activation)
    drag(page, "recurrent gain", -20)
    assert left(gain(others(activation=activation)["elman"], 0.8)) in sentence(page)


@pytest.mark.browser
def test_a_cell_of_ones_own_has_a_slider_for_its_number_and_a_choice_of_its_function(
    open_page, tmp_path
):
    page = page_of(open_page, tmp_path, wb.Recurrent(mine, 1, 5, seed=2))
    keep = drag(page, "mine keep", -25)
    page.get_by_label("mine squash").select_option("identity")
    own = wb.Recurrent(mine, 1, 5, seed=2, keep=keep, squash="identity")
    assert keep == 0.65
    assert f"{left(own)} of the gradient is left in mine" in sentence(page)


@pytest.mark.browser
def test_what_explodes_and_what_is_nothing_are_said_in_words(open_page, tmp_path):
    page = page_of(open_page, tmp_path)
    page.get_by_label("Elman activation").select_option("identity")
    drag(page, "recurrent gain", 100)
    total = gradient_reach(gain(others(activation="identity")["elman"], 2.0), X[:, None]).total
    # The weights of the Elman network are orthogonal: twice as much at every step.
    grown = (
        f"it explodes: it grows 2-fold a\N{NO-BREAK SPACE}step, to {number(total[19], 2)} times."
    )
    assert grown in sentence(page)
    page.get_by_role("slider", name="recurrent gain", exact=True).press("Home")
    said = sentence(page)
    assert "Nothing is left in the LSTM and the Elman network: 0, or less than" in said
    assert page.locator(".wb svg").get_by_text("0", exact=True).count() > 0


@pytest.mark.browser
def test_what_is_infinite_on_the_way_is_not_a_number_and_never_silent(open_page, tmp_path):
    net = wb.Recurrent("elman", 1, 5, seed=2, activation="identity")
    net.parameters["U"] = np.full((5, 5), 1e9)
    page = show(open_page, wb.explore.gradients(net, X), tmp_path)
    page.get_by_role("slider", name="steps back", exact=True).press("Home")
    assert "infinity, in the Elman network." in sentence(page)
    assert page.locator(".wb svg").get_by_text("infinite", exact=True).count() == 1
    net = wb.Recurrent("elman", 1, 5, seed=2, activation="relu")
    page = show(open_page, wb.explore.gradients(gain(net, 1e9), np.tile(X, 2)), tmp_path)
    assert "Not a number in the Elman network: a value on the way was infinite." in sentence(page)
    assert page.locator(".wb svg").get_by_text("not a number", exact=True).count() == 1
    assert page.locator(".wb svg").get_by_text("Elman: the gradient is not a number").count() == 1


@pytest.mark.browser
def test_arrow_keys_move_the_loss_and_the_compared_step(open_page, tmp_path):
    page = page_of(open_page, tmp_path)
    body = page.locator(".wb-body")
    body.focus()
    for key, step in [("ArrowLeft", 38), ("Shift+ArrowLeft", 28), ("Home", 0), ("End", 39)]:
        page.keyboard.press(key)
        settled(page)
        assert body.get_attribute("aria-valuenow") == str(step)
    flag = page.get_by_role("slider", name="steps back", exact=True)
    flag.focus()
    for key, lag in [("ArrowLeft", 21), ("Shift+ArrowRight", 11), ("End", 1), ("Home", 39)]:
        page.keyboard.press(key)
        said = sentence(page)
        assert flag.get_attribute("aria-valuenow") == str(lag)
        assert left(others()["gru"], lag=lag) in said
    body.focus()
    page.keyboard.press("Home")
    assert sentence(page).startswith("The loss is at step 0, the first step")
