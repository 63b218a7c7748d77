"""The laws that every exercise obeys: its solution is right, its wrong answers are told apart."""

import re
from itertools import combinations

import numpy as np
import pytest
from mutating import mutants
from oracles import ORACLES

import workbench as wb
from workbench.exercises import EXERCISES
from workbench.exercises.check import judge
from workbench.exercises.comparing import arrays, equal
from workbench.exercises.exercise import written
from workbench.exercises.running import run

NAMES = sorted(EXERCISES)
every = pytest.mark.parametrize("name", NAMES)
# Changes that compute the same numbers in another way, exercise -> a text that only they have:
# another array that is as long, or as large.
EQUIVALENT = {
    "bptt.through_time": (
        "d_a = np.zeros_like(d_h)",
        "carried = np.zeros_like(d_b)",
        "range(len(d_a))",
        "range(len(d_h))",
        "range(len(h))",
    ),
    "bptt.numeric": ("ndindex(gradient.shape",),
    "bptt.truncated": (
        "d_a = np.zeros_like(d_h)",
        "range(len(d_a))",
        "range(len(d_h))",
        "else np.zeros(len(carried))",
    ),
    "gradients.norms": ("range(len(found)",),
    "gradients.product": ("np.eye(products.", ".shape[2]", "range(len(products)"),
    "output.cross_entropy": ("arange(len(p)",),
    "output.gradient": ("/ len(p)", "/ len(right)"),
    "reservoir.readout": ("H.T @ h +", "h.T @ H +", "np.eye(H.shape[1])"),
    "unfold.parts": (
        "np.ones(len(h_first))",
        "np.empty(len(before))",
        "range(len(before))",
        "range(len(found))",
    ),
}


def results(exercise, function, seed=0):
    """The arrays of a function in every case; a Trouble or nothing where there are none."""
    returned = run(function, exercise.cases(seed), 10).returned
    return [arrays(value, exercise.returns) for value in returned]


def alike(exercise, one, other):
    return len(one) == len(other) and all(
        isinstance(a, list)
        and isinstance(b, list)
        and equal(a, b, exercise.returns, exercise.tolerance)
        for a, b in zip(one, other, strict=True)
    )


@every
def test_a_solution_runs_where_it_is_pasted(name):
    exercise, scope = EXERCISES[name], {"np": np}
    exec(exercise.source, scope)
    pasted = scope[exercise.solution.__name__]
    assert alike(exercise, results(exercise, pasted), results(exercise, exercise.solution))


@every
def test_the_solution_passes_with_any_seed(name):
    exercise = EXERCISES[name]
    for seed in range(3):
        assert judge(exercise, exercise.solution, seed), str(
            judge(exercise, exercise.solution, seed)
        )


@every
def test_the_solution_has_the_numbers_of_an_independent_reference(name):
    exercise = EXERCISES[name]
    for seed in range(3):
        for case in exercise.cases(seed):
            own = arrays(exercise.solution(*case.values()), exercise.returns)
            right = arrays(ORACLES[name](*case.values()), exercise.returns)
            for a, b in zip(own, right, strict=True):
                assert a.shape == b.shape
                assert np.isfinite(a).all()
                assert np.allclose(a, b, rtol=1e-9, atol=1e-11 * np.abs(b).max(initial=0))


@every
def test_a_case_is_the_same_whenever_it_is_drawn_and_differs_from_the_others(name):
    exercise = EXERCISES[name]
    assert alike(exercise, *(results(exercise, exercise.solution) for _ in range(2)))
    assert not alike(exercise, *(results(exercise, exercise.solution, seed) for seed in (0, 1)))


@every
def test_the_starter_fails_kindly(name):
    exercise = EXERCISES[name]
    told = judge(exercise, written(exercise.starter, exercise.solution.__globals__))
    assert not told
    assert told.kind == "none"
    assert "return" in str(told)


@every
def test_every_misconception_is_named(name):
    exercise = EXERCISES[name]
    assert len(exercise.misconceptions) >= 3
    for misconception in exercise.misconceptions:
        for seed in (0, 1):
            told = judge(exercise, misconception.function, seed)
            assert not told
            assert (told.kind, told.idea) == ("idea", misconception.idea)
            assert misconception.idea.split()[0] in str(told)


@every
def test_any_two_misconceptions_give_different_numbers(name):
    exercise = EXERCISES[name]
    found = [results(exercise, m.function) for m in exercise.misconceptions]
    right = results(exercise, exercise.solution)
    for one, other in combinations([*found, right], 2):
        assert not alike(exercise, one, other)


@every
def test_mutants_of_the_solution_are_rejected(name):
    exercise, same = EXERCISES[name], EQUIVALENT.get(name, ())
    known = {text: 0 for text in same}
    tried, passed = 0, []
    for source, function in mutants(exercise):
        listed = [text for text in same if text in source]
        if listed:
            known |= {text: known[text] + 1 for text in listed}
            continue
        tried += 1
        if judge(exercise, function, seconds=2.0):
            passed.append(source)
    share = 1 - len(passed) / tried
    print(f"{name}: {tried - len(passed)} of {tried} mutants rejected ({share:.1%}), ", end="")
    print(f"{sum(known.values())} that compute the same left out")
    assert share >= 0.95, "\n\n".join(passed)
    assert 0 not in known.values(), "listed, and no mutant has it"


@every
def test_what_is_listed_as_the_same_does_pass(name):
    exercise = EXERCISES[name]
    for source, function in mutants(exercise):
        if any(text in source for text in EQUIVALENT.get(name, ())):
            assert judge(exercise, function), source


@every
def test_an_exercise_says_what_it_is(name):
    exercise = EXERCISES[name]
    assert exercise.task
    assert exercise.title
    assert 2 <= len(exercise.hints) <= 4
    assert all(result.equation for result in exercise.returns)
    assert name.count(".") == 1
    assert all(m.look and m.idea.endswith(".") for m in exercise.misconceptions)


@every
def test_what_a_learner_is_sent_to_is_there(name):
    exercise = EXERCISES[name]
    texts = [exercise.task, *exercise.hints]
    texts += [text for m in exercise.misconceptions for text in (m.idea, m.look)]
    for path in re.findall(r"\bwb\.([\w.]*\w)", " ".join(texts)):
        found = wb
        for part in path.split("."):
            found = getattr(found, part)


def test_there_is_a_reference_for_each_exercise_and_no_other():
    assert sorted(ORACLES) == NAMES
