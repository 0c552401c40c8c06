// SPDX-License-Identifier: BSD-3-Clause
// minlibm-bits write POINTS SEED | minlibm-bits compare: are the results of two builds of minlibm
// the same, bit by bit? The 64-bit build, which test_accuracy.c holds against MPFR, writes
// arguments and results; the 32-bit one, for which there is no MPFR, reads and repeats. NaNs may
// differ in their payload. The second also checks the special values (test_special.c).
#include "check.h"
#include "points.h"
#include "subject.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The same layout in both builds.
struct record {
    uint32_t function, index;
    uint64_t x, y, result;
};

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

// What has more than one result, or one that is no double, is compared part by part.
static double frexp_part(double x)
{
    int exponent;
    return ml_frexp(x, &exponent);
}

static double frexp_exponent(double x)
{
    int exponent = 0;
    return x - x == 0 ? (ml_frexp(x, &exponent), exponent) : 0;
}

static double modf_part(double x)
{
    double whole;
    return ml_modf(x, &whole);
}

static double modf_whole(double x)
{
    double whole;
    ml_modf(x, &whole);
    return whole;
}

static double sincos_sine(double x)
{
    double s, c;
    ml_sincos(x, &s, &c);
    return s;
}

static double sincos_cosine(double x)
{
    double s, c;
    ml_sincos(x, &s, &c);
    return c;
}

static double ilogb_double(double x)
{
    return ml_ilogb(x);
}

static double signgam_double(double x)
{
    ml_lgamma(x);
    return x != x ? 0 : ml_signgam;
}

// Within the reach of the smaller long.
static double lrint_double(double x)
{
    return fabs(x) < 0x1p31 - 1 ? (double)ml_lrint(x) : 0;
}

static double lround_double(double x)
{
    return fabs(x) < 0x1p31 - 1 ? (double)ml_lround(x) : 0;
}

static double llrint_double(double x)
{
    return fabs(x) < 0x1p63 ? (double)ml_llrint(x) : 0;
}

static double llround_double(double x)
{
    return fabs(x) < 0x1p63 ? (double)ml_llround(x) : 0;
}

static double remquo_rest(double x, double y)
{
    int quotient;
    return ml_remquo(x, y, &quotient);
}

static double remquo_quotient(double x, double y)
{
    int quotient = 0;
    double rest = ml_remquo(x, y, &quotient);
    return rest != rest ? 0 : quotient;
}

static int small_exponent(double y)
{
    return fabs(y) < 3000 ? (int)y : 7;
}

static double ldexp_double(double x, double y)
{
    return ml_ldexp(x, small_exponent(y));
}

static float ldexp_float(float x, float y)
{
    return ml_ldexpf(x, small_exponent(y));
}

static double fma_double(double x, double y)
{
    return ml_fma(x, y, -x * y);
}

static float fma_float(float x, float y)
{
    return ml_fmaf(x, y, -x * y);
}

