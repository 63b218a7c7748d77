"""One batch through a loss, and means over many batches. Every complaint says whose data it is."""

import numpy as np

from ..layers.inputs import named
from . import losses


def run_batch(name, model, batch, carried, **how):
    """The run of a batch. name: "train" or "validation", said where the model refuses it."""
    with named(name):
        return batch.run(model, carried, **how)


def score(name, loss, run, batch):
    """(value, d_output) of a batch that was run. Raises ValueError for a loss function that gives
    anything but one number and its derivative by the output."""
    if batch.y is None:
        raise ValueError(f"{name}: expected (x, y) with targets, got no y")
    output = run.output
    try:
        value, d_output = loss(output, batch.y, target_mask(run))
        value, d_output = float(value), np.asarray(d_output)
    except ValueError as error:
        said = f"{name}: {error}" if loss in losses.LOSSES.values() else f"loss: {error}"
        raise ValueError(said) from None
    except TypeError as error:
        raise ValueError(
            f"loss: expected a function of (output, targets, mask) that returns (value, derivative "
            f"by the output), got {error}"
        ) from None
    if d_output.shape != output.shape:
        raise ValueError(
            f"loss: expected a derivative by the output of {output.shape}, got {d_output.shape}"
        )
    return value, d_output


def numbers_of(loss, value, run, batch):
    """({"loss", and "accuracy" where answers are right or wrong}, how many entries they are of)."""
    mask, output, numbers = target_mask(run), run.output, {"loss": value}
    if loss is losses.cross_entropy or (
        loss is losses.binary_cross_entropy and _yes_or_no(batch.y, mask)
    ):
        numbers["accuracy"] = losses.accuracy(output, batch.y, mask)
    return numbers, output[..., 0].size if mask is None else int(mask.sum())


def _yes_or_no(targets, mask):
    real = targets if mask is None else targets[mask]
    return bool(np.isin(real, (0, 1)).all())


def target_mask(run):
    """The mask of a run's targets: of its steps, or None where it gives one vector a sequence."""
    return run.mask if run.output.ndim == 3 else None


class Means:
    """Means over all entries of all batches, whatever their sizes."""

    def __init__(self, totals=None, entries=0):
        self.totals = {name: tuple(pair) for name, pair in (totals or {}).items()}
        self.entries = entries

    def add(self, numbers, entries):
        """Note the means of one batch, which has so many entries."""
        for name, value in numbers.items():
            total, of = self.totals.get(name, (0.0, 0))
            self.totals[name] = total + value * entries, of + entries
        self.entries += entries

    def means(self):
        """name -> mean; only what every batch has."""
        found = self.totals.items()
        return {name: total / of for name, (total, of) in found if of == self.entries}
