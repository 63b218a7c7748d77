"""The unfold explorer: its message, its picture, and its page against the kernels."""

import numpy as np
import pytest
from cases import CELLS, NAMES
from last_loss import loss_at_the_end, stacked_gradient
from pages import drag, misfits, sentence, settled, show

import workbench as wb
from workbench.explorers.formulas import formulas
from workbench.pictures import number, share

X = np.sin(np.arange(30.0))


def test_picture_shows_the_last_copies():
    net = wb.Recurrent("gru", 1, 4, seed=3)
    drawn = wb.explore.unfold(net, X).picture()
    direct = wb.pictures.unfold(net.run(X[:, None]), first=25, steps=5)
    assert wb.pictures.to_svg(drawn) == wb.pictures.to_svg(direct)
    assert wb.explore.unfold(net, X[:3]).picture() is not None


def test_nothing_given_is_an_elman_network_and_sixty_years():
    explorer = wb.explore.unfold()
    assert list(explorer.networks) == ["Elman", "LSTM", "GRU"]
    assert explorer._arrays["x"].shape == (60, 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"net": "lstn"}, "lstn"),
        ({"net": 3}, "net: expected a Recurrent, a cell or its name .*, got int"),
        ({"x": np.zeros((5, 1, 1)), "batch": 2}, r"batch: expected 0\.\.0, got 2"),
        ({"x": [1.0]}, r"x: expected 2\.\.400 steps in one explorer, got 1"),
        ({"x": [0.0, np.nan]}, "x: expected finite numbers, got nan at step 1, input 0"),
        ({"x": {}}, "x: expected an array of numbers, .*, got dict"),
        ({"net": wb.Recurrent("gru", 3, 2), "x": X}, "x: expected 3 inputs, .*, got 1"),
        ({"cells": ["nobody"]}, "nobody"),
    ],
)
def test_what_cannot_be_shown_is_told_in_one_line(arguments, said):
    with pytest.raises(ValueError, match=said) as caught:
        wb.explore.unfold(**arguments)
    assert "\n" not in str(caught.value)


def stage(open_page, tmp_path, net, x=X, **window):
    """A page whose window never slides, so that a pointer finds what it was aimed at."""
    explorer = wb.explore.unfold(net, x)
    return show(open_page, explorer, tmp_path, reduced_motion="reduce", height=1000, **window)


def turn(page, way):
    page.get_by_role("group", name="direction").get_by_text(way).click()
    settled(page)


def texts(page):
    return page.locator(".wb-body .wb-panel").first.locator("text").all_text_contents()


@pytest.mark.browser
@pytest.mark.parametrize("cell", ["elman", "lstm", "gru"])
def test_what_is_left_stands_under_the_copies_and_in_the_sentence(cell, open_page, tmp_path):
    net = wb.Recurrent(cell, 1, 5, seed=2)
    page = stage(open_page, tmp_path, net)
    reach = wb.measure.gradient_reach(net.run(X[:, None]))
    shown = texts(page)
    for norms in reach.carried.values():
        assert all(share(left) in shown for left in norms[-5:])
    page.locator(".wb-body").focus()
    page.keyboard.press("Home")
    said = sentence(page)
    assert "29 steps before the loss" in said
    assert all(share(norms[0]) in said for norms in reach.carried.values())


@pytest.mark.browser
def test_forward_tells_what_is_read_and_handed_on(open_page, tmp_path):
    net = wb.Recurrent("lstm", 1, 5, seed=2)
    page = stage(open_page, tmp_path, net)
    turn(page, "forward")
    trace = net.run(X[:, None])
    h, c = (number(np.linalg.norm(trace[name][27]), 2) for name in "hc")
    assert sentence(page) == (
        f"At step 27 the cell reads {number(X[27])} and hands on h of norm {h} and c of norm "
        f"{c}; the same 140 numbers (W, U, b) serve all 30 steps."
    )


