"""Two passes over one sequence: one reads it from the beginning, one from the end."""

import numpy as np

from .joined import Joined, joined
from .layer import MIXED, SEQUENCE, VECTOR, Back, Layer, Pass, Signal, Way, shared
from .over_time import Last
from .recurrent_layer import read_recurrent

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
    Raises ValueError where the two do not fit together.
    """

    takes, stepwise, reads_ahead = (SEQUENCE,), False, True

    def __init__(self, forward, backward=None, *, merge="concat", ends=False):
        if merge not in tuple(MERGES):
            raise ValueError(f"merge: expected one of {', '.join(MERGES)}, got {merge!r}")
        self.merge, self.ends = merge, bool(ends)
        one = read_recurrent("forward", forward)
        other = one.twin() if backward is None else read_recurrent("backward", backward)
        if shared(one, other):
            raise ValueError("backward: expected a second Recurrent, got the one of forward")
        wanted, got = (
            f"{each.input_size} -> {each.output_size} units in {each.dtype}"
            for each in (one, other)
        )
        if wanted != got:
            raise ValueError(f"backward: expected {wanted}, as in forward, got {got}")
        self.layers = {"forward": one, "backward": other}
        self.input_size, self.dtype = one.input_size, one.dtype
        self.parameters = Joined({name: each.parameters for name, each in self.layers.items()})

    @property
    def output_size(self):
        size = self.layers["forward"].output_size
        return 2 * size if self.merge == "concat" else size

    def gives(self, taken):
        return VECTOR if self.ends else SEQUENCE

    def forward(self, signal, setting):
        reverse = Signal(signal.values[::-1], _reversed(signal.mask))
        one = self.layers["forward"].forward(signal, setting.within("forward"))
        other = self.layers["backward"].forward(reverse, setting.within("backward"))
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
        return {**self.layers, "merge": self.merge, "ends": self.ends}

    def __repr__(self):
        inside = ", ".join(map(repr, self.layers.values()))
        return f"Bidirectional({inside}, merge={self.merge!r}{', ends=True' if self.ends else ''})"


def _reversed(mask):
    return None if mask is None else mask[::-1]
