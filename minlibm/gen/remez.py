# SPDX-License-Identifier: BSD-3-Clause
"""Weighted minimax polynomials: the exchange method on a dense Chebyshev grid."""

import math
from decimal import Decimal as D

import hiprec


def horner(coefs, x):
    total = D(0)
    for c in reversed(coefs):
        total = total * x + c
    return total


def _solve(rows):
    """Gaussian elimination with partial pivoting; each row ends with its right-hand side."""
    n = len(rows)
    for col in range(n):
        pivot = max(range(col, n), key=lambda r: abs(rows[r][col]))
        rows[col], rows[pivot] = rows[pivot], rows[col]
        for r in range(col + 1, n):
            factor = rows[r][col] / rows[col][col]
            if factor:
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[col])]
    solution = [D(0)] * n
    for r in reversed(range(n)):
        rest = sum((rows[r][c] * solution[c] for c in range(r + 1, n)), D(0))
        solution[r] = (rows[r][n] - rest) / rows[r][r]
    return solution


def _extremes(errors, count):
    """Indices of the largest error of each sign run, reduced to count alternating points."""
    best = []
    for i, e in enumerate(errors):
        if best and (e > 0) == (errors[best[-1]] > 0):
            if abs(e) > abs(errors[best[-1]]):
                best[-1] = i
        else:
            best.append(i)
    while len(best) > count:
        if len(best) == count + 1:
            best.pop(0 if abs(errors[best[0]]) < abs(errors[best[-1]]) else -1)
        else:
            worst = min(range(len(best)), key=lambda k: abs(errors[best[k]]))
            del best[worst]
            if 0 < worst < len(best):
                pair = (worst - 1, worst)
                del best[min(pair, key=lambda k: abs(errors[best[k]]))]
    return best


def minimax(target, weight, low, high, terms):
    """Coefficients c[0..terms-1], doubles, making max |weight(x) (sum c x^i - target(x))| small
    on [low, high]; returns (coefs, log2 of that maximum). Each coefficient is rounded in its
    turn, lowest first, and the ones above it are fitted again to make up for that."""
    low, high = D(low), D(high)
    size = 40 * (terms + 2)
    grid = []
    for i in range(size):
        t = D(math.cos(math.pi * (i + 0.5) / size))
        grid.append((low + high) / 2 - t * (high - low) / 2)
    values = full_values = [target(x) for x in grid]
    weights = full_weights = [weight(x) for x in grid]
    rounded = []
    for left in range(terms, 0, -1):
        lowest = _exchange(grid, values, weights, left)[0]
        rounded.append(hiprec.to_double(lowest))
        lowest = hiprec.from_double(rounded[-1])
        values = [(v - lowest) / x for v, x in zip(values, grid)]
        weights = [w * abs(x) for w, x in zip(weights, grid)]
    exact = [hiprec.from_double(c) for c in rounded]
    worst = max(abs(e) for e in _errors(exact, grid, full_values, full_weights))
    return rounded, float(worst.ln() / hiprec.ln2())


def interpolate(target, center, radius, terms):
    """Coefficients, in powers of x - center, of the polynomial through the target's values at
    the Chebyshev points of [center - radius, center + radius]; unrounded."""
    rows = []
    for i in range(terms):
        u = radius * D(math.cos(math.pi * (i + 0.5) / terms))
        rows.append([u**p if p else D(1) for p in range(terms)] + [target(center + u)])
    return _solve(rows)


def _errors(coefs, grid, values, weights):
    return [w * (horner(coefs, x) - v) for x, v, w in zip(grid, values, weights)]


def _exchange(grid, values, weights, terms):
    """The unrounded minimax coefficients over the grid's points."""
    size = len(grid)
    chosen = [min(size - 1, (2 * i + 1) * size // (2 * (terms + 1))) for i in range(terms + 1)]
    for _ in range(40):
        rows = []
        for k, i in enumerate(chosen):
            x, sign = grid[i], D(-1) ** k
            powers = [x**p if p else D(1) for p in range(terms)]
            rows.append(powers + [sign / weights[i], values[i]])
        coefs = _solve(rows)[:terms]
        following = _extremes(_errors(coefs, grid, values, weights), terms + 1)
        if len(following) < terms + 1:
            raise ArithmeticError("no alternation: the interval or the number of terms is wrong")
        if following == chosen:
            break
        chosen = following
    return coefs