@pytest.mark.browser
def test_dragging_what_a_copy_reads_moves_all_later_states(open_page, tmp_path):
    net = wb.Recurrent("gru", 1, 5, seed=2)
    page = stage(open_page, tmp_path, net)
    grip = page.locator("[data-grip][data-step='26']").bounding_box()
    x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 40, steps=5)
    edited = X.copy()
    edited[26] = X[26] + 40 / 160 * np.ptp(X)
    moved = np.linalg.norm(net.run(edited[:, None]).h - net.run(X[:, None]).h, axis=1)
    now, later = number(moved[26], 2), number(moved[29], 2)
    wanted = (
        f"At step 26 the cell now reads {number(edited[26])}, at first {number(X[26])}: h moves "
        f"there by {now}, and at step 29, 3 steps later, by {later} (norm of the change)."
    )
    assert sentence(page) == wanted
    page.mouse.up()
    assert sentence(page) == wanted
    page.mouse.dblclick(x, y)
    assert "now reads" not in sentence(page)
    assert number(X[26]) in texts(page)
    reach = wb.measure.gradient_reach(net.run(X[:, None]))
    assert f"{share(reach.total[26])} of the gradient" in sentence(page)


@pytest.mark.browser
def test_the_slider_edits_what_the_step_reads(open_page, tmp_path):
    net = wb.Recurrent("elman", 1, 5, seed=2)
    page = stage(open_page, tmp_path, net)
    edited = X.copy()
    edited[27] = drag(page, "x at step 27", -30)
    moved = np.linalg.norm(net.run(edited[:, None]).h - net.run(X[:, None]).h, axis=1)
    assert f"by {number(moved[29], 2)} (norm" in sentence(page)
    strip = page.get_by_role("img", name="the whole input").bounding_box()
    page.mouse.move(strip["x"] + 104 + 27.5 / 30 * (strip["width"] - 176), strip["y"] + 40)
    assert page.locator(".wb-readout").inner_text() == f"step 27: x = {number(edited[27])}"
    page.locator(".wb-body").focus()
    page.keyboard.press("Home")
    reach = wb.measure.gradient_reach(net.run(edited[:, None]))
    assert f"{share(reach.total[0])} of the gradient" in sentence(page)


@pytest.mark.browser
def test_another_letter_is_read_in_its_place(open_page, tmp_path):
    text, other = "to be or not to be", "to be or not ne be"
    net = wb.Recurrent("gru", len(set(text)), 5, seed=2)
    page = stage(open_page, tmp_path, net, text)
    for step, letter in ((13, "n"), (14, "e")):
        page.locator(".wb-body").focus()
        page.keyboard.press("Home")
        for _ in range(step):
            page.keyboard.press("ArrowRight")
        page.get_by_label("letter").select_option(label=letter)
    letters = sorted(set(text))
    one_hot = [np.array([[float(a == b) for b in letters] for a in t]) for t in (text, other)]
    first, second = (net.run(x).h for x in one_hot)
    moved = number(np.linalg.norm(second[-1] - first[-1]), 2)
    assert sentence(page).startswith("At step 14 the cell now reads “e”, at first “o”")
    assert sentence(page).endswith(f"3 steps later, by {moved} (norm of the change).")


@pytest.mark.browser
@pytest.mark.parametrize("cell", ["elman", "lstm", "gru"])
def test_a_clicked_arrow_shows_its_formula_with_the_numbers_of_the_step(cell, open_page, tmp_path):
    net = wb.Recurrent(cell, 1, 5, seed=2)
    page = stage(open_page, tmp_path, net)
    turn(page, "forward")
    page.locator("[data-arrow='h'][data-step='27']").click()
    page.get_by_label("unit").select_option("3")
    settled(page)
    trace = net.run(X[:, None])
    fed = [line["name"] for line in formulas(net.cell)["lines"] if "h" in line["reads"]]
    results = page.locator(".wb-numbers math > mn:last-child").all_text_contents()
    assert results == [number(trace[name][27, 3]) for name in fed]
    matrix = next(name for name in net.parameters if name.startswith("U"))
    product = net.parameters[matrix][3] @ trace.h[26]
    blank = page.locator(f"mn[data-kind='product'][data-key='{matrix} h']")
    assert blank.text_content().strip("()") == number(product)


