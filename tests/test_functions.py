"""Every function: its derivative against complex steps, its behaviour at the ends of its range."""

import math

import numpy as np
import pytest

from workbench import functions
from workbench.functions import FUNCTIONS

POINTS = np.array([-750.0, -40, -3.3, -2.9, -1.1, -0.4, -1e-9, 1e-9, 0.2, 0.7, 2.2, 3.3, 40, 750])
POSITIVE = ("log", "sqrt")
ONE = [f for f in FUNCTIONS.values() if f.arity == 1]
TWO = [f for f in FUNCTIONS.values() if f.arity == 2]


def points(function):
    return np.abs(POINTS) if function.name in POSITIVE else POINTS


@pytest.mark.parametrize("function", ONE, ids=lambda f: f.name)
def test_the_derivative_is_that_of_the_complex_step(function):
    a = points(function)
    y = function(a)
    (partial,) = function.partials(y, a)
    with np.errstate(over="ignore"):
        exact = function(a + 1e-30j).imag / 1e-30
    keep = np.isfinite(exact) & np.isfinite(y)
    partial = np.broadcast_to(partial, a.shape)
    scale = np.maximum(1, np.abs(exact[keep]))
    assert (np.abs(partial[keep] - exact[keep]) <= 1e-14 * scale).all()


@pytest.mark.parametrize("function", TWO, ids=lambda f: f.name)
def test_the_derivatives_by_two_arguments(function):
    a, b = POINTS, POINTS[::-1] + 0.1
    y = function(a, b)
    by_a, by_b = function.partials(y, a, b)
    assert np.array_equal(by_a, function(a + 1e-30j, b).imag / 1e-30)
    assert np.array_equal(by_b, function(a, b + 1e-30j).imag / 1e-30)


def test_sigmoid_keeps_its_digits_in_both_tails():
    assert functions.sigmoid(-40.0) == pytest.approx(math.exp(-40), rel=1e-15)
    assert functions.sigmoid(-700.0) == pytest.approx(math.exp(-700), rel=1e-13)
    assert functions.sigmoid(1000.0) == 1
    assert functions.sigmoid(-1000.0) == 0


def test_clip_is_flat_outside():
    a = np.array([-2, -0.5, 0.5, 2])
    assert functions.clip(a, -1, 1).tolist() == [-1, -0.5, 0.5, 1]
    assert functions.clip(a + 1e-30j, -1, 1).imag.tolist() == [0, 1e-30, 1e-30, 0]


def test_a_wrong_number_of_arguments_and_an_unknown_name_are_told():
    with pytest.raises(TypeError, match=r"tanh: expected 1 argument\(s\), got 2"):
        functions.tanh(1.0, 2.0)
    with pytest.raises(ValueError, match="function: expected one of sigmoid"):
        functions.get("swish")
