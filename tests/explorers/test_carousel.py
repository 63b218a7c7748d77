"""The carousel explorer: its message, its picture, its page against the measures."""

import numpy as np
import pytest
from pages import arrive, drag, misfits, overlapping, sentence, settled, show

import workbench as wb
from workbench import measure
from workbench.explorers import page as parts
from workbench.explorers.explorer import copied
from workbench.pictures import number, share

BAND = 18  # pixels that the band of what is nearly nothing takes
SUNSPOTS = wb.data.sunspots()[-200:].inputs().x

# As anywidget hosts the bundle; what the page sends is kept as the hexadecimal of its bytes.
HOSTED = """
async ([code, message]) => {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const { default: view } = await import(url);
  const bytes = Uint8Array.from(message.match(/../g), (pair) => parseInt(pair, 16));
  const pair = (byte) => byte.toString(16).padStart(2, "0");
  const text = (buffer) => Array.from(new Uint8Array(buffer), pair);
  const model = {
    get: () => new DataView(bytes.buffer),
    send: (content, callbacks, [sent]) => (window.sent = text(sent).join("")),
    on() {},
  };
  await view.render({ model, el: document.body });
}
"""


def lstm(bias):
    """An LSTM with forget biases: one number for all units, or one each."""
    return wb.Recurrent("lstm", 1, 16, start={"b.f": bias})


def spread():
    """An LSTM whose units have forget biases of their own."""
    return lstm(np.linspace(-1.3, 4, 16))


def test_the_networks_are_those_of_the_measure():
    explorer = wb.explore.carousel(bias=2.5)
    wanted = measure.memory_networks(1, 16, 2.5)
    assert list(explorer.networks) == ["LSTM", "GRU", "Elman"]
    for own, other in zip(explorer.networks.values(), wanted.values(), strict=True):
        for name, array in other.parameters.items():
            np.testing.assert_array_equal(own.parameters[name], array)


def test_a_network_that_is_given_stays_as_it_was():
    net = spread()
    wb.explore.carousel(net, bias=0.0)
    assert net.parameters["b.f"][0] == -1.3


@pytest.mark.parametrize("net", [lstm(2), spread()])
def test_picture_is_the_carousel_of_the_same_networks(net):
    drawn = wb.pictures.to_svg(wb.explore.carousel(net, length=50).picture())
    chrono = measure.chrono_biases(16, 50)
    other = copied(net)
    other.parameters["b.f"], other.parameters["b.i"] = chrono
    one = net.parameters["b.f"][0] == 2
    nets = {"LSTM, forget bias 2" if one else "LSTM": net, "LSTM, chrono start": other}
    nets |= {name: wb.Recurrent(name.lower(), 1, 16) for name in ("GRU", "Elman")}
    curves = measure.compare_gradients(nets, SUNSPOTS[-50:])
    biases = [2.0] if one else np.quantile(net.parameters["b.f"], [0, 0.5, 1])
    assert drawn == wb.pictures.to_svg(wb.pictures.carousel(biases, curves, chrono.forget))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": np.zeros(9)}, "x: expected 10 steps or more to look back over, got 9"),
        ({"net": "gru"}, r"net: expected a cell with a state c and a gate f = .*, got gru"),
        ({"net": "lstm_no_forget_gate"}, "net: expected a cell with a state c and a gate f"),
        ({"net": 3}, "net: expected a Recurrent, a cell or its name"),
        ({"bias": 8}, r"bias: expected a number, -3\.\.7 in steps of 0\.05, got 8"),
        ({"bias": 0.33}, r"bias: expected a number, -3\.\.7 in steps of 0\.05, got 0\.33"),
        ({"bias": np.nan}, r"bias: expected a number, -3\.\.7 .*, got nan"),
        ({"bias": "one"}, r"bias: expected a number, -3\.\.7 .*, got 'one'"),
        ({"length": 9}, "length: expected a whole number of at least 10, got 9"),
        ({"length": 201}, r"length: expected 10\.\.200 steps, got 201"),
        ({"length": 20.5}, "length: expected a whole number of at least 10, got 20.5"),
        ({"net": lstm(np.inf)}, "b.f: expected finite numbers, got"),
    ],
)
def test_what_cannot_be_shown_gets_one_line(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}") as error:
        wb.explore.carousel(**arguments)
    assert "\n" not in str(error.value)


def left_of(net, length):
    return measure.gradient_left(net, SUNSPOTS[-length:])


def along(net, length):
    """What arrives along the cell state alone: dL/dc of the last step times the gates since."""
    x = SUNSPOTS[-length:]
    trace = net.run(x)
    d_h = np.zeros(trace["h"].shape)
    d_h[-1] = 1 / np.sqrt(d_h.shape[-1])
    kept = measure.measured_retention(net, x).units
    return np.linalg.norm(trace.bptt(d_h)["c"][-1] * kept, axis=1)


