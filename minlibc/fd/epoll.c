// SPDX-License-Identifier: BSD-3-Clause
// epoll, level triggered, with EPOLLONESHOT. EPOLLET is refused (EINVAL). A wait looks at every
// file of the set: with the handful of descriptors that a guest has, that is cheaper than keeping a
// list of the ready ones.
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "fd/deadline.h"
#include "fd/epoll.h"
#include "libc.h"

struct epoll_set {
    struct epoll_watch *first, *last;
};

struct epoll_watch {
    struct epoll_set *set;
    struct file *file; // without a reference: epoll_forget() ends the watch
    int fd;
    bool disarmed; // one-shot, and it has fired
    struct epoll_event event;
    struct epoll_watch *next,
        *prev; // in the set; those that fired last are at the end, so that all get their turn
    struct epoll_watch *next_of_file;
};

// All sets and the lists in files. Taken before the lock of any file's object.
static struct mutex lock;

static void set_remove(struct epoll_watch *w)
{
    struct epoll_set *s = w->set;

    if (w->prev)
        w->prev->next = w->next;
    else
        s->first = w->next;
    if (w->next)
        w->next->prev = w->prev;
    else
        s->last = w->prev;
}

static void set_append(struct epoll_watch *w)
{
    struct epoll_set *s = w->set;

    w->next = NULL;
    w->prev = s->last;
    if (s->last)
        s->last->next = w;
    else
        s->first = w;
    s->last = w;
}

// Take a watch out of both lists and free it.
static void watch_end(struct epoll_watch *w)
{
    struct epoll_watch **link = &w->file->watches;

    while (*link != w)
        link = &(*link)->next_of_file;
    *link = w->next_of_file;
    set_remove(w);
    free(w);
}

void epoll_forget(struct file *f)
{
    mutex_lock(&lock);
    while (f->watches)
        watch_end(f->watches);
    mutex_unlock(&lock);
}

static unsigned int watch_poll(struct epoll_watch *w, struct fd_look *look)
{
    if (w->disarmed)
        return 0;
    return file_poll(w->file, look) & (w->event.events | EPOLLERR | EPOLLHUP);
}

static unsigned int epoll_poll(struct file *f, struct fd_look *look)
{
    struct epoll_set *s = f->data;
    unsigned int events = 0;

    mutex_lock(&lock);
    for (struct epoll_watch *w = s->first; w && !events; w = w->next) {
        if (watch_poll(w, look))
            events = POLLIN | POLLRDNORM;
    }
    mutex_unlock(&lock);
    return events;
}

static void epoll_release(struct file *f)
{
    struct epoll_set *s = f->data;

    mutex_lock(&lock);
    while (s->first)
        watch_end(s->first);
    mutex_unlock(&lock);
    free(s);
}

static const struct file_ops epoll_ops = {.poll = epoll_poll, .release = epoll_release};

int epoll_create1(int flags)
{
    if (flags & ~EPOLL_CLOEXEC)
        return libc_fail(EINVAL);
    struct epoll_set *s = calloc(1, sizeof(*s));
    struct file *f = file_create(&epoll_ops, O_RDWR, s);
    if (!s || !f) {
        free(s);
        free(f);
        return libc_fail(ENOMEM);
    }
    return (int)libc_result(fd_install(f, 0, flags & EPOLL_CLOEXEC));
}

int epoll_create(int size)
{
    return size > 0 ? epoll_create1(0) : libc_fail(EINVAL);
}

#define KNOWN_EVENTS                                                                     \
    (EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDNORM | EPOLLWRNORM | EPOLLRDHUP | EPOLLERR | \
     EPOLLHUP | EPOLLONESHOT)

