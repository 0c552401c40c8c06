// SPDX-License-Identifier: BSD-3-Clause
// What the toolstack asks of a running guest, through its directory control/ in xenstore (xen:
// docs/misc/xenstore-paths.pandoc): to end, to suspend. A thread watches. It is started 50 ms after
// the program first waited for something or was interrupted, so that one that ends at once pays
// nothing for it. (PV: Xen interrupts a vCPU that runs every 10 ms. PVH: it does not, so a program
// that neither waits nor writes nor uses a timer, but only computes, hears nothing.)
#include <arch/arch.h>
#include <halvm/app.h>
#include <halvm/console.h>
#include <halvm/events.h>
#include <halvm/mm.h>
#include <halvm/power.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include <halvm/xenbus.h>
#include <xen/errno.h>
#include <xen/sched.h>
#include "internal.h"

#define START_NS   (50 * 1000 * 1000ULL)
#define STACK_SIZE 16384

static const char shutdown_path[] = "control/shutdown";

static void (*hook)(unsigned int reason);
static unsigned int ending; // the reason now being carried out
static bool asked;

void power_on_request(void (*fn)(unsigned int reason))
{
    write_release(&hook, fn);
}

static void *carry_out(void *arg)
{
    void (*fn)(unsigned int) = read_acquire(&hook);

    (void)arg;
    if (fn) {
        fn(ending);
    } else {
        power_end_as(ending);
        app_shutdown();
    }
    return NULL;
}

// On a thread of its own: it may take its time, and wait for the program.
static void end_program(unsigned int reason)
{
    static const struct thread_attr attr = {.name = "shutdown"};
    struct thread *t;
    bool again = asked && !read_acquire(&hook);

    ending = reason;
    asked = true;
    if (again) {
        power_end_as(reason);
        power_exit(0); // whoever asks twice does not want to wait
    }
    if (thread_create(&t, carry_out, NULL, &attr)) {
        printk("control: no memory to end the program in order\n");
        power_end_as(reason);
        power_exit(0);
    }
    thread_detach(t);
}

static bool is(const char *request, const char *name)
{
    size_t n = strlen(name);

    return strlen(request) == n && memcmp(request, name, n) == 0;
}

static void carry_out_request(const char *request)
{
    int rc;

    if (is(request, "poweroff") || is(request, "halt")) {
        end_program(SHUTDOWN_poweroff);
    } else if (is(request, "reboot")) {
        end_program(SHUTDOWN_reboot);
    } else if (is(request, "suspend")) {
        rc = suspend_now();
        if (rc == -XEN_EOPNOTSUPP)
            printk("control: cannot suspend: this kernel does so in 64 bits only\n");
        else if (rc < 0)
            printk("control: cannot suspend: error %d\n", rc);
    } else {
        printk("control: no such request: %s\n", request);
    }
}

// Take the request and acknowledge it, in one step: a toolstack that gives up waiting takes it
// back. True when there was one.
static bool take_request(char *request, size_t size)
{
    struct xs_tx tx;
    struct xs_how how = {.tx = &tx};
    int rc;

    do {
        long len;

        if (xs_tx_start(&tx, NULL))
            return false;
        len = xs_read_string(shutdown_path, request, size, &how);
        if (len <= 0) {
            xs_tx_end(&tx, false, NULL);
            return false;
        }
        xs_write_string(shutdown_path, "", &how);
        rc = xs_tx_end(&tx, true, NULL);
    } while (rc == -XEN_EAGAIN);
    return rc == 0;
}

static void advertise(void)
{
    static const char *const features[] = {
        "control/feature-poweroff",
        "control/feature-reboot",
        "control/feature-halt",
        "control/feature-suspend",
    };

    // A toolstack that does not give us these nodes does not want to know.
    for (size_t i = 0; i < ARRAY_SIZE(features); i++)
        xs_write_string(features[i], "1", NULL);
}

static void resumed(struct suspend_hook *h, bool cancelled)
{
    (void)h;
    if (cancelled)
        return;
    nmi_init();
    advertise();
}

static void *control_thread(void *arg)
{
    static struct suspend_hook suspend_hook = {.resume = resumed};
    static char events[XS_QUEUE_MIN];
    static struct xs_queue queue;
    static struct xs_watch shutdown_watch;
    struct xs_watch *which;
    char text[32], why[XS_WHY_MAX];
    int rc;

    (void)arg;
    // The toolstack looks for this before it asks for anything.
    rc = mm_suspend_prepare();
    if (rc)
        printk("control: this guest cannot be saved: error %d\n", rc);
    xs_queue_init(&queue, events, sizeof(events));
    if (xs_watch(&shutdown_watch, shutdown_path, &queue, &(struct xs_how){.why = why})) {
        printk("control: %s\n", why);
        return NULL;
    }
    advertise();
    nmi_init();
    suspend_hook_add(&suspend_hook);
    target_start();
    for (;;) {
        if (xs_next_event(&queue, &which, text, sizeof(text), NS_NEVER) == 0 &&
            take_request(text, sizeof(text)))
            carry_out_request(text);
    }
}

static void start(struct timer *t)
{
    static uint8_t stack[STACK_SIZE] __attribute__((aligned(PAGE_SIZE)));
    static const struct thread_attr attr = {.name = "control"};

    (void)t;
    thread_start_static(stack, sizeof(stack), control_thread, NULL, &attr);
}

static void start_soon(void)
{
    static struct timer timer = {.fn = start};

    timer_start(&timer, time_monotonic() + START_NS);
}

void control_init(void)
{
    events_on_first(start_soon);
}
