"""Losses: values against exact or complex arithmetic, derivatives against complex steps."""

import math
from fractions import Fraction

import numpy as np
import pytest

from workbench.training import (
    LOSSES,
    accuracy,
    binary_cross_entropy,
    bits_per_character,
    cross_entropy,
    loss_of,
    mean_squared,
    perplexity,
)

STREAM = np.random.default_rng(3)
LOGITS = 3 * STREAM.standard_normal((5, 4, 6))
CLASSES = STREAM.integers(0, 6, (5, 4))
VALUES = STREAM.standard_normal((5, 4, 6))
SHARES = STREAM.uniform(0, 1, (5, 4, 6))
MASK = STREAM.uniform(0, 1, (5, 4)) < 0.6
CASES = {
    "mean_squared": VALUES,
    "cross_entropy": CLASSES,
    "binary_cross_entropy": SHARES,
}


def entries(mask):
    return [place for place in np.ndindex(5, 4) if mask is None or mask[place]]


def naive_mean_squared(output, targets, mask):
    """The definition, entry by entry; complex outputs pass through."""
    found = [(output[p][k] - targets[p][k]) ** 2 for p in entries(mask) for k in range(6)]
    return sum(found) / len(found)


def naive_cross_entropy(output, targets, mask):
    found = [
        -np.log(np.exp(output[p][targets[p]]) / sum(np.exp(output[p][k]) for k in range(6)))
        for p in entries(mask)
    ]
    return sum(found) / len(found)


def naive_binary_cross_entropy(output, targets, mask):
    # 1 - p written out: subtracting p from 1 would cost the reference its digits.
    p, q = 1 / (1 + np.exp(-output)), 1 / (1 + np.exp(output))
    found = [
        -(targets[e][k] * np.log(p[e][k]) + (1 - targets[e][k]) * np.log(q[e][k]))
        for e in entries(mask)
        for k in range(6)
    ]
    return sum(found) / len(found)


NAIVE = {
    "mean_squared": naive_mean_squared,
    "cross_entropy": naive_cross_entropy,
    "binary_cross_entropy": naive_binary_cross_entropy,
}


def by_complex_step(name, mask):
    d_output = np.zeros_like(LOGITS)
    for place in np.ndindex(LOGITS.shape):
        output = LOGITS.astype(complex)
        output[place] += 1e-30j
        d_output[place] = NAIVE[name](output, CASES[name], mask).imag / 1e-30
    return d_output


