"""Numbers as people read them: few digits, powers of ten, shares in per cent.

Does not know what a number means; the unit is the caller's.
"""

from __future__ import annotations

import math

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MINUS, TIMES = "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}"
LARGEST_PLAIN = 4  # 10^4 and more, and less than 10^-3, are written as powers of ten
SMALLEST_PLAIN = -3


def power(exponent: int) -> str:
    """A power of ten for an axis: 10⁻⁸, and 1 and 10 as they are."""
    return {0: "1", 1: "10"}.get(exponent) or "10" + str(exponent).translate(_RAISED)


def number(value: float, digits: int = 3) -> str:
    """A number with `digits` significant digits, 1 to 4; 1.2e-7 becomes a power of ten.

    Digits before the decimal point are never dropped, zeros at the end are. What is not finite
    is said in words.
    """
    if not 1 <= digits <= 4:
        raise ValueError(f"digits: expected 1..4, got {digits}")
    value = float(value)
    sign = MINUS if value < 0 else ""
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return f"{sign}infinity"
    if value == 0:
        return "0"
    # Rounded first: 0.00099996 is 0.001 in three digits, and must not become 10 x 10^-4.
    mantissa, exponent = f"{abs(value):.{digits - 1}e}".split("e")
    exponent = int(exponent)
    if SMALLEST_PLAIN <= exponent < LARGEST_PLAIN:
        return sign + _trim(f"{abs(value):.{max(0, digits - 1 - exponent)}f}")
    return f"{sign}{_trim(mantissa)} {TIMES} {power(exponent)}"


def share(fraction: float) -> str:
    """A part of a whole with two digits: 12 %, 0.75 %; below a thousandth, a power of ten."""
    value = float(fraction)
    if not math.isfinite(value) or value == 0 or abs(value) < 0.995e-3:
        return number(value, digits=2)
    return f"{number(100 * value, digits=2)} %"


def _trim(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
