"""A network: layers in a row, run over sequences, with every recurrent layer's trace kept."""

from collections import Counter

import numpy as np

from ..recurrent.inputs import Edge, numeric, positive_integer, read_mask, read_x, refuse_nan
from .joined import Joined, joined
from .layer import TOKENS, VECTOR, Back, Layer, Pass, Setting, Signal, Way, shared
from .recurrent_layer import as_layer
from .run import Run, by_layer


class Network(Layer):
    """Layers in a row: each one's output is the next one's input. A network is a layer too.

    layers: `Recurrent`s and layers. Each gets a name by its kind and number: "lstm_1", "dense_2".
    `layers` maps these names to the layers, `parameters` maps "lstm_1.W.i" to its array.
    Raises ValueError with one line where a layer cannot take what the one before it gives.
    """

    def __init__(self, *layers):
        if not layers:
            raise ValueError("layers: expected at least one, got none")
        layers, count = [as_layer(layer) for layer in layers], Counter()
        twice = shared(*layers)
        if twice:
            raise ValueError(f"layers: expected each layer once, got {twice!r:.60} twice")
        self.layers = {}
        for layer in layers:
            count[layer.kind] += 1
            self.layers[f"{layer.kind}_{count[layer.kind]}"] = layer
        self.takes = self._accepted()
        self.input_size, self._output_size = self._follow_sizes()
        self.dtype = self._one_dtype()
        self.parameters = Joined({name: layer.parameters for name, layer in self.layers.items()})

    def _accepted(self):
        """The kinds of values that the first layer takes and that suit all layers after it."""
        accepted, refused = [], []
        for first in next(iter(self.layers.values())).takes:
            kind, before = first, ""
            for name, layer in self.layers.items():
                if kind not in layer.takes:
                    wanted = " or ".join(layer.takes)
                    refused.append(f"{name}: expected {wanted}, got {kind} from {before}")
                    break
                kind, before = layer.gives(kind), name
            else:
                accepted.append(first)
        if not accepted:
            raise ValueError(refused[0])
        return tuple(accepted)

    def _follow_sizes(self):
        """Check that each layer takes the units that come to it; return (input, output) size."""
        first, size, before = None, None, "x"
        for name, layer in self.layers.items():
            if None not in (size, layer.input_size) and size != layer.input_size:
                raise ValueError(
                    f"{name}: expected input_size {size}, what {before} gives, "
                    f"got {layer.input_size}"
                )
            if size is None and TOKENS not in self.takes:
                first = layer.input_size
            if layer.output_size is not None:
                size, before = layer.output_size, name
        return first, size

    def _one_dtype(self):
        found = {layer.dtype: name for name, layer in self.layers.items() if layer.dtype}
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
        clamp: layer name -> {line: value}, as in `Recurrent.run`. record: likewise, for all layers.
        Raises ValueError with one line that names the argument, or the layer and its argument.
        """
        values, edge = self._read_x(x, batch_first)
        real = self._read_mask(values, mask, lengths, edge)
        if values.ndim == 3 and real is not None:
            values = np.where(real[..., None], values, 0)
        refuse_nan("x", values)
        state, clamp = ({} if given is None else given for given in (state, clamp))
        by_layer(state, "state", self.states)
        by_layer(clamp, "clamp", self.nets)
        generator = np.random.default_rng(positive_integer("seed", seed, least=0))
        setting = Setting(bool(training), generator, record, state, clamp)
        return Run(self.forward(Signal(values, real), setting), edge)

    def _read_x(self, x, batch_first):
        """Return what the first layer is given, and how arrays leave."""
        x = numeric("x", x)
        if TOKENS in self.takes:
            if x.dtype.kind not in "iu" or x.ndim not in (1, 2) or 0 in x.shape:
                raise ValueError(
                    f"x: expected whole numbers (time, batch) or (time,), got {x.dtype} {x.shape}"
                )
            edge = Edge(x.ndim == 1, batch_first and x.ndim == 2)
            return edge.inside(x), edge
        if self.takes == (VECTOR,):
            units = "units" if self.input_size is None else self.input_size
            fits = x.ndim in (1, 2) and 0 not in x.shape and units in ("units", x.shape[-1])
            if not fits:
                raise ValueError(f"x: expected (batch, {units}) or ({units},), got {x.shape}")
            return np.atleast_2d(x).astype(self.dtype), Edge(x.ndim == 1, batch_first)
        units = self.input_size or (x.shape[-1] if x.ndim else "units")
        x, edge = read_x(x, units, batch_first)
        return x.astype(self.dtype), edge

    def _read_mask(self, values, mask, lengths, edge):
        """Return (time, batch) bool, or None where every step is real."""
        if self.takes == (VECTOR,):
            if mask is not None or lengths is not None:
                raise ValueError("mask: expected None for vectors, which have no steps, got one")
            return None
        real = read_mask(mask, lengths, edge, *values.shape[:2])
        return None if real.all() else real

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
                parameters = joined({name: came.parameters}) | parameters
                gradients = joined({name: came.gradients}) | gradients
            return Back(came.x, parameters, gradients)

        traces = joined({name: done.traces for name, done in passes.items()})
        final = joined({name: done.final for name, done in passes.items()})
        return Pass(signal, back, traces, final)

    def __repr__(self):
        rows = [f"  {name}: {layer!r}" for name, layer in self.layers.items()]
        return "\n".join([f"Network of {self.parameters.count:,} parameters", *rows])
