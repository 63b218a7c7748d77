"""How much an output would move if an input at one step were moved a little. Does not draw."""

from dataclasses import dataclass

import numpy as np

from ..layers import Network
from ..layers.layer import TOKENS, VECTOR, Layer
from ..recurrent import Recurrent
from ..recurrent.inputs import Edge, positive_integer, read_mask
from .norms import step_norms


@dataclass(frozen=True, eq=False)
class Saliency:
    """The derivative of one output of one sequence by its whole input.

    output, step: which unit, at which step; None for the only output of a sequence. value: its
        value.
    x: (time, features) what was read: the input, or the vectors of its tokens; 0 where masked.
    gradient: (time, features), d output / d x_t. norms: (time,), its norm over the features.
    times_input: (time,), the sum over the features of gradient times x: what the output would
        lose if x_t became 0 and the network were linear.
    mask: (time,) bool, the real steps.
    """

    output: int
    step: int | None
    value: float
    x: np.ndarray
    gradient: np.ndarray
    norms: np.ndarray
    times_input: np.ndarray
    mask: np.ndarray


def saliency(model, x, output=None, step=None, batch=0, *, lengths=None, mask=None):
    """The derivative of one output by the input of every step: `Saliency`.

    model: a Network, a layer or a Recurrent, run without dropout. x, lengths, mask: as in its
        `run`. Where it reads tokens, the derivative is by the vectors that stand for them: the
        rows of an `Embedding`, the ones and zeros of a `OneHot`.
    output: the unit of the output, such as a class; the largest for None. step: where the output
        has one for every step, which; the last real one for None. batch: the row.

    The derivatives are exact, and they are slopes at one point, no more. A saliency map does not
    prove what the network "looked at": it ignores that inputs move together; it is 0 behind a
    saturated unit even where that input decided; a step whose input is 0 has times_input 0 though
    its absence may matter; and how large it is says nothing of whether the answer is right.
    Compare it with what happens when the input is changed for real.

    Raises ValueError for a model without steps, and for an output, step or row that is not there.
    Source: Simonyan, Vedaldi and Zisserman 2014, section 3; its limits: Adebayo et al. 2018.
    """
    run, x, real = _run(_read_model(model), x, lengths, mask)
    single = x.ndim == 2
    rows = real.shape[1]
    if positive_integer("batch", batch, least=0) >= rows:
        raise ValueError(f"batch: expected {_range(rows)}, got {batch}")
    values = _row(run.output, batch, single)
    place = _place(run, values, batch, step)
    at = values if place is None else values[place]
    output = int(np.argmax(at)) if output is None else positive_integer("output", output, least=0)
    if output >= len(at):
        raise ValueError(f"output: expected {_range(len(at))}, got {output}")
    d_output = np.zeros(run.output.shape)
    _row(d_output, batch, single)[output if place is None else (place, output)] = 1
    gradient = np.float64(_row(run.backward(d_output).x, batch, single))
    real = real[:, batch]
    read = np.where(real[:, None], _row(x, batch, single), 0.0)
    with np.errstate(over="ignore", invalid="ignore"):
        product = (gradient * read).sum(axis=1)
    value = float(at[output])
    return Saliency(output, place, value, read, gradient, step_norms(gradient), product, real)


def _read_model(model):
    if not isinstance(model, Recurrent | Layer):
        raise ValueError(f"model: expected a Network or a Recurrent, got {type(model).__name__}")
    model = model if isinstance(model, Network) else Network(model)
    if model.takes == (VECTOR,):
        raise ValueError("model: expected one that reads sequences, got one that reads vectors")
    return model


def _run(model, x, lengths, mask):
    """(run, the vectors that it read, (time, batch) bool of the real steps)."""
    if TOKENS in model.takes:
        first, *rest = _flat(model)
        if not rest:
            raise ValueError(f"model: expected layers behind the tokens, got {first!r} alone")
        x, model = Network(first).run(x, lengths=lengths, mask=mask).output, Network(*rest)
    run, x = model.run(x, lengths=lengths, mask=mask), np.asarray(x)
    edge = Edge(no_batch=x.ndim == 2)
    return run, x, read_mask(mask, lengths, edge, *edge.inside(x).shape[:2])


def _flat(model):
    """The layers of a network, those of a network that stands first taken out of it."""
    layers = list(model.layers.values())
    while isinstance(layers[0], Network):
        layers = [*layers[0].layers.values(), *layers[1:]]
    return layers


def _row(array, batch, single):
    """One row of (time, batch, units) or (batch, units); what has no batch axis, whole."""
    return array if single else array[..., batch, :]


def _place(run, values, batch, step):
    """The step whose output is asked for; None where a sequence has one output."""
    if values.ndim == 1:
        if step is not None:
            raise ValueError(f"step: expected None, a sequence has one output here, got {step!r}")
        return None
    real = np.ones(len(values), bool)
    if run.mask is not None:
        real = run.mask if run.mask.ndim == 1 else run.mask[:, batch]
    if not real.any():
        raise ValueError(f"batch: expected a row with a real step, got {batch}, masked throughout")
    if step is None:
        return int(np.flatnonzero(real)[-1])
    if positive_integer("step", step, least=0) >= len(values):
        raise ValueError(f"step: expected {_range(len(values))}, got {step}")
    if not real[step]:
        raise ValueError(f"step: expected a step that is not masked, got {step}")
    return int(step)


def _range(count):
    return "0" if count == 1 else f"0..{count - 1}"
