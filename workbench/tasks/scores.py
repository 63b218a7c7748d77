"""How a trained network is scored on rows that it has not seen."""

import numpy as np

from ..training import evaluate


def accuracy_on(test):
    """(network) -> the share of right answers on (x, y)."""
    return lambda model: evaluate(model, test, "cross_entropy")["accuracy"]


def loss_on(test, loss):
    """(network) -> the mean loss on (x, y)."""
    return lambda model: evaluate(model, test, loss)["loss"]


def nearest_mean(train, test, features):
    """Accuracy of the class whose mean feature vector is nearest; it learns nothing of order.

    train, test: (sequences, labels). features: (sequence (time, units)) -> vector.
    """
    known = np.array([features(s) for s in train[0]])
    labels = np.unique(train[1])
    means = np.array([known[train[1] == label].mean(axis=0) for label in labels])
    asked = np.array([features(s) for s in test[0]])
    distance = ((asked[:, None] - means) ** 2).sum(axis=2)
    return float((labels[distance.argmin(axis=1)] == test[1]).mean())


def mean_over_time(sequence):
    """The mean of a sequence over its steps: what is left when their order is thrown away."""
    return np.mean(sequence, axis=0)
