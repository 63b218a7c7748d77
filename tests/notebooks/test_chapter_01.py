"""Chapter 1: runs with empty starters and with solutions, and says what its prose says."""

import re
from functools import partial
from math import sqrt

import chapters
import numpy as np
import pytest
from chapters import FOLDER

import workbench as wb

CHAPTER = FOLDER / "01_sequences.ipynb"
prose = partial(chapters.prose, CHAPTER)
PAST, LENGTH = 247, 11


@pytest.fixture(scope="module")
def years():
    return wb.data.sunspots().values.tolist()


def numbers(text):
    return [float(n) for n in re.findall(r"-?\d+\.\d+", text)]


def mean_square(a, b):
    return sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) / len(a)


def test_what_needs_an_empty_starter_says_so(starters):
    assert "".join(starters.values()).count("is not written yet") == 7
    assert "mean squared error 1107.3" in starters["persistence-number"]


def test_the_forecast_is_a_copy_and_looks_good(solved, notebook, years):
    before, future = years[PAST - 1 : -1], years[PAST:]
    together = np.corrcoef(before, future)[0, 1]
    assert f"correlation {together:.2f}" in solved["load"]
    assert prose().count(f"{together:.2f}") == 2
    assert solved["copy"].startswith("its forecast is the number of the year before")
    off = sqrt(mean_square(before, future))
    assert f"{off:.1f} spots" in solved["copy"]
    assert f"off by {off:.0f} spots" in prose("persistence-defined")


def test_the_live_picture_forgets_within_a_step_and_is_the_one_told_of(notebook, solved):
    scope = {}
    for cell in notebook.cells:
        if cell.id in ("imports", "load"):
            exec(cell.source, scope)
    net, x = scope["forecaster"], scope["scaled"].x[-60:]
    assert scope["series"].times[-60] == 1949
    for step in (30, 57, 58):
        pushed = x.copy()
        pushed[step] += 0.5
        moved = net.run(pushed).h - net.run(x).h
        assert moved[step, 0] == pytest.approx(0.5)
        assert not np.delete(moved, step).any()
    assert "Explorer" in solved["explore"]


def test_a_year_ahead_is_easier_than_two_months(solved):
    sea = wb.data.el_nino().values.tolist()
    error = {k: mean_square(sea[k:], sea[:-k]) for k in range(1, 13)}
    shown = re.findall(r"(\d+) months ahead: mean squared error +(\S+)", solved["el-nino-horizons"])
    assert [int(months) for months, _ in shown] == [1, 2, 6, 12]
    assert all(f"{error[int(months)]:.2f}" == told for months, told in shown)
    assert error[1] < error[12] < min(error[k] for k in range(2, 12))


def test_shuffling_keeps_the_values_and_loses_the_order(solved, years):
    ordered, shuffled = solved["shuffle"].splitlines()
    assert numbers(ordered) == numbers(shuffled)
    change = [int(line.split()[-1]) for line in (ordered, shuffled)]
    assert change[0] == round(mean_square(years[1:], years[:-1]))
    assert change[1] > 5 * change[0]
    assert change[1] == pytest.approx(2 * np.var(years), rel=0.05)


def test_random_tests_are_looked_up_and_later_ones_are_not(solved, years):
    mixed = np.random.default_rng(0).permutation(len(years) - LENGTH).tolist()
    teach, test = set(mixed[60:]), mixed[:60]
    found = sum(k + 1 in teach for k in test)
    assert solved["look-up"] == f"{found} of 60 answers looked up, and {found} of those are right\n"
    assert found == 0.8 * 60  # four of five
    future = len(years) - PAST
    assert solved["look-up-yours"].startswith(f"0 of {future} answers looked up")


