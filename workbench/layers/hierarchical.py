"""Two layers at two speeds: a slow one over a fast one."""

import numpy as np

from ..recurrent.inputs import positive_integer
from .joined import Joined, joined
from .layer import SEQUENCE, Back, Layer, Pass, Signal, Way, shared
from .over_time import Last, real_steps
from .recurrent_layer import read_recurrent

STYLES = ("clockwork", "chunked")


class Hierarchical(Layer):
    """A slow recurrent layer reads what a fast one makes, once in `every` steps.

    fast, slow: Recurrents; the slow one reads the fast one's output.
    style: "clockwork": the slow layer moves at the last of each `every` real steps and holds its
        state between them; y_t is the fast state at t and the slow one, side by side (after
        Koutnik et al. 2014, with two clock rates). "chunked": the fast layer starts from zero at
        the beginning of each chunk of `every` steps, and what it has at the chunk's last real step
        is one step of the slow layer; y has one step a chunk (El Hihi and Bengio 1995; Schmidhuber
        1992).
    A run that goes on with `state` counts its real steps from one again. `truncate` counts the
    steps of each layer, which for the slow one of "chunked" are chunks.
    Traces are called "fast" and "slow" behind the layer's name; the chunks of a sequence stand
    side by side in the batch of "fast", whose last states are therefore not handed on.
    Raises ValueError where the two do not fit together.
    """

    takes, stepwise = (SEQUENCE,), False

    def __init__(self, fast, slow, *, every=4, style="clockwork"):
        if style not in STYLES:
            raise ValueError(f"style: expected one of {', '.join(STYLES)}, got {style!r}")
        self.style, self.every = style, positive_integer("every", every)
        fast, slow = read_recurrent("fast", fast), read_recurrent("slow", slow)
        if shared(fast, slow):
            raise ValueError("slow: expected a second Recurrent, got the one of fast")
        wanted = f"input_size {fast.output_size}, what fast gives, in {fast.dtype}"
        if (slow.input_size, slow.dtype) != (fast.output_size, fast.dtype):
            raise ValueError(f"slow: expected {wanted}, got {slow.input_size} in {slow.dtype}")
        self.layers = {"fast": fast, "slow": slow}
        self.input_size, self.dtype = fast.input_size, fast.dtype
        self.parameters = Joined({name: each.parameters for name, each in self.layers.items()})

    @property
    def output_size(self):
        fast, slow = (layer.output_size for layer in self.layers.values())
        return slow if self.style == "chunked" else fast + slow

    @property
    def states(self):
        names = ("slow",) if self.style == "chunked" else ("fast", "slow")
        return joined({name: self.layers[name].states for name in names})

    def forward(self, signal, setting):
        run = self._chunked if self.style == "chunked" else self._clockwork
        return run(signal, setting)

    def _clockwork(self, signal, setting):
        real = real_steps(signal)
        ticks = real & (real.cumsum(axis=0) % self.every == 0)
        fast = self.layers["fast"].forward(signal, setting.within("fast"))
        at_ticks = Signal(fast.output.values, ticks)
        slow = self.layers["slow"].forward(at_ticks, setting.within("slow"))
        hold = Hold(ticks, first_of(slow))
        y = np.concatenate([fast.output.values, hold.forward(slow.output.values)], axis=-1)
        y = np.where(real[..., None], y, 0)

        def back(d_y, way=None):
            way = way or Way()
            d_y = np.where(real[..., None], d_y, 0)
            d_fast, d_slow = np.split(d_y, [self.layers["fast"].output_size], axis=-1)
            d_ticks, d_first = hold.back(d_slow, way.truncate)
            came = {"slow": slow.back(d_ticks, way.within("slow"))}
            gradients = came["slow"].gradients[""]
            gradients.also_initial(gradients.cell.output, d_first)
            came["fast"] = fast.back(d_fast + came["slow"].x, way.within("fast"))
            return _back(came, came["fast"].x)

        final = joined({"fast": fast.final, "slow": slow.final})
        return _passed(Signal(y, signal.mask), back, fast, slow, final)

    def _chunked(self, signal, setting):
        chunks = Chunks(signal.values.shape, self.every)
        pieces = Signal(chunks.cut(signal.values), chunks.cut(real_steps(signal)))
        fast = self.layers["fast"].forward(pieces, setting.within("fast"))
        last = Last().forward(fast.output, setting)
        steps = last.output.values.reshape(chunks.count, chunks.batch, -1)
        mask = pieces.mask.any(axis=0).reshape(chunks.count, chunks.batch)
        slow = self.layers["slow"].forward(Signal(steps, mask), setting.within("slow"))

        def back(d_y, way=None):
            way = way or Way()
            came = {"slow": slow.back(d_y, way.within("slow"))}
            d_last = came["slow"].x.reshape(chunks.count * chunks.batch, -1)
            came["fast"] = fast.back(last.back(d_last).x, way.within("fast"))
            return _back(came, chunks.join(came["fast"].x))

        signal = Signal(slow.output.values, None if mask.all() else mask)
        return _passed(signal, back, fast, slow, joined({"slow": slow.final}))

    def describe(self):
        return {**self.layers, "every": self.every, "style": self.style}

    def __repr__(self):
        inside = ", ".join(map(repr, self.layers.values()))
        return f"Hierarchical({inside}, every={self.every}, style={self.style!r})"


