import numpy as np
import pytest

from workbench.data import SequenceSet
from workbench.data.sequence_set import every_fifth_of_each_class


def small(**changes):
    fields = {
        "name": "small",
        "sequences": [np.ones((3, 2)), np.zeros((5, 2)), np.full((4, 2), 7.0)],
        "labels": [0, 1, 1],
        "class_names": ("a", "b"),
        "train_rows": [2, 0],
        "test_rows": [1],
    }
    return SequenceSet(**{**fields, **changes})


def test_the_parts_follow_their_rows():
    one = small()
    sequences, labels = one.train
    assert [sequence[0, 0] for sequence in sequences] == [7, 1]
    assert labels.tolist() == [1, 0]
    assert [len(sequence) for sequence in one.test[0]] == [5]
    assert one.test[1].tolist() == [1]


def test_it_tells_its_lengths_its_features_and_what_it_is():
    assert small().lengths.tolist() == [3, 5, 4]
    assert small().features == 2
    assert len(small()) == 3
    parts, steps = "2 to train, 1 to test", "3 to 5 steps of 2"
    assert repr(small()) == f"SequenceSet(small: {parts}, {steps}, 2 classes)"


def test_the_arrays_are_copies_that_nobody_can_write_to():
    mine = np.zeros((4, 1))
    one = small(sequences=[mine, mine, mine])
    mine[0] = 5
    assert one.sequences[0][0, 0] == 0
    for array in (*one.sequences, one.labels, one.train_rows, one.test_rows, *one.train[0]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sequences": []}, "sequences: expected at least one, got none"),
        (
            {"sequences": [np.ones((3, 2)), np.ones(3), np.ones((3, 2))]},
            r"sequences\[1\]: expected \(time, features\), got \(3,\)",
        ),
        (
            {"sequences": [np.ones((3, 2)), np.ones((0, 2)), np.ones((3, 2))]},
            r"sequences\[1\]: expected \(time, features\), got \(0, 2\)",
        ),
        (
            {"sequences": [np.ones((3, 2)), np.ones((3, 2)), np.ones((3, 4))]},
            r"sequences\[2\]: expected 2 features as in the first, got 4",
        ),
        (
            {"sequences": [np.ones((3, 2)), np.full((3, 2), np.nan), np.ones((3, 2))]},
            r"sequences\[1\]: expected finite numbers, got one that is not",
        ),
        ({"labels": [0, 1]}, r"labels: expected \(3,\), got \(2,\)"),
        ({"labels": [0, 1, 2]}, r"labels: expected 0..1, got 2"),
        ({"train_rows": [-1]}, r"train_rows: expected 0..2, got -1"),
        ({"test_rows": [3]}, r"test_rows: expected 0..2, got 3"),
        ({"test_rows": [1, 2]}, r"test_rows: expected none of train_rows, got row 2 in both"),
    ],
)
def test_a_set_that_does_not_fit_together_is_refused_in_one_line(changes, message):
    with pytest.raises(ValueError, match=message) as caught:
        small(**changes)
    assert "\n" not in str(caught.value)


def test_every_fifth_of_each_class_is_for_testing_and_every_row_is_in_one_part():
    labels = np.random.default_rng(0).permutation(np.repeat([0, 1, 2], [50, 11, 3]))
    train, test = every_fifth_of_each_class(labels)
    assert sorted([*train, *test]) == list(range(64))
    assert np.bincount(labels[test]).tolist() == [10, 3, 1]
    first = [np.flatnonzero(labels == label)[0] for label in range(3)]
    assert set(first) <= set(test)