@pytest.mark.parametrize("mask", [None, MASK], ids=["whole", "masked"])
@pytest.mark.parametrize("name", LOSSES)
def test_value_and_derivative_are_those_of_the_definition(name, mask):
    value, d_output = LOSSES[name](LOGITS, CASES[name], mask)
    assert isinstance(value, float)
    assert value == pytest.approx(NAIVE[name](LOGITS, CASES[name], mask), rel=1e-13)
    np.testing.assert_allclose(d_output, by_complex_step(name, mask), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", LOSSES)
def test_float32_stays_float32_and_near_float64(name):
    output, targets = LOGITS.astype(np.float32), CASES[name]
    value, d_output = LOSSES[name](output, targets, MASK)
    exact, d_exact = LOSSES[name](output.astype(np.float64), targets, MASK)
    assert d_output.dtype == np.float32
    assert value == pytest.approx(exact, rel=1e-6)
    np.testing.assert_allclose(d_output, d_exact, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("name", LOSSES)
def test_what_is_masked_has_no_gradient_and_is_never_read(name):
    value, d_output = LOSSES[name](LOGITS, CASES[name], MASK)
    assert (d_output[~MASK] == 0).all()
    output, targets = LOGITS.copy(), CASES[name].copy()
    output[~MASK] = np.nan
    targets[~MASK] = -99
    again, d_again = LOSSES[name](output, targets, MASK)
    assert again == value
    assert np.array_equal(d_again, d_output)


@pytest.mark.parametrize("name", LOSSES)
def test_a_mask_is_the_loss_of_the_real_entries_alone(name):
    value, d_output = LOSSES[name](LOGITS, CASES[name], MASK)
    alone, d_alone = LOSSES[name](LOGITS[MASK], CASES[name][MASK])
    assert value == alone
    assert np.array_equal(d_output[MASK], d_alone)


@pytest.mark.parametrize("name", LOSSES)
def test_arguments_are_left_as_they_were(name):
    output, targets, mask = LOGITS.copy(), CASES[name].copy(), MASK.copy()
    LOSSES[name](output, targets, mask)
    assert np.array_equal(output, LOGITS)
    assert np.array_equal(targets, CASES[name])
    assert np.array_equal(mask, MASK)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_logits_of_ten_thousand_neither_overflow_nor_vanish(dtype):
    far = np.array([[1e4, -1e4, 0.0]], dtype)
    assert cross_entropy(far, [0]) == (0.0, pytest.approx(np.zeros((1, 3))))
    value, d = cross_entropy(far, [1])
    assert value == 2e4
    assert d.tolist() == [[1.0, -1.0, 0.0]]
    value, d = binary_cross_entropy(far, [[0.0, 1.0, 1.0]])
    assert value == pytest.approx((1e4 + 1e4 + math.log(2)) / 3, rel=1e-7)
    np.testing.assert_allclose(d, [[1 / 3, -1 / 3, -1 / 6]], rtol=1e-7)
    assert binary_cross_entropy(far[:, :2], [[1.0, 0.0]])[0] == 0.0


def test_the_tail_of_the_binary_loss_keeps_its_relative_precision():
    assert binary_cross_entropy([[40.0]], [[1.0]])[0] == pytest.approx(math.exp(-40), rel=1e-15)


def test_mean_squared_is_exact_in_whole_numbers():
    value, d = mean_squared([[1.0, 2.0], [4.0, 8.0]], [[0.0, 4.0], [4.0, 5.0]])
    assert value == Fraction(1 + 4 + 0 + 9, 4)
    assert d.tolist() == [[0.5, -1.0], [0.0, 1.5]]


def test_equal_logits_cost_log_classes_which_is_a_perplexity_of_all_classes():
    value, _ = cross_entropy(np.zeros((3, 8)), [0, 5, 7])
    assert value == pytest.approx(math.log(8), rel=1e-15)
    assert perplexity(value) == pytest.approx(8, rel=1e-14)
    assert bits_per_character(value) == pytest.approx(3, rel=1e-15)
    assert perplexity(1e4) == math.inf


def test_the_axis_of_a_single_unit_may_be_left_out_of_the_targets():
    output, y = STREAM.standard_normal((4, 1)), np.array([0.0, 1.0, 1.0, 0.0])
    for loss in (mean_squared, binary_cross_entropy):
        value, d_output = loss(output, y)
        again, d_again = loss(output, y[:, None])
        assert value == again
        assert d_output.shape == (4, 1)
        assert np.array_equal(d_output, d_again)


def test_an_output_that_is_not_finite_gives_such_a_value_and_no_warning():
    wrong = np.array([[np.inf, 0.0], [np.nan, 1.0]])
    for name, targets in (("mean_squared", np.ones((2, 2))), ("cross_entropy", [0, 1])):
        assert not math.isfinite(LOSSES[name](wrong, targets)[0])
    assert mean_squared(np.array([[1e30]], np.float32), [[0.0]])[0] == math.inf


def test_accuracy_counts_the_real_entries_that_are_right():
    output = np.zeros((2, 2, 3))
    output[..., 2] = 1
    targets = np.array([[2, 2], [0, 2]])
    assert accuracy(output, targets) == 0.75
    assert accuracy(output, targets, [[True, True], [False, False]]) == 1.0
    assert accuracy(output, targets, [[False, True], [True, False]]) == 0.5
    assert accuracy([[0.2], [-3.0], [0.1]], [1, 0, 0]) == pytest.approx(2 / 3)
    assert accuracy([[0.2, -1.0]], [[1, 1]]) == 0.5


def test_a_loss_is_found_by_name_or_is_the_function_itself():
    assert loss_of("cross_entropy") is cross_entropy
    assert loss_of(naive_mean_squared) is naive_mean_squared


FLAT = np.zeros((4, 3))
WRONG = [
    (
        lambda: cross_entropy(FLAT, [0, 1, 3, 2]),
        r"targets: expected classes 0..2, got 3 at .*2",
    ),
    (lambda: cross_entropy(FLAT, [0, -1, 1, 2]), r"classes 0..2, got -1 at targets\[1\]"),
    (lambda: cross_entropy(FLAT, [0, 1, 2]), r"targets: expected \(4,\), got \(3,\)"),
    (lambda: cross_entropy(FLAT, FLAT), r"expected \(4,\), got \(4, 3\); write targets.argmax"),
    (lambda: cross_entropy(FLAT, [0.0, 1, 2, 0]), "expected whole class numbers, got float64"),
    (lambda: cross_entropy(FLAT[:, :1], [0] * 4), "at least 2 classes.*binary_cross_entropy"),
    (lambda: cross_entropy(FLAT, ["a"] * 4), "targets: expected real numbers"),
    (lambda: cross_entropy(FLAT, [0] * 4, [True]), r"mask: expected \(4,\), got \(1,\)"),
    (lambda: cross_entropy(FLAT, [0] * 4, [2] * 4), "mask: expected True or False"),
    (lambda: cross_entropy(FLAT, [0] * 4, [False] * 4), "at least one real entry, got none"),
    (lambda: cross_entropy(FLAT + 1j, [0] * 4), "output: expected real numbers, got complex"),
    (lambda: mean_squared(FLAT, FLAT.T), r"targets: expected \(4, 3\), got \(3, 4\)"),
    (lambda: mean_squared(FLAT, np.zeros(4)), r"got \(4,\); one number needs one unit, not 3"),
    (lambda: mean_squared(FLAT, FLAT * np.nan), r"expected numbers, got nan at targets\[0, 0\]"),
    (lambda: mean_squared(3.0, 3.0), r"output: expected \(..., units\) with entries, got \(\)"),
    (lambda: mean_squared(FLAT[:0], FLAT[:0]), r"output: expected .*got \(0, 3\)"),
    (lambda: binary_cross_entropy(FLAT, FLAT + 2), r"numbers in 0..1, got 2.0 at targets\[0, 0\]"),
    (lambda: accuracy(FLAT, FLAT + 0.5), "expected 0 or 1 for every logit"),
    (lambda: loss_of("hinge"), "loss: expected one of mean_squared, .* or a function, got 'hinge'"),
    (lambda: loss_of(None), "loss: expected .*got None"),
]


@pytest.mark.parametrize(("call", "message"), WRONG)
def test_a_mistake_is_answered_in_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
