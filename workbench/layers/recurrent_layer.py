"""A recurrent network as a layer among others: its trace is kept, its states come in and out."""

import copy

from ..recurrent import Recurrent
from ..recurrent.inputs import briefly, real_number
from .dropout import kept_units
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
        return self.net.output_size

    def twin(self):
        """A layer of the same kind that starts with other numbers, drawn from the next seed."""
        return RecurrentLayer(self.net.like(self.net.seed + 1))

    @property
    def nets(self):
        return {"": self.net}

    @property
    def states(self):
        return {"": self.net.state_sizes}

    def forward(self, signal, setting):
        return self._run(self.net, setting.states.get(""), signal, setting)

    def _run(self, net, state, signal, setting):
        trace = net.run(
            signal.values, state, mask=signal.mask, clamp=setting.clamps.get(""),
            record=with_line(setting.record, net.cell.output),
        )  # fmt: skip
        return passed(trace, signal.mask, self.net.cell.states)

    def describe(self):
        return self.net.describe()

    def __repr__(self):
        return repr(self.net)


class RecurrentDropout(RecurrentLayer):
    """A recurrent layer that drops units of its state on their way into the next step.

    net: the Recurrent. rate: the share of units, at least 0, below 1. One mask for each sequence
    (Gal and Ghahramani 2016), in front of every matrix that multiplies anything but x; what a cell
    carries along element by element, such as an LSTM's c, is never dropped. Only while training;
    the trace then has one line more, the mask, called "kept" (0, or 1 / (1 - rate)).
    Raises ValueError for a cell whose recurrent matrices do not take the hidden units.
    """

    def __init__(self, net, rate):
        if not isinstance(net, Recurrent):
            raise ValueError(f"net: expected a Recurrent, got {briefly(net)}")
        super().__init__(net)
        self.rate = real_number("rate", rate, least=0, below=1)
        cell, graph = copy.copy(net.cell), net.cell.graph
        if {graph.size(n.args[1]) for n in graph.nodes if _is_recurrent(n)} != {"hidden_size"}:
            raise ValueError(
                "net: expected a cell whose recurrent matrices all take hidden_size units, "
                f"got {cell.name}"
            )
        self.mask_name = "kept"
        while self.mask_name in (*graph.lines, *graph.states, *graph.parameters, *cell.hyper):
            self.mask_name += "_"
        cell.graph = graph.with_dropped_states(self.mask_name)
        self.dropping = copy.copy(net)
        self.dropping.cell = cell

    def twin(self):
        return RecurrentDropout(self.net.like(self.net.seed + 1), self.rate)

    def forward(self, signal, setting):
        if not setting.training or self.rate == 0:
            return super().forward(signal, setting)
        shape = signal.values.shape[1], self.net.hidden_size
        kept = kept_units(setting.generator, self.rate, shape, self.dtype)
        state = setting.states.get("", {}) | {self.mask_name: kept}
        return self._run(self.dropping, state, signal, setting)

    def describe(self):
        return {"net": self.net, "rate": self.rate}

    def __repr__(self):
        return f"RecurrentDropout({self.net!r}, {self.rate:g})"


def passed(trace, mask, states):
    """The Pass of a recurrent layer that left this trace. states: names of those that go on."""

    def back(d_y, way=None):
        way = way or Way()
        d_final = way.d_final.get("", {})
        gradients = trace.bptt(d_y, truncate=way.truncate, d_final=d_final)
        return Back(gradients.x, gradients.parameters, {"": gradients})

    final = {name: trace.final[name] for name in states}
    return Pass(Signal(trace[trace.cell.output], mask), back, {"": trace}, {"": final})


def with_line(record, line):
    """What is to be recorded, with a line that is needed in any case."""
    return [*record, line] if isinstance(record, list | tuple | set | frozenset) else record


def _is_recurrent(node):
    return node.op == "product" and node.args[1].op != "input"


def as_layer(value):
    """Return the layer that a value stands for: itself, or a `Recurrent` as a layer."""
    if isinstance(value, Recurrent):
        return RecurrentLayer(value)
    if isinstance(value, Layer):
        return value
    hint = ""
    if isinstance(value, list | tuple):
        hint = "; write Network(*layers)"
    elif isinstance(value, type) and issubclass(value, Layer | Recurrent):
        hint = f"; write {value.__name__}(...) with brackets"
    elif isinstance(value, str):
        hint = "; write Recurrent(cell, input_size, hidden_size)"
    raise ValueError(f"layers: expected a Recurrent or a layer, got {briefly(value)}{hint}")


def read_recurrent(argument, value):
    """Return a recurrent layer, or say which argument is none."""
    layer = RecurrentLayer(value) if isinstance(value, Recurrent) else value
    if not isinstance(layer, RecurrentLayer):
        raise ValueError(f"{argument}: expected a Recurrent, got {briefly(value)}")
    return layer
