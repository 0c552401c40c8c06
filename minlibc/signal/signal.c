// SPDX-License-Identifier: BSD-3-Clause
// Signals as far as one process has them that nobody else can signal. Actions and masks are kept.
// raise() and kill() of oneself call the handler at once, on the calling thread; a blocked signal
// waits until its mask is lifted. The default action of a fatal signal ends the guest: as a crash
// for those that dump core, else with the exit status 128 + number. Stopping has no meaning, so the
// default of the stop signals is to do nothing. The toolstack's wish that the guest end arrives as
// SIGTERM or SIGINT (app/exit.c); nothing else arrives by itself.
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <halvm/power.h>
#include <halvm/sched.h>

#include "libc.h"
#include "signal/signals.h"

#define SIGNALS 64

static struct mutex lock;
static struct sigaction actions[SIGNALS + 1];
static uint64_t pending;
static __thread uint64_t blocked; // of this thread

static uint64_t bit(int sig)
{
    return 1ULL << (sig - 1);
}

static bool is_signal(int sig)
{
    return sig >= 1 && sig <= SIGNALS;
}

// The first 64 bits of a sigset_t are the signals.
static uint64_t load(const sigset_t *set)
{
    uint64_t bits;
    memcpy(&bits, set, sizeof(bits));
    return bits;
}

static void store(sigset_t *set, uint64_t bits)
{
    memset(set, 0, sizeof(*set));
    memcpy(set, &bits, sizeof(bits));
}

int sigemptyset(sigset_t *set)
{
    store(set, 0);
    return 0;
}

int sigfillset(sigset_t *set)
{
    store(set, ~0ULL);
    return 0;
}

int sigaddset(sigset_t *set, int sig)
{
    if (!is_signal(sig))
        return libc_fail(EINVAL);
    store(set, load(set) | bit(sig));
    return 0;
}

int sigdelset(sigset_t *set, int sig)
{
    if (!is_signal(sig))
        return libc_fail(EINVAL);
    store(set, load(set) & ~bit(sig));
    return 0;
}

int sigismember(const sigset_t *set, int sig)
{
    if (!is_signal(sig))
        return libc_fail(EINVAL);
    return (load(set) & bit(sig)) != 0;
}

int sigisemptyset(const sigset_t *set)
{
    return load(set) == 0;
}

static void act_by_default(int sig)
{
    switch (sig) {
    case SIGCHLD:
    case SIGCONT:
    case SIGURG:
    case SIGWINCH:
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU: return;
    case SIGABRT:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGQUIT:
    case SIGSEGV:
    case SIGSYS:
    case SIGTRAP:
    case SIGXCPU:
    case SIGXFSZ: panic("signal %d: %s", sig, strsignal(sig));
    default: power_exit(128 + sig);
    }
}

static void deliver(int sig)
{
    mutex_lock(&lock);
    struct sigaction action = actions[sig];
    if (action.sa_flags & SA_RESETHAND)
        actions[sig].sa_handler = SIG_DFL;
    mutex_unlock(&lock);

    if (action.sa_handler == SIG_DFL) {
        act_by_default(sig);
        return;
    }
    if (action.sa_handler == SIG_IGN)
        return;
    uint64_t before = blocked;
    blocked |= load(&action.sa_mask) | (action.sa_flags & SA_NODEFER ? 0 : bit(sig));
    if (action.sa_flags & SA_SIGINFO) {
        siginfo_t info = {.si_signo = sig, .si_code = SI_USER};
        info.si_pid = getpid();
        action.sa_sigaction(sig, &info, NULL);
    } else {
        action.sa_handler(sig);
    }
    blocked = before;
}

static void deliver_pending(void)
{
    for (;;) {
        mutex_lock(&lock);
        uint64_t ready = pending & ~blocked;
        int sig = ready ? __builtin_ctzll(ready) + 1 : 0;
        if (sig)
            pending &= ~bit(sig);
        mutex_unlock(&lock);
        if (!sig)
            return;
        deliver(sig);
    }
}

bool signal_if_handled(int sig)
{
    mutex_lock(&lock);
    bool handled = actions[sig].sa_handler != SIG_DFL;
    mutex_unlock(&lock);
    if (handled)
        raise(sig);
    return handled;
}

int raise(int sig)
{
    if (sig == 0)
        return 0;
    if (!is_signal(sig))
        return libc_fail(EINVAL);
    if (blocked & bit(sig) && sig != SIGKILL && sig != SIGSTOP) {
        mutex_lock(&lock);
        pending |= bit(sig);
        mutex_unlock(&lock);
    } else {
        deliver(sig);
    }
    return 0;
}

int kill(pid_t pid, int sig)
{
    if (sig < 0 || sig > SIGNALS)
        return libc_fail(EINVAL);
    // Itself, its group, and everybody are the same.
    if (pid != getpid() && pid != 0 && pid != -1 && pid != -getpgrp())
        return libc_fail(ESRCH);
    return raise(sig);
}

int killpg(pid_t group, int sig)
{
    return kill(group ? -group : 0, sig);
}

int sigaction(int sig, const struct sigaction *restrict new, struct sigaction *restrict old)
{
    if (!is_signal(sig) || ((sig == SIGKILL || sig == SIGSTOP) && new))
        return libc_fail(EINVAL);
    mutex_lock(&lock);
    struct sigaction before = actions[sig];
    if (new)
        actions[sig] = *new;
    mutex_unlock(&lock);
    if (old)
        *old = before;
    return 0;
}

sighandler_t signal(int sig, sighandler_t handler)
{
    struct sigaction new = {.sa_handler = handler, .sa_flags = SA_RESTART}, old;
    return sigaction(sig, &new, &old) ? SIG_ERR : old.sa_handler;
}

// Nothing is ever interrupted; the wish is kept.
int siginterrupt(int sig, int interrupt)
{
    if (!is_signal(sig))
        return libc_fail(EINVAL);
    mutex_lock(&lock);
    if (interrupt)
        actions[sig].sa_flags &= ~SA_RESTART;
    else
        actions[sig].sa_flags |= SA_RESTART;
    mutex_unlock(&lock);
    return 0;
}

int pthread_sigmask(int how, const sigset_t *new, sigset_t *old)
{
    uint64_t before = blocked;

    if (new) {
        switch (how) {
        case SIG_BLOCK: blocked |= load(new); break;
        case SIG_UNBLOCK: blocked &= ~load(new); break;
        case SIG_SETMASK: blocked = load(new); break;
        default: return EINVAL;
        }
        blocked &= ~(bit(SIGKILL) | bit(SIGSTOP));
    }
    if (old)
        store(old, before);
    if (before & ~blocked && pending)
        deliver_pending();
    return 0;
}

int sigprocmask(int how, const sigset_t *new, sigset_t *old)
{
    int rc = pthread_sigmask(how, new, old);
    return rc ? libc_fail(rc) : 0;
}

int sigpending(sigset_t *set)
{
    mutex_lock(&lock);
    store(set, pending & blocked);
    mutex_unlock(&lock);
    return 0;
}

// Waiting for a signal would be waiting for ever.
int pause(void)
{
    return libc_fail(ENOSYS);
}

int sigsuspend(const sigset_t *mask)
{
    (void)mask;
    return libc_fail(ENOSYS);
}

// There is no SIGALRM. 0, "no alarm was set before", is true.
unsigned int alarm(unsigned int seconds)
{
    if (seconds)
        errno = ENOSYS;
    return 0;
}

int sigaltstack(const stack_t *restrict new, stack_t *restrict old)
{
    (void)new;
    (void)old;
    return libc_fail(ENOSYS);
}
