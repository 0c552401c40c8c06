// SPDX-License-Identifier: BSD-3-Clause
// The tick that makes Haskell threads share the processor. A thread of high priority sleeps to the
// next tick and calls the runtime; while ticks are stopped it sleeps without a deadline, so an idle
// guest is woken by nothing.
#include "rts_private.h"

#include <halvm/sched.h>
#include <halvm/time.h>

static struct {
    ns_t interval;
    TickProc handle_tick;
    struct thread *thread;
    struct waitq wake; // running or exiting has changed; both under sched_lock()
    bool running;
    bool exiting;
} ticker;

// Sleep to the deadline or until told to exit. False: exit.
static bool ticker_wait(ns_t *deadline)
{
    unsigned long flags = sched_lock();
    bool go_on;

    for (;;) {
        if (ticker.exiting) {
            go_on = false;
            break;
        }
        if (!ticker.running) {
            waitq_wait_locked(&ticker.wake, NS_NEVER);
            *deadline = time_monotonic() + ticker.interval;
            continue;
        }
        if (time_monotonic() >= *deadline) {
            go_on = true;
            break;
        }
        waitq_wait_locked(&ticker.wake, *deadline);
    }
    sched_unlock(flags);
    return go_on;
}

static void *ticker_main(void *arg)
{
    ns_t deadline = time_monotonic() + ticker.interval;

    while (ticker_wait(&deadline)) {
        ticker.handle_tick(0);

        // Ticks that were missed are dropped, not made up for.
        ns_t now = time_monotonic();

        deadline += ticker.interval;
        if (deadline <= now)
            deadline = now + ticker.interval;
    }
    return arg;
}

void initTicker(Time interval, TickProc handle_tick)
{
    const struct thread_attr attr = {
        .name = "ghc-ticker",
        .stack_size = THREAD_STACK_MIN,
        .prio = THREAD_PRIO_HIGH,
    };

    ticker.interval = (ns_t)interval;
    ticker.handle_tick = handle_tick;
    ticker.running = false;
    ticker.exiting = false;
    if (thread_create(&ticker.thread, ticker_main, NULL, &attr) < 0) {
        errorBelch("out of memory: no stack for the ticker's thread");
        stg_exit(EXIT_INTERNAL_ERROR);
    }
}

static void ticker_set(bool running, bool exiting)
{
    unsigned long flags = sched_lock();

    ticker.running = running;
    ticker.exiting = exiting;
    waitq_wake_all(&ticker.wake);
    sched_unlock(flags);
}

void startTicker(void)
{
    ticker_set(true, false);
}

// May be called from a tick.
void stopTicker(void)
{
    ticker_set(false, false);
}

void exitTicker(bool wait)
{
    ticker_set(false, true);
    if (wait)
        thread_join(ticker.thread, NULL);
    else
        thread_detach(ticker.thread);
}

// unix's System.Posix.Signals keeps this signal from programs; here no signal carries the tick.
int rtsTimerSignal(void)
{
    return SIGALRM;
}
