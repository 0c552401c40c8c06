// SPDX-License-Identifier: BSD-3-Clause
// Reading and writing descriptors.
#include <fcntl.h>
#include <limits.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fd/file.h"
#include "libc.h"

#define LENGTH_MAX 0x7ffff000u // what one call moves at most, as on Linux

static size_t bounded(size_t len)
{
    return len < LENGTH_MAX ? len : LENGTH_MAX;
}

static bool may_read(const struct file *f)
{
    return f->ops->read && (f->flags & O_ACCMODE) != O_WRONLY;
}

static bool may_write(const struct file *f)
{
    return f->ops->write && (f->flags & O_ACCMODE) != O_RDONLY;
}

ssize_t read(int fd, void *buf, size_t len)
{
    struct file *f = fd_get(fd);

    if (!f)
        return libc_fail(EBADF);
    long rc = may_read(f) ? f->ops->read(f, buf, bounded(len)) : -EBADF;
    file_put(f);
    return libc_result(rc);
}

ssize_t write(int fd, const void *buf, size_t len)
{
    struct file *f = fd_get(fd);

    if (!f)
        return libc_fail(EBADF);
    long rc = may_write(f) ? f->ops->write(f, buf, bounded(len)) : -EBADF;
    file_put(f);
    return libc_result(rc);
}

ssize_t pread64(int fd, void *buf, size_t len, off64_t offset)
{
    struct file *f = fd_get(fd);
    long rc = -ESPIPE;

    if (!f)
        return libc_fail(EBADF);
    if (!may_read(f))
        rc = -EBADF;
    else if (offset < 0)
        rc = -EINVAL;
    else if (f->ops->read_at)
        rc = f->ops->read_at(f, buf, bounded(len), offset);
    file_put(f);
    return libc_result(rc);
}

ssize_t pread(int fd, void *buf, size_t len, off_t offset)
{
    return pread64(fd, buf, len, offset);
}

// Nothing that can be written has an offset.
ssize_t pwrite64(int fd, const void *buf, size_t len, off64_t offset)
{
    struct file *f = fd_get(fd);

    (void)buf;
    (void)len;
    if (!f)
        return libc_fail(EBADF);
    int err = !may_write(f) ? EBADF : offset < 0 ? EINVAL : ESPIPE;
    file_put(f);
    return libc_fail(err);
}

ssize_t pwrite(int fd, const void *buf, size_t len, off_t offset)
{
    return pwrite64(fd, buf, len, offset);
}

static bool vector_is_valid(const struct iovec *v, int n)
{
    size_t total = 0;

    if (n < 0 || n > IOV_MAX)
        return false;
    for (int i = 0; i < n; i++) {
        if (__builtin_add_overflow(total, v[i].iov_len, &total) || total > SSIZE_MAX)
            return false;
    }
    return true;
}

typedef ssize_t (*transfer_fn)(int fd, void *buf, size_t len);

static ssize_t transfer(int fd, const struct iovec *v, int n, transfer_fn move)
{
    ssize_t total = 0;

    if (!vector_is_valid(v, n))
        return libc_fail(EINVAL);
    for (int i = 0; i < n; i++) {
        // An empty piece is passed on only if it is alone: it reports errors of the descriptor.
        if (!v[i].iov_len && n > 1)
            continue;
        ssize_t done = move(fd, v[i].iov_base, v[i].iov_len);
        if (done < 0)
            return total ? total : done;
        total += done;
        if ((size_t)done < v[i].iov_len)
            break;
    }
    return total;
}

static ssize_t write_piece(int fd, void *buf, size_t len)
{
    return write(fd, buf, len);
}

ssize_t readv(int fd, const struct iovec *v, int n)
{
    return transfer(fd, v, n, read);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
    return transfer(fd, v, n, write_piece);
}

off64_t lseek64(int fd, off64_t offset, int whence)
{
    struct file *f = fd_get(fd);

    if (!f)
        return libc_fail(EBADF);
    off64_t rc = f->ops->seek ? f->ops->seek(f, offset, whence) : -ESPIPE;
    file_put(f);
    return rc < 0 ? libc_fail((int)-rc) : rc;
}

off_t lseek(int fd, off_t offset, int whence)
{
    off64_t rc = lseek64(fd, offset, whence);
    if (rc != (off_t)rc)
        return libc_fail(EOVERFLOW);
    return (off_t)rc;
}
