"""What the kernel answers for a network too large for a page, and the page that shows it."""

import base64

import numpy as np
import pytest
from cases import NAMES, case
from pages import arrive, live

import workbench as wb
from workbench.explorers import kernel, packing, page
from workbench.explorers.kernel.gates import ROWS, shown
from workbench.measure import gate_lines
from workbench.pictures import number

X = np.sin(np.arange(30.0))


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_one_unit_of_the_run_and_bytes_of_all(name):
    c = case(name, "kernel", time=9, batch=1)
    net, x = c.net, c.x[:, 0]
    about, arrays = shown(net, x, {"unit": 0})
    trace = net.run(x)
    for line in net.cell.lines:
        np.testing.assert_allclose(arrays[f"line/{line}"], trace[line][:, 0], rtol=1e-6)
        heat, limit = arrays[f"heat/{line}"].astype(float), about["limits"][line]
        low, span = (0, 1) if line in gate_lines(net.cell) else (-limit, 2 * limit)
        assert np.abs(low + heat / 254 * span - trace[line]).max() <= span / 254
    for state in net.cell.states:
        np.testing.assert_allclose(about["initial"][state], trace.initial[state][0], rtol=1e-6)


def test_products_are_what_the_equations_add_up():
    """In a GRU: the arguments of its functions, found back through their inverses."""
    net = wb.Recurrent("gru", 2, 5, seed=1)
    x = np.random.default_rng(0).standard_normal((8, 2))
    _, arrays = shown(net, x, {"unit": 3})
    trace = net.run(x)
    f = trace["r"][:, 3]
    sums = arrays["product/W.r x"] + arrays["product/U.r h"] + net.parameters["b.r"][3]
    np.testing.assert_allclose(sums, np.log(f / (1 - f)), rtol=1e-5, atol=1e-6)
    (inner,) = [key for key in arrays if key.startswith("product/U.n ")]
    sums = arrays["product/W.n x"] + arrays[inner] + net.parameters["b.n"][3]
    np.testing.assert_allclose(sums, np.arctanh(trace["n"][:, 3]), rtol=1e-5, atol=1e-6)


def test_many_units_become_few_rows_and_the_answer_stays_small():
    net = wb.Recurrent("lstm", 1, 256, seed=0)
    x = np.sin(np.arange(96.0))[:, None]
    about, arrays = shown(net, x, {"unit": 255})
    assert arrays["heat/f"].shape == (96, ROWS)
    assert len(packing.pack(about, arrays)) < 20_000
    assert kernel.is_large(net, 96)
    assert not kernel.is_large(wb.Recurrent("lstm", 1, 64), 96)


def test_what_is_set_and_held_is_what_runs():
    net = wb.Recurrent("gru", 1, 4, seed=0)
    other = wb.Recurrent("gru", 1, 4, seed=0)
    other.parameters["U.z"][1, 2] = 3.0
    asked = {"unit": 2, "clamps": {"r": 1}, "set": [["U.z", 6, 3.0]]}
    _, arrays = shown(net, X[:, None], asked)
    wanted = other.run(X[:, None], clamp={"r": 1}).h[:, 2]
    np.testing.assert_allclose(arrays["line/h"], wanted, rtol=1e-6)


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({}, "unit: expected 0..2, got None"),
        ({"unit": 3}, "unit: expected 0..2, got 3"),
        ({"unit": -1}, "unit: expected 0..2, got -1"),
        ({"unit": True}, "unit: expected 0..2, got True"),
        ({"unit": 0, "clamps": [1]}, "clamps: expected an object, got"),
        ({"unit": 0, "clamps": {"q": 1}}, "clamp: expected"),
        ({"unit": 0, "clamps": {"z": "x"}}, "clamp"),
        ({"unit": 0, "set": [["U.z", 9, 1.0]]}, "set: expected"),
        ({"unit": 0, "set": [["V", 0, 1.0]]}, "set: expected"),
        ({"unit": 0, "set": [["U.z", 0, float("nan")]]}, "set: expected"),
        ({"unit": 0, "set": [["U.z", "0", 1.0]]}, "set: expected"),
        ({"unit": 0, "set": [7]}, "set: expected"),
    ],
)
def test_a_wrong_wish_is_answered_in_one_line(asked, error):
    explorer = wb.explore.gates("gru", X, hidden_size=3)
    arrive(explorer, packing.pack({"network": "GRU", "ask": 1, **asked}))
    about, _ = packing.unpack(explorer.answer)
    assert about["error"].startswith(error)
    assert "\n" not in about["error"]
    assert about["ask"] == 1


GONE = """
async ([module, message]) => {
  const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
  const { default: view } = await import(url);
  const bytes = Uint8Array.from(atob(message), (letter) => letter.charCodeAt(0));
  const send = () => { throw new Error("Cannot send"); };
  const model = { get: () => new DataView(bytes.buffer), on() {}, send };
  await view.render({ model, el: document.body });
}
"""


@pytest.mark.browser
@pytest.mark.parametrize("units", [3, 320])
def test_a_restarted_kernel_is_told_in_one_line(open_page, units):
    explorer = wb.explore.gates("lstm", X, hidden_size=units)
    opened = open_page(height=1400)
    opened.add_style_tag(content=page.stylesheet())
    module = (page.WEB / "bundle.js").read_text(encoding="utf-8")
    opened.evaluate(GONE, [module, base64.b64encode(explorer.message).decode()])
    slider = opened.locator(".wb input[type=range]").first
    slider.focus()
    before = slider.input_value()
    opened.keyboard.press("ArrowRight")
    opened.get_by_text("run its cell again").wait_for(timeout=30000)
    assert slider.input_value() != before


@pytest.mark.browser
def test_a_large_network_follows_the_hand_through_the_kernel(open_page):
    net = wb.Recurrent("lstm", 1, 320, seed=2)
    assert kernel.is_large(net, len(X))
    explorer = wb.explore.gates(net, X)
    opened = live(open_page, explorer)
    said = opened.locator(".wb-say")
    said.filter(has_text="lets").wait_for()
    slider = opened.get_by_role("slider", name="U.i[0, 0]", exact=True)
    slider.focus()
    for _ in range(30):
        opened.keyboard.press("ArrowRight")
    net.parameters["U.i"][0, 0] = float(slider.input_value())
    ends = f"h[0] is {number(np.float32(net.run(X[:, None]).h[-1, 0]))}"
    said.filter(has_text=ends).wait_for(timeout=30000)
    opened.get_by_role("group", name="hold f").get_by_text("1", exact=True).click()
    held = f"h[0] is {number(np.float32(net.run(X[:, None], clamp={'f': 1}).h[-1, 0]))}"
    said.filter(
        has_text=f"With f held at 1, at the end (step {len(X) - 1}) {held}; free, it"
    ).wait_for(timeout=30000)
