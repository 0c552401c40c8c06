// SPDX-License-Identifier: BSD-3-Clause
// eventfd: a counter that can be waited for.
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fd/file.h"
#include "libc.h"

struct event_counter {
    struct mutex lock;
    struct cond changed;
    uint64_t count;
    bool semaphore;
};

#define COUNT_MAX (UINT64_MAX - 1)

static long event_read(struct file *f, void *buf, size_t len)
{
    struct event_counter *e = f->data;
    uint64_t value = 0;

    if (len < sizeof(value))
        return -EINVAL;
    mutex_lock(&e->lock);
    while (!e->count && !(f->flags & O_NONBLOCK))
        cond_wait_until(&e->changed, &e->lock, NS_NEVER);
    if (e->count) {
        value = e->semaphore ? 1 : e->count;
        e->count -= value;
        cond_broadcast(&e->changed);
    }
    mutex_unlock(&e->lock);
    if (!value)
        return -EAGAIN;
    memcpy(buf, &value, sizeof(value));
    fd_notify();
    return sizeof(value);
}

static long event_write(struct file *f, const void *buf, size_t len)
{
    struct event_counter *e = f->data;
    uint64_t value;

    if (len < sizeof(value))
        return -EINVAL;
    memcpy(&value, buf, sizeof(value));
    if (value > COUNT_MAX)
        return -EINVAL;
    mutex_lock(&e->lock);
    while (value > COUNT_MAX - e->count && !(f->flags & O_NONBLOCK))
        cond_wait_until(&e->changed, &e->lock, NS_NEVER);
    bool fits = value <= COUNT_MAX - e->count;
    if (fits) {
        e->count += value;
        cond_broadcast(&e->changed);
    }
    mutex_unlock(&e->lock);
    if (!fits)
        return -EAGAIN;
    fd_notify();
    return sizeof(value);
}

static unsigned int event_poll(struct file *f, struct fd_look *look)
{
    struct event_counter *e = f->data;
    unsigned int events = 0;

    (void)look;
    mutex_lock(&e->lock);
    if (e->count)
        events |= POLLIN | POLLRDNORM;
    if (e->count < COUNT_MAX)
        events |= POLLOUT | POLLWRNORM;
    mutex_unlock(&e->lock);
    return events;
}

static void event_release(struct file *f)
{
    free(f->data);
}

static const struct file_ops event_ops = {
    .read = event_read,
    .write = event_write,
    .poll = event_poll,
    .release = event_release,
};

int eventfd(unsigned int count, int flags)
{
    if (flags & ~(EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE))
        return libc_fail(EINVAL);
    struct event_counter *e = calloc(1, sizeof(*e));
    struct file *f = file_create(&event_ops, O_RDWR | (flags & EFD_NONBLOCK ? O_NONBLOCK : 0), e);
    if (!e || !f) {
        free(e);
        free(f);
        return libc_fail(ENOMEM);
    }
    e->count = count;
    e->semaphore = flags & EFD_SEMAPHORE;
    return (int)libc_result(fd_install(f, 0, flags & EFD_CLOEXEC));
}

int eventfd_read(int fd, eventfd_t *value)
{
    return read(fd, value, sizeof(*value)) == sizeof(*value) ? 0 : -1;
}

int eventfd_write(int fd, eventfd_t value)
{
    return write(fd, &value, sizeof(value)) == sizeof(value) ? 0 : -1;
}
