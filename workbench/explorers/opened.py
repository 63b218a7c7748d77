"""A recurrent layer taken out of a network that was made or trained, with what that layer reads.

An explorer shows one recurrent layer. Of a network it is the only one; of several the reader
chooses by a trace: `wb.explore.gates(model.run(x)["lstm_2"])`.
"""

from dataclasses import replace

import numpy as np

from ..data import Text
from ..layers import Network
from ..layers.layer import TOKENS
from ..layers.recurrent_layer import RecurrentLayer
from ..recurrent import Recurrent, Trace
from .subject import Sequence


def opened(net, x=None, batch=0):
    """Return (Recurrent, Sequence) of a Network that reads x, or of a Trace.

    net: a Network with one recurrent layer; a Trace, then x must be None. Anything else is given
    back with x as it is. x: whatever the network reads, or what `Sequence.of` takes; for a network
    of tokens a `Text` too, whose letters then stand under their steps. Raises
    ValueError with one line where there is nothing to show.
    """
    if isinstance(net, Trace):
        if x is not None:
            raise ValueError("x: expected None beside a trace, which has its own, got another")
        return of_trace(net), read_by(net, batch)
    if x is None and isinstance(net, Network | Recurrent) and net.input_size not in (None, 1):
        # Sunspots, which stand for None, are one number a year.
        raise ValueError(f"x: expected what the network reads, {net.input_size} inputs, got None")
    if not isinstance(net, Network):
        return net, x
    if TOKENS in net.takes:
        if x is None:
            raise ValueError("x: expected the tokens that the network reads, got None")
        if isinstance(x, Text):
            trace = only_trace(net.run(x.codes))
            return of_trace(trace), _lettered(Sequence.of(x), read_by(trace, 0))
        trace = only_trace(net.run(x))
        return of_trace(trace), read_by(trace, batch)
    sequence = Sequence.of(x, batch)
    trace = only_trace(net.run(sequence.x))
    found = read_by(trace, 0)
    if found.x.shape == sequence.x.shape:
        return of_trace(trace), replace(sequence, x=found.x)
    return of_trace(trace), replace(sequence, x=found.x, inputs=found.inputs)


def _lettered(text, found):
    """What was read, with the letters of a text under its steps and, where they are what was
    read, as the names of its inputs."""
    same = np.array_equal(found.x, text.x)
    return replace(text, x=found.x, inputs=text.inputs if same else found.inputs)


def first_layer(net):
    """The Recurrent that a Network begins with; anything else is given back as it is."""
    if not isinstance(net, Network):
        return net
    name, layer = next(iter(net.layers.items()))
    if not isinstance(layer, RecurrentLayer):
        raise ValueError(f"net: expected a network that begins with a recurrent layer, got {name}")
    return layer.net


def only_trace(run):
    """The one trace of a run."""
    if len(run.traces) != 1:
        names = ", ".join(run.traces) or "none"
        raise ValueError(
            f"net: expected a network with one recurrent layer, got {names}; "
            'choose one, model.run(x)["NAME"]'
        )
    return next(iter(run.traces.values()))


def of_trace(trace):
    """A Recurrent with the parameters of a trace."""
    sizes = {name: trace.lengths[name] for name in trace.cell.size_names}
    net = Recurrent(
        trace.cell, trace.lengths["input_size"], trace.lengths["hidden_size"],
        sizes=sizes, dtype=trace.x.dtype.name,
    )  # fmt: skip
    for name, array in trace.parameters.items():
        net.parameters[name] = array
    net.numbers.update(trace.numbers)
    return net


def read_by(trace, batch):
    """The real steps of one row of what a trace's cell has read."""
    x, mask = trace.x, trace.mask
    if x.ndim == 3:
        if trace.batch_first:
            x, mask = x.swapaxes(0, 1), mask.swapaxes(0, 1)
        if not 0 <= batch < x.shape[1]:
            raise ValueError(f"batch: expected 0..{x.shape[1] - 1}, got {batch}")
        x, mask = x[:, batch], mask[:, batch]
    return Sequence.of(np.asarray(x[mask]))
