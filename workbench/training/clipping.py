"""Keeps gradients from being too large, by value or by their norm together, in place.

Clip between the backward pass and the optimizer's step. A gradient that is not finite is refused
with the name of its parameter: scaling it would spread not-a-number over all the others. Does not
choose a limit: watch the norms, which every function here returns.

Keep the mapping in a variable, clip it, and hand that one to the optimizer: one that makes its
arrays anew each time it is asked for would lose what was clipped.
"""

import math

import numpy as np

from ..recurrent.inputs import real_number

__all__ = ["clip_norm", "clip_value", "gradient_norm"]


def gradient_norm(gradients):
    """The Euclidean norm of all gradients together: sqrt of the sum of all their squares.

    gradients: mapping name -> float array. Raises ValueError that names the first parameter
    whose gradient is not finite, or the largest one when the norm itself would overflow.
    """
    largest, where = 0.0, None
    for name, gradient in gradients.items():
        if not isinstance(gradient, np.ndarray) or gradient.dtype.kind != "f":
            came = getattr(gradient, "dtype", type(gradient).__name__)
            raise ValueError(f"gradients[{name!r}]: expected a float array, got {came}")
        peak = float(np.maximum(gradient.max(initial=0), -gradient.min(initial=0)))
        if not math.isfinite(peak):
            raise ValueError(_not_finite(name, gradient))
        largest, where = (peak, name) if peak >= largest else (largest, where)
    if largest == 0:
        return 0.0
    # Scaled before squaring: 1e-200 squared is 0 in float64, and 1e200 squared infinite.
    scaled = (np.divide(g, largest, dtype=np.float64) for g in gradients.values())
    norm = largest * math.sqrt(sum(float(np.square(s, out=s).sum()) for s in scaled))
    if not math.isfinite(norm):
        raise ValueError(f"gradients: expected a finite norm, got one that overflows at {where!r}")
    return norm


def clip_norm(gradients, limit):
    """Scale all gradients by one factor so that their norm is at most `limit`, in place.

    Their direction stays. Returns (norm before, norm after). Raises ValueError as
    `gradient_norm` does, and for a limit that is not above 0.
    Source: Pascanu, Mikolov and Bengio 2013, algorithm 1.
    """
    limit = real_number("limit", limit, above=0)
    before = _norm_before(gradients)
    if before <= limit:
        return before, before
    for gradient in gradients.values():
        # In float64, and divided first: the factor limit / norm alone may underflow.
        shares = np.divide(gradient, before, dtype=np.float64)
        np.multiply(shares, limit, out=gradient, casting="same_kind")
    return before, gradient_norm(gradients)


def clip_value(gradients, limit):
    """Bring every number of every gradient into -limit..limit, in place.

    Their direction may change. Returns (norm before, norm after). Raises ValueError as
    `gradient_norm` does, and for a limit that is not above 0.
    Source: Mikolov 2012, Statistical language models based on neural networks.
    """
    limit = real_number("limit", limit, above=0)
    before = _norm_before(gradients)
    for gradient in gradients.values():
        bound = min(limit, float(np.finfo(gradient.dtype).max))
        np.clip(gradient, -bound, bound, out=gradient)
    return before, gradient_norm(gradients)


def _norm_before(gradients):
    """The norm, of gradients that can be changed: or clipping would be lost."""
    norm = gradient_norm(gradients)
    for name, gradient in gradients.items():
        if not gradient.flags.writeable:
            raise ValueError(f"gradients[{name!r}]: expected a writeable array")
    return norm


def _not_finite(name, gradient):
    place = tuple(int(i) for i in np.argwhere(~np.isfinite(gradient))[0])
    return f"gradients[{name!r}]: expected finite numbers, got {gradient[place]} at {place}"
