// SPDX-License-Identifier: BSD-3-Clause
// Pipes. Writing where nobody reads is EPIPE; there is no SIGPIPE.
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fd/pipe.h"
#include "libc.h"

#define PIPE_CAPACITY 65536
#define PIPE_FIRST    4096

struct pipe {
    struct mutex lock;
    struct cond readable, writable;
    char *bytes; // a ring of `size`, which grows up to the capacity
    size_t size, head, used;
    bool has_reader, has_writer;
};

static bool grow(struct pipe *p)
{
    size_t size = p->size ? p->size * 2 : PIPE_FIRST;
    char *bytes = p->size < PIPE_CAPACITY ? malloc(size) : NULL;

    if (!bytes)
        return false;
    if (p->used) {
        size_t first = p->size - p->head < p->used ? p->size - p->head : p->used;
        memcpy(bytes, p->bytes + p->head, first);
        memcpy(bytes + first, p->bytes, p->used - first);
    }
    free(p->bytes);
    p->bytes = bytes;
    p->size = size;
    p->head = 0;
    return true;
}

// Bytes that fit now; the ring grows for `want` of them if it may.
static size_t room(struct pipe *p, size_t want)
{
    while (p->size - p->used < want && grow(p))
        ;
    return p->size - p->used;
}

static void put(struct pipe *p, const char *s, size_t len)
{
    while (len) {
        size_t at = (p->head + p->used) % p->size;
        size_t n = p->size - at < len ? p->size - at : len;
        memcpy(p->bytes + at, s, n);
        p->used += n;
        s += n;
        len -= n;
    }
}

static size_t take(struct pipe *p, char *out, size_t len)
{
    size_t total = len < p->used ? len : p->used;

    for (size_t left = total; left;) {
        size_t n = p->size - p->head < left ? p->size - p->head : left;
        memcpy(out, p->bytes + p->head, n);
        p->head = (p->head + n) % p->size;
        p->used -= n;
        out += n;
        left -= n;
    }
    return total;
}

static long pipe_read(struct file *f, void *buf, size_t len)
{
    struct pipe *p = f->data;
    long n = 0;

    if (!len)
        return 0;
    mutex_lock(&p->lock);
    while (!p->used && p->has_writer && !(f->flags & O_NONBLOCK))
        cond_wait_until(&p->readable, &p->lock, NS_NEVER);
    if (p->used) {
        n = (long)take(p, buf, len);
        cond_broadcast(&p->writable);
    } else if (p->has_writer) {
        n = -EAGAIN;
    }
    mutex_unlock(&p->lock);
    if (n > 0)
        fd_notify();
    return n;
}

static long pipe_write(struct file *f, const void *buf, size_t len)
{
    struct pipe *p = f->data;
    const char *s = buf;
    size_t done = 0;
    long rc = 0;

    mutex_lock(&p->lock);
    while (done < len) {
        if (!p->has_reader) {
            rc = -EPIPE;
            break;
        }
        // Up to PIPE_BUF bytes arrive together.
        size_t least = len <= PIPE_BUF ? len : 1;
        size_t fits = room(p, len - done);
        if (!p->size) {
            rc = -ENOMEM;
            break;
        }
        if (fits >= least) {
            size_t n = fits < len - done ? fits : len - done;
            put(p, s + done, n);
            done += n;
            cond_broadcast(&p->readable);
            fd_notify();
            continue;
        }
        if (f->flags & O_NONBLOCK) {
            rc = -EAGAIN;
            break;
        }
        cond_wait_until(&p->writable, &p->lock, NS_NEVER);
    }
    mutex_unlock(&p->lock);
    return done ? (long)done : rc;
}

static unsigned int pipe_poll(struct file *f, struct fd_look *look)
{
    struct pipe *p = f->data;
    unsigned int events = 0;

    (void)look;
    mutex_lock(&p->lock);
    if ((f->flags & O_ACCMODE) == O_RDONLY) {
        if (p->used)
            events |= POLLIN | POLLRDNORM;
        if (!p->has_writer)
            events |= POLLHUP;
    } else {
        if (PIPE_CAPACITY - p->used >= PIPE_BUF)
            events |= POLLOUT | POLLWRNORM;
        if (!p->has_reader)
            events |= POLLERR;
    }
    mutex_unlock(&p->lock);
    return events;
}

static int pipe_status(struct file *f, struct stat64 *st)
{
    st->st_mode = S_IFIFO | 0600;
    st->st_ino = (ino_t)(uintptr_t)f->data;
    st->st_blksize = PIPE_BUF;
    return 0;
}

static void pipe_release(struct file *f)
{
    struct pipe *p = f->data;

    mutex_lock(&p->lock);
    if ((f->flags & O_ACCMODE) == O_RDONLY)
        p->has_reader = false;
    else
        p->has_writer = false;
    bool gone = !p->has_reader && !p->has_writer;
    cond_broadcast(&p->readable);
    cond_broadcast(&p->writable);
    mutex_unlock(&p->lock);
    if (gone) {
        free(p->bytes);
        free(p);
    }
    fd_notify();
}

static const struct file_ops pipe_ops = {
    .read = pipe_read,
    .write = pipe_write,
    .poll = pipe_poll,
    .status = pipe_status,
    .release = pipe_release,
};

int pipe_bytes_available(struct file *f, int *out)
{
    struct pipe *p = f->data;

    if (f->ops != &pipe_ops)
        return -ENOTTY;
    mutex_lock(&p->lock);
    *out = (int)p->used;
    mutex_unlock(&p->lock);
    return 0;
}

int pipe2(int fds[2], int flags)
{
    if (flags & ~(O_CLOEXEC | O_NONBLOCK))
        return libc_fail(EINVAL);
    int common = flags & O_NONBLOCK;
    struct pipe *p = calloc(1, sizeof(*p));
    struct file *in = file_create(&pipe_ops, O_RDONLY | common, p);
    struct file *out = file_create(&pipe_ops, O_WRONLY | common, p);

    if (!p || !in || !out) {
        free(p);
        free(in);
        free(out);
        return libc_fail(ENOMEM);
    }
    p->has_reader = p->has_writer = true;
    int in_fd = fd_install(in, 0, flags & O_CLOEXEC);
    if (in_fd < 0) {
        file_put(out);
        return libc_fail(-in_fd);
    }
    int out_fd = fd_install(out, 0, flags & O_CLOEXEC);
    if (out_fd < 0) {
        fd_close(in_fd);
        return libc_fail(-out_fd);
    }
    fds[0] = in_fd;
    fds[1] = out_fd;
    return 0;
}

int pipe(int fds[2])
{
    return pipe2(fds, 0);
}
