"""Chapter 2: its prose says what its cells print, and its tasks can be solved."""

import re

import nbformat
import numpy as np
import pytest
from test_notebooks import FOLDER, execute

import workbench as wb

CHAPTER = FOLDER / "02_unfolding.ipynb"
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


def chapter(**changes) -> nbformat.NotebookNode:
    """The chapter, with (old, new) put in the cells named."""
    notebook = nbformat.read(CHAPTER, as_version=4)
    for cell in notebook.cells:
        if cell.id in changes:
            old, new = changes[cell.id]
            assert cell.source.count(old) == 1, cell.id
            cell.source = cell.source.replace(old, new)
    return notebook


def run(notebook, folder) -> dict[str, str]:
    """Cell id -> the text that the cell printed or showed."""
    path = folder / CHAPTER.name
    nbformat.write(notebook, path)
    said = {}
    for cell in execute(path).cells:
        shown = cell.get("outputs", [])
        texts = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in shown]
        said[cell.id] = "".join(texts)
    return said


@pytest.fixture
def said(kernels, tmp_path):
    return run(chapter(), tmp_path)


def test_the_cells_say_what_the_prose_says(said):
    everything = "\n".join(said.values())
    assert "differ" not in everything
    assert said["forward-by-hand"].endswith("they agree\n")
    assert said["bptt-small"].count("agrees with the sheet of paper") == 3
    pushed, exact = re.findall(r"[\d.]+$", said["push-a-weight"], flags=re.MULTILINE)
    assert pushed == exact
    prose = "\n".join(cell.source for cell in chapter().cells if cell.cell_type == "markdown")
    prose = prose.replace("\u2212", "-")
    for number in QUOTED:
        assert number in prose, number
        assert number in everything, number
    assert "before 1988 the gradient of U changes by 0.3%" in said["cut-off"]
    parts = dict(re.findall(r"^ *(\d+)  (\S+)$", said["by-step"], flags=re.MULTILINE))
    assert float(parts["100"]) < 1e-10 * float(parts["0"])
    assert "2 \u00d7 10\u00b9\u2070 times as large" in said["three-gains"]
    assert said["lag-100"].splitlines()[0].count("2.0e-10") == 2
    assert said["lag-100"].splitlines()[1].count("1.0e+00") == 2
    assert said["count-128"] == "20,096\n"
    for live in ("explore-unfold", "explore-gradients"):
        assert "Explorer" in said[live]
    assert said["your-step-2"].count("not yet") == 2


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
    prose = next(cell.source for cell in chapter().cells if cell.id == "bend-it")
    assert "2 \u00d7 10\u00b9\u2070 at step 0" in prose


def test_the_sums_of_the_pencil_are_right():
    sums = 0
    for cell in chapter().cells:
        if cell.cell_type != "markdown":
            continue
        text = cell.source.replace("\u2212", "-").replace("\u00b7", "*").replace("\u00b2", "**2")
        for left, right in re.findall(r"([-\d.+* ()]*[*][-\d.+* ()]*) = (-?\d[\d.]*\d|\d)", text):
            digits = len(right.partition(".")[2])
            assert abs(eval(left.strip()) - float(right)) <= 1.01 * 10**-digits, (left, right)
            sums += 1
    assert sums == 10  # otherwise they were not found


def test_the_tasks_can_be_solved(kernels, tmp_path):
    done = run(chapter(**SOLVED), tmp_path)
    assert done["your-step-2"].count("right") == 2
    assert "1.0e+00 of the error is left" in done["your-gain-cell"]
    rows = re.findall(r"-?\d+\.\d*", done["your-own-cell"])
    assert [float(number) == 0 for number in rows] == [False, True, True, False]
