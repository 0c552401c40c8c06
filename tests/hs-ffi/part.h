// SPDX-License-Identifier: BSD-3-Clause
// What part.c offers to Main.hs.
#ifndef PART_H
#define PART_H

#include <stddef.h>
#include <stdint.h>

struct record {
    int32_t i;
    double d;
    uint8_t c;
    uint64_t w;
};

unsigned long sum_bytes(const uint8_t *bytes, size_t count);
int call_back(int (*fn)(int), int arg);
double halve(double x);
int call_exported(int n);
void fill_record(struct record *r);
void count_finalized(int *p);
int finalized(void);
double many_arguments(int a, double b, char c, long d, float e, short f, int g, int h, long i,
                      double j);
int errno_of(int err);

#endif
