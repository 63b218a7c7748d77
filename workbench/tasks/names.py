"""Surnames read letter by letter: from which country is a name?"""

import numpy as np

from ..data import surnames as load
from ..data.surnames import ALPHABET, LOCALES
from .classification import held_out
from .networks import tokens_to_one
from .scores import accuracy_on
from .task import Problem, Recipe, Task


def parts():
    """((codes, labels) to train, (codes, labels) to test); codes: a list of (letters_i,)."""
    names = load()
    codes, labels = names.codes, names.labels
    return tuple(
        ([codes[row] for row in rows], labels[rows]) for rows in (names.train_rows, names.test_rows)
    )


def problem_of(train, test):
    """The Problem of telling the countries of `test` from what `train` shows."""
    return Problem(
        train=train, loss="cross_entropy", score=accuracy_on(test),
        baseline=last_letter(train, test), baseline_name="commonest country of the last letter",
        inputs=len(ALPHABET), outputs=len(LOCALES),
    )  # fmt: skip


def last_letter(train, test):
    """Accuracy of the label that most names of `train` with the same last letter have.

    train, test: (list of (letters_i,) codes, labels). A letter at which no name of `train` ends
    gets the commonest label of all.
    """
    ends, labels = np.array([codes[-1] for codes in train[0]]), train[1]
    commonest = {end: np.bincount(labels[ends == end]).argmax() for end in np.unique(ends)}
    otherwise = np.bincount(labels).argmax()
    answers = [commonest.get(codes[-1], otherwise) for codes in test[0]]
    return float(np.mean(np.array(answers) == test[1]))


surnames = Task(
    "surnames", "From which of ten countries is this surname?",
    "6,300 surnames, a to z (Faker)", "every fifth of each country to test", "accuracy", True,
    0.55, lambda seed: problem_of(*parts()), tokens_to_one,
    Recipe("gru", 64, epochs=6, learning_rate=5e-3),
    rehearsal=lambda seed: problem_of(*held_out(parts()[0], seed)),
    note="the lists are what volunteers collected: a score says nothing about people",
)  # fmt: skip
