# SPDX-License-Identifier: BSD-3-Clause
"""Elementary functions on decimal.Decimal, to about PREC digits, for making tables."""

import functools
import math
import struct
from decimal import Decimal as D, getcontext
from fractions import Fraction

PREC = 100
getcontext().prec = PREC
getcontext().Emin = -999999
getcontext().Emax = 999999
EPS = D(10) ** -(PREC + 5)


def _series(first, ratio):
    """first * (1 + ratio(1) + ratio(1) ratio(2) + ...), until a term no longer counts."""
    total = term = first
    n = 1
    while term and abs(term) > abs(total) * EPS:
        term = term * ratio(n)
        total += term
        n += 1
    return total


@functools.lru_cache(None)
def pi():
    def inv_atan(n):
        total = term = D(1) / n
        k = 1
        while abs(term) > EPS:
            term = -term / (n * n)
            total += term / (2 * k + 1)
            k += 1
        return total

    return 16 * inv_atan(5) - 4 * inv_atan(239)


def exp(x):
    return x.exp()


def ln(x):
    return x.ln()


@functools.lru_cache(None)
def ln2():
    return D(2).ln()


def log1p(x):
    if abs(x) > D("0.01"):
        return (1 + x).ln()
    total, power, n = D(0), x, 1
    while power and abs(power) > abs(x) * EPS:
        total += power / n if n % 2 else -power / n
        power *= x
        n += 1
    return total


def expm1(x):
    if abs(x) > 1:
        return x.exp() - 1
    return _series(x, lambda n: x / (n + 1))


def sin(x):
    return _series(x, lambda n: -x * x / ((2 * n) * (2 * n + 1)))


def cos(x):
    return _series(D(1), lambda n: -x * x / ((2 * n - 1) * (2 * n)))


def sinh(x):
    return _series(x, lambda n: x * x / ((2 * n) * (2 * n + 1)))


def tanh(x):
    e = expm1(2 * x)
    return e / (e + 2)


def atan(x):
    halvings = 0
    while abs(x) > D("0.05"):
        x = x / (1 + (1 + x * x).sqrt())
        halvings += 1
    total, power, n = D(0), x, 1
    while power and abs(power) > abs(x) * EPS:
        total += power / n
        power = -power * x * x
        n += 2
    return total * 2**halvings


def asin(x):
    return atan(x / (1 - x * x).sqrt())


def asinh(x):
    s = (1 + x * x).sqrt()
    return log1p(x + x * x / (1 + s))


def atanh(x):
    return log1p(2 * x / (1 - x)) / 2


def erf(x):
    """2/sqrt(pi) x exp(-x^2) (1 + 2x^2/3 + (2x^2)^2/(3 5) + ...): all terms positive."""
    tail = _series(x, lambda n: 2 * x * x / (2 * n + 1))
    return 2 / pi().sqrt() * (-x * x).exp() * tail


def scaled_erfc(x):
    """exp(x^2) erfc(x), x >= 0"""
    if x < 5:
        return (1 - erf(x)) * (x * x).exp()
    fraction = x  # the continued fraction x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))
    for n in range(400, 0, -1):
        fraction = x + D(n) / 2 / fraction
    return 1 / (fraction * pi().sqrt())


@functools.lru_cache(None)
def bernoulli(n):
    """B(0) ... B(n) as fractions, from sum over k of C(m + 1, k) B(k) = 0."""
    numbers = []
    for m in range(n + 1):
        total = sum((math.comb(m + 1, k) * b for k, b in enumerate(numbers)), Fraction(0))
        numbers.append(Fraction(1) if m == 0 else -total / (m + 1))
    return numbers


def stirling_rest(x):
    """log gamma(x) - ((x - 1/2) log x - x + log(2 pi)/2), x > 0, to 80 digits."""
    shift, correction = 0, D(0)
    while x + shift < 60:
        # the same at x + 1, with what the two leading parts and log gamma differ by
        y = x + shift
        correction += (y + D("0.5")) * ((1 + y) / y).ln() - 1
        shift += 1
    y = x + shift
    total = correction
    for n, b in enumerate(bernoulli(120)):
        if n >= 2 and n % 2 == 0:
            total += D(b.numerator) / D(b.denominator) / (n * (n - 1)) / y ** (n - 1)
    return total


def lgamma(x):
    return (x - D("0.5")) * x.ln() - x + (2 * pi()).ln() / 2 + stirling_rest(x)


@functools.lru_cache(None)
def euler_gamma():
    """H(n) - log n - 1/(2n) + sum of B(2k)/(2k n^2k), n = 60"""
    n = 60
    total = sum((D(1) / k for k in range(1, n + 1)), D(0)) - D(n).ln() - D(1) / (2 * n)
    for k, b in enumerate(bernoulli(120)):
        if k >= 2 and k % 2 == 0:
            total += D(b.numerator) / D(b.denominator) / k / D(n) ** k
    return total


def from_double(x):
    return D(Fraction(x).numerator) / D(Fraction(x).denominator)


def to_double(x):
    """Nearest double; float() of a decimal string is correctly rounded."""
    return float(x)


def to_float(x):
    return struct.unpack("f", struct.pack("f", float(x)))[0]


def truncate(x, lsb_exponent):
    """x rounded to a multiple of 2**lsb_exponent, as a double (exact when it fits 53 bits)."""
    unit = D(2) ** lsb_exponent
    result = float((x / unit).to_integral_value() * unit)
    assert from_double(result) == (x / unit).to_integral_value() * unit
    return result


def split(x, *lsb_exponents):
    """x as a list of doubles: each rounded to the given exponent, then one more for the rest."""
    parts = []
    for lsb in lsb_exponents:
        part = truncate(x, lsb)
        parts.append(part)
        x = x - from_double(part)
    parts.append(to_double(x))
    return parts
