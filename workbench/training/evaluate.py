"""How well a model does on sequences that it does not learn from."""

from . import losses
from .batches import Batches


def evaluate(model, data, loss="cross_entropy", *, batch_size=256):
    """Return {"loss", and "accuracy" for the losses of classes} over a whole set.

    data: (x, y) as `Sequences` takes them, or Batches. loss: a name or a function.
    Means are over all real entries of the set, whatever the batches.
    """
    batches = as_batches("data", data, batch_size, shuffle=False)
    loss = losses.loss_of(loss)
    total, right, entries = 0.0, 0.0, 0
    classes = has_classes(loss)
    for batch in batches.epoch(0):
        run = model.run(batch.x, mask=batch.mask, record="output")
        mask = target_mask(run)
        count = run.output.shape[0] * (run.output.shape[1] if run.output.ndim == 3 else 1)
        count = count if mask is None else int(mask.sum())
        total += loss(run.output, batch.y, mask)[0] * count
        right += losses.accuracy(run.output, batch.y, mask) * count if classes else 0
        entries += count
    found = {"loss": total / entries}
    return found | ({"accuracy": right / entries} if classes else {})


def as_batches(name, data, batch_size, **form):
    """Batches of (x, y), or the Batches that were given."""
    if hasattr(data, "epoch"):
        return data
    try:
        x, y = data
    except (TypeError, ValueError):
        raise ValueError(f"{name}: expected (x, y) or Batches, got {type(data).__name__}") from None
    return Batches(x, y, batch_size, **form)


def has_classes(loss):
    """Whether a share of right answers means anything for this loss."""
    return loss in (losses.cross_entropy, losses.binary_cross_entropy)


def target_mask(run):
    """The mask of a run's targets: of its steps, or None where it gives one vector a sequence."""
    return run.mask if run.output.ndim == 3 else None
