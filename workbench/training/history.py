"""What training did, epoch by epoch and update by update. Does not draw."""

import numpy as np

from .losses import bits_per_character, perplexity

OF_CROSS_ENTROPY = {"perplexity": perplexity, "bits_per_character": bits_per_character}
UPDATE = ("loss", "norm", "clipped_norm", "rate")


class History:
    """The record of a training; `fit` returns it.

    history["loss"], ["accuracy"], ["validation_loss"], ["validation_accuracy"], ["seconds"]: a
        number for each epoch, counted from 0. Training means are over all entries of the epoch,
        each batch met by the parameters of its update; not-a-number where an epoch has none.
    history["perplexity"], ["bits_per_character"], and the same of "validation_...": what a
        cross-entropy loss says in these units.
    updates: name -> one number for each update: "loss" of its batch, "norm" of all gradients
        together, "clipped_norm" after clipping, "rate", the learning rate.
    norms: recurrent layer -> (epochs, time) the norm of dL/dh_t on the first batch of each epoch,
        before its update; epochs whose batch is shorter have not-a-number at the steps before it.
    stopped: why training ended before its last epoch, in words, or None.
    best_epoch: the epoch whose parameters were kept by early stopping, or None.
    """

    def __init__(self):
        self.epochs = []
        self._updates = {name: [] for name in UPDATE}
        self._norms = {}
        self.stopped = None
        self.best_epoch = None

    def __len__(self):
        return len(self.epochs)

    def __getitem__(self, name):
        begin = "validation_" if str(name).startswith("validation_") else ""
        if str(name).removeprefix(begin) in OF_CROSS_ENTROPY:
            measure = OF_CROSS_ENTROPY[name.removeprefix(begin)]
            return np.array([measure(value) for value in self[f"{begin}loss"]])
        known = list(dict.fromkeys(n for epoch in self.epochs for n in epoch))
        if name not in known:
            raise KeyError(f"{name}: expected one of {', '.join(known) or 'no epoch yet'}")
        return np.array([epoch.get(name, np.nan) for epoch in self.epochs])

    @property
    def updates(self):
        return {name: np.array(values) for name, values in self._updates.items()}

    @property
    def norms(self):
        return {name: _aligned(rows) for name, rows in self._norms.items()}

    def add_update(self, **numbers):
        """Note the numbers of one update."""
        for name in UPDATE:
            self._updates[name].append(float(numbers[name]))

    def add_norms(self, norms):
        """Note the norms at the beginning of an epoch: recurrent layer -> (time,)."""
        for name, values in norms.items():
            self._norms.setdefault(name, []).append(np.asarray(values, float))

    def add_epoch(self, numbers):
        """Note an epoch's numbers by name."""
        self.epochs.append(dict(numbers))

    def __repr__(self):
        if not self.epochs:
            return f"History(no epoch yet{', ' + self.stopped if self.stopped else ''})"
        last = ", ".join(f"{name} {value:.4g}" for name, value in self.epochs[-1].items())
        stopped = f"; stopped: {self.stopped}" if self.stopped else ""
        return f"History({len(self)} epochs; last: {last}{stopped})"

    def as_saved(self):
        """(arrays by name, what JSON can hold), from which `restored` makes the same; but for
        `stopped`, since what is resumed has not stopped."""
        arrays = {f"updates.{name}": values for name, values in self.updates.items()}
        for layer, rows in self._norms.items():
            arrays |= {f"norms.{layer}.{k}": row for k, row in enumerate(rows)}
        about = {"epochs": self.epochs, "best_epoch": self.best_epoch}
        return arrays, about | {"norms": {layer: len(rows) for layer, rows in self._norms.items()}}

    @classmethod
    def restored(cls, arrays, about):
        """The History that `as_saved` described."""
        history = cls()
        history.epochs = [dict(epoch) for epoch in about["epochs"]]
        history.best_epoch = about["best_epoch"]
        history._updates = {name: arrays[f"updates.{name}"].tolist() for name in UPDATE}
        history._norms = {
            layer: [arrays[f"norms.{layer}.{k}"] for k in range(count)]
            for layer, count in about["norms"].items()
        }
        return history


def _aligned(rows):
    """(epochs, time) of rows that end at the same step."""
    whole = np.full((len(rows), max(map(len, rows))), np.nan)
    for k, row in enumerate(rows):
        whole[k, whole.shape[1] - len(row) :] = row
    return whole
