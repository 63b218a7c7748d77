"""What a network is scored by: one number, and its derivative by the network's output.

A loss is a function (output, targets, mask=None) -> (value, d_output):

    output: (batch, units) or (time, batch, units); any number of axes before the last one.
    mask: True where an entry is real, shaped like output without its last axis, or None.
    value: a float, the mean over the real entries.
    d_output: d value / d output, shaped like output; exactly 0 at every entry that is not real.

What stands in `output` and `targets` where the mask is False is never read. An output that is
not finite gives a value that is not finite: it is for the training loop to say so. Does not add
penalties on parameters: decoupled weight decay is the business of the optimizer (AdamW).
"""

import math

import numpy as np

from ..recurrent.inputs import numeric

__all__ = [
    "LOSSES",
    "accuracy",
    "binary_cross_entropy",
    "bits_per_character",
    "cross_entropy",
    "loss_of",
    "mean_squared",
    "perplexity",
]


def mean_squared(output, targets, mask=None):
    """The mean of (output - target)^2 over real entries and units: (value, d_output).

    targets: real numbers, shaped like output; where there is one unit, its axis may be left out.
    Raises ValueError for targets or a mask of another shape, or targets that are no numbers.
    """
    output, real = _read_output(output, mask)
    targets = _read_values(targets, output, real)
    with np.errstate(all="ignore"):
        error = output[real] - targets[real].astype(output.dtype)
        value = _mean(error * error)
        return value, _placed(2 * error / error.size, output, real)


def cross_entropy(output, targets, mask=None):
    """The mean of -log softmax(output)[target] over real entries, in nats: (value, d_output).

    output: logits, (..., classes), at least two classes. targets: class numbers 0..classes - 1,
    shaped like output without its last axis. d_output = (softmax(output) - one-hot) / entries.
    Raises ValueError for a class out of range, naming its place, and for shapes that do not fit.

    The largest logit is subtracted before any exponential, so that logits of +-1e4 are safe.
    Source: Bishop 2006, Pattern Recognition and Machine Learning, eq. 4.108 and 4.109.
    """
    output, real = _read_output(output, mask)
    classes = output.shape[-1]
    targets = _read_classes(targets, output, real)[real].reshape(-1)
    logits = output[real].reshape(-1, classes)
    entries = np.arange(len(logits))
    with np.errstate(all="ignore"):
        shifted = logits - logits.max(axis=-1, keepdims=True)
        exponentials = np.exp(shifted)
        total = exponentials.sum(axis=-1, keepdims=True)
        value = _mean(np.log(total[:, 0]) - shifted[entries, targets])
        d_logits = exponentials / total
        d_logits[entries, targets] -= 1
        d_logits /= len(logits)
    return value, _placed(d_logits.reshape(output[real].shape), output, real)


def binary_cross_entropy(output, targets, mask=None):
    """The mean of -(y log p + (1 - y) log(1 - p)), p = sigmoid(output), in nats.

    Returns (value, d_output); the mean is over real entries and units. output: logits. targets:
    y in 0..1, shaped like output; where there is one unit, its axis may be left out.
    Raises ValueError for targets outside 0..1 and for shapes that do not fit.

    With a the logit, the loss is max(a, 0) - a y + log(1 + e^-|a|): the same number, without an
    overflow or log 0 at a = +-1e4. Source: Bishop 2006, eq. 4.90.
    """
    output, real = _read_output(output, mask)
    y = _read_values(targets, output, real)
    outside = np.zeros(y.shape, bool)
    outside[real] = (y[real] < 0) | (y[real] > 1)
    _refuse("targets", outside, y, "numbers in 0..1")
    with np.errstate(all="ignore"):
        a, y = output[real], y[real].astype(output.dtype)
        small = np.exp(-np.abs(a))
        value = _mean(np.maximum(a, 0) - a * y + np.log1p(small))
        p = np.where(a >= 0, 1, small) / (1 + small)
        return value, _placed((p - y) / a.size, output, real)


LOSSES = {f.__name__: f for f in (mean_squared, cross_entropy, binary_cross_entropy)}
"""Every loss by the name that `fit` takes for it."""


def loss_of(loss):
    """The loss called `loss` (a string), or `loss` itself if it is a function.

    A function takes (output, targets, mask) and returns (value, d_output) as those here do.
    Raises ValueError that lists the known names.
    """
    if callable(loss):
        return loss
    if not isinstance(loss, str) or loss not in LOSSES:
        known = ", ".join(LOSSES)
        raise ValueError(f"loss: expected one of {known} or a function, got {loss!r}")
    return LOSSES[loss]


