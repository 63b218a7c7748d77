"""What every layer is: parameters, a way forward, and the way back beside it.

Inside a network arrays are time first: sequences (time, batch, units), tokens (time, batch),
vectors (batch, units). A layer knows nothing of its neighbours; `Network` joins them.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ..recurrent.inputs import numeric, read_dtype
from ..recurrent.starts import STARTS

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


class Layer:
    """A layer. `takes` and `gives` are kinds of values; `kind` is what its name begins with.

    A subclass sets `input_size`, `output_size` and writes `forward(signal, setting)`, which
    returns a Pass whose `back` stands right below the equations that it undoes.
    """

    takes: tuple = (SEQUENCE, VECTOR)
    dtype = np.dtype("float64")
    parameters: Mapping = {}
    input_size: int | None = None
    trainable = True

    @property
    def kind(self):
        name = type(self).__name__
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")

    @property
    def output_size(self):
        return self.input_size

    def gives(self, taken):
        """The kind of value that comes out when this kind goes in."""
        return taken

    def forward(self, signal, setting):
        raise NotImplementedError

    def describe(self):
        """Return the constructor's arguments by name: plain values, layers and tuples of layers."""
        return {}

    def __repr__(self):
        sizes = ", ".join(str(s) for s in (self.input_size, self.output_size) if s is not None)
        return f"{type(self).__name__}({sizes})"


class Weights(dict):
    """name -> array of a layer; assigning copies in, and the shape must fit."""

    def __setitem__(self, name, value):
        if name not in self:
            raise KeyError(f"{name}: expected one of {', '.join(self)}")
        value = numeric(name, value)
        if value.shape != self[name].shape:
            raise ValueError(f"{name}: expected {self[name].shape}, got {value.shape}")
        self[name][...] = value

    @classmethod
    def started(cls, seed, dtype, **shapes_and_starts):
        """name=(shape, start): each drawn from a stream of its own, as in a recurrent layer."""
        made = {}
        for name, (shape, start) in shapes_and_starts.items():
            stream = np.random.default_rng([seed, zlib.crc32(name.encode())])
            made[name] = STARTS[start](stream, shape).astype(read_dtype(dtype))
        return cls(made)
