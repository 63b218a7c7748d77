"""A network: layers in a row, run over sequences, with every recurrent layer's trace kept."""

from collections import Counter

import numpy as np

from ..recurrent.inputs import Edge, numeric, positive_integer, read_mask, read_x
from .joined import Joined, joined
from .layer import TOKENS, VECTOR, Back, Layer, Pass, Setting, Signal, Way
from .recurrent_layer import as_layer
from .run import Run


class Network(Layer):
    """Layers in a row: each one's output is the next one's input. A network is a layer too.

    layers: `Recurrent`s and layers. Each gets a name by its kind and number: "lstm_1", "dense_2".
    `layers` maps these names to the layers, `parameters` maps "lstm_1.W.i" to its array.
    Raises ValueError with one line where a layer cannot take what the one before it gives.
    """

    def __init__(self, *layers):
        if not layers:
            raise ValueError("layers: expected at least one, got none")
        self.layers, count = {}, Counter()
        for layer in map(as_layer, layers):
            if any(same(layer, other) for other in self.layers.values()):
                raise ValueError(f"layers: expected each layer once, got {layer!r:.60} twice")
            count[layer.kind] += 1
            self.layers[f"{layer.kind}_{count[layer.kind]}"] = layer
        self.takes = next(iter(self.layers.values())).takes
        self._follow_sizes()
        self.dtype = self._one_dtype()
        self.parameters = Joined({name: layer.parameters for name, layer in self.layers.items()})

    def _follow_sizes(self):
        """Check that each layer takes the kind of value and the units of the one before it."""
        kind, size, before, self.input_size = self.takes[0], None, None, None
        for name, layer in self.layers.items():
            if kind not in layer.takes:
                came = f"{kind} from {before}" if before else kind
                raise ValueError(f"{name}: expected {' or '.join(layer.takes)}, got {came}")
            if None not in (size, layer.input_size) and size != layer.input_size:
                raise ValueError(
                    f"{name}: expected input_size {size}, what {before} gives, "
                    f"got {layer.input_size}"
                )
            if size is None and kind != TOKENS and self.input_size is None:
                self.input_size = layer.input_size
            kind, before = layer.gives(kind), name
            size = size if layer.output_size is None else layer.output_size
        self._output_size = size

    def _one_dtype(self):
        found = {layer.dtype: name for name, layer in self.layers.items() if layer.parameters}
        if len(found) > 1:
            (first, one), (second, other) = list(found.items())[:2]
            raise ValueError(f"{other}: expected {first} as in {one}, got {second}")
        return next(iter(found), np.dtype("float64"))

    @property
    def output_size(self):
        return self._output_size

    def gives(self, taken):
        for layer in self.layers.values():
            taken = layer.gives(taken)
        return taken

    def run(
        self, x, state=None, *, lengths=None, mask=None, training=False, seed=0, clamp=None,
        record="all", batch_first=False,
    ):  # fmt: skip
        """Run all layers over x and return a Run: the output, every trace, and the way back.

        x: (time, batch, input), or (time, input) without a batch; with batch_first (batch, time,
            input). Whole numbers (time, batch) or (time,) where the first layer takes tokens;
            (batch, input) where it takes vectors.
        state: layer name -> its states, as `run.final` gives them; zero where not given.
        lengths: (batch,) real steps from the first on; mask: (time, batch), True where real.
        training: whether dropout drops; `seed` then says which units.
        clamp: layer name -> {line: value}, as in `Recurrent.run`. record: likewise.
        """
        values, edge = self._read(x, batch_first)
        if values.ndim == 2 and TOKENS not in self.takes:
            real = None
            if mask is not None or lengths is not None:
                raise ValueError("mask: expected none for vectors, got one")
        else:
            real = read_mask(mask, lengths, edge, *values.shape[:2])
            real = None if real.all() else real
        setting = Setting(
            bool(training), np.random.default_rng(positive_integer("seed", seed, least=0)), record,
            self._by_layer("state", state), self._by_layer("clamp", clamp),
        )  # fmt: skip
        return Run(self.forward(Signal(values, real), setting), edge)

    def _read(self, x, batch_first):
        """Return what the first layer is given, and how arrays leave."""
        if TOKENS in self.takes:
            x = numeric("x", x)
            if x.dtype.kind not in "iu" or x.ndim not in (1, 2) or 0 in x.shape:
                raise ValueError(
                    f"x: expected whole numbers (time, batch) or (time,), got {x.dtype} {x.shape}"
                )
            edge = Edge(x.ndim == 1, batch_first and x.ndim == 2)
            return edge.inside(x), edge
        if self.takes == (VECTOR,):
            x = numeric("x", x)
            if x.ndim not in (1, 2) or self.input_size not in (None, x.shape[-1]):
                raise ValueError(f"x: expected (batch, {self.input_size}), got {x.shape}")
            return np.atleast_2d(x).astype(self.dtype), Edge(x.ndim == 1, batch_first)
        width = np.shape(x)[-1] if self.input_size is None and np.ndim(x) else self.input_size
        x, edge = read_x(x, width, batch_first)
        return x.astype(self.dtype), edge

    def _by_layer(self, argument, given):
        if given is not None and not isinstance(given, dict):
            raise ValueError(f"{argument}: expected a dict by layer name, got {given!r:.60}")
        for name in given or {}:
            if str(name).partition(".")[0] not in self.layers:
                known = ", ".join(self.layers)
                raise ValueError(f"{argument}: expected names of layers ({known}), got {name!r}")
        return given or {}

    def forward(self, signal, setting):
        passes = {}
        for name, layer in self.layers.items():
            try:
                passes[name] = layer.forward(signal, setting.within(name))
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
            signal = passes[name].output

        def back(d_output, way=None):
            came, parameters, gradients = Back(d_output), {}, {}
            for name, done in reversed(passes.items()):
                came = done.back(came.x, (way or Way()).within(name))
                if self.layers[name].trainable:
                    parameters = joined({name: came.parameters}) | parameters
                gradients = joined({name: came.gradients}) | gradients
            return Back(came.x, parameters, gradients)

        traces = joined({name: done.traces for name, done in passes.items()})
        final = joined({name: done.final for name, done in passes.items()})
        return Pass(signal, back, traces, final)

    def describe(self):
        return {"layers": tuple(self.layers.values())}

    def __repr__(self):
        rows = [f"  {name}: {layer!r}" for name, layer in self.layers.items()]
        return "\n".join([f"Network of {self.parameters.count:,} parameters", *rows])


def same(layer, other):
    """Whether two layers are one: the same object, or made of the same Recurrent."""
    return layer is other or getattr(layer, "net", layer) is getattr(other, "net", other)
