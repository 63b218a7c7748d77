"""Nine men say two vowels: who spoke? Loads 640 short sequences; does not scale."""

from __future__ import annotations

from workbench.data.sequence_set import SequenceSet
from workbench.data.sktime_sets import shipped_set


def japanese_vowels() -> SequenceSet:
    """640 utterances of the vowels "ae": 7 to 29 frames of 12 cepstral coefficients, 9 speakers.

    A frame is 25.6 ms of speech, a new one begins every 6.4 ms. The split is the authors': 270 to
    train, 30 of each speaker, and 370 to test, 24 to 88 of each. Both are sorted by speaker:
    shuffle the training part. Needs the package sktime; raises ImportError with the install
    command where it is missing.

    Source: Kudo, Toyama and Shimbo 1999, "Multidimensional curve classification using
    passing-through regions", UCI repository, shipped by sktime.
    """
    return shipped_set(
        "load_japanese_vowels",
        "Japanese vowels",
        {str(k): f"speaker {k}" for k in range(1, 10)},
        "Kudo, Toyama and Shimbo 1999, through sktime",
    )
