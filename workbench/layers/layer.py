"""What every layer is: parameters, a way forward, and the way back beside it.

Inside a network arrays are time first: sequences (time, batch, units), tokens (time, batch),
vectors (batch, units). A layer knows nothing of its neighbours; `Network` joins them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from .joined import joined

SEQUENCE, TOKENS, VECTOR = "sequences", "tokens", "vectors"
MIXED = "both directions"


@dataclass(frozen=True)
class Setting:
    """How a network is run this time.

    training: whether dropout drops. generator: where its chance comes from. record: which lines
    the recurrent layers keep. states, clamps: layer name -> what that layer begins with, and the
    lines that it holds; `within` gives those of one layer.
    """

    training: bool = False
    generator: np.random.Generator | None = None
    record: str | list = "all"
    states: Mapping = field(default_factory=dict)
    clamps: Mapping = field(default_factory=dict)

    def within(self, name):
        """The same for the layers inside the layer of this name."""
        states, clamps = inside(name, self.states), inside(name, self.clamps)
        return replace(self, states=states, clamps=clamps)


@dataclass(frozen=True)
class Way:
    """How derivatives go back.

    truncate: cut them before the steps k, 2k, ... of recurrent layers; None cuts nothing.
    d_final: layer name -> state -> derivative of the loss by that state after the last step.
    """

    truncate: int | None = None
    d_final: Mapping = field(default_factory=dict)

    def within(self, name):
        """The same for the layers inside the layer of this name."""
        return replace(self, d_final=inside(name, self.d_final))


def inside(name, by_name):
    """What is said of a layer ("lstm_1", now "") and of those inside it ("lstm_1.x", now "x")."""
    begin = f"{name}."
    inner = {n.removeprefix(begin): v for n, v in by_name.items() if n.startswith(begin)}
    return inner | ({"": by_name[name]} if name in by_name else {})


@dataclass
class Back:
    """What came back through a layer.

    x: derivative of the loss by the layer's input, or None where there is none (tokens).
    parameters: name -> derivative by that parameter. gradients: name -> Gradients of the traces.
    """

    x: np.ndarray | None
    parameters: dict = field(default_factory=dict)
    gradients: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Signal:
    """What goes from layer to layer.

    values: (time, batch, units), tokens (time, batch), or vectors (batch, units).
    mask: (time, batch) bool, True at real steps; None when all are real or there is no time.
    reversed_units: which units were read from the end of the sequence to its beginning: a slice,
        None, or MIXED where each unit is made of both directions.
    """

    values: np.ndarray
    mask: np.ndarray | None = None
    reversed_units: slice | str | None = None

    def mixed(self, values):
        """The signal of a layer that makes each of its units of all units of this one."""
        return Signal(values, self.mask, None if self.reversed_units is None else MIXED)


@dataclass
class Pass:
    """What a layer did with one signal.

    output: the Signal that goes on. back: (derivative by its values, Way) -> Back.
    traces: name -> Trace; "" stands for the layer itself. final: name -> last states.
    """

    output: Signal
    back: Callable
    traces: dict = field(default_factory=dict)
    final: dict = field(default_factory=dict)


class Layer(ABC):
    """A layer. `takes` and `gives` are kinds of values; `kind` is what its name begins with.

    A subclass sets `input_size`, `output_size` and writes `forward(signal, setting)`, which
    returns a Pass whose `back` stands right below the equations that it undoes.
    dtype: of its own numbers; None where it has none and computes in that of its input.
    layers: name -> layer inside this one.
    stepwise: whether a sequence may be run a step at a time, each run from the last one's states.
    reads_ahead: whether the output at a step depends on later steps.
    """

    takes: tuple = (SEQUENCE, VECTOR)
    dtype: np.dtype | None = None
    parameters: Mapping = {}
    input_size: int | None = None
    layers: Mapping = {}

    @property
    def kind(self):
        name = type(self).__name__
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")

    @property
    def output_size(self):
        return self.input_size

    @property
    def stepwise(self):
        return all(layer.stepwise for layer in self.layers.values())

    @property
    def reads_ahead(self):
        return any(layer.reads_ahead for layer in self.layers.values())

    @property
    def nets(self):
        """Name -> Recurrent inside, whose trace is kept; "" stands for the layer itself."""
        return joined({name: layer.nets for name, layer in self.layers.items()})

    @property
    def states(self):
        """Name -> {state: units} of the Recurrents inside that can start from given states."""
        return joined({name: layer.states for name, layer in self.layers.items()})

    def gives(self, taken):
        """The kind of value that comes out when this kind goes in."""
        return taken

    @abstractmethod
    def forward(self, signal, setting):
        """Return the Pass of a Signal through the layer."""

    def describe(self):
        """Return the constructor's arguments by name: plain values, layers and tuples of layers."""
        return {}

    def __repr__(self):
        sizes = ", ".join(str(s) for s in (self.input_size, self.output_size) if s is not None)
        return f"{type(self).__name__}({sizes})"


def shared(*layers):
    """The first of the layers that has a part, itself or inside it, in common with one before."""
    seen = set()
    for layer in layers:
        own = {id(part) for part in _parts(layer)}
        if own & seen:
            return layer
        seen |= own
    return None


def _parts(layer):
    """The layer and those inside it; a recurrent one is its Recurrent, which others may wrap."""
    yield getattr(layer, "net", layer)
    for inner in layer.layers.values():
        yield from _parts(inner)
