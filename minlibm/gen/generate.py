#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Make minlibm's generated files: coef.h (polynomials, constants) and the tables *_table.c.

generate.py           write them into the folder above this one
generate.py --check   write nothing; exit 1 when a file there differs
"""

import pathlib
import sys
from decimal import Decimal as D

import hiprec as hp
from remez import horner, interpolate, minimax

HERE = pathlib.Path(__file__).resolve().parent
HEAD = "// SPDX-License-Identifier: BSD-3-Clause\n// Made by gen/generate.py: change that, not this.\n"
TINY = D("1e-9")  # stands for 0 at the low end: the targets below divide by powers of x
EXP_BITS = LOG_BITS = 7
ERFC_TERMS = 12
LOG_FIRST_NUMERATOR = 90  # the log table's z starts at 90/128 = 0.703: sqrt(2)/2, rounded


def hexf(x):
    return x.hex() if x != int(x) or abs(x) > 1e6 else "%d.0" % x


def polynomials():
    """name, (target, weight, low, high, terms): what each family evaluates, with errors relative
    to the function's value where that is not said otherwise."""

    def odd(f, top, terms):
        """f(x) = x + x^3 P(x^2) for |x| <= top"""

        def target(z):
            x = z.sqrt()
            return (f(x) - x) / (z * x)

        return target, (lambda z: z * z.sqrt() / f(z.sqrt())), TINY, D(top) ** 2, terms

    quarter_pi = hp.pi() / 4 + D("1e-7")
    exp_r = hp.ln2() / 2 ** (EXP_BITS + 1) * D("1.002")
    log_r = max(abs(r) for r in log_ranges())

    def cos_tail(z):
        return (hp.cos(z.sqrt()) - 1 + z / 2) / (z * z)

    def cos_weight(z):
        return z * z / hp.cos(z.sqrt())

    return [
        ("EXP", ((lambda r: (hp.expm1(r) - r) / (r * r)), (lambda r: r * r), -exp_r, exp_r, 4)),
        ("EXPF", ((lambda r: (hp.expm1(r) - r) / (r * r)), (lambda r: r * r), -exp_r, exp_r, 2)),
        ("LOG", (log_tail, (lambda r: abs(r * r)), -log_r, log_r, 6)),
        ("POWLOG", (log_tail, (lambda r: abs(r * r)), -log_r, log_r, 7)),
        ("LOGF", (log_tail, (lambda r: abs(r * r)), -log_r, log_r, 3)),
        ("EXPM1", (expm1_tail, (lambda x: x * x), D("-0.126"), D("0.126"), 8)),
        ("SIN", odd(hp.sin, quarter_pi, 6)),
        ("COS", (cos_tail, cos_weight, TINY, quarter_pi**2, 6)),
        ("SINF", odd(hp.sin, quarter_pi, 4)),
        ("COSF", (cos_tail, cos_weight, TINY, quarter_pi**2, 3)),
        ("TAN", odd(lambda x: hp.sin(x) / hp.cos(x), quarter_pi, 15)),
        ("TANF", odd(lambda x: hp.sin(x) / hp.cos(x), quarter_pi, 8)),
        ("ASIN", odd(hp.asin, D("0.5"), 13)),
        ("ASINF", odd(hp.asin, D("0.5"), 6)),
        ("ATAN", odd(hp.atan, D("0.4"), 11)),
        ("ATANQ", odd(hp.atan, D("0.0315"), 4)),
        ("ATANF", odd(hp.atan, D(1), 12)),
        ("SINH", odd(hp.sinh, D("0.3"), 5)),
        ("TANH", odd(hp.tanh, D("0.25"), 8)),
        ("ASINH", odd(hp.asinh, D("0.25"), 8)),
        # erf x = x + x P(x^2), |x| <= 1/2
        ("ERF", (erf_tail, (lambda z: z.sqrt() / hp.erf(z.sqrt())), TINY, D("0.25"), 10)),
        # log gamma(x) = (x - 1/2) log x - x + log(2 pi)/2 + 1/(12x) + P(1/x^2)/x^3, x >= 8
        ("STIRLING", (stirling_tail, (lambda z: z ** D("1.5")), TINY, D(1) / 64, 7)),
        # log gamma(n + t) = t (its derivative at n + t P(t)), |t| <= 1/8, n = 1, 2
        ("LGAMMA1", (lgamma_tail(1), abs, D("-0.125"), D("0.125"), 13)),
        ("LGAMMA2", (lgamma_tail(2), abs, D("-0.125"), D("0.125"), 12)),
        ("ATANH", odd(hp.atanh, D("0.25"), 9)),
    ]


