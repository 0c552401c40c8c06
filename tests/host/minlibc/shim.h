// SPDX-License-Identifier: BSD-3-Clause
// The kernel's rooms, played on glibc and Linux under the prefix ml_, and what the tests need to
// look into them.
#ifndef SHIM_H
#define SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Before anything else: what app_start() does first.
void shim_start(void);

// What was written to the console since the last reset; NUL-terminated.
extern char shim_output[1 << 16];
extern size_t shim_output_len;
void shim_output_reset(void);
// Type on the console.
void shim_type(const char *s, size_t len);

// Run fn(arg) in a process of its own, and say how the guest that it plays ends. What it panics
// with or exits with is left in the variables, and its console output in shim_output.
enum shim_end { SHIM_RETURNED, SHIM_PANIC, SHIM_EXIT, SHIM_DIED };
enum shim_end shim_run(void (*fn)(void *), void *arg);
extern char shim_panic_text[256];
extern int shim_exit_status;

// Set up before the first look at a file.
void shim_set_ramdisk(const void *data, size_t size);
void shim_set_cmdline(const char *line);

// Nanoseconds that the guest's wall clock is ahead of ours.
extern uint64_t shim_wall_offset;

// Bytes that are committed by vm_commit() now. While limit is not 0, commits that would go beyond
// fail.
extern size_t shim_committed, shim_commit_limit;

// A kernel thread.
void *shim_spawn(void (*fn)(void *), void *arg);
void shim_join(void *t);

#endif
