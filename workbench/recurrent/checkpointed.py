"""Gradient checkpointing over time: a long run that keeps its states at a few steps only, and
computes what lies between them again when it is asked for.

Memory is that of one segment instead of the whole series; the price is one more forward pass.
Griewank (1992), Achieving logarithmic growth of temporal and spatial complexity in reverse
automatic differentiation; for recurrent networks Chen et al. (2016), Training deep nets with
sublinear memory cost, whose square root of the length is `checkpoint="sqrt"`.
"""

import math
from itertools import pairwise

import numpy as np

from .inputs import positive_integer, read_d_lines


def segments_of(checkpoint, steps):
    """[(first step, step after the last)] of the segments. checkpoint: their number, or "sqrt"."""
    if checkpoint == "sqrt":
        count = max(1, round(math.sqrt(steps)))
    elif isinstance(checkpoint, str):
        raise ValueError(f'checkpoint: expected a number of segments or "sqrt", got {checkpoint!r}')
    else:
        count = positive_integer("checkpoint", checkpoint)
    if count > steps:
        raise ValueError(f"checkpoint: expected at most {steps} segments, one a step, got {count}")
    borders = [k * steps // count for k in range(count + 1)]
    return list(pairwise(borders))


class CheckpointedTrace:
    """What `net.run(x, checkpoint=...)` returns: like a Trace, with fewer numbers at hand.

    trace["h"]: a line at every step, (time, batch, units), computed again at every call. final,
    initial: the last and the first states by name. `segments`: [(first step, step after the last)].
    The parameters must stay as they are until the gradient has been computed.
    """

    def __init__(self, net, x, mask, edge, state, segments):
        self._net, self._x, self._mask, self._edge = net, x, mask, edge
        self.segments, self._states = segments, [state]
        for first, stop in segments:
            trace = net.run(x[first:stop], state, mask=mask[first:stop], record="output")
            state = trace.final
            self._states.append(state)

    @property
    def cell(self):
        return self._net.cell

    @property
    def names(self):
        """Names of the lines, in order of computing."""
        return self.cell.lines

    @property
    def final(self):
        """State name -> (batch, units) after the last step."""
        return {name: self._edge.leave_state(a) for name, a in self._states[-1].items()}

    @property
    def initial(self):
        """State name -> (batch, units) before the first step."""
        return {name: self._edge.leave_state(a) for name, a in self._states[0].items()}

    def __getitem__(self, name):
        parts = [self._again(k, record="all")[name] for k in range(len(self.segments))]
        return self._edge.leave(np.concatenate(parts))

    def _again(self, k, record="output"):
        """The Trace of segment k."""
        part = slice(*self.segments[k])
        return self._net.run(self._x[part], self._states[k], mask=self._mask[part], record=record)

    def bptt(self, d_h):
        """Backpropagate through time, segment by segment from the last, and return the gradients.

        d_h: as in `Trace.bptt`: an array like trace["h"], or a dict of such arrays by line.
        """
        graph, lengths = self.cell.graph, self._net.lengths
        sizes = {n: lengths[graph.size(node)] for n, node in graph.lines.items()}
        shapes = {name: (*self._mask.shape, size) for name, size in sizes.items()}
        given = read_d_lines(d_h, self.cell.output, shapes, self._edge)
        parameters = {name: np.zeros_like(a) for name, a in self._net.parameters.items()}
        d_x, d_final = np.empty((*self._mask.shape, self._net.input_size), self._net.dtype), {}
        for k in reversed(range(len(self.segments))):
            part = slice(*self.segments[k])
            own = {name: d[part] for name, d in given.items()}
            gradients = self._again(k).bptt(own, d_final=d_final)
            d_final, d_x[part] = gradients.initial, gradients.x
            for name, d in gradients.parameters.items():
                parameters[name] += d
        return CheckpointedGradients(parameters, d_x, d_final, self._edge)

    def __repr__(self):
        time, batch = self._mask.shape
        return (
            f"CheckpointedTrace({self.cell.name}, {time:,} steps, batch {batch}, "
            f"{len(self.segments):,} segments)"
        )


class CheckpointedGradients:
    """The gradients of a loss through a `CheckpointedTrace`.

    parameters: name -> array, as in the equations. x: dL/dx. initial: state -> dL/d(first state).
    """

    def __init__(self, parameters, d_x, initial, edge):
        self.parameters = parameters
        self.x = edge.leave(d_x)
        self.initial = {name: edge.leave_state(d) for name, d in initial.items()}

    def __repr__(self):
        return f"CheckpointedGradients({', '.join(self.parameters)}, x, initial)"
