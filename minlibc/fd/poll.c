// SPDX-License-Identifier: BSD-3-Clause
// poll() and select(). A signal mask is accepted and has no effect: no signal interrupts a wait.
#include <poll.h>
#include <string.h>
#include <sys/select.h>

#include "fd/deadline.h"
#include "fd/file.h"
#include "libc.h"

static unsigned int look_at(int fd, struct fd_look *look)
{
    struct file *f = fd_get(fd);

    if (!f)
        return POLLNVAL;
    unsigned int events = file_poll(f, look);
    file_put(f);
    return events;
}

static int poll_once(struct pollfd *fds, nfds_t n, struct fd_look *look)
{
    int ready = 0;

    for (nfds_t i = 0; i < n; i++) {
        unsigned int wanted = (unsigned int)fds[i].events | POLLERR | POLLHUP | POLLNVAL;
        fds[i].revents = 0;
        if (fds[i].fd >= 0)
            fds[i].revents = (short)(look_at(fds[i].fd, look) & wanted);
        ready += fds[i].revents != 0;
    }
    return ready;
}

static int poll_until(struct pollfd *fds, nfds_t n, ns_t deadline)
{
    bool last = deadline == 0;

    for (;;) {
        struct fd_look look = {};
        unsigned int generation = fd_generation();
        int ready = poll_once(fds, n, &look);
        if (ready || last)
            return ready;
        last = fd_wait(generation, &look, deadline) == -ETIMEDOUT;
    }
}

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
    ns_t deadline = 0;

    if (n > FD_MAX)
        return libc_fail(EINVAL);
    if (timeout)
        deadline = timeout < 0 ? NS_NEVER : deadline_in((ns_t)timeout * 1000000);
    return poll_until(fds, n, deadline);
}

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
    ns_t span = NS_NEVER;

    (void)mask;
    if (n > FD_MAX || (timeout && !timespec_to_ns(timeout, &span)))
        return libc_fail(EINVAL);
    return poll_until(fds, n, span ? deadline_in(span) : 0);
}

#define SELECT_READ   (POLLIN | POLLRDNORM | POLLHUP | POLLERR)
#define SELECT_WRITE  (POLLOUT | POLLWRNORM | POLLERR)
#define SELECT_EXCEPT POLLPRI

struct sets {
    fd_set *read, *write, *except;
};

static bool has(const fd_set *set, int fd)
{
    return set && FD_ISSET(fd, set);
}

// The number of set bits in out, -EBADF.
static int select_once(int n, const struct sets *in, const struct sets *out, struct fd_look *look)
{
    int ready = 0;

    for (int fd = 0; fd < n; fd++) {
        bool r = has(in->read, fd), w = has(in->write, fd), x = has(in->except, fd);
        if (!r && !w && !x)
            continue;
        unsigned int events = look_at(fd, look);
        if (events & POLLNVAL)
            return -EBADF;
        if (r && events & SELECT_READ) {
            FD_SET(fd, out->read);
            ready++;
        }
        if (w && events & SELECT_WRITE) {
            FD_SET(fd, out->write);
            ready++;
        }
        if (x && events & SELECT_EXCEPT) {
            FD_SET(fd, out->except);
            ready++;
        }
    }
    return ready;
}

static int select_until(int n, const struct sets *sets, ns_t deadline)
{
    fd_set results[3];
    const struct sets out = {&results[0], &results[1], &results[2]};
    bool last = deadline == 0;
    int ready;

    memset(results, 0, sizeof(results));
    for (;;) {
        struct fd_look look = {};
        unsigned int generation = fd_generation();
        ready = select_once(n, sets, &out, &look);
        if (ready || last)
            break;
        last = fd_wait(generation, &look, deadline) == -ETIMEDOUT;
    }
    if (ready < 0)
        return libc_fail(-ready);
    if (sets->read)
        *sets->read = results[0];
    if (sets->write)
        *sets->write = results[1];
    if (sets->except)
        *sets->except = results[2];
    return ready;
}

// Linux leaves the time that was not slept in *timeout.
int select(int n, fd_set *restrict read, fd_set *restrict write, fd_set *restrict except,
           struct timeval *restrict timeout)
{
    const struct sets sets = {read, write, except};
    ns_t deadline = NS_NEVER;

    if (n < 0 || n > FD_SETSIZE)
        return libc_fail(EINVAL);
    if (timeout) {
        struct timespec ts = {.tv_sec = timeout->tv_sec + timeout->tv_usec / 1000000,
                              .tv_nsec = timeout->tv_usec % 1000000 * 1000};
        ns_t span;
        if (timeout->tv_usec < 0 || !timespec_to_ns(&ts, &span))
            return libc_fail(EINVAL);
        deadline = span ? deadline_in(span) : 0;
    }
    int ready = select_until(n, &sets, deadline);
    if (timeout && ready >= 0 && deadline != NS_NEVER) {
        ns_t now = time_monotonic(), left = deadline > now ? deadline - now : 0;
        timeout->tv_sec = (time_t)(left / NS_PER_SEC);
        timeout->tv_usec = (suseconds_t)(left % NS_PER_SEC / 1000);
    }
    return ready;
}

int pselect(int n, fd_set *restrict read, fd_set *restrict write, fd_set *restrict except,
            const struct timespec *restrict timeout, const sigset_t *restrict mask)
{
    const struct sets sets = {read, write, except};
    ns_t span = NS_NEVER;

    (void)mask;
    if (n < 0 || n > FD_SETSIZE || (timeout && !timespec_to_ns(timeout, &span)))
        return libc_fail(EINVAL);
    return select_until(n, &sets, span ? deadline_in(span) : 0);
}
