"""A recurrent network as a layer among others: its trace is kept, its states come in and out."""

import copy

import numpy as np

from ..recurrent import Recurrent
from .dropout import kept_units, read_rate
from .layer import SEQUENCE, Back, Layer, Pass, Signal, Way


class RecurrentLayer(Layer):
    """What a `Network` makes of a `Recurrent`. Both share the parameters."""

    takes = (SEQUENCE,)

    def __init__(self, net):
        self.net, self.dtype = net, net.dtype
        self.parameters, self.input_size = net.parameters, net.input_size

    @property
    def kind(self):
        return self.net.cell.name

    @property
    def output_size(self):
        graph = self.net.cell.graph
        return self.net.lengths[graph.size(graph.states[self.net.cell.output])]

    def twin(self):
        """A layer of the same kind that starts with other numbers, drawn from the next seed."""
        return RecurrentLayer(self.net.like(self.net.seed + 1))

    def forward(self, signal, setting):
        state, clamp = setting.states.get(""), setting.clamps.get("")
        trace = self.net.run(
            signal.values, state, mask=signal.mask, clamp=clamp, record=setting.record
        )
        return passed(trace, signal.mask, self.net.cell.states)

    def describe(self):
        return self.net.describe()

    def __repr__(self):
        return repr(self.net)


class RecurrentDropout(RecurrentLayer):
    """A recurrent layer that drops units of its state on their way into the next step.

    net: the Recurrent. rate: the share of units, 0..1, below 1. One mask for each sequence (Gal
    and Ghahramani 2016), in front of every matrix that multiplies anything but x; what a cell
    carries along element by element, such as an LSTM's c, is never dropped. Only while training.
    """

    def __init__(self, net, rate):
        super().__init__(net)
        self.rate = read_rate("rate", rate)
        cell, graph = copy.copy(net.cell), net.cell.graph
        recurrent = {graph.size(n.args[1]) for n in graph.nodes if _is_recurrent(n)}
        if recurrent - {"hidden_size"}:
            raise ValueError(
                f"net: expected a cell whose recurrent matrices take hidden_size units, "
                f"got {cell.name}"
            )
        self.name = "kept"
        while self.name in (*graph.lines, *graph.states, *graph.parameters, *cell.hyper):
            self.name += "_"
        cell.graph = graph.with_dropped_states(self.name)
        self.dropping = copy.copy(net)
        self.dropping.cell = cell

    def twin(self):
        return RecurrentDropout(self.net.like(self.net.seed + 1), self.rate)

    def forward(self, signal, setting):
        if not setting.training or self.rate == 0:
            return super().forward(signal, setting)
        shape = signal.values.shape[1], self.net.hidden_size
        kept = kept_units(setting.generator, self.rate, shape, self.dtype)
        state = (setting.states.get("") or {}) | {self.name: kept}
        trace = self.dropping.run(
            signal.values, state, mask=signal.mask, clamp=setting.clamps.get(""),
            record=setting.record,
        )  # fmt: skip
        return passed(trace, signal.mask, self.net.cell.states)

    def describe(self):
        return {"net": self.net, "rate": self.rate}

    def __repr__(self):
        return f"RecurrentDropout({self.net!r}, {self.rate:g})"


def passed(trace, mask, states):
    """The Pass of a recurrent layer that left this trace. states: names of those that go on."""

    def back(d_y, way=None):
        way = way or Way()
        by_line = {trace.cell.output: d_y}
        for state, d in way.d_final.get("", {}).items():
            by_line[state] = by_line.get(state, 0) + at_last_step(d, trace.mask)
        gradients = trace.bptt(by_line, truncate=way.truncate)
        return Back(gradients.x, gradients.parameters, {"": gradients})

    final = {name: trace.final[name] for name in states}
    return Pass(Signal(trace[trace.cell.output], mask), back, {"": trace}, {"": final})


def at_last_step(d_state, mask):
    """(time, batch, units): a derivative by the last state stands at each row's last real step."""
    time, batch = mask.shape
    placed = np.zeros((time, batch, d_state.shape[-1]), d_state.dtype)
    placed[time - 1 - mask[::-1].argmax(axis=0), np.arange(batch)] = d_state
    return placed


def _is_recurrent(node):
    return node.op == "product" and node.args[1].op != "input"


def as_layer(value):
    """Return the layer that a value stands for: itself, or a `Recurrent` as a layer."""
    if isinstance(value, Recurrent):
        return RecurrentLayer(value)
    if isinstance(value, Layer):
        return value
    raise ValueError(f"layers: expected a Recurrent or a layer, got {value!r:.60}")
