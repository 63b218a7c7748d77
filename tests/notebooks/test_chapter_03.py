"""Chapter 3: runs with empty starters and with solutions, and says what its prose says."""

import re

import numpy as np
import pytest
from chapters import FOLDER

import workbench as wb
from workbench.exercises import EXERCISES

CHAPTER = FOLDER / "03_bptt.ipynb"


def test_what_needs_an_empty_starter_says_so(starters):
    users = [text for text in starters.values() if "is not written yet" in text]
    assert len(users) == 4
    assert "2.1%" in starters["per-lag"]


def test_what_the_learner_computes_agrees_with_the_machine(solved):
    assert solved["compare-small"].count("agree") == 3


def test_the_numbers_of_the_prose_are_printed(solved, notebook):
    # Four digits behind the point, the sign as typeset; printed numbers may lack a last 0.
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    printed = {f"{float(n):.4f}" for n in re.findall(r"-?\d+\.\d+", "\n".join(solved.values()))}
    quoted = re.findall(r"-?\d\.\d{4}\b", prose.replace("\u2212 ", "").replace("\u2212", "-"))
    assert len(quoted) > 20
    assert set(quoted) <= printed


def test_the_sums_of_the_pencil_are_right(notebook):
    (cell,) = [cell for cell in notebook.cells if cell.id == "forward-pencil"]
    text = cell.source.replace("\u2212", "-").replace("\u00b7", "*")
    sums = re.findall(r": (-?[\d.][-\d.+* ]*) = (-?\d[\d.]*\d|\d)", text)
    assert len(sums) == 6
    for left, right in sums:
        digits = len(right.partition(".")[2])
        assert abs(eval(left) - float(right)) <= 1.01 * 10**-digits, (left, right)


def test_the_check_by_pushing_is_best_between_and_good_to_ten_digits(solved):
    apart = [float(n) for n in re.findall(r"by (\S+)$", solved["how-small-cell"], flags=re.M)]
    assert apart.index(min(apart)) == 3  # eps = 1e-5
    assert min(apart) < 1e-10
    assert apart[0] / apart[1] == pytest.approx(100, rel=0.5)
    assert apart[1] / apart[2] == pytest.approx(100, rel=0.5)
    assert apart[3] < apart[4] < apart[5] < apart[6]


def test_the_network_learns_from_the_learners_gradient_and_beats_persistence(solved):
    losses = [float(n) for n in re.findall(r"loss (\S+)$", solved["train"], flags=re.M)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < float(solved["prepare"].split()[-1])
    network, persistence = map(float, re.findall(r"loss (\S+)$", solved["future"], flags=re.M))
    assert network < persistence


def test_the_live_picture_shows_what_its_prose_says(notebook):
    scope = {}
    for cell in notebook.cells:
        if cell.id in ("imports", "small-network", "forward-machine"):
            exec(cell.source, scope)
    (prose,) = [cell.source for cell in notebook.cells if cell.id == "explore"]
    for dragged, left in ((-1.0, "37 %"), (-2.0, "9 % are")):
        trace = scope["net"].run([[1.0, 0.5], [0.5, dragged]])
        arrived = trace.bptt(np.array([[0, 0], [1, 1]]) / np.sqrt(2))["h"][0]
        assert f"{100 * np.linalg.norm(arrived):.0f} %" == left.removesuffix(" are")
        assert left in prose


def test_a_wrong_slope_learns_nearly_as_well(solved, notebook):
    ideas = EXERCISES["bptt.through_time"].misconceptions
    (wrong,) = [each.function for each in ideas if "what enters the tanh" in each.idea]
    scope = {"through_time": wrong}
    for name in ("imports", "prepare", "train"):
        (source,) = [cell.source for cell in notebook.cells if cell.id == name]
        exec(source, scope)
    loss = 0.5 * np.mean(scope["wrong_by"] ** 2)
    (prose,) = [cell.source for cell in notebook.cells if cell.id == "said-and-wrong"]
    assert f"its loss is {loss:.3f} and not {solved['train'].split()[-1]}." in prose


def test_the_closing_number_is_that_of_a_sum_over_lags(solved, notebook):
    years = wb.data.sunspots().values
    past = years[: round(0.8 * len(years))]
    years = (past - past.mean()) / past.std()
    net = wb.Recurrent("elman", 1, 16, seed=0)
    W, U, b = (np.array(net.parameters[name]) for name in ("W", "U", "b"))
    h = [np.zeros(16)]
    for x in years[:-1]:
        h.append(np.tanh(W[:, 0] * x + U @ h[-1] + b))
    h = np.array(h)
    v = np.random.default_rng(0).normal(0, 0.25, 16)
    error = (h[1:] @ v - years[1:]) / (len(years) - 1)
    slope = 1 - h[1:] ** 2
    terms, d_a = [], np.outer(error, v) * slope  # row t: of the loss at t, by a at step t - lag
    for lag in range(len(slope)):
        terms.append(d_a.T @ h[: len(slope) - lag])
        d_a = d_a[1:] @ U * slope[: len(slope) - lag - 1]
    norms = [np.linalg.norm(term) for term in terms]
    whole = sum(terms)
    told = solved["per-lag"]
    assert f"gradient of U: {np.linalg.norm(whole):.4f}\n" in told
    shown = re.findall(r"lag +(\d+): (\S+)", told)
    assert len(shown) == 6
    assert all(f"{norms[int(lag)]:.1e}" == norm for lag, norm in shown)
    missing = f"{np.linalg.norm(sum(terms[21:])) / np.linalg.norm(whole):.1%}"
    assert told.endswith(f"changes by {missing}\n")
    assert solved["per-lag-yours"] == f"yours: {told.splitlines()[-1]}\n"
    (prose,) = [cell.source for cell in notebook.cells if cell.id == "reproduce"]
    assert f"the same {missing}" in prose
    assert norms[50] < norms[0] / 5000
