"""Elementary functions of `Lanes`: choice, sign, roots, exponentials and logarithms.

A processor has vector instructions for + - * / and the square root only. exp and log are made
here in three steps that have no branch: take the power of two out of the number, put a short
polynomial in place of what is left, put the power of two back. They go to 0 gradually, through
the subnormal numbers, overflow to infinity where the exact result does, and let NaN through.
Relative errors are below 3e-7 in float32 and 4.5e-16 in float64; tests/targets/test_simd.py
holds them to it.
"""

from dataclasses import dataclass
from decimal import Decimal
from math import inf, nan
from math import sqrt as root

from .lanes import Choice
from .polynomials import atanh_rest, exp_rest, horner

__all__ = [
    "copysign",
    "exp",
    "expm1",
    "fabs",
    "log",
    "log1p",
    "rint",
    "sqrt",
    "tanh",
    "where",
]

LOG_2 = Decimal("0.693147180559945309417232121458176568075500134360255")


@dataclass(frozen=True)
class Real:
    """What the functions need to know of a number type (IEEE 754 binary32 or binary64).

    mantissa: its stored bits. bias: of the exponent. lowest, highest: below and above them exp
    is 0 and infinity. settled: below it expm1 is -1.
    log_2_high has so few bits that its product with a whole number is exact; with log_2_low it
    makes log 2 to more digits than the type holds.
    """

    mantissa: int
    bias: int
    lowest: float
    highest: float
    settled: float
    high_bits: int

    @property
    def log_2_high(self):
        return round(LOG_2 * 2**self.high_bits) / 2**self.high_bits

    @property
    def log_2_low(self):
        return float(LOG_2 - Decimal(self.log_2_high))

    @property
    def magic(self):
        """Adding it to a small number rounds that number: the last bit of the sum is worth 1."""
        return 1.5 * 2.0**self.mantissa


REAL = {
    32: Real(23, 127, -110.0, 95.0, -25.0, 12),
    64: Real(52, 1023, -760.0, 720.0, -50.0, 38),
}


def where(choice, a, b):
    """Return a where choice (a Choice) holds, b elsewhere; a and b are Lanes or numbers.

    Raises TypeError when choice is not a Choice.
    """
    if not isinstance(choice, Choice):
        raise TypeError(f"where: expected a Choice first, got {type(choice).__name__}")
    return choice.select(a, b)


def fabs(a):
    """Return |a|."""
    return a.call("fabs")


def copysign(a, sign):
    """Return |a| with the sign of `sign`, that of a zero included."""
    return a.call("copysign", sign)


def sqrt(a):
    """Return the square root of a; NaN below 0."""
    return a.call("sqrt")


def rint(a):
    """Return the whole number nearest to a, the even one of two."""
    return a.call("rint")


def _power_of_two(lanes, integers):
    """Return 2**k as Lanes, from integers that hold k in their low bits; k must be in range.

    The exponent of a number is a field of its bits: shifting k + bias there makes the power,
    and whatever stood above the low bits of k is shifted out.
    """
    real, build = REAL[lanes.form.bits], lanes.builder
    biased = build.add(integers, lanes.form.whole(real.bias))
    return lanes.of_bits(build.shl(biased, lanes.form.whole(real.mantissa)))


def _whole_part(a, real):
    """Return (n + magic, n): the whole number n nearest to a, in the low bits of the first."""
    shifted = a + real.magic
    return shifted, shifted - real.magic


def _reduced(a):
    """Return (e^r - 1, n + magic) with a = r + n log 2, |r| <= log(2) / 2."""
    real = REAL[a.form.bits]
    shifted, n = _whole_part(a * float(1 / LOG_2), real)
    r = (a - n * real.log_2_high) - n * real.log_2_low
    return r + r * r * horner(exp_rest(a.form.bits), r), shifted


def _halves(a, shifted):
    """Return 2**k and the bits of n - k, k about n / 2: 2**n itself may be out of range."""
    real = REAL[a.form.bits]
    half, _ = _whole_part(a * float(1 / LOG_2 / 2), real)
    rest = a.builder.sub(shifted.to_bits(), half.to_bits())
    return _power_of_two(a, half.to_bits()), rest


def _between(a, low, high):
    """Keep a between two numbers; NaN stays NaN, since it compares as neither below nor above."""
    if low is not None:
        a = where(a < low, low, a)
    return a if high is None else where(a > high, high, a)


def exp(a):
    """Return e^a."""
    real = REAL[a.form.bits]
    a = _between(a, real.lowest, real.highest)
    p, shifted = _reduced(a)
    first, rest = _halves(a, shifted)
    return (p + 1.0) * first * _power_of_two(a, rest)


def expm1(a):
    """Return e^a - 1, without the loss near 0."""
    real, build = REAL[a.form.bits], a.builder
    a = _between(a, real.settled, real.highest)
    p, shifted = _reduced(a)
    first, rest = _halves(a, shifted)
    inverse = _power_of_two(a, build.neg(rest))
    return (p * first + (first - inverse)) * _power_of_two(a, rest)


def tanh(a):
    """Return the hyperbolic tangent, from m = e^(-2|a|) - 1: tanh |a| = -m / (2 + m)."""
    b = _between(-2.0 * fabs(a), REAL[a.form.bits].settled, None)
    p, shifted = _reduced(b)
    power = _power_of_two(b, shifted.to_bits())
    m = p * power + (power - 1.0)
    return copysign(m / (m + 2.0), a)


def _log_parts(a):
    """Return (f, n) with a = 2**n (1 + f), 1 + f between sqrt(1/2) and sqrt(2); a is normal."""
    real, form, build = REAL[a.form.bits], a.form, a.builder
    bits = a.to_bits()
    least = int.from_bytes(form.dtype.type(root(0.5)).tobytes(), "little")
    shift = form.whole(real.mantissa)
    n = build.ashr(build.sub(bits, form.whole(least)), shift)
    f = a.of_bits(build.sub(bits, build.shl(n, shift))) - 1.0
    magic = int.from_bytes(form.dtype.type(real.magic).tobytes(), "little")
    return f, a.of_bits(build.add(n, form.whole(magic))) - real.magic


def _log_sum(a, extra):
    """Return log(a) + extra for a normal number a.

    With s = f / (2 + f), log(1 + f) = 2 atanh(s) = 2 s + s^3 q(s^2), and 2 s = f - s f keeps all
    the digits of f.
    """
    real = REAL[a.form.bits]
    f, n = _log_parts(a)
    s = f / (f + 2.0)
    square = s * s
    rest = square * horner(atanh_rest(a.form.bits), square)
    return n * real.log_2_high + (f - (s * (f - rest) - (n * real.log_2_low + extra)))


def log(a):
    """Return the natural logarithm; -inf at 0, NaN below."""
    real = REAL[a.form.bits]
    tiny = a < 2.0 ** (1 - real.bias)
    lifted = where(tiny, a * 2.0**real.mantissa, a)
    lost = where(tiny, -real.mantissa * float(LOG_2), 0.0)
    result = where(a < inf, _log_sum(lifted, lost), a)
    return where(a > 0.0, result, where(a == 0.0, -inf, nan))


def log1p(a):
    """Return log(1 + a), without the loss near 0; -inf at -1, NaN below.

    What 1 + a loses to rounding is put back: log(u + c) = log u + c / u for a small c.
    """
    u = a + 1.0
    lost = where(fabs(a) < 1.0, a - (u - 1.0), 1.0 - (u - a))
    result = where(a < inf, _log_sum(u, lost / u), a)
    return where(a > -1.0, result, where(a == -1.0, -inf, nan))
