// SPDX-License-Identifier: BSD-3-Clause
// Shared by minlibm's families: bits of a double, pairs of doubles, and the two table-driven
// cores (exponential, logarithm). Round-to-nearest is assumed everywhere; errno is never set.
#ifndef MINLIBM_INTERNAL_H
#define MINLIBM_INTERNAL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <float.h>
#include <math.h>
#include <stdint.h>
#include "coef.h"

#define ML_EXP_STEPS       128
#define ML_LOG_STEPS       128
#define ML_ERFC_STEPS      36
#define ML_TWO_BY_PI_WORDS 40

#define ML_SIGN_BIT      0x8000000000000000u
#define ML_INF_BITS      0x7ff0000000000000u
#define ML_FRACTION_BITS 0x000fffffffffffffu

// hi + lo, with |lo| at most about an ulp of hi unless a function says otherwise
struct ml_dd {
    double hi, lo;
};

// 2^(i/128) = value (1 + rest)
struct ml_exp_entry {
    double value, rest;
};

// inverse = 1/c has 9 fraction bits; log_hi + log_lo = log c, log_hi a multiple of 2^-42
struct ml_log_entry {
    double inverse, log_hi, log_lo;
};

// exp(x^2) erfc(x) about the middle: value, then the coefficients of x - middle, its square ...
struct ml_erfc_entry {
    double middle;
    struct ml_dd value;
    double higher[11];
};

extern const struct ml_exp_entry ml_exp_table[ML_EXP_STEPS];
extern const struct ml_log_entry ml_log_table[ML_LOG_STEPS];
extern const struct ml_dd ml_atan_table[17];
extern const struct ml_erfc_entry ml_erfc_table[ML_ERFC_STEPS];
extern const uint32_t ml_two_by_pi[ML_TWO_BY_PI_WORDS];

// x - n pi/2 as a pair, |hi| at most pi/4 and a little; returns n modulo 4. x is finite.
int ml_rem_pio2(double x, struct ml_dd *y);
// The same for any x with |x| > 1/2, by the bits of 2/pi: slower, never loses precision.
int ml_rem_pio2_large(double x, struct ml_dd *y);
// sin(pi r), |r| <= 1/2, to about 2^-58 of itself
struct ml_dd ml_sin_pi(double r);
// (m.hi + m.lo) 2^k rounded once, to infinity, a subnormal or 0 where it must; m.hi in [1/2, 4).
double ml_scale_extreme(struct ml_dd m, int k);

static inline uint64_t ml_bits(double x)
{
    union {
        double value;
        uint64_t bits;
    } u = {x};
    return u.bits;
}

static inline double ml_from_bits(uint64_t bits)
{
    union {
        uint64_t bits;
        double value;
    } u = {bits};
    return u.value;
}

static inline uint32_t ml_bits_f(float x)
{
    union {
        float value;
        uint32_t bits;
    } u = {x};
    return u.bits;
}

static inline float ml_from_bits_f(uint32_t bits)
{
    union {
        uint32_t bits;
        float value;
    } u = {bits};
    return u.value;
}

static inline double ml_abs(double x)
{
    return __builtin_fabs(x);
}

// 2^k, k in [-1022, 1023]
static inline double ml_pow2(int k)
{
    return ml_from_bits((uint64_t)(uint32_t)(k + 1023) << 52);
}

// Drops the excess precision that x87 registers have; nothing to do where there is none.
static inline double ml_round_off(double x)
{
#if FLT_EVAL_METHOD != 0
    volatile double stored = x;
    return stored;
#else
    return x;
#endif
}

static inline double ml_sqrt(double x)
{
    double root;
#ifdef __SSE2_MATH__
    __asm__("sqrtsd %1, %0" : "=x"(root) : "xm"(x));
#else
    __asm__("fsqrt" : "=t"(root) : "0"(x));
#endif
    return ml_round_off(root);
}

// The nearest integer as a double, |x| < 2^31; *k the same as an int.
static inline double ml_nearest(double x, int *k)
{
    double shifted = ml_round_off(x + 0x1.8p52);
    *k = (int32_t)(uint32_t)ml_bits(shifted);
    return shifted - 0x1.8p52;
}

// x to 26 significant bits, so that products of two such are exact
static inline double ml_head(double x)
{
    return ml_from_bits((ml_bits(x) + 0x4000000) & ~(uint64_t)0x7ffffff);
}

