// SPDX-License-Identifier: BSD-3-Clause
// Signals with Haskell handlers. A signal is queued when it arrives, in whatever context that is;
// the scheduler starts the handlers at its next safe point. Nothing here interrupts the collector,
// so nothing has to be blocked while it runs.
#include "rts_private.h"

#include <stdlib.h>
#include <halvm/sched.h>

#include "iomanager.h"
#include "signals.h"

// Read and written by unix's System.Posix.Signals.
HsInt nocldstop = 0;
StgInt *signal_handlers = NULL; // by signal number: STG_SIG_*
static StgInt nr_signal_handlers;
static unsigned int nr_haskell_handlers;

void initUserSignals(void)
{
}

void freeSignalHandlers(void)
{
    free(signal_handlers);
    signal_handlers = NULL;
    nr_signal_handlers = 0;
    nr_haskell_handlers = 0;
}

void blockUserSignals(void)
{
}

void unblockUserSignals(void)
{
}

// No tick comes by signal.
void install_vtalrm_handler(int sig, TickProc handle_tick)
{
    (void)handle_tick;
    barf("install_vtalrm_handler: signal %d is not a source of ticks here", sig);
}

static bool is_haskell(StgInt spi)
{
    return spi == STG_SIG_HAN || spi == STG_SIG_RST;
}

#if !defined(THREADED_RTS)

#define PENDING_MAX 16

// The scheduler looks at these two by itself. Changed under sched_lock().
siginfo_t pending_handler_buf[PENDING_MAX];
siginfo_t *next_pending_handler = pending_handler_buf;
static struct waitq pending_waitq;

bool signals_pending(void)
{
    return READ_ONCE(next_pending_handler) != pending_handler_buf;
}

// As the standard has it for ordinary signals, one that is pending already is not queued again.
static void queue_signal(int sig, siginfo_t *info, void *context)
{
    unsigned long flags = sched_lock();
    const siginfo_t *p = pending_handler_buf;

    (void)context;
    while (p != next_pending_handler && p->si_signo != sig)
        p++;
    if (p == next_pending_handler && p != pending_handler_buf + PENDING_MAX) {
        if (info)
            *next_pending_handler = *info;
        next_pending_handler->si_signo = sig;
        next_pending_handler++;
        contextSwitchAllCapabilities();
        waitq_wake_all(&pending_waitq);
    }
    sched_unlock(flags);
}

void signals_wait(ns_t deadline)
{
    unsigned long flags = sched_lock();

    if (!signals_pending())
        waitq_wait_locked(&pending_waitq, deadline);
    sched_unlock(flags);
}

bool anyUserHandlers(void)
{
    return nr_haskell_handlers != 0;
}

// All threads are blocked and the program has handlers: only a signal can go on with it.
void awaitUserSignals(void)
{
    while (!signals_pending() && sched_state == SCHED_RUNNING)
        signals_wait(NS_NEVER);
}

// Take the most recent signal off the queue. False when it is empty.
static bool take_signal(siginfo_t *out)
{
    unsigned long flags = sched_lock();
    bool taken = false;

    if (next_pending_handler != pending_handler_buf) {
        *out = *--next_pending_handler;
        taken = true;
    }
    sched_unlock(flags);
    return taken;
}

void startSignalHandlers(Capability *cap)
{
    siginfo_t info;

    while (take_signal(&info)) {
        int sig = info.si_signo;

        if (sig >= nr_signal_handlers || !is_haskell(signal_handlers[sig]))
            continue;

        siginfo_t *copy = malloc(sizeof(*copy)); // the handler frees it

        if (!copy) {
            errorBelch("out of memory: signal %d is lost", sig);
            continue;
        }
        *copy = info;
        StgClosure *run =
            rts_apply(cap, &base_GHCziConcziSignal_runHandlersPtr_closure, rts_mkPtr(cap, copy));

        scheduleThread(cap, createIOThread(cap, RtsFlags.GcFlags.initialStkSize,
                                           rts_apply(cap, run, rts_mkInt(cap, sig))));
    }
}

#else

// base's timer manager starts the handlers.
static void queue_signal(int sig, siginfo_t *info, void *context)
{
    (void)context;
    if (!iomanager_send_signal(sig, info))
        errorBelch("signal %d is lost", sig);
}

#endif

static bool set_action(int sig, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};

    sigemptyset(&action.sa_mask);
    return sigaction(sig, &action, NULL) == 0;
}

static bool set_haskell_action(int sig, StgInt spi, const sigset_t *mask)
{
    struct sigaction action = {.sa_sigaction = queue_signal, .sa_flags = SA_SIGINFO};

    sigemptyset(&action.sa_mask);
    if (mask)
        action.sa_mask = *mask;
    if (spi == STG_SIG_RST)
        action.sa_flags |= SA_RESETHAND;
    if (sig == SIGCHLD && nocldstop)
        action.sa_flags |= SA_NOCLDSTOP;
    return sigaction(sig, &action, NULL) == 0;
}

static bool grow_handlers(int sig)
{
    if (sig < nr_signal_handlers)
        return true;

    StgInt *grown = realloc(signal_handlers, ((size_t)sig + 1) * sizeof(*grown));

    if (!grown)
        return false;
    signal_handlers = grown;
    while (nr_signal_handlers <= sig)
        signal_handlers[nr_signal_handlers++] = STG_SIG_DFL;
    return true;
}

// Returns what was installed before, or STG_SIG_ERR (no such signal, or one that cannot be caught).
int stg_sig_install(int sig, int spi, void *mask)
{
    bool ok;

    if (sig < 1 || sig >= NSIG || !grow_handlers(sig))
        return STG_SIG_ERR;
    if (is_haskell(spi))
        ok = set_haskell_action(sig, spi, mask);
    else
        ok = set_action(sig, spi == STG_SIG_IGN ? SIG_IGN : SIG_DFL);
    if (!ok)
        return STG_SIG_ERR;

    StgInt previous = signal_handlers[sig];

    signal_handlers[sig] = spi;
    if (is_haskell(spi) && !is_haskell(previous))
        nr_haskell_handlers++;
    if (!is_haskell(spi) && is_haskell(previous))
        nr_haskell_handlers--;
    return (int)previous;
}

// The first interrupt ends the program in order, the second at once.
static void interrupt_program(int sig)
{
    (void)sig;
    if (sched_state != SCHED_RUNNING)
        stg_exit(EXIT_INTERRUPTED);
    interruptStgRts();
}

static void ignore_signal(int sig)
{
    (void)sig;
}

// There is no terminal to suspend the program from (SIGTSTP) and no user to ask it for a backtrace
// (SIGQUIT). A write that nobody reads is an error that the program sees.
void initDefaultHandlers(void)
{
    if (!set_action(SIGINT, interrupt_program) || !set_action(SIGPIPE, ignore_signal))
        errorBelch("warning: no handler for SIGINT or SIGPIPE");
}

void resetDefaultHandlers(void)
{
    set_action(SIGINT, SIG_DFL);
    set_action(SIGPIPE, SIG_DFL);
}
