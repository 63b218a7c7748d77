"""The short polynomials behind exp and log: power series, cut short in the right basis.

A Taylor polynomial is best at 0 and wastes its terms there. Written in Chebyshev polynomials,
which are at most 1 on the whole interval, the same series shows what each term is worth
everywhere, and the last ones can be dropped: Lanczos' economisation (Applied Analysis, 1956).
"""

from functools import lru_cache
from math import factorial

from numpy.polynomial import chebyshev

__all__ = ["atanh_rest", "exp_rest", "horner"]

TERMS = 28


def _economised(series, bound, degree):
    """Return degree + 1 coefficients, lowest first, for |x| <= bound."""
    scaled = [c * bound**k for k, c in enumerate(series)]
    short = chebyshev.cheb2poly(chebyshev.poly2cheb(scaled)[: degree + 1])
    return tuple(float(c) / bound**k for k, c in enumerate(short))


@lru_cache
def exp_rest(bits):
    """q of e^r = 1 + r + r^2 q(r) for |r| <= 0.3467, half of log 2."""
    series = [1 / factorial(k + 2) for k in range(TERMS)]
    return _economised(series, 0.3467, 4 if bits == 32 else 9)


@lru_cache
def atanh_rest(bits):
    """q of 2 atanh(s) = 2 s + s^3 q(s^2) for s^2 <= 0.0295, |s| <= (sqrt 2 - 1) / (sqrt 2 + 1)."""
    series = [2 / (2 * k + 3) for k in range(TERMS)]
    return _economised(series, 0.0295, 3 if bits == 32 else 7)


def horner(coefficients, x):
    """Return the polynomial's value at x by Horner's rule; coefficients lowest first."""
    result = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        result = result * x + coefficient
    return result
