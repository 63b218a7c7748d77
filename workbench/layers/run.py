"""What a network did, and what its loss says about it."""

import numpy as np

from ..recurrent.inputs import numeric, refuse_nan
from .layer import Way


class Run:
    """One run of a network. Arrays have the form that x had (batch axis, time or batch first).

    output: of the last layer, (time, batch, units), or (batch, units) after `Last` and the like.
    run["lstm_1"]: the Trace of a recurrent layer; `run.traces` maps their names to them.
    final: layer name -> last states, ready for the next `run(x, state=...)`.
    """

    def __init__(self, done, edge):
        self._done, self._edge = done, edge
        self.traces = {name: seen(trace, edge) for name, trace in done.traces.items()}
        self.final = {
            name: {state: edge.leave_state(array) for state, array in states.items()}
            for name, states in done.final.items()
        }

    @property
    def output(self):
        values = self._done.output.values
        return self._edge.leave(values) if values.ndim == 3 else self._edge.leave_state(values)

    @property
    def mask(self):
        """(time, batch) bool of the output's real steps; None when all are, or without time."""
        mask = self._done.output.mask
        return None if mask is None else self._edge.leave(mask)

    def __getitem__(self, name):
        if name not in self.traces:
            known = ", ".join(self.traces) or "none"
            raise KeyError(f"{name}: expected a recurrent layer ({known})")
        return self.traces[name]

    def backward(self, d_output=None, *, truncate=None, d_final=None):
        """Backpropagate from the output and return the NetworkGradients.

        d_output: the derivative of the loss by `output`, of its shape; None for zeros.
        truncate: cut the gradient before the steps k, 2k, ... of every recurrent layer.
        d_final: layer name -> state -> derivative of the loss by that layer's last state.
        """
        d_output = np.zeros_like(self.output) if d_output is None else d_output
        d_output = numeric("d_output", d_output)
        if d_output.shape != self.output.shape:
            raise ValueError(f"d_output: expected {self.output.shape}, got {d_output.shape}")
        refuse_nan("d_output", d_output)
        values = self._done.output.values
        inside = self._edge.inside(d_output) if values.ndim == 3 else d_output.reshape(values.shape)
        way = Way(truncate, self._read_d_final(d_final or {}))
        return NetworkGradients(self._done.back(inside.astype(values.dtype), way), self._edge)

    def _read_d_final(self, given):
        """Check derivatives by last states, and give them a batch axis."""
        read = {}
        for layer, by_state in given.items():
            if layer not in self.final:
                known = ", ".join(self.final) or "none"
                raise ValueError(f"d_final: expected recurrent layers ({known}), got {layer!r}")
            read[layer] = {}
            for state, d in by_state.items():
                name, own = f"d_final[{layer!r}][{state!r}]", self.final[layer].get(state)
                if own is None or np.shape(d) != own.shape:
                    wanted = ", ".join(f"{n} {a.shape}" for n, a in self.final[layer].items())
                    raise ValueError(f"{name}: expected {wanted}, got {np.shape(d)}")
                read[layer][state] = np.reshape(d, self._done.final[layer][state].shape)
        return read

    def __repr__(self):
        traces = ", ".join(self.traces) or "no recurrent layer"
        return f"Run(output {self.output.shape}; {traces})"


class NetworkGradients:
    """The derivatives of a loss by everything in a network.

    parameters: "lstm_1.W.i" -> array, of all layers that are trained.
    x: dL/dx, or None for tokens. gradients["lstm_1"]: the Gradients of that layer's trace.
    """

    def __init__(self, came, edge):
        self.parameters = came.parameters
        self.gradients = {name: seen(own, edge) for name, own in came.gradients.items()}
        self.x = came.x
        if came.x is not None:
            self.x = edge.leave(came.x) if came.x.ndim == 3 else edge.leave_state(came.x)

    def __getitem__(self, name):
        if name not in self.gradients:
            known = ", ".join(self.gradients) or "none"
            raise KeyError(f"{name}: expected a recurrent layer ({known})")
        return self.gradients[name]

    def __repr__(self):
        return f"NetworkGradients({len(self.parameters)} parameters, x)"


def seen(trace, edge):
    """A trace or its gradients in the form of x; the batch of chunks that a `Hierarchical` layer
    makes of one sequence keeps its batch axis."""
    return trace if edge.no_batch and trace.batch_size > 1 else trace.through(edge)
