"""The gates explorer: its message, its picture, and its page against the kernels."""

import numpy as np
import pytest
from pages import drag, sentence, settled, show

import workbench as wb
from workbench.explorers.subject import gates, passes
from workbench.pictures import number, share

X = np.sin(np.arange(30.0))


@wb.cell
def mine(x, h, m, W, U, b, *, keep=0.9):
    """A cell that nobody has: one gate, a slow memory."""
    f = wb.functions.sigmoid(W.f @ x + U.f @ h + b.f)
    n = wb.functions.tanh(W.n @ x + U.n @ (f * m))
    m = keep * m + (1 - keep) * n
    h = f * m + (1 - f) * n
    return h, m


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("lstm", [("f", "c[t\N{MINUS SIGN}1]"), ("i", "g"), ("o", "tanh(c)")]),
        ("gru", [("r", "h[t\N{MINUS SIGN}1]"), ("z", "h[t\N{MINUS SIGN}1]")]),
        ("elman", []),
    ],
)
def test_what_each_gate_lets_through_is_read_from_the_equations(cell, wanted):
    assert sorted(passes(wb.cells.get(cell))) == sorted(wanted)


def test_a_gate_is_a_logistic_function_or_one_minus_a_gate():
    assert gates(wb.cells.get("lstm_coupled")) == ["i", "f", "o"]
    assert gates(mine) == ["f"]


def test_picture_is_the_gates_picture_of_the_same_run():
    net = wb.Recurrent("gru", 1, 4, seed=3)
    drawn = wb.explore.gates(net, X).picture()
    direct = wb.pictures.gates(net.run(X[:, None]), input_name="x")
    assert wb.pictures.to_svg(drawn) == wb.pictures.to_svg(direct)


def ends(net, unit=0, **clamp):
    trace = net.run(X[:, None], clamp=clamp)
    return number(trace[net.cell.output][-1, unit])


@pytest.mark.browser
@pytest.mark.parametrize("cell", ["lstm", "gru", "elman", mine])
def test_dragging_a_weight_shows_what_the_kernels_compute(cell, open_page, tmp_path):
    net = wb.Recurrent(cell, 1, 5, seed=2)
    page = show(open_page, wb.explore.gates(net, X), tmp_path)
    name = next(n for n in net.parameters if n.startswith("U"))
    value = drag(page, f"{name}[0, 0]", 60)
    net.parameters[name][0, 0] = value
    output = net.cell.output
    assert f"{output}[0] ends at {ends(net)}" in sentence(page)


@pytest.mark.browser
def test_holding_a_gate_shows_what_a_clamped_run_gives(open_page, tmp_path):
    net = wb.Recurrent("lstm", 1, 5, seed=2)
    page = show(open_page, wb.explore.gates(net, X), tmp_path)
    for value in (0, 1):
        page.get_by_role("group", name="hold f").get_by_text(str(value), exact=True).click()
        said = sentence(page)
        held, free = ends(net, f=value), ends(net)
        assert said == f"With f held at {value}, h[0] ends at {held}; free, it ends at {free}."
    page.get_by_role("group", name="hold f").get_by_text("free").click()
    trace = net.run(X[:, None])
    for line, what in passes(net.cell):
        assert f"{line} lets {share(trace[line][-1, 0])} of {what} through" in sentence(page)


@pytest.mark.browser
def test_arrow_keys_step_space_plays_and_a_double_click_gives_back(open_page, tmp_path):
    net = wb.Recurrent("gru", 1, 5, seed=2)
    page = show(open_page, wb.explore.gates(net, X), tmp_path)
    body = page.locator(".wb-body")
    body.focus()
    for key, step in [("Home", 0), ("ArrowRight", 1), ("Shift+ArrowRight", 11), ("ArrowLeft", 10)]:
        page.keyboard.press(key)
        settled(page)
        assert body.get_attribute("aria-valuenow") == str(step)
    page.keyboard.press(" ")
    page.wait_for_function("document.querySelector('.wb-body').ariaValueNow > 11")
    page.keyboard.press(" ")
    drag(page, "U.r[0, 0]", 25)
    page.get_by_role("slider", name="U.r[0, 0]", exact=True).dblclick()
    assert f"h[0] ends at {ends(net)}" in sentence(page)


@pytest.mark.browser
def test_a_weight_is_dragged_with_the_pointer_and_the_ghost_goes_on_release(open_page, tmp_path):
    net = wb.Recurrent("gru", 1, 5, seed=2)
    page = show(open_page, wb.explore.gates(net, X), tmp_path, height=1200)
    grid = page.locator(".wb-weights .wb-panel")
    box = grid.bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 10, box["y"] - 40, steps=5)
    net.parameters["U.r"][0, 0] += 50 * 0.02
    assert f"h[0] ends at {ends(net)}, before the drag at" in sentence(page)
    page.mouse.up()
    assert sentence(page).endswith(f"h[0] ends at {ends(net)}.")


@pytest.mark.browser
@pytest.mark.parametrize("width", [640, 960])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_text_is_small_or_outside_the_page(scheme, width, open_page, tmp_path):
    explorer = wb.explore.gates("lstm", "to be or not to be")
    page = show(open_page, explorer, tmp_path, width=width, color_scheme=scheme)
    assert page.locator(".wb").get_attribute("data-theme") == scheme
    for box, size in page.evaluate(
        """[...document.querySelectorAll('.wb text, .wb button, .wb label, .wb p, .wb output')]
        .map(e => [e.getBoundingClientRect().toJSON(), parseFloat(getComputedStyle(e).fontSize)])"""
    ):
        assert size >= 12
        assert box["left"] >= 0
        assert box["right"] <= width
