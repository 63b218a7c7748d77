import numpy as np
import pytest

from workbench.data import basic_motions

pytest.importorskip("sktime")


@pytest.fixture(scope="module")
def motions():
    return basic_motions()


def test_each_part_has_ten_recordings_of_each_motion(motions):
    assert np.bincount(motions.train[1]).tolist() == [10] * 4
    assert np.bincount(motions.test[1]).tolist() == [10] * 4


def test_a_recording_is_100_steps_of_6_channels(motions):
    assert {sequence.shape for sequence in motions.sequences} == {(100, 6)}


def test_no_recording_is_in_both_parts_or_twice(motions):
    train = {sequence.tobytes() for sequence in motions.train[0]}
    test = {sequence.tobytes() for sequence in motions.test[0]}
    assert (len(train), len(test)) == (40, 40)
    assert not train & test


def test_who_stands_moves_least_and_who_walks_less_than_who_runs(motions):
    spread = np.array([sequence[:, :3].std() for sequence in motions.sequences])
    mean = {
        name: np.median(spread[motions.labels == k]) for k, name in enumerate(motions.class_names)
    }
    assert mean["standing"] < mean["walking"] < mean["running"]
    assert mean["standing"] < mean["badminton"]