static const struct function {
    const char *name;
    double (*of_double)(double);
    float (*of_float)(float);
    double (*of_doubles)(double, double);
    float (*of_floats)(float, float);
} functions[] = {
#define ONE(name)                        \
    {#name, ml_##name, 0, 0, 0},         \
    {                                    \
#name "f", 0, ml_##name##f, 0, 0 \
    }
#define TWO(name)                        \
    {#name, 0, 0, ml_##name, 0},         \
    {                                    \
#name "f", 0, 0, 0, ml_##name##f \
    }
#define PART(name)           \
    {                        \
#name, name, 0, 0, 0 \
    }
    ONE(acos),
    ONE(acosh),
    ONE(asin),
    ONE(asinh),
    ONE(atan),
    ONE(atanh),
    ONE(cbrt),
    ONE(ceil),
    ONE(cos),
    ONE(cosh),
    ONE(erf),
    ONE(erfc),
    ONE(exp),
    ONE(exp10),
    ONE(exp2),
    ONE(expm1),
    ONE(fabs),
    ONE(floor),
    ONE(lgamma),
    ONE(log),
    ONE(log10),
    ONE(log1p),
    ONE(log2),
    ONE(logb),
    ONE(nearbyint),
    ONE(rint),
    ONE(round),
    ONE(sin),
    ONE(sinh),
    ONE(sqrt),
    ONE(tan),
    ONE(tanh),
    ONE(tgamma),
    ONE(trunc),
    TWO(atan2),
    TWO(copysign),
    TWO(fdim),
    TWO(fmax),
    TWO(fmin),
    TWO(fmod),
    TWO(hypot),
    TWO(nextafter),
    TWO(pow),
    TWO(remainder),
    PART(frexp_part),
    PART(frexp_exponent),
    PART(modf_part),
    PART(modf_whole),
    PART(sincos_sine),
    PART(sincos_cosine),
    PART(ilogb_double),
    PART(signgam_double),
    PART(lrint_double),
    PART(lround_double),
    PART(llrint_double),
    PART(llround_double),
    {"remquo_rest", 0, 0, remquo_rest, 0},
    {"remquo_quotient", 0, 0, remquo_quotient, 0},
    {"ldexp", 0, 0, ldexp_double, 0},
    {"ldexpf", 0, 0, 0, ldexp_float},
    {"fma", 0, 0, fma_double, 0},
    {"fmaf", 0, 0, 0, fma_float},
};
#define FUNCTIONS (sizeof functions / sizeof functions[0])

static int is_float(const struct function *f)
{
    return f->of_float || f->of_floats;
}

static double result_of(const struct function *f, double x, double y)
{
    return f->of_double    ? f->of_double(x)
           : f->of_float   ? (double)f->of_float((float)x)
           : f->of_doubles ? f->of_doubles(x, y)
                           : (double)f->of_floats((float)x, (float)y);
}

static double point(const struct function *f)
{
    static const struct domain wide = {-HUGE_VAL, HUGE_VAL, -1000, 1000},
                               narrow = {-HUGE_VAL, HUGE_VAL, -6, 6};
    uint64_t random = points_random();
    unsigned index = (unsigned)(random >> 32);
    const struct domain *domain = random & 1 ? &wide : &narrow;
    return is_float(f) ? (double)points_float(domain, index) : points_double(domain, index);
}

// Two arguments of the same size are as likely as any two, and pow should not only overflow.
static double second_point(const struct function *f, double x)
{
    double y = point(f);
    switch (points_random() % 4) {
    case 0: y = x * points_uniform(-4.0, 4.0); break;
    case 1: y = points_uniform(-750.0, 750.0) / log(fabs(x)); break;
    }
    return is_float(f) ? (double)(float)y : y;
}

static int write_all(unsigned count)
{
    for (unsigned f = 0; f < FUNCTIONS; f++) {
        for (unsigned i = 0; i < count; i++) {
            double x = point(&functions[f]), y = second_point(&functions[f], x);
            struct record r = {f, i, bits_of(x), bits_of(y), 0};
            r.result = bits_of(result_of(&functions[f], x, y));
            if (fwrite(&r, sizeof r, 1, stdout) != 1)
                return 1;
        }
    }
    return fflush(stdout) != 0;
}

static void compare_all(void)
{
    static unsigned seen[FUNCTIONS], wrong[FUNCTIONS];
    struct record r;

    while (fread(&r, sizeof r, 1, stdin) == 1 && r.function < FUNCTIONS) {
        const struct function *f = &functions[r.function];
        double x = from_bits(r.x), y = from_bits(r.y), wanted = from_bits(r.result);
        double got = result_of(f, x, y);
        seen[r.function]++;
        if (bits_of(got) == r.result || (got != got && wanted != wanted))
            continue;
        if (!wrong[r.function]++)
            printf("%s(%a, %a) is %a here, %a there\n", f->name, x, y, got, wanted);
    }
    unsigned total = 0;
    for (unsigned f = 0; f < FUNCTIONS; f++) {
        char title[120];
        snprintf(title, sizeof title, "%s: %u of %u results differ from the other build's",
                 functions[f].name, wrong[f], seen[f]);
        check_that(seen[f] && !wrong[f], title);
        total += wrong[f];
    }
    printf("%u functions in %u-bit code: %u results differ from the other build's\n",
           (unsigned)FUNCTIONS, (unsigned)sizeof(void *) * 8, total);
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "write") == 0) {
        points_seed(strtoull(argv[3], 0, 10));
        return write_all((unsigned)strtoul(argv[2], 0, 10));
    }
    if (argc != 2 || strcmp(argv[1], "compare") != 0)
        return 2;
    test_special();
    compare_all();
    return check_sum();
}