class Hold:
    """Between its ticks a value stays what it was; before the first one it is `first`."""

    def __init__(self, ticks, first):
        time, batch = ticks.shape
        self.first, self.rows = first, np.arange(batch)
        steps = np.where(ticks, np.arange(time)[:, None], -1)
        self.tick = np.maximum.accumulate(steps, axis=0)  # -1 where none has been

    def forward(self, values):
        held = values[self.tick, self.rows]
        return np.where((self.tick < 0)[..., None], self.first, held)

    def back(self, d_held, truncate=None):
        """(derivative by the values, by `first`); nothing goes back over a cut of `truncate`."""
        d, step = np.zeros_like(d_held), np.arange(len(d_held))[:, None]
        whole = len(d_held) if truncate is None else truncate
        same = np.maximum(self.tick, 0) // whole == step // whole
        seen = same & (self.tick >= 0)
        rows = np.broadcast_to(self.rows, seen.shape)
        np.add.at(d, (self.tick[seen], rows[seen]), d_held[seen])
        return d, np.where((same & ~seen)[..., None], d_held, 0).sum(axis=0)


class Chunks:
    """A sequence cut into chunks of `every` steps, which stand side by side in the batch."""

    def __init__(self, shape, every):
        self.time, self.batch, self.every = *shape[:2], every
        self.count = -(-self.time // every)

    def cut(self, array):
        """(time, batch, ...) -> (every, chunks * batch, ...), with zeros after the end."""
        whole = np.zeros((self.count * self.every, *array.shape[1:]), array.dtype)
        whole[: self.time] = array
        pieces = whole.reshape(self.count, self.every, *array.shape[1:]).swapaxes(0, 1)
        return pieces.reshape(self.every, self.count * self.batch, *array.shape[2:])

    def join(self, pieces):
        """The way back of `cut`."""
        pieces = pieces.reshape(self.every, self.count, self.batch, *pieces.shape[2:])
        return pieces.swapaxes(0, 1).reshape(-1, *pieces.shape[2:])[: self.time]


def first_of(done):
    """What a recurrent layer gave out before its first step, (batch, units)."""
    trace = done.traces[""]
    return trace.initial[trace.cell.output]


def _back(came, d_x):
    parameters = joined({name: came[name].parameters for name in ("fast", "slow")})
    gradients = joined({name: came[name].gradients for name in ("fast", "slow")})
    return Back(d_x, parameters, gradients)


def _passed(signal, back, fast, slow, final):
    return Pass(signal, back, joined({"fast": fast.traces, "slow": slow.traces}), final)