@pytest.mark.browser
def test_an_arrow_walked_back_shows_the_chain_rule_with_its_numbers(open_page, tmp_path):
    net = wb.Recurrent("lstm", 1, 5, seed=2)
    page = stage(open_page, tmp_path, net)
    page.locator("[data-arrow='c'][data-step='27']").click()
    settled(page)
    trace = net.run(X[:, None])
    value = trace.jacobian()[27][:, 5] @ stacked_gradient(trace, net, 27)
    assert page.locator(".wb-numbers mn").last.text_content() == number(value)


@pytest.mark.browser
def test_every_cell_and_every_arrow_can_be_asked(open_page, tmp_path):
    for name in NAMES:
        cell = CELLS[name]
        inputs = 5 if cell.graph.tied is not None else 2
        net = wb.Recurrent(cell, inputs, 5, sizes={size: 4 for size in cell.size_names})
        x = np.random.default_rng(3).standard_normal((6, inputs))
        page = show(open_page, wb.explore.unfold(net, x, cells=()), tmp_path)
        for way in ("forward", "backward"):
            turn(page, way)
            arrows = page.get_by_label("arrow")
            for value in arrows.locator("option").evaluate_all("all => all.map(o => o.value)"):
                arrows.select_option(value)
                settled(page)
                assert page.locator(".wb-error").is_hidden()
                blanks = page.locator("mn[data-kind]").all_text_contents()
                assert all(text and text not in ("NaN", "not a number") for text in blanks)
        page.close()


@pytest.mark.browser
def test_space_plays_the_values_forward_and_the_gradient_back(open_page, tmp_path):
    net = wb.Recurrent("elman", 1, 5, seed=2)
    page = stage(open_page, tmp_path, net, X[:4])
    turn(page, "forward")
    body = page.locator(".wb-body")
    body.focus()
    page.keyboard.press(" ")
    settled(page)
    seen = page.evaluate(
        """() => new Promise(done => {
            const seen = [];
            const look = () => {
                const way = document.querySelector('[aria-label=direction] [aria-pressed=true]');
                const now = way.textContent + ' ' + document.querySelector('.wb-body').ariaValueNow;
                if (seen.at(-1) !== now) seen.push(now);
                const playing = document.querySelector('.wb-play').textContent.includes('pause');
                playing ? requestAnimationFrame(look) : done(seen);
            };
            look();
        })"""
    )
    order = [f"forward {t}" for t in range(4)] + [f"backward {t}" for t in (3, 2, 1, 0)]
    # A busy computer draws fewer pictures than there are steps.
    assert seen == sorted(set(seen), key=order.index)
    assert seen[0].startswith("forward")
    assert seen[-1] == "backward 0"
    for key, step in [("End", 3), ("ArrowLeft", 2), ("Home", 0), ("Shift+ArrowRight", 3)]:
        page.keyboard.press(key)
        settled(page)
        assert body.get_attribute("aria-valuenow") == str(step)


@pytest.mark.browser
def test_space_plays_the_gradient_alone_where_the_page_shows_it(open_page, tmp_path):
    net = wb.Recurrent("elman", 1, 5, seed=2)
    page = stage(open_page, tmp_path, net)
    page.locator(".wb-body").focus()
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    settled(page)
    assert page.locator("[aria-label=direction] [aria-pressed=true]").inner_text() == "backward"
    assert int(page.locator(".wb-body").get_attribute("aria-valuenow")) > 20
    places = set()
    for _ in range(12):
        shown = page.locator("rect[data-grip]").evaluate_all(
            "all => all.map(e => e.getAttribute('x'))"
        )
        places.add(tuple(sorted(map(float, shown))))
        page.wait_for_timeout(100)
    assert len(places) == 1
    page.keyboard.press(" ")


