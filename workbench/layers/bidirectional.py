"""Two passes over one sequence: one reads it from the beginning, one from the end."""

import numpy as np

from .joined import Joined, joined
from .layer import MIXED, SEQUENCE, VECTOR, Back, Layer, Pass, Signal, Way
from .over_time import Last
from .recurrent_layer import RecurrentLayer, as_layer

MERGES = {
    "concat": (
        lambda f, b: np.concatenate([f, b], axis=-1),
        lambda d, f, b: np.split(d, [f.shape[-1]], axis=-1),
    ),
    "sum": (lambda f, b: f + b, lambda d, f, b: (d, d)),
    "mean": (lambda f, b: (f + b) / 2, lambda d, f, b: (d / 2, d / 2)),
    "product": (lambda f, b: f * b, lambda d, f, b: (d * b, d * f)),
}
"""Name -> (how the two outputs are merged, (derivative by the result, both) -> by each)."""


class Bidirectional(Layer):
    """y_t is made of a forward state, which has seen steps 0..t, and a backward one, t..T-1.

    Schuster and Paliwal (1997), Bidirectional recurrent neural networks.
    forward: a Recurrent. backward: another of the same input and output size; None makes one like
        `forward`, drawn from the next seed.
    merge: "concat", "sum", "mean" or "product" of the two outputs.
    ends: give one vector instead of a sequence, merged from what each direction knows when it has
        read everything: the forward state at the last real step, the backward one at the first.
    Traces are called "forward" and "backward" behind the layer's name; each is in the order in
    which its direction reads.
    """

    takes = (SEQUENCE,)

    def __init__(self, forward, backward=None, *, merge="concat", ends=False):
        if merge not in MERGES:
            raise ValueError(f"merge: expected one of {', '.join(MERGES)}, got {merge!r}")
        self.merge, self.ends = merge, bool(ends)
        one = recurrent("forward", forward)
        other = one.twin() if backward is None else recurrent("backward", backward)
        sizes = [(layer.input_size, layer.output_size, layer.dtype.name) for layer in (one, other)]
        if sizes[0] != sizes[1] or one.net is other.net:
            got = "the same one" if sizes[0] == sizes[1] else sizes[1]
            raise ValueError(f"backward: expected a second layer of sizes {sizes[0]}, got {got}")
        self.directions = {"forward": one, "backward": other}
        self.input_size, self.dtype = one.input_size, one.dtype
        self.parameters = Joined({n: layer.parameters for n, layer in self.directions.items()})

    @property
    def output_size(self):
        size = self.directions["forward"].output_size
        return 2 * size if self.merge == "concat" else size

    def gives(self, taken):
        return VECTOR if self.ends else SEQUENCE

    def forward(self, signal, setting):
        reverse = Signal(signal.values[::-1], _reversed(signal.mask))
        one = self.directions["forward"].forward(signal, setting.within("forward"))
        other = self.directions["backward"].forward(reverse, setting.within("backward"))
        f, b = one.output.values, other.output.values[::-1]
        if self.ends:
            at_end, at_begin = (Last().forward(each.output, setting) for each in (one, other))
            f, b = at_end.output.values, at_begin.output.values
        merged, unmerge = MERGES[self.merge]

        def back(d_y, way=None):
            d_f, d_b = unmerge(d_y, f, b)
            if self.ends:
                d_f, d_b = at_end.back(d_f).x, at_begin.back(d_b).x
            else:
                d_b = d_b[::-1]
            way = way or Way()
            came = {
                "forward": one.back(np.ascontiguousarray(d_f), way.within("forward")),
                "backward": other.back(np.ascontiguousarray(d_b), way.within("backward")),
            }
            parameters = joined({name: each.parameters for name, each in came.items()})
            gradients = joined({name: each.gradients for name, each in came.items()})
            return Back(came["forward"].x + came["backward"].x[::-1], parameters, gradients)

        return Pass(
            self._signal(merged(f, b), signal.mask), back,
            joined({"forward": one.traces, "backward": other.traces}),
            joined({"forward": one.final, "backward": other.final}),
        )  # fmt: skip

    def _signal(self, values, mask):
        if self.ends:
            return Signal(values)
        if self.merge != "concat":
            return Signal(values, mask, reversed_units=MIXED)
        return Signal(values, mask, reversed_units=slice(values.shape[-1] // 2, None))

    def describe(self):
        return {**self.directions, "merge": self.merge, "ends": self.ends}

    def __repr__(self):
        inside = ", ".join(map(repr, self.directions.values()))
        return f"Bidirectional({inside}, merge={self.merge!r}{', ends=True' if self.ends else ''})"


def recurrent(argument, value):
    """Return a recurrent layer, or say which argument is none."""
    if isinstance(value, Layer) and not isinstance(value, RecurrentLayer):
        raise ValueError(f"{argument}: expected a Recurrent, got {type(value).__name__}")
    try:
        return as_layer(value)
    except ValueError:
        raise ValueError(f"{argument}: expected a Recurrent, got {value!r:.60}") from None


def _reversed(mask):
    return None if mask is None else mask[::-1]
