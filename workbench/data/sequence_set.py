"""Labelled sequences of unequal length with a fixed split. Does not load, pad or scale anything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class SequenceSet:
    """Labelled sequences: `sequences[k]` belongs to class `class_names[labels[k]]`.

    `sequences` is a tuple of float64 arrays (time_i, features); `labels` is int64 (count,);
    `train_rows` and `test_rows` are int64, index both and share nothing. All arrays are
    read-only copies. Raises ValueError where shapes or counts do not fit, a number is not finite,
    a label has no class, or a row is in both parts.
    """

    name: str
    sequences: tuple[np.ndarray, ...]
    labels: np.ndarray
    class_names: tuple[str, ...]
    train_rows: np.ndarray
    test_rows: np.ndarray
    source: str = ""

    def __post_init__(self):
        sequences = tuple(np.array(sequence, dtype=np.float64) for sequence in self.sequences)
        labels = np.array(self.labels, dtype=np.int64)
        train, test = (np.array(rows, np.int64) for rows in (self.train_rows, self.test_rows))
        if not sequences:
            raise ValueError("sequences: expected at least one, got none")
        _check_sequences(sequences)
        if labels.shape != (len(sequences),):
            raise ValueError(f"labels: expected ({len(sequences)},), got {labels.shape}")
        _check_range("labels", labels, len(self.class_names))
        _check_range("train_rows", train, len(sequences))
        _check_range("test_rows", test, len(sequences))
        shared = np.intersect1d(train, test)
        if len(shared):
            raise ValueError(f"test_rows: expected none of train_rows, got row {shared[0]} in both")
        for array in (*sequences, labels, train, test):
            array.setflags(write=False)
        values = sequences, labels, tuple(self.class_names), train, test
        fields = "sequences", "labels", "class_names", "train_rows", "test_rows"
        for field, value in zip(fields, values, strict=True):
            object.__setattr__(self, field, value)

    def __len__(self) -> int:
        return len(self.sequences)

    def __repr__(self) -> str:
        lengths = self.lengths
        shortest, longest = lengths.min(), lengths.max()
        steps = f"{shortest}" if shortest == longest else f"{shortest} to {longest}"
        return (
            f"SequenceSet({self.name}: {len(self.train_rows)} to train, {len(self.test_rows)} to "
            f"test, {steps} steps of {self.features}, {len(self.class_names)} classes)"
        )

    @property
    def features(self) -> int:
        """How many numbers a step has."""
        return self.sequences[0].shape[1]

    @property
    def lengths(self) -> np.ndarray:
        """Steps of each sequence, int64 (count,)."""
        return np.array([len(sequence) for sequence in self.sequences], dtype=np.int64)

    @property
    def train(self) -> tuple[list[np.ndarray], np.ndarray]:
        """The sequences for training, a list of (time_i, features), and their labels."""
        return self._part(self.train_rows)

    @property
    def test(self) -> tuple[list[np.ndarray], np.ndarray]:
        """The sequences for testing, a list of (time_i, features), and their labels."""
        return self._part(self.test_rows)

    def _part(self, rows: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
        return [self.sequences[row] for row in rows], self.labels[rows]


def every_fifth_of_each_class(labels, first: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows for training and for testing, both in order: of each class every fifth is for testing.

    `labels` is (count,). `first`, 0..4, is the place in its class of the first row that is tested.
    Nothing is drawn, so every learner has the same split.
    """
    labels = np.asarray(labels)
    for_testing = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        for_testing[np.flatnonzero(labels == label)[first::5]] = True
    return np.flatnonzero(~for_testing), np.flatnonzero(for_testing)


def _check_sequences(sequences: tuple[np.ndarray, ...]) -> None:
    for k, sequence in enumerate(sequences):
        if sequence.ndim != 2 or not sequence.size:
            raise ValueError(f"sequences[{k}]: expected (time, features), got {sequence.shape}")
        if sequence.shape[1] != sequences[0].shape[1]:
            raise ValueError(
                f"sequences[{k}]: expected {sequences[0].shape[1]} features as in the first, "
                f"got {sequence.shape[1]}"
            )
        if not np.isfinite(sequence).all():
            raise ValueError(f"sequences[{k}]: expected finite numbers, got one that is not")


def _check_range(name: str, numbers: np.ndarray, count: int) -> None:
    bad = numbers[(numbers < 0) | (numbers >= count)]
    if len(bad):
        raise ValueError(f"{name}: expected 0..{count - 1}, got {bad[0]}")
