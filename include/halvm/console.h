// SPDX-License-Identifier: BSD-3-Clause
// The PV console: bytes out and in, over the ring of xen/include/public/io/console.h.
#ifndef HALVM_CONSOLE_H
#define HALVM_CONSOLE_H

#include <stdarg.h>
#include <halvm/types.h>

struct waitq;

// The ring's place, for output from the first moment; then its event channel. Once each, by
// kernel_main().
void console_early_init(void);
void console_init(void);
// In a new domain, after a restore, with interrupts off: its event channel is another one. Input
// that nobody had read may be lost (under PVH the toolstack clears the ring).
void console_resume(void);

// Write all len bytes as they are, waiting for room as needed. Thread context. Returns len, or -EIO
// when the other end has stopped reading for CONSOLE_STALL_NS (what did not fit is counted and the
// count printed when room returns) .
long console_write(const void *buf, size_t len);
#define CONSOLE_STALL_NS (30 * NS_PER_SEC)

// Read 1..len bytes, waiting until deadline for the first. Returns the count, -ETIMEDOUT, or -EIO
// (no console). Thread context.
long console_read(void *buf, size_t len, ns_t deadline);
// Is there input? Any context. Input and room for output are announced on console_waitq().
bool console_readable(void);
struct waitq *console_waitq(void);

// Wait until the backend has taken everything, at most until deadline. 0 or -ETIMEDOUT. Any context
// (spins with the vCPU yielded when it cannot sleep).
int console_drain(ns_t deadline);

// The kernel's own printf: %d %u %x with l, ll or z, %p %s %c %%, widths, zero padding, `-`. Any
// context, before main too. Goes out after what threads have written, waiting for room for a
// bounded time.
void printk(const char *fmt, ...) PRINTF_LIKE(1, 2);
void vprintk(const char *fmt, va_list ap) PRINTF_LIKE(1, 0);
int ksnprintf(char *buf, size_t size, const char *fmt, ...) PRINTF_LIKE(3, 4);
int kvsnprintf(char *buf, size_t size, const char *fmt, va_list ap) PRINTF_LIKE(3, 0);

#endif
