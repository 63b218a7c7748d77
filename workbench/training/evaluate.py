"""How well a model does on sequences that it does not learn from."""

from ..layers import EncoderDecoder, Network
from ..layers.inputs import named
from ..recurrent import Recurrent
from . import losses
from .batches import Batches
from .pairs import Pairs
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
    check_fit("data", model, batches)
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
        came = type(data).__name__
        raise ValueError(f"{name}: expected (x, y), Batches, Pairs or Stream, got {came}")
    with named(name):
        return Batches(*data, batch_size, **form)


def check_fit(name, model, batches):
    """Refuse pairs for a network, anything else for an encoder and decoder, and a stream where the
    states that a chunk hands on would be of another time."""
    if isinstance(model, EncoderDecoder) != isinstance(batches, Pairs):
        wanted = "Pairs" if isinstance(model, EncoderDecoder) else "no Pairs"
        kind, came = type(model).__name__, type(batches).__name__
        raise ValueError(f"{name}: expected {wanted} for a model of kind {kind}, got {came}")
    if isinstance(batches, Stream) and model.reads_ahead:
        raise ValueError(
            f"{name}: expected whole sequences for a model that reads from the end too, got Stream"
        )
