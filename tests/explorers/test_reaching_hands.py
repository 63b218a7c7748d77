"""What a hand finds on the page of the gradients explorer: arcs, the scale, what moves."""

import numpy as np
import pytest
from own_cell import mine
from pages import drag, misfits, overlapping, sentence, settled, show
from reaching_page import LAG, X, gain, left, others, page_of, place

import workbench as wb
from workbench.measure import gradient_reach
from workbench.pictures import share


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
        f"∂L/∂c (h held) {through}, ∂L/∂(h, c) {share(reach.together[step])}"
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


INKED = """(canvas, [x, y, wide, tall]) => {
  const { data } = canvas.getContext("2d").getImageData(x, y, wide, tall);
  let inked = 0;
  for (let k = 3; k < data.length; k += 4) inked += data[k] > 128;
  return inked;
}"""


@pytest.mark.browser
def test_the_compared_arc_is_seen_and_dashed_where_it_is_drawn_too_thick(open_page, tmp_path):
    """At a gain of 2 the far arcs of a linear network are 2^30 times as thick as one ten back."""
    net = wb.Recurrent("elman", 1, 5, seed=2, activation="identity")
    page = page_of(open_page, tmp_path, net)
    flag = page.get_by_role("slider", name="steps back", exact=True)
    flag.press("Home")
    words = page.locator(".wb-panel").nth(0).get_by_text("arcs as thick as")
    assert words.text_content().endswith(" of the thickest")
    drag(page, "recurrent gain", 100)
    flag.press("End")
    for _ in range(9):
        flag.press("ArrowLeft")
    assert sentence(page).startswith("10 steps back, ")
    total = gradient_reach(gain(net, 2.0), X[:, None]).total
    assert total[29] < 1e-8 * total[0]
    assert words.text_content().endswith(" of the thickest; dashed: thinner still")
    arcs = page.locator(".wb-panel").nth(0)
    left, pitch = place(page, 29)[0], place(page, 1)[0] - place(page, 0)[0]
    box = arcs.bounding_box()
    # Half a step right of the compared state, above the states, there is nothing but its arc.
    at = [left - box["x"], box["height"] - 40, 0.5 * pitch, 24]
    assert arcs.locator("canvas").evaluate(INKED, at) > 0


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
def test_a_scale_that_reaches_too_far_offers_a_way_back(open_page, tmp_path):
    page = page_of(open_page, tmp_path)
    scale, back = decades(page), page.get_by_role("button", name="fit the scale")
    assert back.is_hidden()
    drag(page, "recurrent gain", -48)
    assert back.is_hidden()
    page.get_by_role("slider", name="recurrent gain", exact=True).dblclick()
    assert decades(page) != scale
    first = tops(page)
    back.click()
    assert decades(page) == scale
    assert tops(page) == first
    assert back.is_hidden()


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
    assert overlapping(page, ".wb-body text, .wb-body button") == []
