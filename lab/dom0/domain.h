// SPDX-License-Identifier: BSD-3-Clause
// What the lab asks Xen and xenstore about one domain. All functions return 0 or a count, or a
// negative errno.
#ifndef LAB_DOMAIN_H
#define LAB_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xenctrl.h>
#include <xenforeignmemory.h>
#include <xenstore.h>

struct host {
    xc_interface *xc;
    xenforeignmemory_handle *memory;
    struct xs_handle *xs;
};

struct domain_state {
    bool exists;
    bool shut_down;
    unsigned int reason; // SHUTDOWN_*, valid when shut_down
    uint64_t cpu_time;   // ns over all virtual CPUs; with -icount one ns is one instruction
    unsigned int max_vcpu;
};

// Opens all handles; -ENODEV when this is no dom0 or xenstored is not there.
int host_open(struct host *host);

// The domain's number, or -ENOENT when no domain has that name.
int domain_find(struct host *host, const char *name);

int domain_state_read(struct host *host, uint32_t domid, struct domain_state *state);

// One line a virtual CPU (state and time used) into `text`; returns its length.
int domain_vcpus_describe(struct host *host, uint32_t domid, char *text, size_t size);

// The guest's console ring, as xenstore names it, mapped read-only. -ENOENT before it is set up.
int domain_console_map(struct host *host, uint32_t domid, void **page);

// Bytes of output that are written to the ring and not yet read by the console daemon.
uint32_t domain_console_pending(const void *page, uint8_t *bytes, size_t size);

// Bytes ever written to the ring, modulo 2^32.
uint32_t domain_console_total(const void *page);

// Bytes of input ever written to the ring by the console daemon, modulo 2^32.
uint32_t domain_console_given(const void *page);

// Xen's own log from *index on; *text is the caller's to free, *index moves past what was read.
int host_log_read(struct host *host, uint32_t *index, char **text, size_t *length);

#endif
