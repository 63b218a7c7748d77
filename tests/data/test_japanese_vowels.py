import numpy as np
import pytest

from workbench.data import japanese_vowels

pytest.importorskip("sktime")


@pytest.fixture(scope="module")
def vowels():
    return japanese_vowels()


def test_the_parts_are_those_that_the_authors_describe(vowels):
    # The description of the set in the UCI repository gives these counts, speaker by speaker.
    assert np.bincount(vowels.train[1]).tolist() == [30] * 9
    assert np.bincount(vowels.test[1]).tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]
    assert vowels.class_names == tuple(f"speaker {k}" for k in range(1, 10))


def test_utterances_have_7_to_29_frames_of_12_coefficients(vowels):
    assert (vowels.lengths.min(), vowels.lengths.max()) == (7, 29)
    assert {sequence.shape[1] for sequence in vowels.sequences} == {12}


def test_the_first_frame_is_the_published_one(vowels):
    frame = [1.860936, -0.207383, 0.261557, -0.214562, -0.171253, -0.118167]
    assert vowels.train[0][0][0, :6].tolist() == frame


def test_no_utterance_is_in_both_parts_or_twice(vowels):
    train = {sequence.tobytes() for sequence in vowels.train[0]}
    test = {sequence.tobytes() for sequence in vowels.test[0]}
    assert (len(train), len(test)) == (270, 370)
    assert not train & test