def stirling_tail(z):
    x = 1 / z.sqrt()
    return (hp.stirling_rest(x) - 1 / (12 * x)) * x**3


def lgamma_tail(n):
    slope = n - 1 - hp.euler_gamma()
    return lambda t: (hp.lgamma(n + t) / t - slope) / t


def erf_tail(z):
    x = z.sqrt()
    return hp.erf(x) / x - 1


def log_tail(r):
    return (hp.log1p(r) - r + r * r / 2) / r**3


def expm1_tail(x):
    return (hp.expm1(x) - x - x * x / 2) / x**3


def log_entry(i):
    """(low, high, 1/c) of interval i of [0.703, 1.406): the steps are 1/256 below 1, where the
    significand is in [1.406, 2), and 1/128 from there. The two that touch 1 have c = 1."""
    size = 1 << LOG_BITS
    below = 2 * (size - LOG_FIRST_NUMERATOR)
    if i < below:
        low = D(LOG_FIRST_NUMERATOR) / size + D(i) / (2 * size)
        high = low + D(1) / (2 * size)
    else:
        low = 1 + D(i - below) / size
        high = low + D(1) / size
    inverse = ((2 / (low + high)) * 512).to_integral_value() / 512
    if 1 in (low, high):
        inverse = D(1)
    return low, high, inverse


def log_ranges():
    out = []
    for i in range(1 << LOG_BITS):
        low, high, inverse = log_entry(i)
        out += [low * inverse - 1, high * inverse - 1]
    return out


def defines(pairs):
    """Lines of #define, aligned as clang-format has them."""
    width = max(len(name) for name, _ in pairs)
    return "".join("#define %-*s %s\n" % (width, name, hexf(value)) for name, value in pairs)


def coef_header():
    parts = [HEAD, "#ifndef MINLIBM_COEF_H\n#define MINLIBM_COEF_H\n\n"]
    for name, spec in polynomials():
        coefs, bits = minimax(*spec)
        parts.append("// error below 2^%d\n" % -(-int(bits)))
        pairs = [("%s_%d" % (name, i), c) for i, c in enumerate(coefs)]
        if name in ("SIN", "TAN"):
            head = hp.truncate(hp.from_double(coefs[0]), -27)
            pairs += [(name + "_0_HI", head), (name + "_0_LO", coefs[0] - head)]
        parts.append(defines(pairs) + "\n")
    parts.append(defines(constants()) + "\n#endif\n")
    return "".join(parts)


def constants():
    pi, ln2, ln10 = hp.pi(), hp.ln2(), D(10).ln()
    steps = 1 << EXP_BITS
    out = []

    def put(name, parts):
        for suffix, part in zip(("HI", "LO", "LO2"), parts):
            out.append((name + "_" + suffix, part))

    out.append(("EXP_STEPS_BY_LN2", hp.to_double(steps / ln2)))
    put("LN2_BY_STEPS", hp.split(ln2 / steps, -42))
    out.append(("EXP_STEPS_BY_LOG10_2", hp.to_double(steps * ln10 / ln2)))
    put("LOG10_2_BY_STEPS", hp.split(ln2 / ln10 / steps, -43))
    put("LN2", hp.split(ln2, -42))
    out.append(("LN2", hp.to_double(ln2)))
    put("LOG10_2", hp.split(ln2 / ln10, -42))
    out.append(("LOG10_2", hp.to_double(ln2 / ln10)))
    put("INV_LN2", hp.split(1 / ln2, -25))
    out.append(("INV_LN2", hp.to_double(1 / ln2)))
    put("INV_LN10", hp.split(1 / ln10, -27))
    out.append(("INV_LN10", hp.to_double(1 / ln10)))
    out.append(("LN10", hp.to_double(ln10)))
    put("LN10", hp.split(ln10, -24))
    out.append(("TWO_BY_PI", hp.to_double(2 / pi)))
    put("PI_2A", hp.split(pi / 2, -32, -65))
    put("PI_2", [hp.to_double(pi / 2), hp.to_double(pi / 2 - hp.from_double(hp.to_double(pi / 2)))])
    put("HALF_LN_2PI", hp.split((2 * pi).ln() / 2, -52))
    put("EULER_GAMMA", hp.split(hp.euler_gamma(), -26))
    put("PI_2F", hp.split(pi / 2, -32))
    return out


