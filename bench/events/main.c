// SPDX-License-Identifier: BSD-3-Clause
// What an event costs, in instructions (under --icount a nanosecond is one): from before its send
// until its handler, in the same guest, has run and the sender goes on. The floor is a send to a
// masked port: what is above it is the upcall.
#include <arch/hypercall.h>
#include <halvm/console.h>
#include <halvm/events.h>
#include <halvm/time.h>

#define TIMES 100

static volatile unsigned long count;

static void handler(evtchn_t port, void *arg)
{
    (void)port;
    (void)arg;
    count++;
}

static ns_t sends(evtchn_t port)
{
    ns_t start = time_monotonic();

    for (unsigned int i = 0; i < TIMES; i++)
        evtchn_send(port);
    return (time_monotonic() - start) / TIMES;
}

int main(void)
{
    long far_end = evtchn_alloc_unbound(DOMID_SELF, handler, NULL);
    long near_end = evtchn_bind_interdomain(DOMID_SELF, far_end, handler, NULL);
    struct events_stats stats;
    ns_t cost, masked, call, start;

    evtchn_send(near_end);
    count = 0;
    cost = sends(near_end);
    events_get_stats(&stats);
    evtchn_mask(far_end);
    evtchn_send(near_end);
    masked = sends(near_end);
    start = time_monotonic();
    for (unsigned int i = 0; i < TIMES; i++)
        hypercall_2(__HYPERVISOR_xen_version, XENVER_version, 0);
    call = (time_monotonic() - start) / TIMES;
    printk("bench: event %s: %lu instructions, %lu handled; floor %lu, a hypercall %lu\n",
           stats.fifo ? "fifo" : "2l", (unsigned long)cost, count, (unsigned long)masked,
           (unsigned long)call);
    return 0;
}
