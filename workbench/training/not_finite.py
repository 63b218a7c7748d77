"""What went wrong when a number of the training is not finite: which layer, which step, and why."""

import math
import re

import numpy as np

from ..layers import EncoderDecoder, Network
from .streams import StreamBatch

JUMP = 3.0
"""A step that makes the largest parameter so many times larger (and than 1) is a jump."""
SUDDEN = 100.0
"""A gradient so many times larger than all before it has exploded; less is the rate's fault."""
HUGE = 1e12
"""No data and no weights that are scaled with any care are larger."""


class NotFinite(ArithmeticError):
    """Training met a number that is not finite.

    The model has the parameters of the last update whose loss was finite; `history` is what was
    recorded until then.
    """

    def __init__(self, message, history):
        super().__init__(message)
        self.history = history


class Jumps:
    """Remembers the step that made the parameters jump, and whether its gradient was to blame."""

    def __init__(self):
        self.usual = 0.0
        self.jump = None

    def note(self, update, loss, norm, rate, sizes):
        """norm: of the gradient that was used. sizes: the largest parameter before and after."""
        if self.jump is not None and loss <= self.jump["loss"]:
            self.jump = None
        if self.jump is None and not sizes[1] <= JUMP * max(sizes[0], 1.0):
            self.jump = {
                "update": update, "loss": loss, "norm": norm, "rate": rate, "sizes": sizes,
                "usual": self.usual,
            }  # fmt: skip
        self.usual = max(self.usual, norm)

    def cause(self):
        """What made the parameters jump, in words, or None if they did not."""
        if self.jump is None:
            return None
        update, norm, usual = (self.jump[name] for name in ("update", "norm", "usual"))
        if usual and norm > SUDDEN * usual:
            return (
                f"an exploding gradient: its norm was {norm:.3g} at update {update} and at most "
                f"{usual:.3g} before; clip_norm={usual:.1g} bounds it"
            )
        before, after = self.jump["sizes"]
        return (
            f"the learning rate {self.jump['rate']:g} is too high: update {update} made the "
            f"largest parameter {after:.3g}, from {before:.3g}"
        )


def seen_forward(model, batch, carried, how, jumps):
    """(where, why) for a batch whose loss is not finite: the first layer and step that are not.

    carried, how: as the batch was run with. jumps: what the updates before it did.
    """
    bad = _bad_input(batch)
    if bad is not None:
        return bad
    for name, array in model.parameters.items():
        if not np.isfinite(array).all():
            return f"the parameter {name} is not finite", "it was so before this training"
    found = _first_layer(model, batch, carried, how)
    if found is not None:
        where, growth = found
        return where, jumps.cause() or growth or _scale(model, batch)
    try:
        output = batch.run(model, carried, **how).output
    except ValueError as error:
        return str(error), jumps.cause() or _scale(model, batch)
    y = np.asarray(batch.y)
    if not np.isfinite(y).all() and y.dtype.kind == "f":
        place = ", ".join(str(i) for i in np.argwhere(~np.isfinite(y))[0])
        return f"y[{place}] of the batch is not finite", "the data: y must be finite"
    peaks = {"y": _peak(y), "the output": _peak(output)}
    larger = max(peaks, key=peaks.get)
    where = "the loss or its derivative is not finite, though the output of every layer is"
    if peaks[larger] < HUGE:
        return where, "the loss function: its output and its targets have no large number"
    if larger == "y":
        return where, f"the data: y reaches {peaks['y']:.3g}; scale it"
    cause = jumps.cause() or _scale(model, batch)
    return where, f"{cause} (the output reaches {peaks[larger]:.3g})"


def seen_backward(batch, gradients, error):
    """(where, why) for gradients that are not finite though the loss is: the layer next to the
    loss, and its last step, from which the gradient is not finite on its way back.

    gradients: what came back, or None where that broke off with `error`, the reason in words.
    """
    # Gates that an infinite input saturates hide it from the loss.
    bad = _bad_input(batch)
    if bad is not None:
        return bad
    for name, own in reversed((gradients.gradients if gradients else {}).items()):
        peaks = np.abs(own[own.cell.output]).reshape(len(own[own.cell.output]), -1).max(axis=1)
        wrong = np.flatnonzero(~np.isfinite(peaks))
        if len(wrong):
            step = int(wrong[-1])
            factor = _factor(peaks[::-1][: len(peaks) - 1 - step])
            grows = f"it grows about {factor:.2g}-fold a step on its way back; " if factor else ""
            return (
                f"{name}: the gradient is not finite at step {step} and before",
                f"an exploding gradient: {grows}smaller recurrent weights, or truncate=, keep it "
                "finite, which clipping cannot",
            )
    return error, "an exploding gradient, or a loss that is far too large"


