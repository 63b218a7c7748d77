"""Recordings of people, one class each: who spoke, and which motion a watch felt.

Every channel is brought to mean 0 and spread 1, both of the frames of the training rows.
"""

import numpy as np

from ..data import basic_motions as load_motions
from ..data import japanese_vowels as load_vowels
from .classification import classification, held_out
from .networks import many_to_one
from .task import Recipe, Task


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
        return classification(*scaled(*held_out(known.train)), len(known.class_names))

    return of_seed


japanese_vowels = Task(
    "japanese_vowels", "Which of nine men says the vowel?",
    "640 utterances of 7 to 29 frames, 12 cepstral coefficients (sktime)",
    "the authors': 270 to train, 370 to test", "accuracy", True, 0.92,
    problem(load_vowels), many_to_one, Recipe("lstm", 32, epochs=60),
    rehearsal=rehearsal(load_vowels),
)  # fmt: skip

basic_motions = Task(
    "basic_motions", "What is the wearer of this watch doing?",
    "80 recordings of 100 steps, 6 channels, 4 motions (sktime)",
    "the archive's: 40 to train, 40 to test", "accuracy", True, 0.90,
    problem(load_motions), many_to_one, Recipe("lstm", 32, epochs=60),
    rehearsal=rehearsal(load_motions),
)  # fmt: skip
