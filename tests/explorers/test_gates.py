"""The gates explorer: its message, its picture, and its page against the kernels."""

import re

import numpy as np
import pytest
from own_cell import gated
from pages import drag, misfits, sentence, settled, show

import workbench as wb
from workbench.explorers.subject import passes
from workbench.explorers.wiring import wiring
from workbench.pictures import number, share

X = np.sin(np.arange(30.0))


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("lstm", [("f", "c[t\N{MINUS SIGN}1]", "c"), ("i", "g", "c"), ("o", "tanh(c)", "h")]),
        ("gru", [("r", "h[t\N{MINUS SIGN}1]", "n"), ("z", "h[t\N{MINUS SIGN}1]", "h")]),
        ("elman", []),
    ],
)
def test_what_each_gate_lets_through_is_read_from_the_equations(cell, wanted):
    assert sorted(passes(wb.cells.get(cell))) == sorted(wanted)


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("lstm", {"c": ["f * c'", "i * g"], "h": ["o * c"]}),
        ("gru", {"n": ["r * h'"], "h": ["1-z * n", "z * h'"]}),
        ("elman", {}),
        (gated, {"n": ["f * m'"], "h": ["f * m", "1-f * n"]}),
    ],
)
def test_what_is_multiplied_by_what_is_read_from_the_equations(cell, wanted):
    found = wiring(wb.cells.get(cell))["multiplied"]

    def called(end):
        return "1-" * end["one_minus"] + end["from"] + "'" * end["before"]

    assert wanted == {
        line: [" * ".join(map(called, pair)) for pair in pairs] for line, pairs in found.items()
    }


def test_a_line_that_is_a_function_of_a_sum_is_taken_apart():
    assert wiring(wb.cells.get("elman"))["sums"]["h"] == {
        "function": "tanh",
        "terms": [
            {"product": "W x", "of": "x", "before": False},
            {"product": "U h", "of": "h", "before": True},
            {"vector": "b"},
        ],
    }
    assert list(wiring(wb.cells.get("gru"))["sums"]) == ["r", "z"]


def test_picture_is_the_gates_picture_of_the_same_run():
    net = wb.Recurrent("gru", 1, 4, seed=3)
    drawn = wb.explore.gates(net, X).picture()
    direct = wb.pictures.gates(net.run(X[:, None]), input_name="x")
    assert wb.pictures.to_svg(drawn) == wb.pictures.to_svg(direct)


def ends(net, unit=0, **clamp):
    trace = net.run(X[:, None], clamp=clamp)
    return number(trace[net.cell.output][-1, unit])


def turn(page, cell):
    page.get_by_role("group", name="cell").get_by_text(cell, exact=True).click()


def weight(page):
    """Name, row and column of the weight under the hand."""
    return re.search(r"(\S+)\[(\d+), (\d+)\]", page.locator(".wb-weights .wb-slider").inner_text())


@pytest.mark.browser
@pytest.mark.parametrize("cell", ["lstm", "gru", "elman", gated])
def test_dragging_a_weight_shows_what_the_kernels_compute(cell, open_page, tmp_path):
    net = wb.Recurrent(cell, 1, 5, seed=2)
    page = show(open_page, wb.explore.gates(net, X), tmp_path)
    name = next(n for n in net.parameters if n.startswith("U"))
    page.get_by_role("combobox", name="weights").select_option(name)
    value = drag(page, f"{name}[0, 0]", 60)
    first = number(net.parameters[name][0, 0])
    net.parameters[name][0, 0] = value
    assert sentence(page) == (
        f"{name}[0, 0] is {number(value)} (at first {first}): "
        f"at the end (step 29) {net.cell.output}[0] is {ends(net)}."
    )


@pytest.mark.browser
@pytest.mark.parametrize("cell", ["lstm", "gru", "elman"])
def test_the_first_weight_is_the_one_that_moves_the_unit_most(cell, open_page, tmp_path):
    net = wb.Recurrent(cell, 1, 5, seed=2)
    page = show(open_page, wb.explore.gates(net, X), tmp_path)
    name, row, column = weight(page).groups()
    before, moved = net.run(X[:, None]).h[-1, 0], {}
    for matrix in (n for n in net.parameters if n.startswith("U")):
        for k in range(5):
            net.parameters[matrix][0, k] += 1
            moved[matrix, "0", str(k)] = abs(net.run(X[:, None]).h[-1, 0] - before)
            net.parameters[matrix][0, k] -= 1
    assert max(moved, key=moved.get) == (name, row, column)


