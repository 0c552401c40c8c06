// SPDX-License-Identifier: BSD-3-Clause
// The functions under test: minlibm's objects with every symbol prefixed by ml_.
#ifndef SUBJECT_H
#define SUBJECT_H

#define UNARY(name)           \
    double ml_##name(double); \
    float ml_##name##f(float);
#define BINARY(name)                  \
    double ml_##name(double, double); \
    float ml_##name##f(float, float);

UNARY(acos)
UNARY(acosh)
UNARY(asin)
UNARY(asinh)
UNARY(atan)
UNARY(atanh)
UNARY(cbrt)
UNARY(ceil)
UNARY(cos)
UNARY(cosh)
UNARY(erf)
UNARY(erfc)
UNARY(exp)
UNARY(exp10)
UNARY(exp2)
UNARY(expm1)
UNARY(fabs)
UNARY(floor)
UNARY(lgamma)
UNARY(log)
UNARY(log10)
UNARY(log1p)
UNARY(log2)
UNARY(logb)
UNARY(nearbyint)
UNARY(rint)
UNARY(round)
UNARY(sin)
UNARY(sinh)
UNARY(sqrt)
UNARY(tan)
UNARY(tanh)
UNARY(tgamma)
UNARY(trunc)
BINARY(atan2)
BINARY(copysign)
BINARY(fdim)
BINARY(fmax)
BINARY(fmin)
BINARY(fmod)
BINARY(hypot)
BINARY(nextafter)
BINARY(pow)
BINARY(remainder)

double ml_fma(double, double, double);
float ml_fmaf(float, float, float);
double ml_nexttoward(double, long double);
float ml_nexttowardf(float, long double);
long double ml_sqrtl(long double);
int ml___fpclassifyl(long double);
extern int ml_signgam;
double ml_ldexp(double, int);
float ml_ldexpf(float, int);
double ml_frexp(double, int *);
float ml_frexpf(float, int *);
double ml_modf(double, double *);
float ml_modff(float, float *);
double ml_remquo(double, double, int *);
int ml_ilogb(double);
int ml_ilogbf(float);
long ml_lrint(double);
long ml_lround(double);
long long ml_llrint(double);
long long ml_llround(double);
void ml_sincos(double, double *, double *);
int ml___isnan(double);
int ml___isnanf(float);
int ml___isinf(double);
int ml___isinff(float);
int ml___finite(double);
int ml___finitef(float);
int ml___signbit(double);
int ml___signbitf(float);
int ml___fpclassify(double);
int ml___fpclassifyf(float);

#endif
