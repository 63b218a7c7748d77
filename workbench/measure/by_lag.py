"""How much of a gradient arrives, by how many steps back: the mean over the losses of a run.

Does not look at one loss in particular, as `gradient_reach` does, nor at what a parameter gets, as
`lag_contributions` does.
"""

from dataclasses import dataclass

import numpy as np

from ..layers.run import Run
from ..recurrent import Trace
from ..recurrent.inputs import numeric, refuse_nan
from .norms import step_norms
from .sequence import time_first


@dataclass(frozen=True, eq=False)
class GradientByLag:
    """What `gradient_by_lag` found.

    layer: name of the recurrent layer in its network, None for a Recurrent alone. line: the line
        of its equations by which the losses are differentiated.
    norms: (lags,) mean norm of dL_t/d(line at step t - lag), lag 0 first.
    losses: (lags,) how many losses that is the mean of: late lags have few.
    """

    layer: str | None
    line: str
    norms: np.ndarray
    losses: np.ndarray


def gradient_by_lag(run, d_output=None, layer=None, line=None):
    """The norm of the gradient of one step's loss, by lag, over all losses: `GradientByLag`.

    run: the Trace of a Recurrent or the Run of a Network.
    d_output: the derivative of the loss by the output, shaped like `run.output` (like `trace.h`
        for a trace), as the losses of `workbench.training` give it; a step or row where it is 0
        throughout has no loss. None for 1/sqrt(n) in each of the n units of every real step, of
        norm 1.
    layer: name of a recurrent layer of the Run, the first that reads forward for None.
    line: any recorded line, such as "c"; the layer's output, "h", for None. The derivative is the
        total, over all ways from step t - lag to the loss.

    Lags count real steps. A Network with one output for each sequence has one loss for each, and
    its lags count from the last real step, also behind `MeanOverTime`. One backward pass is made
    for each step, so time grows with the square of the steps. Raises ValueError for a layer, line
    or d_output that does not fit. After Pascanu, Mikolov and Bengio 2013, eq. 4 and 5.
    """
    trace, layer, output, mask, backward = _parts(run, layer)
    line = trace.cell.output if line is None else line
    if line not in trace.names:
        raise ValueError(f"line: expected one of {', '.join(trace.names)}, got {line!r}")
    given = _read_d_output(d_output, output)
    # A vector for each sequence is one loss, and it stands at the end.
    vector = output.ndim < trace[trace.cell.output].ndim
    steps = given.reshape(1, -1, given.shape[-1]) if vector else time_first(trace, given)
    real = time_first(trace, trace.mask)
    place = np.cumsum(real, axis=0) - 1
    total, losses = np.zeros(len(real)), np.zeros(len(real), int)
    for t, d in enumerate(steps):
        t = len(real) - 1 if vector else t
        counts = (d != 0).any(axis=1) & (vector | mask[t])
        if not counts.any():
            continue
        adjoint = time_first(trace, backward(given if vector else _only(trace, given, t))[line])
        norms = step_norms(adjoint.reshape(-1, adjoint.shape[-1])).reshape(real.shape)[: t + 1]
        known = real[: t + 1] & counts
        lags = (place[t] - place[: t + 1])[known]
        total += np.bincount(lags, norms[known], len(real))
        losses += np.bincount(lags, minlength=len(real))
    if not losses.any():
        raise ValueError("d_output: expected a loss at a real step, got zeros at all of them")
    found = losses > 0
    return GradientByLag(layer, line, total[found] / losses[found], losses[found])


def _parts(run, layer):
    """(trace, name of its layer, output, its mask with time first, way back to the Gradients)."""
    if isinstance(run, Trace):
        if layer is not None:
            raise ValueError(f"layer: expected None for a trace, got {layer!r}")
        return run, None, run[run.cell.output], time_first(run, run.mask), run.bptt
    if not isinstance(run, Run):
        raise ValueError(f"run: expected a Trace or a Run, got {type(run).__name__}")
    forward = [name for name in run.traces if "backward" not in name.split(".")]
    layer = next(iter(forward), None) if layer is None else layer
    if layer not in forward:
        known = ", ".join(forward) or "none"
        raise ValueError(f"layer: expected a layer that reads forward ({known}), got {layer!r}")
    trace, output = run[layer], run.output
    h = trace[trace.cell.output]
    sequence = output.ndim == h.ndim
    if output.shape[:-1] != (h.shape[:-1] if sequence else _rows(trace)):
        raise ValueError(
            f"layer: expected one with the steps and rows of the output, {output.shape[:-1]}, "
            f"got {layer}, {h.shape[:-1]}"
        )
    mask = time_first(trace, trace.mask if run.mask is None or not sequence else run.mask)
    return trace, layer, output, mask, lambda d: run.backward(d)[layer]


def _rows(trace):
    return () if trace.x.ndim == 2 else (trace.batch_size,)


def _read_d_output(d_output, output):
    if d_output is None:
        return np.full(output.shape, 1 / np.sqrt(output.shape[-1]))
    given = numeric("d_output", d_output)
    if given.shape != output.shape:
        raise ValueError(f"d_output: expected {output.shape}, got {given.shape}")
    refuse_nan("d_output", given)
    return given


def _only(trace, given, t):
    """The derivative of the losses of step t alone."""
    d = np.zeros_like(given)
    time_first(trace, d)[t] = time_first(trace, given)[t]
    return d
