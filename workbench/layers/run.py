"""What a network did, and what its loss says about it."""

import numpy as np

from ..recurrent.inputs import briefly, numeric, positive_integer, refuse_nan
from ..recurrent.trace import read_only
from .inputs import check_layers
from .layer import Way


class Run:
    """One run of a network. Arrays have the form that x had (batch axis, time or batch first).

    output: of the last layer, (time, batch, units), or (batch, units) after `Last` and the like;
        zeros at masked steps. Read-only, as are the arrays of a trace.
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
        values, mask = self._done.output.values, self._done.output.mask
        values = values if mask is None else np.where(mask[..., None], values, 0)
        values = read_only(values)  # without a mask they are the ones that the way back needs
        return self._edge.leave_state(values) if values.ndim == 2 else self._edge.leave(values)

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

        d_output: the derivative of the loss by `output`, of its shape; None for zeros. What it
            says at masked steps is ignored.
        truncate: cut the gradient before the steps k, 2k, ... of every recurrent layer.
        d_final: layer name -> state -> derivative of the loss by that layer's last state.
        Raises ValueError with one line for a wrong argument.
        """
        if truncate is not None:
            positive_integer("truncate", truncate)
        way = Way(truncate, self._read_d_final({} if d_final is None else d_final))
        came = self._done.back(self._read_d_output(d_output), way)
        return NetworkGradients(came, self._edge, self._done.final)

    def _read_d_output(self, given):
        """Check the derivative by the output, in the form that layers take it in."""
        output = self._done.output
        if given is None:
            return np.zeros_like(output.values)
        given = numeric("d_output", given)
        if given.shape != self.output.shape:
            raise ValueError(f"d_output: expected {self.output.shape}, got {given.shape}")
        if output.values.ndim == 2:
            refuse_nan("d_output", given, ("batch row", "unit"))
            return given.reshape(output.values.shape).astype(output.values.dtype)
        d = self._edge.inside(given)
        d = d if output.mask is None else np.where(output.mask[..., None], d, 0)
        refuse_nan("d_output", d)
        return d.astype(output.values.dtype)

    def _read_d_final(self, given):
        """Check derivatives by last states, and give them a batch axis."""
        check_layers("d_final", given, self.final)
        read = {}
        for layer, by_state in given.items():
            own, read[layer] = self._done.final[layer], {}
            if not isinstance(by_state, dict) or set(by_state) - set(own):
                wanted = f"a dict by state ({', '.join(own)})"
                raise ValueError(f"d_final[{layer!r}]: expected {wanted}, got {briefly(by_state)}")
            for state, d in by_state.items():
                name, shape = f"d_final[{layer!r}][{state!r}]", self.final[layer][state].shape
                d = numeric(name, d)
                if d.shape != shape:
                    raise ValueError(f"{name}: expected {shape}, got {d.shape}")
                refuse_nan(name, d, ("batch row", "unit"))
                read[layer][state] = d.reshape(own[state].shape).astype(own[state].dtype)
        return read

    def __repr__(self):
        traces = ", ".join(self.traces) or "no recurrent layer"
        return f"Run(output {self.output.shape}; {traces})"


class NetworkGradients:
    """The derivatives of a loss by everything in a network.

    parameters: "lstm_1.W.i" -> array, of all layers but reservoirs.
    x: dL/dx, or None for tokens. gradients["lstm_1"]: the Gradients of that layer's trace.
    initial: layer name -> state -> derivative by what that layer began with; as `d_final` it goes
        on into the run before, which handed its `final` to this one.
    """

    def __init__(self, came, edge, final):
        self.parameters = came.parameters
        self.gradients = {name: seen(own, edge) for name, own in came.gradients.items()}
        self.x = came.x
        if came.x is not None:
            self.x = edge.leave(came.x) if came.x.ndim == 3 else edge.leave_state(came.x)
        self.initial = {}
        for name, states in final.items():
            by_state = self.gradients[name].initial
            self.initial[name] = {state: by_state[state] for state in states}

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
