// SPDX-License-Identifier: BSD-3-Clause
// memory/target in xenstore, by which `xl mem-set` says how much memory the guest is to have. A
// thread follows it with the balloon. What stands there at first is what the guest was built with,
// and no request. `halvm.balloon=off` on the command line leaves the balloon to the program.
#include <arch/config.h>
#include <halvm/boot.h>
#include <halvm/console.h>
#include <halvm/mm.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include <halvm/xenbus.h>
#include <xen/errno.h>
#include "internal.h"

#define STACK_SIZE    16384
#define RETRY_NS      (NS_PER_SEC / 2)
#define RETRIES       20
#define KIB_PER_FRAME (PAGE_SIZE / 1024)

static const char target_path[] = "memory/target";

// In frames, as the balloon counts them (halvm/mm.h). 0 or -errno.
static int read_target(size_t *frames)
{
    struct mm_stats stats;
    uint32_t target, most;
    int rc = xs_read_number(target_path, UINT32_MAX, &target, NULL);

    if (rc)
        return rc;
    *frames = target / KIB_PER_FRAME;
    if (CONFIG_PV)
        return 0;
    rc = xs_read_number("memory/static-max", UINT32_MAX, &most, NULL);
    if (rc)
        return rc;
    mm_get_stats(&stats);
    // The video memory and the like that the toolstack counts and the memory map does not.
    most = most / KIB_PER_FRAME > stats.frames_boot ? most / KIB_PER_FRAME - stats.frames_boot : 0;
    *frames = *frames > most ? *frames - most : 0;
    return 0;
}

// Xen may have the memory a little later than the toolstack says so, and a program may free some:
// try for a while.
static void follow(size_t frames)
{
    for (int i = 0; i < RETRIES; i++) {
        size_t now = 0;
        long got = balloon_set_target(frames);

        if (got == (long)frames)
            return;
        thread_sleep_until(time_monotonic() + RETRY_NS);
        if (read_target(&now) == 0 && now != frames)
            return; // the next event has the new one
    }
}

static void *target_thread(void *arg)
{
    static char events[XS_QUEUE_MIN];
    static struct xs_queue queue;
    static struct xs_watch watch;
    char why[XS_WHY_MAX], path[8];
    struct xs_watch *which;
    size_t last = 0, frames;

    (void)arg;
    xs_queue_init(&queue, events, sizeof(events));
    if (read_target(&last) || xs_watch(&watch, target_path, &queue, &(struct xs_how){.why = why}))
        return NULL; // a toolstack without targets
    for (;;) {
        if (xs_next_event(&queue, &which, path, sizeof(path), NS_NEVER) || read_target(&frames) ||
            frames == last)
            continue;
        last = frames;
        follow(frames);
    }
}

void target_start(void)
{
    static uint8_t stack[STACK_SIZE] __attribute__((aligned(PAGE_SIZE)));
    static const struct thread_attr attr = {.name = "balloon"};

    if (!boot_option("halvm.balloon=off"))
        thread_start_static(stack, sizeof(stack), target_thread, NULL, &attr);
}
