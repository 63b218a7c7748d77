"""Whether a model, its data and its loss belong together, said before anything runs.

Shapes are told as the user gave them, (sequence, time, feature): once a batch is cut, only
(time, batch, feature) is left to speak of. Does not look at numbers: `sequences` and the losses do.
"""

from ..layers import Dense, EncoderDecoder
from ..layers.layer import SEQUENCE, TOKENS, VECTOR
from . import losses
from .batches import Batches
from .pairs import Pairs
from .streams import Stream

SQUASHED = {"sigmoid", "hard_sigmoid"}
"""Activations that the losses of logits apply themselves."""


def check_fit(name, model, batches, loss):
    """Refuse data that the model cannot read, and targets or an activation that do not suit it.

    name: what messages call the data. model: a Network or an EncoderDecoder. loss: as `fit` takes
    it; of one's own it may score whatever it likes.
    """
    if isinstance(model, EncoderDecoder) != isinstance(batches, Pairs):
        wanted = "Pairs" if isinstance(model, EncoderDecoder) else "no Pairs"
        kind, came = type(model).__name__, type(batches).__name__
        raise ValueError(f"{name}: expected {wanted} for a model of kind {kind}, got {came}")
    if isinstance(model, EncoderDecoder):
        return
    stream = isinstance(batches, Stream)
    x = batches.x if stream else batches.sequences.sample
    _check_x(name, model, x, "(time, " if stream else "(sequence, time, ")
    if losses.loss_of(loss) in losses.LOSSES.values():
        _check_activation(model, losses.loss_of(loss))
        _check_targets(name, model, batches)
    if stream and model.reads_ahead:
        odd = next(n for n, layer in model.layers.items() if layer.reads_ahead)
        raise ValueError(
            f"{name}: expected whole sequences for a model that reads from the end too, in {odd}, "
            "got Stream"
        )


def _check_x(name, model, x, axes):
    """x: an array with the axes of the data; (time, ...) stands for a sequence of a list."""
    tokens, first = x.dtype.kind in "iu" and x.ndim == axes.count(","), next(iter(model.layers))
    numbers = f"{axes}{model.input_size or 'features'})"
    if TOKENS in model.takes:
        if not tokens:
            wanted = f"whole-number tokens {axes.rstrip(', ')}), which {first} reads"
            raise ValueError(f"{name}: x: expected {wanted}, got {x.shape} of {x.dtype}")
    elif tokens:
        hint = "; write x[..., None]" if model.input_size == 1 else ""
        raise ValueError(
            f"{name}: x: expected {numbers}, got tokens {x.shape}{hint or ''}"
            + ("" if hint else f"; begin the network with OneHot or Embedding, before {first}")
        )
    elif model.input_size not in (None, x.shape[-1]):
        swapped = x.ndim == 3 and x.shape[1] == model.input_size
        hint = "; write x.swapaxes(1, 2)" if swapped else ""
        raise ValueError(f"{name}: x: expected {numbers}, got {x.shape}{hint}")


def _check_activation(model, loss):
    """A sigmoid under a loss that applies one itself learns, slowly, and never says why."""
    name, layer = list(model.layers.items())[-1]
    activation = layer.activation if isinstance(layer, Dense) else None
    if loss is not losses.mean_squared and activation and activation.name in SQUASHED:
        raise ValueError(
            f"loss: {loss.__name__} reads logits and does its own squashing: expected {name} "
            f"without activation, got {activation.name}"
        )


def _check_targets(name, model, batches):
    """One target a step for a network that answers at each step, else one a sequence."""
    gives = model.gives(TOKENS if TOKENS in model.takes else SEQUENCE)
    per_step = not isinstance(batches, Batches) or batches.sequences.per_step
    if not isinstance(batches, Stream) and not batches.sequences.has_targets:
        return
    if gives == SEQUENCE and not per_step:
        raise ValueError(
            f"{name}: y: expected a target for each step, as the network answers at each, got one "
            "a sequence; write Last() behind the recurrent layer for one answer a sequence"
        )
    if gives == VECTOR and per_step:
        hint = "; write Batches(x, y, batch_size, per_step=False) if they are of the sequence"
        raise ValueError(
            f"{name}: y: expected a target for each sequence, as the network gives one answer, got "
            f"one a step{'' if isinstance(batches, Stream) else hint}"
        )
