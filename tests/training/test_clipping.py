"""Clipping: norms against exact arithmetic, directions kept, and what is not finite refused."""

import math
from fractions import Fraction

import numpy as np
import pytest

from workbench.training import clip_norm, clip_value, gradient_norm


def gradients(dtype=np.float64, size=1.0):
    stream = np.random.default_rng(5)
    shapes = {"W.i": (3, 4), "b.i": (3,), "U.i": (3, 3)}
    return {n: (size * stream.standard_normal(s)).astype(dtype) for n, s in shapes.items()}


def exact_norm(arrays):
    """The norm in rational arithmetic; only the root is rounded."""
    total = sum(Fraction(float(a)) ** 2 for array in arrays.values() for a in array.flat)
    # Brought near 1 first, so that the sum can be a float at all.
    power = (total.numerator.bit_length() - total.denominator.bit_length()) // 2
    return math.ldexp(math.sqrt(total / Fraction(4) ** power), power)


@pytest.mark.parametrize("size", [1e-170, 1.0, 1e170])
def test_the_norm_is_that_of_all_numbers_together_at_any_size(size):
    found = gradients(size=size)
    assert gradient_norm(found) == pytest.approx(exact_norm(found), rel=1e-14)


def test_float32_gradients_have_their_norm_in_float64():
    found = gradients(np.float32, 1e30)
    assert gradient_norm(found) == pytest.approx(exact_norm(found), rel=1e-14)


def test_no_gradients_and_zero_gradients_have_norm_zero():
    assert gradient_norm({}) == 0
    assert clip_norm({"W": np.zeros((2, 2)), "b": np.zeros(0)}, 1.0) == (0, 0)


@pytest.mark.parametrize(
    ("dtype", "size", "close"),
    [(np.float64, 1.0, 1e-14), (np.float64, 1e250, 1e-14), (np.float32, 1e37, 1e-6)],
)
def test_clipping_by_norm_keeps_the_direction_and_brings_the_norm_to_the_limit(dtype, size, close):
    found, start = gradients(dtype, size), gradients(dtype, size)
    arrays = dict(found)
    before, after = clip_norm(found, 0.25)
    assert before == pytest.approx(exact_norm(start), rel=1e-14)
    assert after == pytest.approx(0.25, rel=close)
    assert after == pytest.approx(exact_norm(found), rel=1e-14)
    for name, array in found.items():
        assert array is arrays[name]
        assert array.dtype == dtype
        expected = start[name].astype(np.float64) / before * 0.25
        np.testing.assert_allclose(array, expected, rtol=close)


def test_a_norm_below_the_limit_changes_nothing():
    found, start = gradients(), gradients()
    before, after = clip_norm(found, 1e3)
    assert before == after == gradient_norm(start)
    assert all(np.array_equal(found[name], start[name]) for name in start)


def test_clipping_by_value_bounds_every_number_and_leaves_the_others():
    found, start = gradients(), gradients()
    before, after = clip_value(found, 0.5)
    assert before == gradient_norm(start)
    assert after == gradient_norm(found) < before
    for name, array in found.items():
        for now, then in zip(array.flat, start[name].flat, strict=True):
            assert now == (then if abs(then) <= 0.5 else math.copysign(0.5, then))


def test_a_limit_beyond_float32_clips_nothing():
    found = gradients(np.float32)
    before, after = clip_value(found, 1e300)
    assert before == after == gradient_norm(gradients(np.float32))


def spoilt(value, name="b.i", place=1):
    found = gradients()
    found[name][place] = value
    return found


FIXED = np.ones(2)
FIXED.setflags(write=False)
WRONG = [
    (lambda: clip_norm(spoilt(np.nan), 1), r"gradients\['b.i'\]: .*finite numbers, got nan .*\(1,"),
    (lambda: clip_norm(spoilt(np.inf), 1), r"gradients\['b.i'\]: .*finite numbers, got inf"),
    (lambda: clip_value(spoilt(-np.inf), 1), r"gradients\['b.i'\]: .*finite numbers, got -inf"),
    (lambda: gradient_norm(spoilt(np.nan, "U.i", (1, 2))), r"\['U.i'\]: .*got nan at \(1, 2\)"),
    (lambda: gradient_norm(spoilt(np.nan) | {"a": FIXED}), r"gradients\['b.i'\]"),
    (lambda: clip_norm({"b": np.full(9, 1e308)}, 1), "finite norm, got one that overflows at 'b'"),
    (lambda: clip_norm({"b": [1.0]}, 1), r"gradients\['b'\]: expected a float array, got list"),
    (lambda: clip_norm({"b": np.arange(3)}, 1), r"gradients\['b'\]: .*float array, got int64"),
    (lambda: clip_value({"b": FIXED}, 1), r"gradients\['b'\]: expected a writeable array"),
    (lambda: clip_norm(gradients(), 0), "limit: expected a finite number above 0, got 0"),
    (lambda: clip_value(gradients(), -1), "limit: expected a finite number above 0, got -1"),
    (lambda: clip_norm(gradients(), np.nan), "limit: expected a finite number above 0, got nan"),
    (lambda: clip_norm(gradients(), None), "limit: expected a finite number above 0, got None"),
]


@pytest.mark.parametrize(("call", "message"), WRONG)
def test_a_mistake_is_answered_in_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_what_is_refused_is_left_as_it_was():
    found = spoilt(np.nan)
    with pytest.raises(ValueError, match=r"b\.i"):
        clip_norm(found, 0.1)
    assert np.array_equal(found["W.i"], gradients()["W.i"])
