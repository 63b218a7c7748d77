"""A network: layers in a row, run over sequences, with every recurrent layer's trace kept."""

from collections import Counter

import numpy as np

from ..recurrent.inputs import briefly, positive_integer
from .inputs import named, read_clamps, read_real, read_states, read_values
from .joined import Joined, joined
from .layer import TOKENS, VECTOR, Back, Layer, Pass, Setting, Signal, Way, shared
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
        layers, count = [as_layer(layer) for layer in layers], Counter()
        twice = shared(*layers)
        if twice:
            raise ValueError(f"layers: expected each layer once, got {briefly(twice)} twice")
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
                    hint = ""
                    if kind == VECTOR and TOKENS not in layer.takes:
                        hint = "; only the last layer that reads sequences is followed by one"
                    refused.append(f"{name}: expected {wanted}, got {kind} from {before}{hint}")
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
        values, edge = read_values(self, x, batch_first)
        values, real = read_real(self, values, mask, lengths, edge)
        generator = np.random.default_rng(positive_integer("seed", seed, least=0))
        states, clamps = read_states(self, state, values, edge), read_clamps(self, clamp, edge)
        setting = Setting(bool(training), generator, record, states, clamps)
        return Run(self.forward(Signal(values, real), setting), edge)

    def forward(self, signal, setting):
        passes = {}
        for name, layer in self.layers.items():
            # What is not finite goes on as it is: the reader is told where it was seen first.
            with named(name), np.errstate(over="ignore", invalid="ignore"):
                passes[name] = layer.forward(signal, setting.within(name))
            signal = passes[name].output

        def back(d_output, way=None):
            came, parameters, gradients = Back(d_output), {}, {}
            for name, done in reversed(passes.items()):
                with named(name):
                    came = done.back(came.x, (way or Way()).within(name))
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