def perplexity(value):
    """e^value of a cross-entropy in nats: how many equally likely choices are as hard to guess.

    Infinite above about 709. Source: Jelinek, Mercer, Bahl and Baker 1977.
    """
    with np.errstate(over="ignore"):
        return float(np.exp(np.float64(value)))


def bits_per_character(value):
    """A cross-entropy in nats per character, in bits: value / ln 2."""
    return float(value) / math.log(2)


def accuracy(output, targets, mask=None):
    """The share of real entries that are right, 0..1.

    With class numbers, shaped like output without its last axis of two or more: the largest
    logit is the answer. With targets of 0 and 1 shaped like output (the axis of a single unit may
    be left out), each logit answers for itself: yes above 0. Raises ValueError as the losses do.
    """
    output, real = _read_output(output, mask)
    given = numeric("targets", targets)
    if given.shape == output.shape or output.shape[-1] == 1:
        y = _read_values(given, output, real)[real]
        if not np.isin(y, (0, 1)).all():
            raise ValueError("targets: expected 0 or 1 for every logit, got other numbers")
        return float(np.mean((output[real] > 0) == (y == 1)))
    classes = _read_classes(given, output, real)[real]
    return float(np.mean(output[real].argmax(axis=-1) == classes))


def _read_output(output, mask):
    """(output as floats, the index of its real entries)."""
    output = numeric("output", output)
    if output.ndim == 0 or 0 in output.shape:
        raise ValueError(f"output: expected (..., units) with entries, got {output.shape}")
    if output.dtype.kind != "f":
        output = output.astype(np.float64)
    if mask is None:
        return output, ...
    mask = numeric("mask", mask)
    if mask.shape != output.shape[:-1]:
        raise ValueError(f"mask: expected {output.shape[:-1]}, got {mask.shape}")
    if not np.isin(mask, (0, 1)).all():
        raise ValueError("mask: expected True or False at every entry, got other numbers")
    if not mask.any():
        raise ValueError("mask: expected at least one real entry, got none")
    return output, mask.astype(bool)


def _read_values(targets, output, real):
    """Targets shaped like the output, with numbers at every real entry."""
    targets = numeric("targets", targets)
    if output.shape[-1] == 1 and targets.shape == output.shape[:-1]:
        targets = targets[..., None]
    if targets.shape != output.shape:
        hint = ""
        if targets.shape == output.shape[:-1]:
            hint = f"; one number needs one unit, not {output.shape[-1]}; see cross_entropy for "
            hint += "class numbers"
        raise ValueError(f"targets: expected {output.shape}, got {targets.shape}{hint}")
    unknown = np.zeros(targets.shape, bool)
    unknown[real] = np.isnan(targets[real])
    _refuse("targets", unknown, targets, "numbers")
    return targets


def _read_classes(targets, output, real):
    """Class numbers, one for each entry, in range at every real one."""
    targets, classes = numeric("targets", targets), output.shape[-1]
    if classes < 2:
        raise ValueError(
            "output: expected at least 2 classes, got 1; "
            "see binary_cross_entropy for yes or no, mean_squared for numbers"
        )
    if targets.shape != output.shape[:-1]:
        hint = "; write targets.argmax(-1)" if targets.shape == output.shape else ""
        hint = "; write targets[..., 0]" if targets.shape == (*output.shape[:-1], 1) else hint
        raise ValueError(f"targets: expected {output.shape[:-1]}, got {targets.shape}{hint}")
    if targets.dtype.kind == "f":
        raise ValueError(
            f"targets: expected whole class numbers, got {targets.dtype}; write targets.astype(int)"
        )
    outside = np.zeros(targets.shape, bool)
    outside[real] = (targets[real] < 0) | (targets[real] >= classes)
    _refuse("targets", outside, targets, f"classes 0..{classes - 1}")
    return targets.astype(np.intp)


def _refuse(name, wrong, array, expected):
    """Name the first place where `wrong` is True."""
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        where = f"{name}[{', '.join(map(str, place))}]" if place else name
        raise ValueError(f"{name}: expected {expected}, got {array[place]} at {where}")


def _mean(values):
    return float(values.sum(dtype=np.float64) / values.size)


def _placed(d_real, output, real):
    """d_output: the derivatives of the real entries at their places, 0 elsewhere."""
    d_output = np.zeros_like(output)
    d_output[real] = d_real
    return d_output