static int control(struct epoll_set *s, int op, int fd, struct file *f,
                   const struct epoll_event *event)
{
    struct epoll_watch *w = f->watches;

    while (w && (w->set != s || w->fd != fd))
        w = w->next_of_file;
    if (op == EPOLL_CTL_DEL) {
        if (!w)
            return -ENOENT;
        watch_end(w);
        return 0;
    }
    if (op != EPOLL_CTL_ADD && op != EPOLL_CTL_MOD)
        return -EINVAL;
    if (event->events & ~(uint32_t)KNOWN_EVENTS)
        return -EINVAL;
    if (op == EPOLL_CTL_ADD) {
        if (w)
            return -EEXIST;
        if (!f->ops->poll)
            return -EPERM;
        w = calloc(1, sizeof(*w));
        if (!w)
            return -ENOMEM;
        w->set = s;
        w->file = f;
        w->fd = fd;
        w->next_of_file = f->watches;
        f->watches = w;
        set_append(w);
    } else if (!w) {
        return -ENOENT;
    }
    w->event = *event;
    w->disarmed = false;
    return 0;
}

// The epoll set behind a descriptor, with a reference of its file in *f. NULL and *rc.
static struct epoll_set *set_of(int fd, struct file **f, int *rc)
{
    *f = fd_get(fd);
    if (!*f) {
        *rc = -EBADF;
        return NULL;
    }
    if ((*f)->ops == &epoll_ops)
        return (*f)->data;
    file_put(*f);
    *rc = -EINVAL;
    return NULL;
}

int epoll_ctl(int set_fd, int op, int fd, struct epoll_event *event)
{
    struct file *set_file;
    int rc = 0;
    struct epoll_set *s = set_of(set_fd, &set_file, &rc);

    if (!s)
        return libc_fail(-rc);
    struct file *f = fd_get(fd);
    if (!f) {
        rc = -EBADF;
    } else if (f->ops == &epoll_ops) {
        rc = f == set_file ? -EINVAL : -ELOOP; // sets of sets are not supported
    } else {
        mutex_lock(&lock);
        rc = control(s, op, fd, f, event);
        mutex_unlock(&lock);
    }
    if (f)
        file_put(f);
    file_put(set_file);
    // Somebody may be waiting for this set already.
    if (!rc && op != EPOLL_CTL_DEL)
        fd_notify();
    return (int)libc_result(rc);
}

static int collect(struct epoll_set *s, struct epoll_event *out, int max, struct fd_look *look)
{
    struct epoll_watch *last = s->last, *next;
    int n = 0;

    for (struct epoll_watch *w = s->first; w && n < max; w = next) {
        next = w == last ? NULL : w->next;
        unsigned int events = watch_poll(w, look);
        if (!events)
            continue;
        out[n].events = events;
        out[n++].data = w->event.data;
        w->disarmed = w->event.events & EPOLLONESHOT;
        set_remove(w);
        set_append(w);
    }
    return n;
}

static int wait_until(int set_fd, struct epoll_event *out, int max, ns_t deadline)
{
    struct file *f;
    int rc = 0;
    struct epoll_set *s = set_of(set_fd, &f, &rc);

    if (!s)
        return libc_fail(-rc);
    bool last = deadline == 0;
    int n;
    for (;;) {
        struct fd_look look = {};
        unsigned int generation = fd_generation();
        mutex_lock(&lock);
        n = collect(s, out, max, &look);
        mutex_unlock(&lock);
        if (n || last)
            break;
        last = fd_wait(generation, &look, deadline) == -ETIMEDOUT;
    }
    file_put(f);
    return n;
}

int epoll_wait(int set_fd, struct epoll_event *out, int max, int timeout)
{
    ns_t deadline = 0;

    if (max <= 0)
        return libc_fail(EINVAL);
    if (timeout)
        deadline = timeout < 0 ? NS_NEVER : deadline_in((ns_t)timeout * 1000000);
    return wait_until(set_fd, out, max, deadline);
}

int epoll_pwait(int set_fd, struct epoll_event *out, int max, int timeout, const sigset_t *mask)
{
    (void)mask;
    return epoll_wait(set_fd, out, max, timeout);
}
