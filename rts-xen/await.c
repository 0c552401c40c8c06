// SPDX-License-Identifier: BSD-3-Clause
// Blocked threads of the non-threaded runtime: threadDelay, threadWaitRead, threadWaitWrite. The
// scheduler calls awaitEvent() each time round while there are such threads, to wait when it has
// nothing else to run and to look otherwise.
#include "rts_private.h"

#if !defined(THREADED_RTS)

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <halvm/types.h>

#include "signals.h"

// A thread's wake-up time has to fit one word: nanoseconds, or milliseconds where a word has 32
// bits.
#define TARGET_UNIT (sizeof(void *) == 4 ? 1000000LL : 1LL)
// The last time that compares as later than now in that word.
#define TARGET_MAX (sizeof(void *) == 4 ? (Time)INT32_MAX * TARGET_UNIT : TIME_MAX)

// The descriptors being waited for, in the order of the queue of blocked threads.
static struct pollfd *polled;
static size_t polled_room;

// Rounded up: a delay is never shorter than asked for.
LowResTime getDelayTarget(HsInt us)
{
    Time now = getProcessElapsedTime();

    if (us > TimeToUS(TARGET_MAX - now))
        return (LowResTime)(TARGET_MAX / TARGET_UNIT);
    return (LowResTime)((now + USToTime(us) + TARGET_UNIT - 1) / TARGET_UNIT);
}

static void run_thread(StgTSO *tso)
{
    tso->why_blocked = NotBlocked;
    tso->_link = END_TSO_QUEUE;
    scheduleThread(&MainCapability, tso);
}

// Run the threads whose time has come. True when there was one.
static bool wake_sleepers(void)
{
    LowResTime now = (LowResTime)(getProcessElapsedTime() / TARGET_UNIT);
    bool woken = false;

    while (sleeping_queue != END_TSO_QUEUE) {
        StgTSO *tso = sleeping_queue;

        if ((StgInt)(now - tso->block_info.target) < 0)
            break;
        sleeping_queue = tso->_link;
        run_thread(tso);
        woken = true;
    }
    return woken;
}

// When the first sleeper is due, in nanoseconds of the monotonic clock; NS_NEVER without one.
static ns_t first_deadline(void)
{
    if (sleeping_queue == END_TSO_QUEUE)
        return NS_NEVER;
    return (ns_t)sleeping_queue->block_info.target * TARGET_UNIT;
}

// What is left until deadline. NULL: no end.
static const struct timespec *time_left(ns_t deadline, struct timespec *out)
{
    if (deadline == NS_NEVER)
        return NULL;

    ns_t now = (ns_t)getProcessElapsedTime();
    ns_t left = deadline > now ? deadline - now : 0;

    out->tv_sec = (time_t)(left / NS_PER_SEC);
    out->tv_nsec = (long)(left % NS_PER_SEC);
    return out;
}

static size_t collect_descriptors(void)
{
    size_t count = 0;

    for (const StgTSO *tso = blocked_queue_hd; tso != END_TSO_QUEUE; tso = tso->_link) {
        if (count == polled_room) {
            polled_room = polled_room ? 2 * polled_room : 16;
            polled = realloc(polled, polled_room * sizeof(*polled));
            if (!polled) {
                errorBelch("out of memory: too many threads wait for descriptors");
                stg_exit(EXIT_INTERNAL_ERROR);
            }
        }
        polled[count].fd = (int)tso->block_info.fd;
        polled[count].revents = 0;
        switch (tso->why_blocked) {
        case BlockedOnRead: polled[count].events = POLLIN; break;
        case BlockedOnWrite: polled[count].events = POLLOUT; break;
        default:
            barf("awaitEvent: thread %lu is not blocked on a descriptor", (unsigned long)tso->id);
        }
        count++;
    }
    return count;
}

// A negative descriptor is one that ppoll() skips.
static bool is_bad(const struct pollfd *p)
{
    return p->fd < 0 || (p->revents & POLLNVAL);
}

// Run the threads whose descriptors are ready, raise an IOError in those whose descriptor is none,
// leave the others queued.
static bool wake_waiters(void)
{
    StgTSO *kept = NULL;
    bool woken = false;
    const struct pollfd *p = polled;

    for (StgTSO *tso = blocked_queue_hd, *next; tso != END_TSO_QUEUE; tso = next, p++) {
        next = tso->_link;
        if (is_bad(p)) {
            raiseAsync(&MainCapability, tso, &base_GHCziEventziThread_blockedOnBadFD_closure, false,
                       NULL);
            woken = true;
        } else if (p->revents) {
            run_thread(tso);
            woken = true;
        } else {
            if (kept)
                setTSOLink(&MainCapability, kept, tso);
            else
                blocked_queue_hd = tso;
            kept = tso;
        }
    }
    if (kept)
        kept->_link = END_TSO_QUEUE;
    else
        blocked_queue_hd = END_TSO_QUEUE;
    blocked_queue_tl = kept ? kept : END_TSO_QUEUE;
    return woken;
}

// Wait for a descriptor until deadline. True when some thread may run now, or the scheduler has
// something to look at.
static bool poll_descriptors(size_t count, ns_t deadline)
{
    struct timespec left;

    for (size_t i = 0; i < count; i++) {
        if (is_bad(&polled[i]))
            deadline = 0;
    }
    if (ppoll(polled, count, time_left(deadline, &left), NULL) >= 0)
        return wake_waiters();
    if (errno != EINTR) {
        errorBelch("awaitEvent: ppoll() failed, errno %d", errno);
        stg_exit(EXIT_INTERNAL_ERROR);
    }
    return false;
}

void awaitEvent(bool wait)
{
    bool done;

    do {
        if (wake_sleepers())
            return;

        size_t count = collect_descriptors();
        ns_t deadline = wait ? first_deadline() : 0;

        done = false;
        if (count > 0)
            done = poll_descriptors(count, deadline);
        else if (wait)
            signals_wait(deadline);

        if (RtsFlags.MiscFlags.install_signal_handlers && signals_pending()) {
            startSignalHandlers(&MainCapability);
            return;
        }
    } while (wait && !done && sched_state == SCHED_RUNNING);
}

#endif
