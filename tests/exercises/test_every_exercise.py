"""The laws that every exercise obeys: its solution is right, its wrong answers are told apart."""

import random
from itertools import combinations

import numpy as np
import pytest
from mutating import mutants
from oracles import ORACLES

from workbench.exercises import EXERCISES
from workbench.exercises.check import judge
from workbench.exercises.comparing import arrays, equal
from workbench.exercises.exercise import written
from workbench.exercises.running import run

NAMES = sorted(EXERCISES)
every = pytest.mark.parametrize("name", NAMES)
MUTANTS = 120
"""So many of an exercise's mutants are tried, drawn with a seed, where there are more."""

# Mutants that compute the same numbers, exercise -> texts that only they have.
EQUIVALENT = {
    "gradients.product": ("np.eye(products.", ".shape[2]", "len(products)"),
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
def test_mutants_of_the_solution_are_rejected(name, record_property):
    exercise = EXERCISES[name]
    same = EQUIVALENT.get(name, ())
    tried = [m for m in mutants(exercise) if not any(text in m[0] for text in same)]
    if len(tried) > MUTANTS:
        tried = random.Random(0).sample(tried, MUTANTS)
    passed = [source for source, function in tried if judge(exercise, function, 0, 0.5)]
    share = 1 - len(passed) / len(tried)
    record_property("rejected", share)
    print(f"{name}: {len(tried) - len(passed)} of {len(tried)} mutants rejected ({share:.1%})")
    assert share >= 0.95, "\n\n".join(passed)


@every
def test_an_exercise_says_what_it_is(name):
    exercise = EXERCISES[name]
    assert exercise.task
    assert exercise.title
    assert 2 <= len(exercise.hints) <= 4
    assert all(result.equation for result in exercise.returns)
    assert name.count(".") == 1
    assert all(m.look and m.idea.endswith(".") for m in exercise.misconceptions)


def test_there_is_a_reference_for_each_exercise_and_no_other():
    assert sorted(ORACLES) == NAMES
