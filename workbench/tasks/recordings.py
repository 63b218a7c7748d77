"""Recordings of people, one class each: who spoke, and which motion a watch felt.

Every channel is brought to mean 0 and spread 1, both of the frames of the training rows.
"""

from functools import cache

import numpy as np

from ..data import basic_motions as load_motions
from ..data import japanese_vowels as load_vowels
from ..layers import Dropout, Last, MeanOverTime, Network
from .classification import classification, held_out
from .networks import output, recurrent
from .task import Recipe, Task

vowels, motions = cache(load_vowels), cache(load_motions)
"""The recordings, each read once: the package ships them as text."""


def scaled(train, test):
    """Both parts with each channel at mean 0 and spread 1 over all frames of `train`."""
    frames = np.concatenate(train[0])
    mean, spread = frames.mean(axis=0), frames.std(axis=0)
    return tuple(
        ([(sequence - mean) / spread for sequence in sequences], labels)
        for sequences, labels in (train, test)
    )


def problem(load):
    """(seed) -> the Problem of a loader's own split."""

    def of_seed(seed):
        known = load()
        return classification(*scaled(known.train, known.test), len(known.class_names))

    return of_seed


def rehearsal(load):
    """(seed) -> the Problem of the training rows alone."""

    def of_seed(seed):
        known = load()
        return classification(*scaled(*held_out(known.train, seed)), len(known.class_names))

    return of_seed


def last_dropped(problem, recipe, seed):
    """One answer from the last state, half of whose units are dropped while training."""
    net = recurrent(problem, recipe, seed)
    return Network(net, Last(), Dropout(0.5), output(net, problem, recipe, seed))


def averaged(problem, recipe, seed):
    """One answer from the mean of the states over time."""
    net = recurrent(problem, recipe, seed)
    return Network(net, MeanOverTime(), output(net, problem, recipe, seed))


japanese_vowels = Task(
    "japanese_vowels", "Which of nine men says the vowel?",
    "640 utterances of 7 to 29 frames, 12 cepstral coefficients (sktime)",
    "the authors': 270 to train, 370 to test", "accuracy", True, 0.92,
    problem(vowels), last_dropped,
    Recipe("lstm", 32, epochs=25, batch_size=16, learning_rate=5e-3, decay=True),
    rehearsal=rehearsal(vowels),
)  # fmt: skip

basic_motions = Task(
    "basic_motions", "What is the wearer of this watch doing?",
    "80 recordings of 100 steps, 6 channels, 4 motions (sktime)",
    "the archive's: 40 to train, 40 to test", "accuracy", True, 0.90,
    problem(motions), averaged,
    Recipe("gru", 64, epochs=40, batch_size=8, learning_rate=3e-3, decay=True),
    note="the average over time already tells these 40 recordings apart: nothing is left to win",
    rehearsal=rehearsal(motions),
)  # fmt: skip