// a + b exactly, |a| >= |b| or a = 0
static inline struct ml_dd ml_fast_sum(double a, double b)
{
    double s = ml_round_off(a + b);
    return (struct ml_dd){s, b - (s - a)};
}

// a + b exactly
static inline struct ml_dd ml_sum(double a, double b)
{
    double s = ml_round_off(a + b);
    double t = ml_round_off(s - a);
    return (struct ml_dd){s, (a - (s - t)) + (b - t)};
}

// a b exactly, without overflow or underflow on the way
static inline struct ml_dd ml_product(double a, double b)
{
    double p = ml_round_off(a * b), ah = ml_head(a), bh = ml_head(b);
    double al = a - ah, bl = b - bh;
    return (struct ml_dd){p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
}

// a^2 exactly
static inline struct ml_dd ml_square(double a)
{
    double p = ml_round_off(a * a), head = ml_head(a), tail = a - head;
    return (struct ml_dd){p, (head * head - p) + tail * (a + head)};
}

// n / d to about 100 bits
static inline struct ml_dd ml_quotient(struct ml_dd n, struct ml_dd d)
{
    double q = ml_round_off(n.hi / d.hi);
    struct ml_dd p = ml_product(q, d.hi);
    return (struct ml_dd){q, ((n.hi - p.hi) - p.lo + n.lo - q * d.lo) / d.hi};
}

// The product of two pairs to about 100 bits
static inline struct ml_dd ml_product_pair(struct ml_dd a, struct ml_dd b)
{
    struct ml_dd p = ml_product(a.hi, b.hi);
    return ml_fast_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

// sqrt(x.hi + x.lo) to about 100 bits, x.hi > 0
static inline struct ml_dd ml_root(struct ml_dd x)
{
    double s = ml_sqrt(x.hi);
    struct ml_dd p = ml_square(s);
    return (struct ml_dd){s, ((x.hi - p.hi) - p.lo + x.lo) / (s + s)};
}

// 2^(steps/128) e^r = 2^*k (hi + lo), |r| <= ln2/256 and a little; |lo| up to hi/256
static inline struct ml_dd ml_exp_step(int steps, double r, int *k)
{
    const struct ml_exp_entry *entry = &ml_exp_table[steps & (ML_EXP_STEPS - 1)];
    double r2 = r * r;
    double tail = r2 * ((EXP_0 + r * EXP_1) + r2 * (EXP_2 + r * EXP_3));
    *k = steps >> 7;
    return (struct ml_dd){entry->value, entry->value * (entry->rest + tail + r)};
}

// x + rest = *steps ln2/128 + the result, |x| < 2^20, rest small
static inline double ml_exp_reduce(double x, double rest, int *steps)
{
    double n = ml_nearest(x * EXP_STEPS_BY_LN2, steps);
    return (x - n * LN2_BY_STEPS_HI) + (rest - n * LN2_BY_STEPS_LO);
}

// (m.hi + m.lo) 2^k for m.hi in [1/2, 4)
static inline double ml_scale(struct ml_dd m, int k)
{
    if (__builtin_expect((unsigned)(k + 1020) > 2040u, 0))
        return ml_scale_extreme(m, k);
    return (m.hi + m.lo) * ml_pow2(k);
}

// A positive number 2^k (hi + lo): hi has at most 24 significant bits, is in [0.703, 1.407) and
// nearest to the sum, so that hi/c - 1 = 0 when the sum is c to 24 bits
struct ml_log_arg {
    double hi, lo;
    int k;
    const struct ml_log_entry *entry;
};

static inline struct ml_log_arg ml_log_split(uint64_t bits)
{
    uint64_t offset = bits - 0x3fe6800000000000u;
    uint64_t z = bits - (offset & 0xfff0000000000000u);
    double hi = ml_from_bits((z + 0x10000000) & ~(uint64_t)0x1fffffff);
    return (struct ml_log_arg){hi, ml_from_bits(z) - hi, (int32_t)(uint32_t)(offset >> 32) >> 20,
                               &ml_log_table[(offset >> 45) & (ML_LOG_STEPS - 1)]};
}

// The argument over 2^k c, less 1, as a pair
static inline struct ml_dd ml_log_ratio(struct ml_log_arg a)
{
    double inverse = a.entry->inverse;
    // the first is a multiple of 2^-33 and the second below 2^-24: the sum's rest is exact
    return ml_fast_sum(a.hi * inverse - 1.0, a.lo * inverse);
}

// log(1 + r) + log c + k (base_hi + base_lo), base_hi a multiple of 2^-42, r from ml_log_ratio.
// Good to about 2^-60 relative; a pair not yet normalised.
static inline struct ml_dd ml_log_sum(struct ml_log_arg a, struct ml_dd r, double base_hi,
                                      double base_lo)
{
    struct ml_dd s = ml_fast_sum(a.k * base_hi + a.entry->log_hi, r.hi);
    double x = r.hi, x2 = x * x;
    double p = (LOG_0 + x * LOG_1) + x2 * ((LOG_2 + x * LOG_3) + x2 * (LOG_4 + x * LOG_5));
    double rest = r.lo + (a.k * base_lo + a.entry->log_lo);
    return (struct ml_dd){s.hi, s.lo + (rest + x2 * (x * p - 0.5))};
}

// log(x.hi + x.lo), x.hi positive, finite and not subnormal; a pair as from ml_log_sum
static inline struct ml_dd ml_log_pair(struct ml_dd x)
{
    struct ml_log_arg a = ml_log_split(ml_bits(x.hi));
    struct ml_dd r = ml_log_ratio(a);
    if (a.k < 1000) {
        r = ml_fast_sum(r.hi, r.lo + x.lo * ml_pow2(-a.k) * a.entry->inverse);
        r.lo -= r.lo * r.hi;
    }
    return ml_log_sum(a, r, LN2_HI, LN2_LO);
}

// log(x 2^-adjust) to about 2^-68 of itself, from the bits of x, positive, finite and normal
static inline struct ml_dd ml_log_precise(uint64_t bits, int adjust)
{
    struct ml_log_arg a = ml_log_split(bits);
    const struct ml_log_entry *entry = a.entry;
    double k = a.k - adjust;
    struct ml_dd r = ml_log_ratio(a);
    double rh = a.hi * entry->inverse - 1.0, rl = a.lo * entry->inverse;
    struct ml_dd s = ml_fast_sum(k * LN2_HI + entry->log_hi, r.hi);
    // rh has 26 bits: its square is exact
    struct ml_dd t = ml_fast_sum(s.hi, -0.5 * rh * rh);
    double x = r.hi, x2 = x * x;
    double p = (POWLOG_0 + x * POWLOG_1) +
               x2 * ((POWLOG_2 + x * POWLOG_3) + x2 * (POWLOG_4 + x * POWLOG_5 + x2 * POWLOG_6));
    double rest = (k * LN2_LO + entry->log_lo) + s.lo + t.lo + r.lo - 0.5 * rl * (rh + x);
    return ml_fast_sum(t.hi, rest + x * x2 * p);
}

// For the float functions: 2^(steps/128) e^r to 2^-41, |r| as in ml_exp_step, the result normal
static inline double ml_exp_short(int steps, double r)
{
    const struct ml_exp_entry *entry = &ml_exp_table[steps & (ML_EXP_STEPS - 1)];
    double value = ml_from_bits(ml_bits(entry->value) + ((uint64_t)(uint32_t)(steps >> 7) << 52));
    return value + value * (r + r * r * (EXPF_0 + r * EXPF_1));
}

// For the float functions: e^x to 2^-41, |x| < 700
static inline double ml_exp_of(double x)
{
    int steps;
    double n = ml_nearest(x * EXP_STEPS_BY_LN2, &steps);
    return ml_exp_short(steps, (x - n * LN2_BY_STEPS_HI) - n * LN2_BY_STEPS_LO);
}

// For the float functions: log x - *k log 2 to 2^-35 of itself, x positive, finite and normal
static inline double ml_log_short(double x, int *k)
{
    uint64_t bits = ml_bits(x), offset = bits - 0x3fe6800000000000u;
    const struct ml_log_entry *entry = &ml_log_table[(offset >> 45) & (ML_LOG_STEPS - 1)];
    double r = ml_from_bits(bits - (offset & 0xfff0000000000000u)) * entry->inverse - 1.0;
    *k = (int32_t)(uint32_t)(offset >> 32) >> 20;
    return entry->log_hi + (r + r * r * (-0.5 + r * (LOGF_0 + r * (LOGF_1 + r * LOGF_2))));
}

// For the float functions: log x, x positive, finite and normal
static inline double ml_log_of(double x)
{
    int k;
    double m = ml_log_short(x, &k);
    return k * LN2 + m;
}

#endif
