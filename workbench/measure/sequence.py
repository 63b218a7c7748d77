"""One sequence of a trace, time first, and the loss at one of its steps. Does not measure."""

import numpy as np

from ..layers.recurrent_layer import RecurrentLayer
from ..recurrent import Recurrent, Trace


def check_batch(trace, batch):
    """Raise ValueError unless `batch` is a row of the trace; 0 is the only one without an axis."""
    x = trace.x
    count = 1 if x.ndim == 2 else x.shape[0 if trace.batch_first else 1]
    if not 0 <= batch < count:
        expected = "0" if count == 1 else f"0..{count - 1}"
        raise ValueError(f"batch: expected {expected}, got {batch}")


def one(trace, array, batch):
    """The row `batch` of an array of the trace: (time, ...); a view."""
    if trace.x.ndim == 2:
        return array
    return array[batch] if trace.batch_first else array[:, batch]


def time_first(trace, array):
    """An array of the trace's form, (time, batch, ...) whatever form that is; a view."""
    if trace.x.ndim == 2:
        return array[:, None]
    return array.swapaxes(0, 1) if trace.batch_first else array


def read_trace(trace):
    """Return a Trace; ValueError for anything else."""
    if not isinstance(trace, Trace):
        kind = type(trace).__name__
        raise ValueError(f'trace: expected a Trace, net.run(x) or run["lstm_1"], got {kind}')
    return trace


def read_recurrent(argument, net):
    """Return the Recurrent that a value is or, as a layer such as a Reservoir, has."""
    net = net.net if isinstance(net, RecurrentLayer) else net
    if not isinstance(net, Recurrent):
        raise ValueError(f"{argument}: expected a Recurrent, got {type(net).__name__}")
    return net


def in_float64(net):
    """The network itself, or one of the same equations and parameters in float64."""
    if net.dtype == np.float64:
        return net
    other = Recurrent(net.cell, net.input_size, net.hidden_size, sizes=net.sizes)
    other.parameters.update(net.parameters)
    other.numbers.update(net.numbers)
    return other


def stacked(states, names):
    """States by name, (..., units) each, side by side in the order of the names."""
    return np.concatenate([states[name] for name in names], axis=-1)


def apart(net, states):
    """Stacked states (..., n) by name, as `run` takes them."""
    sizes = list(net.state_sizes.values())
    parts = np.split(states, np.cumsum(sizes)[:-1], axis=-1)
    return dict(zip(net.cell.states, parts, strict=True))


def check_loss_step(trace, at, batch):
    """`at`, or the last real step for None. Raises ValueError for a step without an output."""
    real = np.flatnonzero(one(trace, trace.mask, batch))
    count = len(one(trace, trace.mask, batch))
    if len(real) == 0:
        raise ValueError(f"batch: expected a row with a real step, got {batch}, masked throughout")
    if at is None:
        return int(real[-1])
    if not 0 <= at < count:
        raise ValueError(f"at: expected 0..{count - 1}, got {at}")
    if at not in real:
        raise ValueError(f"at: expected a step that is not masked, got {at}")
    return int(at)


def check_state(trace, state):
    """Raise ValueError unless `state` is a state of the trace's cell."""
    if state not in trace.cell.states:
        raise ValueError(f"state: expected one of {', '.join(trace.cell.states)}, got {state!r}")


def unit_loss(trace, at, batch):
    """Gradients of the loss whose dL/d(output) is 1/sqrt(n) in each of the n units at step `at`.

    The output is the cell's first state. That derivative has norm 1, so what is left of it
    elsewhere is a share. All other steps and rows have no loss of their own.
    """
    d_output = np.zeros(trace[trace.cell.output].shape)
    one(trace, d_output, batch)[at] = 1 / np.sqrt(d_output.shape[-1])
    return trace.bptt(d_output)