def _bad_input(batch):
    """(where, why) if what is read has an infinite number at a real step, or None."""
    for name, mask in (("x", batch.mask), ("given", getattr(batch, "given_mask", None))):
        place = _place(getattr(batch, name, np.zeros(0)), mask)
        if place:
            place += _of_which(batch, place)
            return f"{name} is {place}", f"the data: {name} must be finite"
    return None


def _of_which(batch, place):
    """Which sequence of the set a place in the batch is of, in words: rows are shuffled."""
    found = re.search(r"batch row (\d+)", place)
    cut = isinstance(batch, StreamBatch)  # its rows are stretches of one series
    return f" (sequence {batch.rows[int(found[1])]} of the data)" if found and not cut else ""


def _first_layer(model, batch, carried, how):
    """(the first layer and step that are not finite, why its state grew or None), or None."""
    if not isinstance(model, EncoderDecoder):
        return _walk("", model, lambda part: batch.run(part, _within(carried, part), **how))
    seed, quiet = how["seed"], {"training": how["training"]}
    found = _walk(
        "encoder.", model.encoder,
        lambda part: part.run(batch.x, mask=batch.mask, seed=seed, **quiet),
    )  # fmt: skip
    if found is not None:
        return found
    traces = batch.run(model, **how).decoder.traces
    # A trace under dropout has its mask among its states, and no run can be given that.
    states = {
        name: {state: traces[name].initial[state] for state in own}
        for name, own in model.decoder.states.items()
    }
    return _walk(
        "decoder.", model.decoder,
        lambda part: part.run(
            batch.given, _within(states, part), mask=batch.given_mask, seed=seed + 1, **quiet
        ),
    )  # fmt: skip


def _within(states, part):
    """The states of the layers that this part of a network has."""
    return {n: own for n, own in (states or {}).items() if n.partition(".")[0] in part.layers}


def _walk(prefix, model, run):
    """Run the first layer, the first two, ... and look at what each one adds."""
    layers = list(model.layers.values())
    for k, name in enumerate(model.layers):
        done = run(Network(*layers[: k + 1]))
        traces = [t for n, t in done.traces.items() if n.partition(".")[0] == name]
        found = [_line(trace) for trace in traces]
        found = [each for each in found if each is not None]
        if found:
            step, line, growth = min(found, key=lambda each: each[0])
            return f"{prefix}{name}: line {line} is not finite from step {step} on", growth
        if not np.isfinite(done.output).all():
            return f"{prefix}{name}: the output is {_place(done.output, None)}", None
    return None


def _line(trace):
    """(step, line, how its state grew or None) of the first step that is not finite, or None."""
    first = []
    for order, line in enumerate(trace.names):
        wrong = ~np.isfinite(trace[line]).reshape(len(trace[line]), -1).all(axis=1)
        if wrong.any():
            first.append((int(wrong.argmax()), order, line))
    if not first:
        return None
    step, _, line = min(first)
    for state in trace.cell.states:
        peaks = np.abs(trace[state]).reshape(len(trace[state]), -1).max(axis=1)[:step]
        factor = _factor(peaks)
        if factor:
            why = (
                f"the state {state} grows about {factor:.2g}-fold a step: smaller recurrent "
                "weights or a bounded activation hold it"
            )
            return step, line, why
    return step, line, None


def _factor(peaks):
    """By what factor each exceeds the one before, on average; None where they hardly grow."""
    peaks = peaks[peaks > 0]
    if len(peaks) < 2 or peaks[-1] < HUGE * min(peaks[0], 1.0):
        return None
    return math.exp((math.log(peaks[-1]) - math.log(peaks[0])) / (len(peaks) - 1))


def _scale(model, batch):
    """The largest thing that went in."""
    peaks = {"x": _peak(batch.x)} | {name: _peak(a) for name, a in model.parameters.items()}
    largest = max(peaks, key=peaks.get)
    return f"the scale: {largest} reaches {peaks[largest]:.3g}"


def _peak(values):
    values = np.asarray(values, np.float64)
    finite = values[np.isfinite(values)]
    return float(np.abs(finite).max(initial=0.0))


def _place(values, mask):
    """The first place that is not finite, in words; None where all such places are padding."""
    wrong = ~np.isfinite(values)
    if mask is not None:
        wrong &= mask.reshape(*mask.shape, *[1] * (wrong.ndim - 2))
    if not wrong.any():
        return None
    place = np.argwhere(wrong)[0]
    axes = ("step", "batch row", "unit") if values.ndim == 3 else ("batch row", "unit")
    what = "not a number" if np.isnan(values[tuple(place)]) else "infinite"
    return f"{what} at " + ", ".join(f"{a} {i}" for a, i in zip(axes, place, strict=False))
