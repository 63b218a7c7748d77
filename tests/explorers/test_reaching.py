"""The gradients explorer: its message, its picture, and its page against the kernels."""

import numpy as np
import pytest
from own_cell import mine
from pages import drag, misfits, sentence, settled, show

import workbench as wb
from workbench.explorers import packing
from workbench.explorers.subject import Sequence
from workbench.measure import gradient_reach
from workbench.pictures import number, share

X = np.sin(np.arange(40.0))
LAG = 20


def left(net, at=39, lag=LAG):
    """What the page says is left in a network."""
    return share(gradient_reach(net, X[:, None], at).total[at - lag])


def others(seed=2, **elman):
    made = {name: wb.Recurrent(name, 1, 5, seed=seed) for name in ("lstm", "gru")}
    return made | {"elman": wb.Recurrent("elman", 1, 5, seed=seed, **elman)}


def gain(net, value):
    for name, values in net.parameters.items():
        if name.startswith("U"):
            net.parameters[name] = values * value
    return net


def page_of(open_page, tmp_path, net=None, **window):
    net = wb.Recurrent("lstm", 1, 5, seed=2) if net is None else net
    return show(open_page, wb.explore.gradients(net, X), tmp_path, **{"height": 1000} | window)


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
    through = path(others()["lstm"])
    assert f"In the LSTM {through} arrives at the cell state c, which has a gradient" in said
    assert "; the gate f alone" in said
    assert "of c a step (unit " in said
    assert " of 5)" in said


def path(net, at=39):
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


def place(page, step, steps=40):
    """A point of the curves' panel at a step."""
    box = page.locator(".wb-panel").nth(3).bounding_box()
    ticks = page.locator(".wb-panel").nth(4).locator(".tick")
    ends = [ticks.nth(k).bounding_box() for k in (0, ticks.count() - 1)]
    first, last = (end["x"] + end["width"] / 2 for end in ends)
    names = [int(ticks.nth(k).text_content()) for k in (0, ticks.count() - 1)]
    pitch = (last - first) / (names[1] - names[0])
    return first + (step - names[0]) * pitch, box["y"] + 120


@pytest.mark.browser
def test_the_loss_and_the_compared_step_are_dragged_and_the_readout_is_of_now(open_page, tmp_path):
    page = page_of(open_page, tmp_path)
    page.mouse.move(*place(page, 36))
    page.mouse.down()
    page.mouse.move(*place(page, 30), steps=4)
    page.mouse.up()
    assert left(others()["gru"], at=30) in sentence(page)
    page.mouse.move(*place(page, 10))
    page.mouse.down()
    page.mouse.move(*place(page, 25), steps=4)
    page.mouse.up()
    assert sentence(page).startswith("5 steps back, at step 25: ")
    assert left(others()["gru"], at=30, lag=5) in sentence(page)
    arcs = page.locator(".wb-panel").nth(0).bounding_box()
    page.mouse.move(place(page, 20)[0], arcs["y"] + 40)
    readout(page, 30)


def readout(page, at):
    """The read-out under the pointer is that of the networks now, of the step that it names."""
    told = page.locator(".wb-readout").inner_text()
    step = int(told.split(",")[0].removeprefix("step "))
    reach = gradient_reach(others()["lstm"], X[:, None], at)
    total, through = share(reach.total[step]), share(reach.carried["c"][step])
    assert told == (
        f"step {step}, {at - step} back: LSTM {total} of ‖∂L/∂h‖ at the loss, "
        f"through c {through}, h and c together {share(reach.together[step])}"
    )


@pytest.mark.browser
def test_a_press_on_an_arc_or_a_state_compares_its_step_and_leaves_the_loss(open_page, tmp_path):
    page = page_of(open_page, tmp_path)
    body = page.locator(".wb-body")
    box = page.locator(".wb-panel").nth(0).bounding_box()
    states = box["y"] + box["height"] - 8
    page.mouse.click(place(page, 27)[0], states)
    assert sentence(page).startswith("12 steps back, at step 27: ")
    # The top of an arc stands over the middle of its steps: the outermost of all that are drawn.
    reach = gradient_reach(others()["lstm"], X[:, None]).total[:-1]
    far = int(np.argmax(reach >= reach.max() * 1e-3))
    pitch = place(page, 1)[0] - place(page, 0)[0]
    tall = min(120, 0.6 * (39 - far) * pitch)
    page.mouse.click((place(page, far)[0] + place(page, 39)[0]) / 2, states - tall)
    assert sentence(page).startswith(f"{39 - far} steps back, at step {far}: ")
    assert body.get_attribute("aria-valuenow") == "39"