def spoken(bias, lag, length=100):
    """The sentence for one bias on the sunspots, from the measures and the kernels."""
    nets = measure.memory_networks(1, 16, bias)
    left = measure.compare_gradients(nets, SUNSPOTS[-length:])
    lstm_left, gru, elman = (share(each[lag]) for each in left.values())
    own = next(iter(nets.values()))
    more, way = "", ""
    if lag > 1 and left_of(own, length)[lag] > 1.05 * left_of(own, length)[1]:
        more = ", more than one step back"
    if left_of(own, length)[lag] > 2 * along(own, length)[lag]:
        way = (
            " With these settings most of the LSTM's gradient comes through h and the gates rather "
            f"than through c: along c alone {share(along(own, length)[lag])} would be left."
        )
    half = number(measure.half_life(bias))
    gone = share(measure.retention(bias, length)[-1])
    return (
        f"half is gone after {half} {'step' if half == '1' else 'steps'} and {gone} is left after "
        f"{length}. In this LSTM {lstm_left} of the gradient is left {lag} steps back{more}; "
        f"the GRU network keeps {gru}, the Elman network keeps {elman}.{way}"
    )


def place(page, bias):
    """Where a bias is on the logistic curve in the page: the tick of a whole number under it."""
    box = page.locator(".wb-rail").bounding_box()
    low, high = (
        page.locator(".wb-rail text").get_by_text(text, exact=True).first.bounding_box()
        for text in ("\N{MINUS SIGN}3", "7")
    )
    low, high = (tick["x"] + tick["width"] / 2 for tick in (low, high))
    return low + (bias + 3) / 10 * (high - low), box["y"] + 70


@pytest.mark.browser
def test_dragging_the_point_along_the_curve_gives_the_facts(open_page, tmp_path):
    page = show(open_page, wb.explore.carousel(bias=3.0), tmp_path)
    page.mouse.move(*place(page, 3))
    page.mouse.down()
    for bias, half, keeps in ((0, "1", "50 %"), (5, "103", "99.3 %"), (1, "2.21", "73 %")):
        page.mouse.move(*place(page, bias), steps=4)
        said = sentence(page)
        assert said.startswith(f"At bias {bias} the gate keeps {keeps} a step: half is gone after")
        assert said.endswith(spoken(bias, 60))
        assert f"half-life {half} step" in page.locator(".wb-rail").inner_text()
    page.mouse.up()
    assert f"2.21 steps and {share(2.5e-14)} is left after 100." in sentence(page)
    page.mouse.dblclick(*place(page, 1))
    assert sentence(page).endswith(spoken(3, 60))


@pytest.mark.browser
@pytest.mark.parametrize("width", [640, 960])
def test_the_slider_of_the_bias_reaches_every_fact_with_the_pointer(width, open_page, tmp_path):
    page = show(open_page, wb.explore.carousel(), tmp_path, width=width)
    slider = page.get_by_role("slider", name="forget bias")
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    seen = set()
    for x in range(int(box["x"]) - 1, int(box["x"] + box["width"]) + 3):
        page.mouse.move(x, middle)
        seen.add(float(slider.input_value()))
    page.mouse.up()
    assert {-3, 0, 1, 5, 7} <= seen


@pytest.mark.browser
def test_keys_move_the_bias_the_length_and_the_marked_lag(open_page, tmp_path):
    page = show(open_page, wb.explore.carousel(), tmp_path)
    bias = drag(page, "forget bias", 37)
    assert bias == 2.85
    assert sentence(page).endswith(spoken(bias, 60))
    length = drag(page, "length", -53)
    assert length == 47
    body = page.locator(".wb-body")
    assert body.get_attribute("aria-valuemax") == body.get_attribute("aria-valuenow") == "47"
    body.focus()
    page.keyboard.press("Shift+ArrowLeft")
    assert sentence(page).endswith(spoken(bias, 37, 47))
    drag(page, "length", 53)
    assert sentence(page).endswith(spoken(bias, 37))
    body.focus()
    for key, lag in (("Home", "0"), ("ArrowRight", "1"), ("End", "100")):
        page.keyboard.press(key)
        settled(page)
        assert body.get_attribute("aria-valuenow") == lag
    page.get_by_role("slider", name="forget bias").dblclick()
    assert sentence(page).startswith("At bias 1 ")