@pytest.mark.browser
def test_the_copies_stay_where_they_are_when_one_of_them_is_clicked(open_page, tmp_path):
    page = show(open_page, wb.explore.unfold("lstm", X), tmp_path, height=1000)
    settled(page)

    def steps():
        return page.locator("rect[data-grip]").evaluate_all("all => all.map(e => e.dataset.step)")

    first = steps()
    for step in (first[0], first[-1], first[3]):
        page.locator(f"[data-arrow='input'][data-step='{step}']").click()
        settled(page)
        assert steps() == first
        assert page.locator(".wb-body").get_attribute("aria-valuenow") == step


@pytest.mark.browser
def test_a_pill_at_the_edge_is_dragged_with_the_pointer(open_page, tmp_path):
    net = wb.Recurrent("elman", 1, 5, seed=2)
    page = show(open_page, wb.explore.unfold(net, X), tmp_path, height=1000)
    grip = page.locator("[data-grip]").first
    step, box = int(grip.get_attribute("data-step")), grip.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 20, steps=4)
    page.mouse.up()
    edited = number(X[step] - 20 / 160 * np.ptp(X))
    assert f"At step {step} the cell now reads {edited}" in sentence(page)
    assert edited in texts(page)


@pytest.mark.browser
@pytest.mark.parametrize("cell", ["elman", "gru"])
def test_backward_every_arrow_tells_what_comes_back(cell, open_page, tmp_path):
    net = wb.Recurrent(cell, 1, 5, seed=2)
    page = stage(open_page, tmp_path, net)
    trace = net.run(X[:, None])
    back = trace.bptt(loss_at_the_end(trace, net))
    tails = page.get_by_role("img", name="operands").locator("text")
    page.get_by_label("arrow").select_option("input")
    settled(page)
    assert page.locator(".wb-numbers mn").last.text_content() == number(back.x[27, 0])
    page.get_by_label("arrow").select_option("output")
    settled(page)
    gradient = number(back[net.cell.output][27, 0])
    assert tails.all_text_contents() == ["∂L/∂h[t]", gradient]
    page.get_by_label("arrow").select_option("cell")
    settled(page)
    labels = [text for text in tails.all_text_contents() if text.startswith("∂")]
    assert labels == [f"∂L/∂{name}[t]" for name in net.cell.lines]
    turn(page, "forward")
    shown = tails.all_text_contents()
    for name in net.cell.lines:
        assert number(trace[name][27, 0]) in shown


@pytest.mark.browser
def test_the_controls_keep_their_rows(open_page, tmp_path):
    page = stage(open_page, tmp_path, "lstm", None)
    controls = page.locator(".wb-controls").first
    tall = controls.bounding_box()["height"]
    for way in ("forward", "backward"):
        turn(page, way)
        for key in ("Home", "ArrowRight", "Shift+ArrowRight", "End"):
            page.locator(".wb-body").focus()
            page.keyboard.press(key)
            settled(page)
            assert controls.bounding_box()["height"] == tall


@pytest.mark.browser
def test_a_gradient_that_grows_is_told_in_times(open_page, tmp_path):
    net = wb.Recurrent("elman", 1, 5, seed=2)
    net.parameters["U"][:] = 1.5 * np.eye(5)
    net.parameters["W"][:] = 0.01
    page = stage(open_page, tmp_path, net, X[:8])
    reach = wb.measure.gradient_reach(net.run(X[:8, None]))
    page.locator(".wb-body").focus()
    page.keyboard.press("Home")
    assert f"has grown to {number(reach.total[0])} times" in sentence(page)
    assert "left" not in " ".join(texts(page))


@pytest.mark.browser
@pytest.mark.parametrize("width", [640, 960])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_text_is_small_or_outside_the_page(scheme, width, open_page, tmp_path):
    page = stage(open_page, tmp_path, "lstm", X, width=width, color_scheme=scheme)
    assert page.locator(".wb").get_attribute("data-theme") == scheme
    for way in ("backward", "forward"):
        turn(page, way)
        assert misfits(page, width) == []