@pytest.mark.browser
def test_another_cell_after_a_drag_and_back_again(open_page, tmp_path):
    net = wb.Recurrent("lstm", 1, 5, seed=2)
    page = show(open_page, wb.explore.gates(net, X), tmp_path)
    page.get_by_role("combobox", name="weights").select_option("U.o")
    drag(page, "U.o[0, 0]", 60)
    for cell in ("GRU", "Elman", "LSTM"):
        turn(page, cell)
        assert "U.o" not in sentence(page)
        assert page.locator(".wb-error").is_hidden()
    assert weight(page).group() == "U.o[0, 0]"
    assert "U.o[0, 0] takes unit 0 of h[t\N{MINUS SIGN}1] into unit 0 of o." in (
        page.locator(".wb-weights").inner_text()
    )


@pytest.mark.browser
def test_a_cell_without_gates_tells_what_its_output_is_made_of(open_page, tmp_path):
    net = wb.Recurrent("elman", 1, 5, seed=2)
    net.parameters["b"][:] = -0.25
    page = show(open_page, wb.explore.gates(net, X), tmp_path)
    page.get_by_label("unit").select_option("3")
    trace = net.run(X[:, None])
    read = net.parameters["W"][3, 0] * X[-1]
    kept = net.parameters["U"][3] @ trace.h[-2]
    said = sentence(page)
    assert number(abs(read), 2) + " from x" in said
    assert number(abs(kept), 2) + " from h[t\N{MINUS SIGN}1]" in said
    end = f"\N{MINUS SIGN} 0.25 from b) = {number(trace.h[-1, 3])}."
    assert said.startswith("step 29, unit 3: h = tanh(")
    assert said.endswith(end)


@pytest.mark.browser
def test_read_outs_are_over_the_picture_only_and_a_click_tells_its_unit(open_page, tmp_path):
    net = wb.Recurrent("lstm", 1, 5, seed=2)
    page = show(open_page, wb.explore.gates(net, X), tmp_path)
    readout = page.locator(".wb-readout")
    held = page.get_by_role("group", name="hold f").get_by_text("1", exact=True).bounding_box()
    page.mouse.move(held["x"] + 4, held["y"] + 4)
    assert readout.is_hidden()
    row = page.get_by_role("img", name="line f over time")
    box = row.bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 12)
    assert readout.is_visible()
    page.mouse.click(box["x"] + 300, box["y"] + 12)
    settled(page)
    unit = page.get_by_label("unit").input_value()
    assert unit == str(int(12 / 25 * 5))
    loud = page.locator("text[font-weight='700']").all_text_contents()
    assert set(loud) == {f"unit {unit}"}
    page.wait_for_function("!document.querySelector(\"text[font-weight='700']\")")


@pytest.mark.browser
def test_holding_a_gate_shows_what_a_clamped_run_gives(open_page, tmp_path):
    net = wb.Recurrent("lstm", 1, 5, seed=2)
    page = show(open_page, wb.explore.gates(net, X), tmp_path)
    for value in (0, 1):
        page.get_by_role("group", name="hold f").get_by_text(str(value), exact=True).click()
        held, free = ends(net, f=value), ends(net)
        assert sentence(page) == (
            f"With f held at {value}, at the end (step 29) h[0] is {held}; free, it is {free}."
        )
    page.get_by_role("group", name="hold f").get_by_text("free").click()
    trace = net.run(X[:, None])
    for line, what, into in passes(net.cell):
        wanted = f"{line} lets {share(trace[line][-1, 0])} of {what} into {into}"
        assert wanted in sentence(page)


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
    page.get_by_role("combobox", name="weights").select_option("U.r")
    drag(page, "U.r[0, 0]", 25)
    page.get_by_role("slider", name="U.r[0, 0]", exact=True).dblclick()
    assert f"h[0] is {ends(net)}" in sentence(page)


@pytest.mark.browser
def test_a_weight_is_dragged_with_the_pointer_and_the_ghost_goes_on_release(open_page, tmp_path):
    net = wb.Recurrent("gru", 1, 5, seed=2)
    page = show(open_page, wb.explore.gates(net, X), tmp_path, height=1200)
    page.get_by_role("combobox", name="weights").select_option("U.r")
    grid = page.locator(".wb-weights .wb-panel")
    box = grid.bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 10, box["y"] - 40, steps=5)
    net.parameters["U.r"][0, 0] += 50 * 0.02
    assert f"h[0] is {ends(net)}, before the drag " in sentence(page)
    assert page.locator(".wb-readout").is_hidden()
    page.mouse.up()
    assert sentence(page).endswith(f"h[0] is {ends(net)}.")


@pytest.mark.browser
@pytest.mark.parametrize("width", [640, 960])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_text_is_small_or_outside_the_page(scheme, width, open_page, tmp_path):
    explorer = wb.explore.gates("lstm", "to be or not to be")
    page = show(open_page, explorer, tmp_path, width=width, color_scheme=scheme)
    assert page.locator(".wb").get_attribute("data-theme") == scheme
    assert misfits(page, width) == []
