"""Problems of one class a sequence, and how a part of the training rows is held out.

A recipe is chosen by the rehearsal: the same problem made of the training rows alone, of which
every fifth of a class is held out, another fifth for each of five seeds: a cross-validation. The
test rows have no say in it.
"""

from ..data.sequence_set import every_fifth_of_each_class
from .scores import accuracy_on, mean_over_time, nearest_mean
from .task import Problem


def classification(train, test, outputs):
    """The Problem of telling classes apart by the accuracy on `test`.

    train, test: (sequences, labels), as an array (count, time, features) or a list of
    (time_i, features). The baseline reads the same numbers and throws their order away.
    """
    return Problem(
        train=train, loss="cross_entropy", score=accuracy_on(test),
        baseline=nearest_mean(train, test, mean_over_time),
        baseline_name="nearest class mean of the average over time",
        inputs=train[0][0].shape[1], outputs=outputs,
    )  # fmt: skip


def held_out(part, seed):
    """(the rest, every fifth of each class) of (sequences, labels); the seed says which fifth."""
    sequences, labels = part
    both = every_fifth_of_each_class(labels, seed % 5)
    return tuple(([sequences[row] for row in rows], labels[rows]) for rows in both)
