// SPDX-License-Identifier: BSD-3-Clause
// Non-maskable interrupts, which here come from one place: `xl trigger NAME nmi`, the question
// where the guest is. It comes in the middle of anything, with any lock held, so the handler only
// keeps the registers; an event brings the report.
#include <arch/cpu.h>
#include <halvm/console.h>
#include <halvm/events.h>
#include <halvm/power.h>
#include <halvm/sched.h>
#include "internal.h"

static struct trap_frame saved;
static unsigned long saved_cpu;
static unsigned int saved_thread;
static char saved_name[16];
static bool waiting; // for the report
static evtchn_t port;

void nmi_handler(struct trap_frame *frame)
{
    // Asked again and nothing has been printed: events do not come through any more.
    if (__atomic_exchange_n(&waiting, true, __ATOMIC_ACQUIRE) || !port)
        trap_panic(frame, 0);
    saved = *frame;
    saved_cpu = this_cpu()->id;
    saved_thread = thread_id(thread_self());
    ksnprintf(saved_name, sizeof(saved_name), "%s", thread_name(thread_self()));
    evtchn_send(port);
}

static void report(evtchn_t p, void *arg)
{
    (void)p;
    (void)arg;
    printk("\nNMI on vCPU %lu in thread %u (%s)\n", saved_cpu, saved_thread, saved_name);
    panic_print_frame(&saved);
    write_release(&waiting, false);
}

int nmi_init(void)
{
    long rc = evtchn_bind_ipi(0, report, NULL);

    if (rc < 0)
        return rc;
    port = rc;
    return 0;
}