@pytest.mark.browser
def test_the_marked_lag_is_dragged_and_its_values_stand_beside_the_curves(open_page, tmp_path):
    page = show(open_page, wb.explore.carousel(), tmp_path, height=1000)
    log, back = (page.get_by_label(name) for name in ("share kept, log", "gradient left"))
    box = back.bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 330, box["y"] + 50, steps=5)
    page.mouse.up()
    settled(page)
    lag = int(page.locator(".wb-body").get_attribute("aria-valuenow"))
    assert 20 < lag < 50
    assert sentence(page).endswith(spoken(1, lag))
    kept = measure.measured_retention(lstm(1), SUNSPOTS[-100:])
    words = log.locator("text").all_text_contents()
    kept = {share(measure.retention(1, lag)[-1]), share(kept.mean[lag])}
    assert {f"left at lag {lag}"} | kept <= set(words)


@pytest.mark.browser
def test_the_chrono_start_follows_the_length(open_page, tmp_path):
    page = show(open_page, wb.explore.carousel(), tmp_path)
    page.get_by_role("button", name="chrono start").click()
    drag(page, "length", 40)
    net = measure.memory_networks(1, 16, longest=140)["LSTM, chrono start"]
    half = measure.half_life(net.parameters["b.f"])
    kept = measure.retention(net.parameters["b.f"], 140)[:, -1].mean()
    left = measure.gradient_left(net, SUNSPOTS[-140:])[60]
    assert sentence(page).startswith(
        f"The chrono start for 140 steps gives the 16 units half-lives from {number(half.min())} "
        f"to {number(half.max())} steps: {share(kept)} is left on average after 140. "
        f"In this LSTM {share(left)} of the gradient is left 60 steps back;"
    )
    forget = net.parameters["b.f"]
    slider = page.get_by_role("slider", name="forget bias")
    drawn = f"{number(forget.min(), 2)} to {number(forget.max(), 2)}, by unit"
    assert slider.is_disabled()
    assert drawn in page.locator(".wb-controls").inner_text()
    page.get_by_role("button", name="one bias").click()
    settled(page)
    assert slider.is_enabled()
    drag(page, "forget bias", 1)
    assert sentence(page).startswith("At bias 1.05 ")


@pytest.mark.browser
def test_a_half_life_below_one_step_is_told_by_what_a_step_leaves(open_page, tmp_path):
    page = show(open_page, wb.explore.carousel(bias=-1.0), tmp_path)
    keeps = share(measure.retention(-1, 1)[-1])
    assert sentence(page).startswith(
        f"At bias \N{MINUS SIGN}1 the gate keeps {keeps} a step: "
        "more than half is gone after the first and "
    )
    rail = page.locator(".wb-rail text").all_text_contents()
    assert rail.count("< 1") == 3
    assert "half-life below 1 step" in rail
    assert "half-life below 1 step" in page.get_by_label("share kept, linear").text_content()
    drag(page, "forget bias", 20)
    assert "half is gone after 1 step " in sentence(page)


@pytest.mark.browser
@pytest.mark.parametrize("bias", [-3.0, -1.0, 1.0])
def test_no_name_stands_beside_the_band_of_what_is_nearly_nothing(bias, open_page, tmp_path):
    page = show(open_page, wb.explore.carousel(bias=bias), tmp_path)
    for label in ("share kept, log", "gradient left"):
        found = {
            words.text_content(): words.bounding_box()
            for words in page.get_by_label(label).locator("text").all()
        }
        (band,) = (box for text, box in found.items() if text.startswith("below 10"))
        names = {text: box["y"] for text, box in found.items() if box["x"] > 600}
        assert len(names) >= 5
        for text, y in names.items():
            assert y + BAND / 2 < band["y"], text


@pytest.mark.browser
def test_a_network_with_biases_of_its_own_begins_with_them(open_page, tmp_path):
    page = show(open_page, wb.explore.carousel(spread()), tmp_path)
    left = share(measure.gradient_left(spread(), SUNSPOTS[-100:])[60])
    said = sentence(page)
    assert measure.half_life(-1.3) < 1
    assert "own forget biases give the 16 units half-lives from below 1 to 38.2 steps:" in said
    assert f"In this LSTM {left} of the gradient" in said
    slider = page.get_by_role("slider", name="forget bias")
    assert slider.is_disabled()
    assert "\N{MINUS SIGN}1.3 to 4, by unit" in page.locator(".wb-controls").inner_text()
    page.get_by_role("button", name="one bias").click()
    drag(page, "forget bias", 1)
    assert slider.is_enabled()
    page.get_by_role("button", name="as given").click()
    assert sentence(page) == said


@pytest.mark.browser
def test_a_full_cell_state_is_told(open_page, tmp_path):
    net = lstm(7)
    net.parameters["b.g"][...] = 2
    page = show(open_page, wb.explore.carousel(net), tmp_path)
    size = number(np.abs(net.run(SUNSPOTS[-100:])["c"][-1]).mean(), 2)
    wanted = f"Little gradient enters this cell state: |c| has grown to {size}, where tanh is flat."
    assert sentence(page).endswith(wanted)


