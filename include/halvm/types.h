// SPDX-License-Identifier: BSD-3-Clause
// Words that every room shares. No functions that do anything live here.
#ifndef HALVM_TYPES_H
#define HALVM_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t paddr_t;    // guest-physical (PVH) or pseudo-physical (PV) address, in bytes
typedef uint64_t maddr_t;    // machine address, in bytes; equals paddr_t under PVH
typedef unsigned long pfn_t; // frame number in the guest's own numbering, 0-based
typedef unsigned long mfn_t; // frame number in the machine's numbering; equals pfn_t under PVH
typedef uint16_t halvm_domid_t;
typedef uint32_t evtchn_t;
typedef uint64_t ns_t; // nanoseconds; a point in time is CLOCK_MONOTONIC since the guest started

#define NS_PER_SEC 1000000000ULL
#define NS_NEVER   UINT64_MAX // as a deadline: no time-out

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))

#define ARRAY_SIZE(a)                 (sizeof(a) / sizeof((a)[0]))
#define ROUND_UP(x, unit)             (((x) + ((unit)-1)) & ~((unit)-1)) // unit: a power of two
#define ROUND_DOWN(x, unit)           ((x) & ~((unit)-1))
#define container_of(p, type, member) ((type *)((char *)(p)-offsetof(type, member)))

#define READ_ONCE(x)     (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

#endif
