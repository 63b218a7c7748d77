"""Chapter 10: runs with empty starters and with solutions, and says what its prose says."""

import math
import re
from functools import partial

import chapters
import numpy as np
import pytest
import scipy.stats
from chapters import FOLDER

import workbench as wb
from workbench.exercises import EXERCISES

CHAPTER = FOLDER / "10_tuning.ipynb"
source = partial(chapters.source, CHAPTER)
FAILING = ("nothing", "dropout 0.5 before the readout")


@pytest.fixture(scope="module")
def scope(notebook):
    """The names of the chapter after its first network has been trained."""
    pytest.importorskip("vega_datasets")
    found = {}
    for name in ("imports", "load", "train-long"):
        exec(source(name), found)
    return found


def numbers(text):
    return [float(n) for n in re.findall(r"-?\d+\.\d+", text)]


def rows_of_cures(text):
    """Name -> ([2012], [2013]) of every row of the table."""
    lines = [re.match(r"(.{33}) *([\d. ]+)$", line) for line in text.splitlines()[1:]]
    found = {m[1].strip(): list(map(float, m[2].split())) for m in lines if m}
    return {name: np.split(np.array(row), 2) for name, row in found.items()}


def test_what_needs_an_empty_starter_says_so(starters):
    users = {cell for cell, text in starters.items() if "not written yet" in text}
    assert users == {"stop-early", "survival", "winner", "decay-or-penalty", "skill"}


def test_a_missing_package_is_told_and_the_cells_go_on(notebook, monkeypatch, capsys):
    def missing():
        raise ImportError("vega_datasets is missing: pip install vega-datasets")

    monkeypatch.setattr(wb.data, "seattle_weather", missing)
    found = {}
    for name in ("imports", "load"):
        exec(source(name), found)
    told = capsys.readouterr().out
    assert "pip install vega-datasets" in told
    assert "their numbers mean nothing" in told
    assert [len(found[name]) for name in ("learn", "choose")] == [118, 365]


def test_only_the_last_cell_reads_the_test_years(notebook):
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if re.search(r"2014|2015|\btest\b", cell.source)] == ["skill"]
    assert code[-1].id == "skill"


def test_windows_and_targets_are_those_of_the_series(scope):
    values = wb.data.seattle_weather()["temp_max"].values
    dates = wb.data.seattle_weather().times
    mean, spread = values[:366].mean(), values[:366].std()
    for k in (scope["learn"][0], scope["learn"][-1], scope["choose"][0], scope["choose"][-1]):
        assert np.allclose(scope["x"][k, :, 0], (values[k : k + 14] - mean) / spread, atol=1e-5)
        assert scope["y"][k, 0] == pytest.approx(
            (values[k + 14] - values[k + 13]) / spread, abs=1e-5
        )
    assert str(dates[scope["learn"][-1] + 14]).startswith("2012")
    assert str(dates[scope["choose"][0] + 14]) == "2013-01-01"
    asked = values[366:731] - values[365:730]
    today = scope["degrees"](np.mean(scope["y"][scope["choose"]] ** 2))
    assert today == pytest.approx(np.sqrt(np.mean(asked**2)), rel=1e-5)


def test_the_training_loss_is_zero_and_the_forecast_worse_than_today(solved, scope):
    _, today = numbers(solved["load"])
    learnt, chosen = numbers(solved["train-long"].splitlines()[1])
    assert learnt <= 0.05
    assert chosen > today + 0.3
    history = scope["history"]
    assert history["validation_loss"].argmin() < 24


def test_the_live_picture_forecasts_as_the_model_and_every_day_moves_it(scope, notebook):
    own = dict(scope)
    exec(source("explore-overfit").rpartition("\n")[0], own)
    net, window = own["with_output"](own["model"]), own["x"][own["window"]]

    def told(push=0.0, day=0):
        pushed = window.copy()
        pushed[day] += push
        return net.run(pushed)["y"][-1, 0]

    machine = own["model"].run(window).output.item()
    assert told() == pytest.approx(machine, abs=1e-5)
    moved = [abs(told(1.0, day) - told()) for day in range(14)]
    assert min(moved) > 0.05
    cured = own["with_output"](own["trained"](recurrent=0.5, decay=1.0)[0])
    raised = window.copy()
    raised[0] += 1
    assert abs(cured.run(raised)["y"][-1, 0] - cured.run(window)["y"][-1, 0]) < 0.02