@pytest.mark.browser
def test_steps_back_that_do_not_fit_are_said_and_come_again(open_page, tmp_path):
    page = page_of(open_page, tmp_path)
    flag = page.get_by_role("slider", name="steps back", exact=True)
    page.mouse.click(*place(page, 12))
    said = sentence(page)
    assert said.startswith(f"12 steps back, at step 0, the first step ({LAG} do not fit): ")
    assert flag.inner_text() == f"12 of {LAG} back"
    page.mouse.click(*place(page, 39))
    assert sentence(page).startswith(f"{LAG} steps back, at step 19: ")
    assert flag.inner_text() == f"{LAG} back"


def tops(page):
    settled(page)
    script = "[...document.querySelectorAll('.wb-panel, .wb-say')].map(e => e.offsetTop)"
    return page.evaluate(script)


def decades(page):
    settled(page)
    found = page.locator(".wb-panel").nth(3).locator("text").all_text_contents()
    return {text for text in found if text == "1" or text.startswith("10")}


@pytest.mark.browser
def test_nothing_moves_whatever_the_hands_do_and_the_scale_only_widens(open_page, tmp_path):
    page = page_of(open_page, tmp_path)
    first, scale = tops(page), decades(page)
    drag(page, "recurrent gain", -48)
    assert tops(page) == first
    wide = decades(page)
    assert "10⁻¹⁶" in wide
    assert "10⁻¹⁶" not in scale
    page.get_by_role("slider", name="recurrent gain", exact=True).dblclick()
    page.get_by_label("Elman activation").select_option("relu")
    page.locator(".wb-body").press("Home")
    assert tops(page) == first
    page.locator(".wb-body").press("End")
    page.get_by_label("Elman activation").select_option("tanh")
    assert decades(page) == wide
    box = page.locator(".wb-panel").nth(3).bounding_box()
    page.mouse.dblclick(box["x"] + box["width"] - 20, box["y"] + 100)
    assert decades(page) == scale


@pytest.mark.browser
def test_a_norm_that_an_orthogonal_matrix_keeps_is_told(open_page, tmp_path):
    page = page_of(open_page, tmp_path)
    page.get_by_label("Elman activation").select_option("identity")
    kept = "arrives in the Elman network: an orthogonal U with the identity keeps every norm."
    assert f"100 % of the gradient {kept}" in sentence(page)
    drag(page, "recurrent gain", -1)
    assert "orthogonal" not in sentence(page)


@pytest.mark.browser
def test_the_hint_has_the_biases_that_the_hand_has_made(open_page, tmp_path):
    page = page_of(open_page, tmp_path)
    drag(page, "forget bias", 10)
    hint = page.locator(".wb-hint").first.inner_text()
    assert hint.endswith("b.f of LSTM is now 1.50, b.z of GRU is now 0.50.")


@pytest.mark.browser
def test_a_shorter_length_starts_later_and_the_frame_shows_it_on_release(open_page, tmp_path):
    page = page_of(open_page, tmp_path)
    length = int(drag(page, "length", -16))
    net = others()["gru"]
    reach = gradient_reach(net, X[-length:, None])
    said = sentence(page)
    assert said.startswith("20 steps back, at step 19: ")
    assert share(reach.total[length - 1 - 20]) in said
    assert page.locator(".wb-body").get_attribute("aria-valuemax") == str(length - 1)


@pytest.mark.browser
def test_the_ghost_is_there_while_a_hand_drags_and_gone_after(open_page, tmp_path):
    page = page_of(open_page, tmp_path)
    panel = page.locator(".wb-panel").nth(3).locator("canvas")
    slider = page.get_by_role("slider", name="forget bias", exact=True)
    drawing = panel.evaluate_handle("canvas => canvas")
    slider.evaluate("s => { s.value = 3; s.dispatchEvent(new Event('input')) }")
    settled(page)
    held = drawing.evaluate("canvas => canvas.toDataURL()")
    slider.evaluate("s => s.dispatchEvent(new Event('change'))")
    settled(page)
    free = drawing.evaluate("canvas => canvas.toDataURL()")
    assert held != free
    slider.evaluate("s => s.dispatchEvent(new Event('change'))")
    settled(page)
    assert drawing.evaluate("canvas => canvas.toDataURL()") == free


@pytest.mark.browser
@pytest.mark.parametrize("width", [640, 960])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_text_is_small_outside_the_page_or_over_another(scheme, width, open_page, tmp_path):
    explorer = wb.explore.gradients(mine, "to be or not to be, that is")
    page = show(open_page, explorer, tmp_path, width=width, color_scheme=scheme)
    assert page.locator(".wb").get_attribute("data-theme") == scheme
    assert misfits(page, width) == []
    script = "all => all.map(one => one.getBoundingClientRect().toJSON())"
    words = page.locator(".wb-body text, .wb-body button").evaluate_all(script)
    for k, one in enumerate(words):
        for two in words[:k]:
            across = min(one["right"], two["right"]) - max(one["left"], two["left"])
            down = min(one["bottom"], two["bottom"]) - max(one["top"], two["top"])
            # Boxes are a little taller than their letters.
            assert across <= 0 or down <= 4, (one, two)
