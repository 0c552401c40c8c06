// SPDX-License-Identifier: BSD-3-Clause
// The C half of the program.
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "part.h"

unsigned long sum_bytes(const uint8_t *bytes, size_t count)
{
    unsigned long sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += bytes[i];
    return sum;
}

int call_back(int (*fn)(int), int arg)
{
    char frame[200]; // a stack frame with something in it, to be found intact

    for (size_t i = 0; i < sizeof(frame); i++)
        frame[i] = (char)(arg + (int)i);

    int result = fn(arg);

    for (size_t i = 0; i < sizeof(frame); i++) {
        if (frame[i] != (char)(arg + (int)i))
            return -1;
    }
    return result + 1;
}

double halve(double x)
{
    return x / 2;
}

int triple(int n); // exported by Main.hs

int call_exported(int n)
{
    return triple(n) + triple(1);
}

void fill_record(struct record *r)
{
    r->i = -7;
    r->d = 2.75;
    r->c = 200;
    r->w = UINT64_C(0x1122334455667788);
}

static int nr_finalized;

void count_finalized(int *p)
{
    nr_finalized += *p;
    free(p);
}

int finalized(void)
{
    return nr_finalized;
}

double many_arguments(int a, double b, char c, long d, float e, short f, int g, int h, long i,
                      double j)
{
    return a + 2 * b + 3 * c + 4 * (double)d + 5 * (double)e + 6 * f + 7 * g + 8 * h +
           9 * (double)i + 10 * j;
}

int errno_of(int err)
{
    errno = err;
    return -1;
}