def test_the_overfit_network_listens_to_all_days_and_the_cured_to_two(solved):
    overfit, cured = (
        numbers(solved[cell].partition("moves")[2].splitlines()[0])
        for cell in ("sensitivity", "explore-cured")
    )
    assert min(overfit) > 0.08
    assert overfit[0] > 0.25 * overfit[-1]
    assert max(cured[:12]) < min(cured[12:])
    assert max(cured[:6]) < 0.04
    assert "Explorer" in solved["explore-overfit"]
    assert "Explorer" in solved["explore-cured"]


def test_early_stopping_keeps_the_epoch_of_fit(solved):
    yours, machine, errors = solved["stop-early"].strip().splitlines()
    assert re.findall(r"\d+", yours)[:2] == re.findall(r"\d+", machine)[:2]
    learnt, chosen = numbers(errors)
    assert learnt > 100 * 0.02
    assert chosen < numbers(solved["load"])[-1]


def test_a_new_mask_at_each_step_leaves_nothing(solved):
    each, once = (float(n) for n in re.findall(r"([\d.]+)% of the units", solved["survival"]))
    assert each < 0.3
    assert once == pytest.approx(50, abs=5)


def test_four_cures_beat_today_and_two_rows_do_not(solved):
    rows = rows_of_cures(solved["cures"])
    assert len(rows) == 9
    today = rows.pop("as today")[1][0]
    rows.pop("least squares, no network")
    assert rows["nothing"][1].min() > 3
    for name, (learnt, chosen) in rows.items():
        if name in FAILING:
            assert chosen.min() > today
        else:
            assert chosen.mean() < today
            assert learnt.min() > rows["nothing"][0].max()
            assert 0.02 < today - chosen.mean() < 0.25


def test_least_squares_is_that_of_the_normal_equations(solved, scope):
    x, y = scope["x"].astype(float)[..., 0], scope["y"].astype(float)[:, 0]
    learn, choose = scope["learn"], scope["choose"]
    A = np.column_stack([x, np.ones(len(x))])
    fitted = np.linalg.solve(A[learn].T @ A[learn], A[learn].T @ y[learn])
    error = scope["degrees"](np.mean((A[choose] @ fitted - y[choose]) ** 2))
    assert rows_of_cures(solved["cures"])["least squares, no network"][1][0] == pytest.approx(
        error, abs=0.006
    )


def test_suggested_rates_lie_far_apart_and_the_walls_do_not(solved):
    rows = np.array([numbers(line) for line in solved["range-test"].splitlines()[:3]])
    assert rows.shape == (3, 2)
    assert rows[:, 0].max() > 10 * rows[:, 0].min()
    assert np.all((rows[:, 1] > 0.01) & (rows[:, 1] < 0.1))


def test_the_search_has_a_floor_above_a_thousandth(solved):
    rows = np.array([line.split() for line in solved["search"].splitlines()[1:]], float)
    assert len(rows) == 12
    error, rate = rows[:, 1], rows[:, 2]
    assert np.all(np.diff(error) >= 0)
    assert error[rate < 5e-4].min() > error[rate > 7e-4].max() + 0.2
    assert np.ptp(error[rate > 7e-4]) < 0.2
    # What a uniform draw would do, and a draw on a log scale.
    assert pytest.approx(0.97, abs=0.005) == (0.1 - 0.003) / (0.1 - 0.0001)
    assert math.log(0.003 / 0.0001) / math.log(1000) == pytest.approx(0.5, abs=0.01)


