"""The padding explorer: its message, its picture, and its page against workbench.measure."""

import itertools
import json
import string
import subprocess
from pathlib import Path

import numpy as np
import pytest
from pages import drag, misfits, sentence, settled, show

import workbench as wb
from workbench.measure import last_states, pad
from workbench.pictures import number

WEB = Path(__file__).parents[2] / "workbench" / "explorers" / "web" / "src"
WORDS = ("to", "be", "never", "question")
WHERES = {"pre": "pre-padding", "post": "post-padding"}
MASKS = {False: "no mask", True: "mask"}
DIRECTIONS = {"forward": "forward →", "backward": "← backward", "both": "both"}
RULES = {
    "[-1]": "h[-1]",
    "[0]": "h[0]",
    "lengths": "h[lengths - 1, rows]",
    "-lengths": "h[-lengths, rows]",
}
COMBINATIONS = list(itertools.product(WHERES, MASKS, DIRECTIONS, RULES))
SAME = 1e-13


def one_hot(words, letters=string.ascii_lowercase):
    return [np.eye(len(letters))[[letters.index(letter) for letter in word]] for word in words]


def network(cell="gru", inputs=26, **options):
    return wb.Recurrent(cell, inputs, 4, seed=3, start={"b": "small"}, **options)


def last_of(net, sequences, where, masked, direction, rule, value=0.0, extra=0):
    """last_states of a batch made longer by one more sequence, whose own row is left out."""
    longest = max(map(len, sequences)) + extra
    more = [*sequences, np.zeros((longest, sequences[0].shape[1]))]
    return last_states(net, more, where, masked, direction, rule, value)


def right_at_end(net, last, same=SAME):
    """Whether the state at the true step is the true one in every row, pass by pass."""
    x, mask, _ = last.batch
    rows = np.arange(x.shape[1] - 1)
    found = []
    for part, name in enumerate(last.passes):
        turn = slice(None, None, 1 if name == "forward" else -1)
        trace = net.run(x[turn], mask=mask[turn] if last.masked else None)
        h = trace[net.cell.output][turn][last.step_true[rows, part], rows]
        truth = np.split(last.truth[rows], len(last.passes), axis=1)[part]
        found.append(bool((np.abs(h - truth).max(axis=1) <= same).all()))
    return found


DRIVER = """
import {{ Network }} from {network};
import {{ readLast, rightAtEnd, runPadded }} from {measures};
import {{ readFileSync }} from "node:fs";
const {{ source, sizes, parameters, sequences, jobs, same }} = JSON.parse(readFileSync(0, "utf-8"));
const address = "data:text/javascript;base64," + Buffer.from(source).toString("base64");
const arrays = Object.fromEntries(
  Object.entries(parameters).map(([name, values]) => [name, Float64Array.from(values)]));
const network = new Network(await import(address), sizes, arrays);
const rows = sequences.map((values) => Float64Array.from(values));
process.stdout.write(JSON.stringify(jobs.map((job) => {{
  const run = runPadded(network, rows, job);
  const lasts = readLast(run, job.rule, same).map((row) => row.map((part, k) => ({{
    ...part, read: [...part.read], truth: [...part.truth],
  }})));
  const held = run.passes.map((pass) => pass.held.map((values) => [...values]));
  return {{ lasts, held, right: rightAtEnd(run, same) }};
}})));
"""


