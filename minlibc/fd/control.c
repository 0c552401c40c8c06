// SPDX-License-Identifier: BSD-3-Clause
// Descriptors themselves: closing, duplicating, flags.
#include <fcntl.h>
#include <stdarg.h>
#include <sys/file.h>
#include <unistd.h>

#include "fd/file.h"
#include "libc.h"

int close(int fd)
{
    return (int)libc_result(fd_close(fd));
}

static int duplicate(int fd, int least, bool cloexec)
{
    struct file *f = fd_get(fd);
    return f ? fd_install(f, least, cloexec) : -EBADF;
}

int dup(int fd)
{
    return (int)libc_result(duplicate(fd, 0, false));
}

int dup2(int from, int to)
{
    if (from == to)
        return (int)libc_result(fd_cloexec(from, -1) < 0 ? -EBADF : to);
    return (int)libc_result(fd_replace(from, to, false));
}

int dup3(int from, int to, int flags)
{
    if (from == to || flags & ~O_CLOEXEC)
        return libc_fail(EINVAL);
    return (int)libc_result(fd_replace(from, to, flags & O_CLOEXEC));
}

#define CHANGEABLE (O_NONBLOCK | O_APPEND)

static int status_flags(int fd, int op, int arg)
{
    struct file *f = fd_get(fd);

    if (!f)
        return -EBADF;
    int rc = 0;
    if (op == F_SETFL)
        f->flags = (f->flags & ~CHANGEABLE) | (arg & CHANGEABLE);
    else
        rc = f->flags;
    file_put(f);
    return rc;
}

static int fcntl_result(int fd, int op, int arg)
{
    switch (op) {
    case F_DUPFD: return duplicate(fd, arg, false);
    case F_DUPFD_CLOEXEC: return duplicate(fd, arg, true);
    case F_GETFD: return fd_cloexec(fd, -1);
    case F_SETFD: {
        int rc = fd_cloexec(fd, arg & FD_CLOEXEC);
        return rc < 0 ? rc : 0;
    }
    case F_GETFL:
    case F_SETFL: return status_flags(fd, op, arg);
    default: return fd_cloexec(fd, -1) < 0 ? -EBADF : -EINVAL; // locks, leases, owners, sizes
    }
}

int fcntl(int fd, int op, ...)
{
    va_list ap;
    va_start(ap, op);
    int arg = va_arg(ap, int);
    va_end(ap);
    return (int)libc_result(fcntl_result(fd, op, arg));
}

#undef fcntl64
int fcntl64(int fd, int op, ...)
{
    va_list ap;
    va_start(ap, op);
    int arg = va_arg(ap, int);
    va_end(ap);
    return (int)libc_result(fcntl_result(fd, op, arg));
}

// There is no other process to lock against.
int flock(int fd, int op)
{
    int kind = op & ~LOCK_NB;

    if (fd_cloexec(fd, -1) < 0)
        return libc_fail(EBADF);
    return kind == LOCK_SH || kind == LOCK_EX || kind == LOCK_UN ? 0 : libc_fail(EINVAL);
}

// Nothing is kept back on the way to a console or a pipe; the files are in memory.
int fsync(int fd)
{
    struct file *f = fd_get(fd);

    if (!f)
        return libc_fail(EBADF);
    bool seekable = f->ops->seek;
    file_put(f);
    return seekable ? 0 : libc_fail(EINVAL);
}

int fdatasync(int fd)
{
    return fsync(fd);
}

void sync(void)
{
}

int posix_fadvise64(int fd, off64_t offset, off64_t len, int advice)
{
    (void)offset;
    (void)len;
    if (fd_cloexec(fd, -1) < 0)
        return EBADF;
    return advice >= POSIX_FADV_NORMAL && advice <= POSIX_FADV_NOREUSE ? 0 : EINVAL;
}

int posix_fadvise(int fd, off_t offset, off_t len, int advice)
{
    return posix_fadvise64(fd, offset, len, advice);
}

int posix_fallocate64(int fd, off64_t offset, off64_t len)
{
    (void)offset;
    (void)len;
    return fd_cloexec(fd, -1) < 0 ? EBADF : ENODEV;
}

int posix_fallocate(int fd, off_t offset, off_t len)
{
    return posix_fallocate64(fd, offset, len);
}