def exp_table():
    lines = [HEAD, '#include "internal.h"\n\n']
    lines.append("// 2^(i/%d): the nearest double, and what it lacks relative to itself\n" % (1 << EXP_BITS))
    lines.append("const struct ml_exp_entry ml_exp_table[ML_EXP_STEPS] = {\n")
    for i in range(1 << EXP_BITS):
        exact = (hp.ln2() * i / (1 << EXP_BITS)).exp()
        value = hp.to_double(exact)
        rest = exact / hp.from_double(value) - 1 if i else D(0)
        lines.append("    {%s, %s},\n" % (hexf(value), hexf(hp.to_double(rest))))
    return "".join(lines) + "};\n"


def log_table():
    lines = [HEAD, '#include "internal.h"\n\n']
    lines.append("// 1/c to 9 fraction bits; log c to a multiple of 2^-42, and the rest of it\n")
    lines.append("const struct ml_log_entry ml_log_table[ML_LOG_STEPS] = {\n")
    for i in range(1 << LOG_BITS):
        inverse = log_entry(i)[2]
        log_c = -inverse.ln()
        high, low = hp.split(log_c, -42)
        lines.append("    {%s, %s, %s},\n" % (hexf(float(inverse)), hexf(high), hexf(low)))
    return "".join(lines) + "};\n"


def atan_table():
    lines = [HEAD, '#include "internal.h"\n\n', "// atan(i/16): the nearest double, and the rest\n"]
    lines.append("const struct ml_dd ml_atan_table[17] = {\n")
    for i in range(17):
        exact = hp.atan(D(i) / 16)
        value = hp.to_double(exact)
        rest = hp.to_double(exact - hp.from_double(value))
        lines.append("    {%s, %s},\n" % (hexf(value), hexf(rest)))
    return "".join(lines) + "};\n"


def erfc_table():
    """exp(x^2) erfc(x) by x + 1 = 2^octave (1 + i/8 ...): 8 intervals an octave, x >= 1/2."""
    lines = [HEAD, '#include "internal.h"\n\n']
    lines.append("// the middle of the interval of x, the value there as a pair, the higher coefficients\n")
    lines.append("const struct ml_erfc_entry ml_erfc_table[ML_ERFC_STEPS] = {\n")
    for i in range(4, 40):
        width = D(2) ** (i // 8) / 8
        center = D(2) ** (i // 8) + width * (i % 8) + width / 2 - 1
        coefs = interpolate(hp.scaled_erfc, center, width / 2, ERFC_TERMS)
        high = hp.to_double(coefs[0])
        low = hp.to_double(coefs[0] - hp.from_double(high))
        higher = [hp.to_double(c) for c in coefs[1:]]
        lines.append("    {%s,\n     {%s, %s},\n" % (hexf(float(center)), hexf(high), hexf(low)))
        row = "     {" + hexf(higher[0])
        for c in higher[1:]:
            row += ","
            if len(row) + len(hexf(c)) + 2 > 100:
                lines.append(row + "\n")
                row = "     "
            row += " " + hexf(c)
        lines.append(row + "}},\n")
    return "".join(lines) + "};\n"


def two_by_pi_table():
    """2/pi to 1024 + 53 + 190 bits and more, in 32-bit words, the first being just below 1."""
    words = 40
    bits = two_by_pi_integer(32 * words)
    lines = [HEAD, '#include "internal.h"\n\n', "// the bits of 2/pi after the binary point\n"]
    lines.append("const uint32_t ml_two_by_pi[ML_TWO_BY_PI_WORDS] = {\n")
    cells = ["0x%08x" % (bits >> 32 * w & 0xFFFFFFFF) for w in reversed(range(words))]
    for row in range(0, words, 8):
        lines.append("    " + ", ".join(cells[row : row + 8]) + ",\n")
    return "".join(lines) + "};\n"


def two_by_pi_integer(bits):
    """floor(2^bits * 2/pi), pi by Machin's formula in integers with 64 guard bits."""
    one = 1 << (bits + 64)

    def inv_atan(n):
        total = term = one // n
        k = 1
        while term:
            term = -(abs(term) // (n * n)) if term > 0 else abs(term) // (n * n)
            total += term // (2 * k + 1) if term > 0 else -(-term // (2 * k + 1))
            k += 1
        return total

    pi = 16 * inv_atan(5) - 4 * inv_atan(239)
    return ((2 * one << bits) // pi)


FILES = {
    "coef.h": coef_header,
    "exp_table.c": exp_table,
    "log_table.c": log_table,
    "atan_table.c": atan_table,
    "erfc_table.c": erfc_table,
    "two_by_pi_table.c": two_by_pi_table,
}


def main():
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        sys.exit(__doc__)
    differing = 0
    for name, make in FILES.items():
        path = HERE.parent / name
        text = make()
        if check:
            if not path.exists() or path.read_text() != text:
                print("%s differs from what gen/generate.py makes" % name)
                differing += 1
        else:
            path.write_text(text)
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