def test_the_scale_of_all_years_has_seen_the_future(solved, years):
    for line, known in zip(solved["whose-mean"].splitlines(), (years[:PAST], years), strict=True):
        mean, spread = np.mean(known), np.std(known)
        future = (np.mean(years[PAST:]) - mean) / spread
        told = [mean, spread, future]
        assert numbers(line) == pytest.approx(told, abs=0.05)
    past, everything = map(numbers, solved["whose-mean"].splitlines())
    assert past[0] < everything[0]
    assert past[2] > everything[2]


def test_pouring_has_the_shape_and_not_the_numbers(solved):
    sea = wb.data.el_nino().values.tolist()
    months = [k for k in range(len(sea) - 1) if k % 12 != 11]  # not from December to January
    turned = sum((sea[k + 1] - sea[k]) ** 2 for k in months) / len(months)
    poured = mean_square(sea[61:], sea[:-61])
    shown = re.findall(
        r"shape (.*), mean squared change from step to step (\S+)", solved["turn-or-pour"]
    )
    assert shown == [("(12, 61, 1)", f"{turned:.2f}"), ("(12, 61, 1)", f"{poured:.2f}")]
    assert poured > 2 * turned


def test_in_order_the_network_beats_both_and_shuffled_it_is_worse_than_the_mean(solved):
    rows = re.findall(r"persistence +(\S+), against the mean +(\S+)$", solved["train"], re.M)
    skills = np.array(rows, float)
    assert skills.shape == (6, 2)
    assert (skills[:3] > 0.45).all()
    assert (skills[3:, 0] > 0).all()
    assert (skills[3:, 1] < 0).all()
    assert skills[:3, 0].mean() == pytest.approx(0.6, abs=0.08)


def test_the_closing_number_is_that_of_plain_sums(solved, notebook, years):
    stays = mean_square(years[PAST - 1 : -1], years[PAST:])
    assert solved["persistence-number"].endswith(f"mean squared error {stays:.1f}\n")
    assert f"a mean squared error of {stays:.1f} squared spots" in prose("number")
    scope = {}
    for cell in notebook.cells:
        if cell.id == "imports":
            exec(cell.source, scope)
        if cell.id == "train":
            exec(cell.source.partition("\n\n\ndef forecasts")[0], scope)
    mean, spread = np.mean(years[:PAST]), np.std(years[:PAST])
    scaled = [(value - mean) / spread for value in years]
    x = np.array([scaled[t - LENGTH : t] for t in range(LENGTH, PAST)])[:, :, None]
    model = scope["learn"](x, np.array(scaled[LENGTH:PAST])[:, None], seed=0)
    p = model.parameters
    W, U, b, V, b_y = (np.array(value) for value in p.values())
    told = []
    for t in range(PAST, len(years)):
        h = np.zeros(16)
        for value in scaled[t - LENGTH : t]:
            h = np.tanh(W[:, 0] * value + U @ h + b)
        told.append(((V @ h + b_y) * spread + mean).item())
    skill = 1 - mean_square(told, years[PAST:]) / stays
    assert solved["yours"] == f"yours: persistence {stays:.1f}, skill of the network {skill:.2f}\n"
    assert solved["train"].split("against persistence")[1].split(",")[0].strip() == f"{skill:.2f}"
    # It mostly does not come late: it lies nearer to its own year than to the one before.
    late = np.corrcoef(told[1:], years[PAST:-1])[0, 1]
    assert np.corrcoef(told, years[PAST:])[0, 1] > late


def test_what_is_commonly_said_is_wrong(solved, years):
    shuffled = np.random.default_rng(0).permutation(years).tolist()
    for line, values in zip(solved["mean-skill"].splitlines(), (years, shuffled), strict=True):
        past, future = values[:PAST], values[PAST:]
        mean = mean_square([np.mean(past)] * len(future), future)
        assert line.endswith(f"{1 - mean / mean_square(values[PAST - 1 : -1], future):.2f}")
    real, mixed = numbers(solved["mean-skill"])
    assert real < -1
    assert mixed == pytest.approx(0.5, abs=0.1)
    (linear,) = numbers(solved["linear"])
    assert linear == pytest.approx(0.65, abs=0.005)
