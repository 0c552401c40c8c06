// SPDX-License-Identifier: BSD-3-Clause
#include "domain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <xen/io/console.h>

enum { LOG_CHUNK = 65536, PAGE = 4096 };

int host_open(struct host *host)
{
    host->xc = xc_interface_open(NULL, NULL, 0);
    host->memory = xenforeignmemory_open(NULL, 0);
    host->xs = xs_open(0);
    return host->xc && host->memory && host->xs ? 0 : -ENODEV;
}

static char *store_read(struct host *host, const char *path)
{
    unsigned int length;

    return xs_read(host->xs, XBT_NULL, path, &length);
}

int domain_find(struct host *host, const char *name)
{
    unsigned int count;
    int found = -ENOENT;
    char path[64];
    char **domains = xs_directory(host->xs, XBT_NULL, "/local/domain", &count);

    if (!domains)
        return -errno;
    for (unsigned int i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "/local/domain/%.16s/name", domains[i]);
        char *known = store_read(host, path);
        if (known && strcmp(known, name) == 0)
            found = atoi(domains[i]);
        free(known);
    }
    free(domains);
    return found;
}

int domain_state_read(struct host *host, uint32_t domid, struct domain_state *state)
{
    xc_domaininfo_t info;
    int count = xc_domain_getinfolist(host->xc, domid, 1, &info);

    memset(state, 0, sizeof(*state));
    if (count < 0)
        return -errno;
    if (count == 0 || info.domain != domid || (info.flags & XEN_DOMINF_dying))
        return 0;
    state->exists = true;
    state->shut_down = (info.flags & XEN_DOMINF_shutdown) != 0;
    state->reason = (info.flags >> XEN_DOMINF_shutdownshift) & XEN_DOMINF_shutdownmask;
    state->cpu_time = info.cpu_time;
    state->max_vcpu = info.max_vcpu_id;
    return 0;
}

int domain_vcpus_describe(struct host *host, uint32_t domid, char *text, size_t size)
{
    struct domain_state state;
    size_t used = 0;
    int rc = domain_state_read(host, domid, &state);

    if (rc < 0 || !state.exists)
        return rc < 0 ? rc : -ENOENT;
    text[0] = '\0';
    for (unsigned int vcpu = 0; vcpu <= state.max_vcpu && used + 128 < size; vcpu++) {
        xc_vcpuinfo_t info;
        if (xc_vcpu_getinfo(host->xc, domid, vcpu, &info) < 0)
            return -errno;
        used +=
            (size_t)snprintf(text + used, size - used, "vcpu %u: %s, %llu ns of CPU time\n", vcpu,
                             !info.online   ? "never started"
                             : info.blocked ? "waiting for an event (idle)"
                                            : "running",
                             (unsigned long long)info.cpu_time);
    }
    return (int)used;
}

int domain_console_map(struct host *host, uint32_t domid, void **page)
{
    char path[64];

    snprintf(path, sizeof(path), "/local/domain/%u/console/ring-ref", domid);
    char *value = store_read(host, path);
    if (!value)
        return -ENOENT;
    xen_pfn_t frame = strtoull(value, NULL, 10);
    free(value);
    *page = xenforeignmemory_map(host->memory, domid, PROT_READ, 1, &frame, NULL);
    return *page ? 0 : -errno;
}

uint32_t domain_console_pending(const void *page, uint8_t *bytes, size_t size)
{
    const volatile struct xencons_interface *ring = page;
    uint32_t cons = ring->out_cons, prod = ring->out_prod;
    uint32_t length = prod - cons;

    if (length > sizeof(ring->out))
        length = sizeof(ring->out);
    for (uint32_t i = 0; bytes && i < length && i < size; i++)
        bytes[i] = (uint8_t)ring->out[MASK_XENCONS_IDX(cons + i, ring->out)];
    return length;
}

uint32_t domain_console_total(const void *page)
{
    return ((const volatile struct xencons_interface *)page)->out_prod;
}

uint32_t domain_console_given(const void *page)
{
    return ((const volatile struct xencons_interface *)page)->in_prod;
}

int host_log_read(struct host *host, uint32_t *index, char **text, size_t *length)
{
    char *all = NULL;
    size_t used = 0;

    for (;;) {
        unsigned int count = LOG_CHUNK;
        char *more = realloc(all, used + LOG_CHUNK);
        if (!more) {
            free(all);
            return -ENOMEM;
        }
        all = more;
        if (xc_readconsolering(host->xc, all + used, &count, 0, 1, index) < 0) {
            free(all);
            return -errno;
        }
        used += count;
        if (count == 0)
            break;
    }
    *text = all;
    *length = used;
    return 0;
}