def test_a_winner_of_the_search_is_within_the_seeds(solved):
    text = solved["winner"]
    runs = [numbers(line) for line in text.splitlines()[:4]]
    losses = np.array([row[1:] for row in runs])
    moved = float(re.search(r"up to ([\d.]+)", text)[1])
    assert moved == pytest.approx(np.ptp(losses, axis=1).max(), abs=0.0011)
    means = losses.mean(axis=1)
    assert np.ptp(means) < 0.1
    assert np.diff(np.sort(means)).min() < moved
    told = [numbers(line) for line in text.splitlines() if "behind by" in line]
    best = means.argmin()
    for k in range(4):
        if k != best:
            more = losses[k] - losses[best]
            assert told[k][0] == pytest.approx(more.mean(), abs=0.0015)
            assert told[k][1] == pytest.approx(scipy.stats.sem(more), abs=0.0015)
    # Four seeds: how often chance alone goes beyond two standard errors.
    assert 2 * scipy.stats.t.sf(2, df=3) == pytest.approx(1 / 7, abs=0.005)


def test_a_penalty_is_not_a_decay(solved):
    rows = [
        list(map(int, re.findall(r"(\d+)%", row)))
        for row in solved["decay-or-penalty"].splitlines()
    ]
    _, penalty, decoupled, yours, expected = rows
    assert penalty[0] > 60
    assert penalty[1] <= 1
    assert decoupled == yours
    assert all(abs(left - expected[-1]) <= 2 for left in decoupled)


def test_the_cured_network_is_worse_on_what_it_learnt_from(solved):
    learnt, chosen = rows_of_cures(solved["cures"])["the same with weight decay 1"]
    assert learnt.min() > chosen.max()
    skills = [numbers(line.partition("skill")[2]) for line in solved["hard-years"].splitlines()]
    assert min(skills[2]) > max(skills[3]) > 0


def test_large_cured_networks_are_no_worse_than_two_units(solved):
    two, cured, larger = (
        numbers(line.partition(":")[2]) for line in solved["sixty-four"].strip().splitlines()
    )
    assert np.mean(cured) < np.mean(two) + 0.02
    assert np.mean(larger) < np.mean(two) + 0.02
    # Of a GRU: three gates of W (1 input), U, b; and the readout.
    count = 3 * (32 + 32 * 32 + 32) + 32 + 1
    assert f"{count:,} weights" in solved["sixty-four"]
    assert f"{count:,} weights" in solved["train-long"]


def test_the_closing_numbers_are_in_the_band_of_the_prose(solved, prose):
    said = re.search(r"Between ([\d.]+) and ([\d.]+) with every seed", prose)
    low, high = map(float, said.groups())
    lines = solved["skill"].strip().splitlines()
    skills = [numbers(line)[-1] for line in lines if line.startswith("seed")]
    assert len(skills) == 5
    assert low <= min(skills) <= max(skills) <= high
    overfit, linear = (numbers(line)[-1] for line in lines[-2:])
    assert overfit < -0.3
    assert 0 < linear < min(skills)


def test_the_closing_number_is_that_of_a_gru_written_out(solved, scope, notebook):
    own = dict(scope)
    for name in ("stopping.epoch", "decay.step", "dropout.mask"):
        own[EXERCISES[name].solution.__name__] = EXERCISES[name].solution
    exec(source("own-training"), own)
    net, w, epoch = own["own_training"](0)
    values, P = wb.data.seattle_weather()["temp_max"].values, net.parameters
    first = 366 + 365  # 1 January 2014
    x = np.stack([values[k - 14 : k] for k in range(first, len(values))])
    x = (x - values[:366].mean()) / values[:366].std()
    h = np.zeros((len(x), 32))

    def sigma(name, read):
        return 1 / (1 + np.exp(-(x[:, t, None] * P[f"W.{name}"][:, 0] + read + P[f"b.{name}"])))

    for t in range(14):
        r, z = (sigma(name, h @ P[f"U.{name}"].T) for name in "rz")
        n = np.tanh(x[:, t, None] * P["W.n"][:, 0] + (r * h) @ P["U.n"].T + P["b.n"])
        h = (1 - z) * n + z * h
    told = (h @ w["V"].T + w["b_y"])[:, 0] * values[:366].std()
    change = values[first:] - values[first - 1 : -1]
    skill = 1 - np.mean((told - change) ** 2) / np.mean(change**2)
    printed = re.search(r"seed 0: epoch +(\d+) kept, .* (\S+)$", solved["skill"], re.M)
    assert int(printed[1]) == epoch
    assert float(printed[2]) == pytest.approx(skill, abs=0.011)