def answers(node, folder, net, sequences, jobs):
    script = folder / "padding.mjs"
    modules = {
        "network": json.dumps((WEB / "network.js").as_uri()),
        "measures": json.dumps((WEB / "measures" / "padding.js").as_uri()),
    }
    script.write_text(DRIVER.format(**modules), encoding="utf-8")
    asked = {
        "source": net.cell.source("module", "javascript"),
        "sizes": net.lengths,
        "parameters": {name: a.ravel().tolist() for name, a in net.parameters.items()},
        "sequences": [sequence.ravel().tolist() for sequence in sequences],
        "jobs": jobs,
        "same": SAME,
    }
    done = subprocess.run(
        [node, script], input=json.dumps(asked), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.browser
@pytest.mark.parametrize("cell", ["gru", "lstm", "elman", "jordan"])
@pytest.mark.parametrize(("value", "extra"), [(0.0, 0), (0.7, 0), (-1.0, 3)])
def test_the_page_reads_what_measure_reads_in_every_combination(cell, value, extra, node, tmp_path):
    g = np.random.default_rng(8)
    net = network(cell, 2, sizes={"y": 3} if cell == "jordan" else None)
    sequences = [g.standard_normal((length, 2)) for length in (1, 5, 3, 9)]
    names = ("where", "masked", "direction", "rule")
    jobs = [
        {**dict(zip(names, each, strict=True)), "value": value, "extra": extra}
        for each in COMBINATIONS
    ]
    verdicts = set()
    for job, got in zip(jobs, answers(node, tmp_path, net, sequences, jobs), strict=True):
        last = last_of(net, sequences, **job)
        for row, parts in enumerate(got["lasts"]):
            joined = {
                key: np.concatenate([part[key] for part in parts]) for key in ("read", "truth")
            }
            np.testing.assert_allclose(joined["read"], last.read[row], rtol=0, atol=1e-12)
            np.testing.assert_allclose(joined["truth"], last.truth[row], rtol=0, atol=1e-12)
            held = np.concatenate([rows[row] for rows in got["held"]])
            np.testing.assert_allclose(held, last.held[row], rtol=0, atol=1e-12)
            for part, found in enumerate(parts):
                assert found["right"] == last.right_passes[row, part], job
                assert found["step"] == last.step_read[row]
                assert found["end"] == last.step_true[row, part]
                assert (found["real"], found["padding"]) == last.seen(row, part)
                verdicts.add(found["right"])
        assert got["right"] == right_at_end(net, last), job
    assert verdicts == {True, False}


def test_the_message_holds_the_sequences_side_by_side_and_the_alphabet():
    net = network(inputs=len(set("".join(WORDS))))
    explorer = wb.explore.padding(net, WORDS)
    about, arrays = wb.explorers.packing.unpack(explorer.message)
    letters = sorted(set("".join(WORDS)))
    assert about["letters"] == letters
    assert about["lengths"] == [2, 2, 5, 8]
    assert "".join(letters[k] for k in arrays["x"].argmax(axis=1)) == "".join(WORDS)
    words, _ = wb.explorers.packing.unpack(wb.explore.padding(None, "tö be").message)
    assert words["letters"] == [*string.ascii_lowercase, "ö"]
    assert words["names"] == ["tö", "be"]


def test_a_cell_by_name_has_biases_so_that_zeros_before_a_sequence_do_harm():
    for cell in ("gru", "lstm", "elman"):
        (net,) = wb.explore.padding(cell).networks.values()
        assert not last_states(net, one_hot(WORDS), "pre").right[:3].any()


def test_picture_is_the_padding_picture_of_the_same_batch():
    letters = sorted(set("".join(WORDS)))
    net = network(inputs=len(letters))
    sequences = one_hot(WORDS, letters)
    last = last_states(net, sequences)
    assert last.right.tolist() == [False, False, False, True]
    unit = np.abs(last.difference[0]).argmax()
    drawn = wb.explore.padding(net, WORDS).picture()
    direct = wb.pictures.padding(last, WORDS, WORDS, int(unit))
    assert wb.pictures.to_svg(drawn) == wb.pictures.to_svg(direct)


@pytest.mark.parametrize(
    ("net", "sequences", "message"),
    [
        (None, [], "sequences: expected 1..12 of them, got 0"),
        (None, ["a"] * 13, "sequences: expected 1..12 of them, got 13"),
        (None, ["a", ""], r"sequences\[1\]: expected a word of 1..24 letters, got 0"),
        (None, ["a" * 25], r"sequences\[0\]: expected a word of 1..24 letters, got 25"),
        (None, 3, "sequences: expected words or arrays in a list, got int"),
        (None, ["a", [1.0]], "sequences: expected words or arrays, got some of both"),
        (None, [[1.0], [[1.0, 2.0]]], r"sequences\[1\]: expected \(time, 1\), got \(1, 2\)"),
        (None, [[1.0, np.nan]], r"sequences\[0\]: expected finite numbers, got nan at step 1"),
        (None, [[[1.0, -np.inf]]], r"sequences\[0\]: expected finite numbers, got -inf at step 0"),
        (None, [np.zeros(49)], r"sequences\[0\]: expected at most 48 steps, got 49"),
        (None, [np.zeros(0)], r"sequences\[0\]: expected \(time, input\), got \(0, 1\)"),
        (
            None,
            [1.0, 2.0],
            r"sequences\[0\]: expected \(time,\) or \(time, input\), got one number",
        ),
        (None, [{"a": 1}], r"sequences\[0\]: expected an array of numbers, got dict"),
        (
            network(),
            ["to"],
            "sequences: expected 26 different letters, as the network reads, got 2",
        ),
        (network(), [[1.0]], "sequences: expected 26 inputs, as the network reads, got 1"),
        (
            wb.Recurrent("lstm", 1, 512),
            [[1.0]] * 12,
            "net: expected a network small enough for a page, got 512 units; take fewer",
        ),
        (3, None, "net: expected a Recurrent, a cell or its name"),
        ("grü", None, "cell: expected one of"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_one_line(net, sequences, message):
    with pytest.raises(ValueError, match=f"^{message}") as caught:
        wb.explore.padding(net, sequences)
    assert "\n" not in str(caught.value)


def shown(page):
    """[(mark, number read, true number)] of the rows, pass by pass, as they stand beside them."""
    settled(page)
    texts = page.evaluate(
        """[...document.querySelectorAll('.wb-panel')[0].querySelectorAll('svg text')]
        .map(e => [Number(e.getAttribute('x')), Number(e.getAttribute('y')), e.textContent])"""
    )
    right = max(x for x, _, _ in texts)
    columns = [
        [text for x, y, text in sorted(texts, key=lambda t: t[1]) if y > 40 and x == right - back]
        for back in (168, 80, 0)
    ]
    columns[1] = [text for text in columns[1] if not text.startswith("was")]
    return list(zip(*columns, strict=True))


def wanted(last, unit):
    rows, parts = range(len(last.read)), range(len(last.passes))
    return [
        ("✓" if last.right_passes[row, part] else "✗", *map(number, last.numbers(row, part, unit)))
        for row in rows
        for part in parts
    ]


def press(page, *names):
    for name in names:
        page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.browser
def test_every_combination_shows_the_numbers_of_measure(open_page, tmp_path):
    explorer = wb.explore.padding()
    (net,) = explorer.networks.values()
    page = show(open_page, explorer, tmp_path)
    unit = int(page.get_by_role("combobox", name="unit").input_value())
    for where, masked, direction, rule in COMBINATIONS:
        press(page, WHERES[where], MASKS[masked], DIRECTIONS[direction], RULES[rule])
        last = last_states(net, one_hot(WORDS), where, masked, direction, rule)
        assert shown(page) == wanted(last, unit)
        wrong = int((~last.right).sum())
        said = f"{wrong} of 4 rows {'is' if wrong == 1 else 'are'} wrong" if wrong else "4 of 4"
        assert sentence(page).startswith(said)
        if wrong and direction == "both":
            ahead, back = last.right_passes.sum(axis=0)
            halves = f"(the forward half is right in {ahead}, the backward half is right in {back})"
            assert halves in sentence(page)
        assert f'where="{where}"' in page.locator(".wb-code").inner_text()


@pytest.mark.browser
def test_dragging_the_padding_shows_what_measure_computes(open_page, tmp_path):
    explorer = wb.explore.padding("elman", ["ab", "question"], seed=4)
    (net,) = explorer.networks.values()
    page = show(open_page, explorer, tmp_path)
    unit = int(page.get_by_role("combobox", name="unit").input_value())
    first = last_states(net, one_hot(["ab", "question"]))
    value, extra = drag(page, "padding value", 7), drag(page, "extra steps", 3)
    assert extra == 3
    options = {"where": "post", "masked": False, "direction": "forward", "rule": "[-1]"}
    last = last_of(net, one_hot(["ab", "question"]), **options, value=value, extra=3)
    assert shown(page) == wanted(last, unit)[:2]
    assert f"longest={len(last.batch.x)}" in page.locator(".wb-code").inner_text()
    slider = page.get_by_role("slider", name="padding value", exact=True)
    box = slider.bounding_box()
    page.get_by_role("slider", name="extra steps", exact=True).dblclick()
    slider.dblclick()
    assert shown(page) == wanted(first, unit)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 3, box["y"] + box["height"] / 2, steps=3)
    assert f"before the drag {number(first.read[0, unit])}" in sentence(page)
    page.mouse.up()
    assert "before the drag" not in sentence(page)


@pytest.mark.browser
def test_own_words_are_taken_and_wrong_ones_refused_in_one_line(open_page, tmp_path):
    explorer = wb.explore.padding()
    (net,) = explorer.networks.values()
    page = show(open_page, explorer, tmp_path)
    unit = int(page.get_by_role("combobox", name="unit").input_value())
    field = page.get_by_role("textbox", name="words")
    field.fill("Rain, sun  cloud")
    kept = wanted(last_states(net, one_hot(["rain", "sun", "cloud"])), unit)
    assert shown(page) == kept
    top = page.locator(".wb-panel").first.bounding_box()["y"]
    for text, complaint in [
        (" , ", "words: expected 1 to 12, got 0"),
        ("a " * 13, "words: expected 1 to 12, got 13"),
        ("b" * 25, "words: expected up to 24 letters, got 25"),
        ("été", "words: expected a to z, got “é”"),
    ]:
        field.fill(text)
        assert page.get_by_role("alert").inner_text() == complaint
        assert shown(page) == kept
        assert page.locator(".wb-panel").first.bounding_box()["y"] == top
    field.blur()
    assert field.input_value() == "rain, sun, cloud"
    field.fill("a")
    assert page.get_by_role("alert").count() == 0
    assert shown(page) == wanted(last_states(net, one_hot(["a"])), unit)


@pytest.mark.browser
def test_arrows_move_among_rows_and_steps_and_a_pointer_reads_every_cell(open_page, tmp_path):
    explorer = wb.explore.padding()
    (net,) = explorer.networks.values()
    page = show(open_page, explorer, tmp_path)
    body, told = page.locator(".wb-body"), page.locator(".wb-hint")
    body.focus()
    for _ in range(5):
        page.keyboard.press("ArrowUp")
    for key, start in [
        ("Home", "“to”, step 0: the letter t;"),
        ("ArrowRight", "“to”, step 1: the letter o;"),
        ("ArrowDown", "“be”, step 1: the letter e;"),
        ("Shift+ArrowRight", "“be”, step 7: padding, every input 0;"),
    ]:
        page.keyboard.press(key)
        settled(page)
        assert told.inner_text().startswith(start)
    assert "of “be”" in sentence(page)
    h = net.run(pad(one_hot(WORDS)).x)["h"]
    listed = ", ".join(number(value, 2) for value in h[7, 1])
    assert told.inner_text().endswith(f"h = {listed}")
    panel = page.locator(".wb-panel").first
    strip = panel.bounding_box()["y"] + 44 + 22 + 1
    page.mouse.move(panel.bounding_box()["x"] + 112 + 4, strip)
    assert (
        page.locator(".wb-readout").inner_text() == f"“to”, step 0: unit 0 = {number(h[0, 0, 0])}"
    )
    page.mouse.move(panel.bounding_box()["x"] + 112 + 4, strip - 12)
    assert page.locator(".wb-readout").is_hidden()
    page.keyboard.press(" ")
    settled(page)
    assert told.inner_text().startswith("“be”, step 7")


@pytest.mark.browser
@pytest.mark.parametrize("width", [640, 960])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("sequences", [None, [np.sin(np.arange(n)) for n in (1, 20, 40)]])
def test_no_text_is_small_or_outside_the_page(sequences, scheme, width, open_page, tmp_path):
    explorer = wb.explore.padding("lstm", sequences)
    page = show(open_page, explorer, tmp_path, width=width, color_scheme=scheme)
    press(page, "mask", "both")
    settled(page)
    assert page.locator(".wb").get_attribute("data-theme") == scheme
    assert misfits(page, width) == []
