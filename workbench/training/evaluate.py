"""How well a model does on sequences that it does not learn from."""

import numpy as np

from ..data import SequenceSet, Text
from ..layers import EncoderDecoder, Network
from ..layers.inputs import named
from ..recurrent import Recurrent
from . import losses
from .batches import Batches
from .matching import check_fit
from .scores import Means, numbers_of, run_batch, score
from .sequences import Sequences
from .streams import Stream


def evaluate(model, data, loss="cross_entropy", *, batch_size=256):
    """Return {"loss", and "accuracy" for the losses of classes} over a whole set.

    model, data, loss: as `fit` takes them. Means are over all real entries of the set, whatever
    the batches; dropout does not drop, and the states of a `Stream` are carried on.
    "binary_cross_entropy" has an accuracy where all targets are 0 or 1.
    Raises ValueError that names the argument, what was expected and what came.
    """
    model, batches = as_network(model), as_batches("data", data, batch_size, shuffle=False)
    check_fit("data", model, batches, loss)
    return means_over("data", model, batches, losses.loss_of(loss))


def means_over(name, model, batches, loss):
    """`evaluate` for arguments that have been read; `name` is what messages call the data."""
    means, carried = Means(), None
    for batch in batches.epoch(0):
        run = run_batch(name, model, batch, carried, record="output")
        carried = batch.hands_on(run)
        means.add(*numbers_of(loss, score(name, loss, run, batch)[0], run, batch))
    return means.means()


def as_network(model):
    """The Network or EncoderDecoder that was given, or a Network of one Recurrent."""
    if isinstance(model, Recurrent):
        return Network(model)
    if not isinstance(model, Network | EncoderDecoder):
        wanted = "a Network, an EncoderDecoder or a Recurrent"
        raise ValueError(f"model: expected {wanted}, got {type(model).__name__}")
    return model


def as_batches(name, data, batch_size, **form):
    """Batches of (x, y) or of Sequences, or the Batches, Pairs or Stream that were given."""
    if isinstance(data, Batches | Stream):
        return data
    if isinstance(data, Sequences):
        return Batches(data, None, batch_size, **form)
    if not isinstance(data, tuple | list) or len(data) != 2:
        came = f"{type(data).__name__}{_how_to_pass(data)}"
        raise ValueError(f"{name}: expected (x, y), Batches, Pairs or Stream, got {came}")
    with named(name):
        return Batches(*data, batch_size, **form)


def _how_to_pass(data):
    """What to write for data that are nearly (x, y)."""
    if isinstance(data, tuple | list):
        return f" of {len(data)}"
    if isinstance(data, SequenceSet):
        return "; write its .train or .test"
    if isinstance(data, Text):
        return "; write Stream(text.codes[:-1], text.codes[1:], steps=50, rows=32)"
    return "; write (x, y)" if isinstance(data, np.ndarray) else ""