@pytest.mark.browser
def test_a_large_network_runs_when_the_bias_is_let_go(open_page, tmp_path):
    page = show(open_page, wb.explore.carousel(hidden_size=110, length=20), tmp_path)
    page.mouse.move(*place(page, 1))
    page.mouse.down()
    page.mouse.move(*place(page, 0), steps=2)
    wait = " The run of this large network follows when you let go."
    half = f"half is gone after 1 step and {share(0.5**20)} is left after 20."
    assert sentence(page) == f"At bias 0 the gate keeps 50 % a step: {half}{wait}"
    page.mouse.up()
    net = measure.memory_networks(1, 110, 0)["LSTM, forget bias 0"]
    left = share(measure.gradient_left(net, SUNSPOTS[-20:])[19])
    assert f"In this LSTM {left} of the gradient is left 19 steps back" in sentence(page)


@pytest.mark.browser
def test_a_gradient_that_grows_is_never_left(open_page, tmp_path):
    page = show(open_page, wb.explore.carousel(bias=6.0, length=60), tmp_path)
    grown = measure.gradient_left(lstm(6), SUNSPOTS[-60:])[59]
    assert grown > 1
    said = sentence(page)
    assert f"In this LSTM the gradient grows to {number(grown)} times 59 steps back" in said
    words = page.get_by_label("gradient left").text_content()
    assert f"LSTM, all ways{number(grown)} times" in words


@pytest.mark.browser
def test_the_log_axes_are_fitted_when_the_hand_lets_go(open_page, tmp_path):
    page = show(open_page, wb.explore.carousel(), tmp_path)
    log = page.get_by_label("share kept, log")
    assert "10⁻¹⁶" in log.text_content()
    slider = page.get_by_role("slider", name="length", exact=True)
    slider.evaluate("s => { s.value = 10; s.dispatchEvent(new Event('input')) }")
    settled(page)
    assert "10⁻¹⁶" in log.text_content()
    slider.evaluate("s => s.dispatchEvent(new Event('change'))")
    settled(page)
    least = measure.measured_retention(lstm(1), SUNSPOTS[-10:]).units.min()
    assert 1e-2 < least < 1e-1
    assert "below 10⁻²" in log.text_content()


@pytest.mark.browser
def test_play_raises_the_bias_and_space_stops_it(open_page, tmp_path):
    page = show(open_page, wb.explore.carousel(), tmp_path)
    page.locator(".wb-body").focus()
    page.keyboard.press(" ")
    page.wait_for_function("document.querySelector('input[type=range]').valueAsNumber > 1.6")
    page.keyboard.press(" ")
    bias = float(page.get_by_role("slider", name="forget bias").input_value())
    assert sentence(page).endswith(spoken(bias, 60))


@pytest.mark.browser
def test_what_is_released_arrives_in_python(open_page):
    explorer = wb.explore.carousel()
    code = (parts.WEB / "bundle.js").read_text(encoding="utf-8")
    page = open_page()
    page.evaluate(HOSTED, [code, explorer.to_page.hex()])
    page.wait_for_selector(".wb[data-drawn]")
    page.get_by_role("button", name="chrono start").click()
    arrive(explorer, bytes.fromhex(page.evaluate("window.sent")))
    assert explorer.error is None
    wanted = measure.chrono_biases(16, 100)
    parameters = explorer.networks["LSTM"].parameters
    np.testing.assert_allclose(parameters["b.f"], wanted.forget, rtol=1e-12)
    np.testing.assert_allclose(parameters["b.i"], wanted.input, rtol=1e-12)
    page.get_by_role("button", name="one bias").click()
    settled(page)
    assert drag(page, "forget bias", 20) == 2
    arrive(explorer, bytes.fromhex(page.evaluate("window.sent")))
    assert (parameters["b.f"] == 2).all()
    assert (parameters["b.i"] == 0).all()


@pytest.mark.browser
@pytest.mark.parametrize("width", [640, 960])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("bias", [-3.0, 1.0, 7.0, None])
def test_no_text_is_small_outside_the_page_or_over_another(
    bias, scheme, width, open_page, tmp_path
):
    net = "lstm" if bias is not None else spread()
    explorer = wb.explore.carousel(net, bias=bias)
    page = show(open_page, explorer, tmp_path, width=width, color_scheme=scheme)
    assert page.locator(".wb").get_attribute("data-theme") == scheme
    assert misfits(page, width) == []
    assert overlapping(page, ".wb text") == []
