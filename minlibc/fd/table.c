// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>

#include "fd/epoll.h"
#include "fd/file.h"
#include "fd/tty.h"

#include <halvm/console.h>

struct descriptor {
    struct file *file;
    bool cloexec;
};

static struct mutex lock;
static struct descriptor table[FD_MAX];

void fd_start(void)
{
    for (int fd = 0; fd < 3; fd++)
        table[fd].file = &tty_file;
}

struct file *file_create(const struct file_ops *ops, int flags, void *data)
{
    struct file *f = calloc(1, sizeof(*f));

    if (!f)
        return NULL;
    f->ops = ops;
    f->refs = 1;
    f->flags = flags;
    f->data = data;
    return f;
}

void file_put(struct file *f)
{
    if (__atomic_sub_fetch(&f->refs, 1, __ATOMIC_ACQ_REL))
        return;
    if (f->watches)
        epoll_forget(f);
    if (f->ops->release)
        f->ops->release(f);
    free(f);
}

static void file_get(struct file *f)
{
    __atomic_add_fetch(&f->refs, 1, __ATOMIC_RELAXED);
}

int fd_install(struct file *f, int least, bool cloexec)
{
    if (least < 0 || least >= FD_MAX) {
        file_put(f);
        return -EINVAL;
    }
    mutex_lock(&lock);
    for (int fd = least; fd < FD_MAX; fd++) {
        if (!table[fd].file) {
            table[fd] = (struct descriptor){f, cloexec};
            mutex_unlock(&lock);
            return fd;
        }
    }
    mutex_unlock(&lock);
    file_put(f);
    return -EMFILE;
}

struct file *fd_get(int fd)
{
    struct file *f = NULL;

    if (fd < 0 || fd >= FD_MAX)
        return NULL;
    mutex_lock(&lock);
    f = table[fd].file;
    if (f)
        file_get(f);
    mutex_unlock(&lock);
    return f;
}

int fd_close(int fd)
{
    if (fd < 0 || fd >= FD_MAX)
        return -EBADF;
    mutex_lock(&lock);
    struct file *f = table[fd].file;
    table[fd].file = NULL;
    mutex_unlock(&lock);
    if (!f)
        return -EBADF;
    file_put(f);
    return 0;
}

int fd_replace(int from, int to, bool cloexec)
{
    if (to < 0 || to >= FD_MAX)
        return -EBADF;
    struct file *f = fd_get(from);
    if (!f)
        return -EBADF;
    mutex_lock(&lock);
    struct file *old = table[to].file;
    table[to] = (struct descriptor){f, cloexec};
    mutex_unlock(&lock);
    if (old)
        file_put(old);
    return to;
}

int fd_cloexec(int fd, int to)
{
    int flags = -EBADF;

    if (fd < 0 || fd >= FD_MAX)
        return -EBADF;
    mutex_lock(&lock);
    if (table[fd].file) {
        if (to >= 0)
            table[fd].cloexec = to & FD_CLOEXEC;
        flags = table[fd].cloexec ? FD_CLOEXEC : 0;
    }
    mutex_unlock(&lock);
    return flags;
}

static unsigned int generation;

void fd_notify(void)
{
    __atomic_add_fetch(&generation, 1, __ATOMIC_SEQ_CST);
    waitq_wake_all(console_waitq());
}

unsigned int fd_generation(void)
{
    return __atomic_load_n(&generation, __ATOMIC_SEQ_CST);
}

int fd_wait(unsigned int seen, const struct fd_look *look, ns_t deadline)
{
    int rc = 0;
    unsigned long flags = sched_lock();

    while (!rc && fd_generation() == seen && !(look->console && console_readable()))
        rc = waitq_wait_locked(console_waitq(), deadline);
    sched_unlock(flags);
    return rc;
}

unsigned int file_poll(struct file *f, struct fd_look *look)
{
    int mode = f->flags & O_ACCMODE;

    if (f->ops->poll)
        return f->ops->poll(f, look);
    return (mode != O_WRONLY ? POLLIN | POLLRDNORM : 0u) |
           (mode != O_RDONLY ? POLLOUT | POLLWRNORM : 0u);
}
