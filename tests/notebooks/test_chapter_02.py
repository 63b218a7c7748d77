"""Chapter 2: runs with empty starters and with solutions, and says what its prose says."""

import re
from functools import partial

import chapters
import numpy as np
import pytest
from chapters import FOLDER, read, said, solved

import workbench as wb

CHAPTER = FOLDER / "02_unfolding.ipynb"
prose = partial(chapters.prose, CHAPTER)
SOLVED = {
    "your-step-2": ("[0.0, 0.0]", "[-0.692, -0.499]"),
    "your-gain-cell": ("scaled.x", "scaled.x * 0"),
    "your-own-cell": (
        "(x, h, W, U, b):\n    h = wb.functions.tanh(W @ x + U @ h + b)",
        "(x, h, W, u, b):\n    h = wb.functions.tanh(W @ x + u * h + b)",
    ),
}
# Numbers of the prose that a cell prints in the same digits. Those of the pencil's intermediate
# sums are printed by no cell and are worked out again below.
QUOTED = ("309", "288", "0.4621", "0.7616", "0.8047", "0.8843", "0.495", "-0.2079", "8.53", "2008")


def run_changed(path):
    """What each code cell says, solved, with (old, new) of SOLVED put in the cells named."""
    notebook = read(path)
    for cell in notebook.cells:
        if cell.id in SOLVED:
            old, new = SOLVED[cell.id]
            assert cell.source.count(old) == 1, cell.id
            cell.source = cell.source.replace(old, new)
    return said(path, solved(notebook))


@pytest.fixture
def done(ran, kernels):
    return ran(CHAPTER, run_changed)


def test_what_needs_an_empty_starter_says_so(starters):
    assert "".join(starters.values()).count("is not written yet") == 4


def test_what_the_learner_computes_agrees_with_the_machine(done):
    everything = "".join(done.values())
    assert "is not written yet" not in everything
    assert "differ" not in everything
    assert "agree" in done["parts-yours"]
    assert "agree" in done["jordan-machine"]
    assert done["wirings-machine"].count("agrees") == 4
    assert "yours: 20,096" in done["count-128-yours"]


def test_one_number_handed_on_is_about_half_as_good(starters):
    rows = re.findall(r"start \d, (.*): skill (\S+)$", starters["elman-or-jordan"], re.M)
    assert len(rows) == 9
    skills = {name: np.array([float(s) for n, s in rows if n == name]) for name, _ in rows}
    assert all((found > 0).all() for found in skills.values())
    ratio = skills["Elman"].mean() / skills["Jordan"].mean()
    assert 1.6 < ratio < 2.6
    assert skills["Jordan, 16 outputs"].mean() > 1.6 * skills["Jordan"].mean()
    assert "about twice as much" in prose("narrow")


def test_the_activations_bend_the_state_as_told(starters):
    shown = re.findall(r"^(\w+) +states from +(\S+) to +(\S+)$", starters["activations"], re.M)
    series = wb.data.sunspots()
    x = series.inputs(until=247).x[:, 0]
    by_formula = {
        "tanh": np.tanh,
        "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
        "relu": lambda a: np.maximum(a, 0),
        "identity": lambda a: a,
    }
    assert [name for name, _, _ in shown] == list(by_formula)
    p = wb.Recurrent("elman", 1, 16, seed=0).parameters
    for name, low, high in shown:
        h, states = np.zeros(16), []
        for value in x:
            h = by_formula[name](p["W"][:, 0] * value + p["U"] @ h + p["b"])
            states.append(h)
        assert (f"{np.min(states):.2f}", f"{np.max(states):.2f}") == (low, high)


def test_the_four_wirings_have_as_many_answers_as_the_table_says(done):
    shapes = re.findall(r"^(\S+): shape (\(.*\)),", done["wirings-machine"], re.M)
    assert shapes == [
        ("one-to-many", "(12, 1)"),
        ("many-to-one", "(1,)"),
        ("synced", "(309, 1)"),
        ("encoder-decoder", "(11, 1)"),
    ]
    assert "305 weights in all four" in done["wirings-machine"]  # 288 and the readout's 17


def test_the_cells_say_what_the_prose_says(starters):
    everything = "\n".join(starters.values())
    assert "differ" not in everything
    assert starters["forward-by-hand"].endswith("they agree\n")
    assert starters["bptt-small"].count("agrees with the sheet of paper") == 3
    pushed, exact = re.findall(r"[\d.]+$", starters["push-a-weight"], flags=re.MULTILINE)
    assert pushed == exact
    words = "\n".join(cell.source for cell in read(CHAPTER).cells if cell.cell_type == "markdown")
    words = words.replace("\u2212", "-")
    for number in QUOTED:
        assert number in words, number
        assert number in everything, number
    assert "before 1988 the gradient of U changes by 0.3%" in starters["cut-off"]
    parts = dict(re.findall(r"^ *(\d+)  (\S+)$", starters["by-step"], flags=re.MULTILINE))
    assert float(parts["100"]) < 1e-10 * float(parts["0"])
    assert "2 \u00d7 10\u00b9\u2070 times as large" in starters["three-gains"]
    assert starters["lag-100"].splitlines()[0].count("2.0e-10") == 2
    assert starters["lag-100"].splitlines()[1].count("1.0e+00") == 2
    assert starters["count-128"] == "20,096\n"
    for live in ("explore-unfold", "explore-gradients"):
        assert "Explorer" in starters[live]
    assert starters["your-step-2"].count("not yet") == 2


def test_the_live_pictures_show_what_their_prose_says():
    series = wb.data.sunspots()
    past, _ = wb.data.split(series, 0.8)
    x = series.inputs(until=len(past)).x
    last = np.zeros((len(x), 16))
    last[-1] = 1 / 4  # norm 1 over 16 units
    arrived = {}
    for gain in (0.5, 1, 2):
        net = wb.Recurrent("elman", 1, 16, seed=0)
        net.parameters["U"][...] *= gain
        arrived[gain] = np.linalg.norm(net.run(x).bptt(last)["h"][0])
    assert len(x) - 1 == 308
    assert f"{arrived[2]:.0e}" == "2e+10"
    assert arrived[0.5] < 1e-16
    assert arrived[1] < 1 < arrived[2]
    assert "2 \u00d7 10\u00b9\u2070 at step 0" in prose("bend-it")


def test_the_sums_of_the_pencil_are_right():
    sums = 0
    for cell in read(CHAPTER).cells:
        if cell.cell_type != "markdown":
            continue
        text = cell.source.replace("\u2212", "-").replace("\u00b7", "*").replace("\u00b2", "**2")
        for left, right in re.findall(r"([-\d.+* ()]*[*][-\d.+* ()]*) = (-?\d[\d.]*\d|\d)", text):
            digits = len(right.partition(".")[2])
            assert abs(eval(left.strip()) - float(right)) <= 1.01 * 10**-digits, (left, right)
            sums += 1
    assert sums == 10  # otherwise they were not found


def test_the_tasks_can_be_solved(done):
    assert done["your-step-2"].count("right") == 2
    assert "1.0e+00 of the error is left" in done["your-gain-cell"]
    rows = re.findall(r"-?\d+\.\d*", done["your-own-cell"])
    assert [float(number) == 0 for number in rows] == [False, True, True, False]
