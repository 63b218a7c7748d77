# ruff: noqa: RUF001 - the signs that pictures use are what is tested here
import math

import numpy as np
import pytest

from workbench.pictures import number, power, share


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0, 3, "0"),
        (-0.0, 3, "0"),
        (1.2e-7, 2, "1.2 × 10⁻⁷"),
        (-1.2e-7, 2, "−1.2 × 10⁻⁷"),
        (5.4e-4, 2, "5.4 × 10⁻⁴"),
        (0.5, 3, "0.5"),
        (-12.345, 3, "−12.3"),
        (1234.4, 2, "1234"),
        (9999.6, 4, "1 × 10⁴"),
        (12345, 3, "1.23 × 10⁴"),
        (1e300, 1, "1 × 10³⁰⁰"),
        (5e-324, 1, "5 × 10⁻³²⁴"),
        (0.0009996, 3, "0.001"),
        (math.inf, 3, "infinity"),
        (-math.inf, 3, "−infinity"),
        (math.nan, 3, "not a number"),
    ],
)
def test_a_number_is_written_as_people_write_it(value, digits, text):
    assert number(value, digits) == text


@pytest.mark.parametrize("digits", [1, 2, 3, 4])
def test_a_number_reads_back_within_half_a_unit_of_its_last_digit(digits):
    rng = np.random.default_rng(0)
    raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    for value in rng.normal(size=200) * 10.0 ** rng.integers(-30, 30, size=200):
        text = number(value, digits).replace("−", "-")
        mantissa, _, exponent = text.partition(" × 10")
        back = float(mantissa) * 10.0 ** int(exponent.translate(raised) or 0)
        if text.endswith(" × 10"):
            back *= 10
        assert abs(back - value) <= 0.5000001 * 10.0 ** (1 - digits) * abs(value)


@pytest.mark.parametrize("digits", [0, 5])
def test_more_than_four_digits_are_refused(digits):
    with pytest.raises(ValueError, match=f"digits: expected 1..4, got {digits}"):
        number(1.0, digits)


@pytest.mark.parametrize(
    ("exponent", "text"), [(-8, "10⁻⁸"), (0, "1"), (1, "10"), (2, "10²"), (-123, "10⁻¹²³")]
)
def test_a_power_of_ten_is_raised(exponent, text):
    assert power(exponent) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (1, "100 %"),
        (0.123, "12 %"),
        (0.0075, "0.75 %"),
        (0.001, "0.1 %"),
        (0.000996, "0.1 %"),
        (5.4e-4, "5.4 × 10⁻⁴"),
        (0, "0"),
        (1.5, "150 %"),
        (math.nan, "not a number"),
    ],
)
def test_a_share_is_in_per_cent_down_to_a_thousandth(fraction, text):
    assert share(fraction) == text
