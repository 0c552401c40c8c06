// SPDX-License-Identifier: BSD-3-Clause
// Opening and reading the files of the tree.
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "fs/tree.h"
#include "libc.h"

static long node_read_at(struct file *f, void *buf, size_t len, off64_t offset)
{
    const struct fs_node *n = f->data;

    if (S_ISDIR(n->mode))
        return -EISDIR;
    if ((uint64_t)offset >= n->size)
        return 0;
    uint64_t left = n->size - (uint64_t)offset;
    if (len > left)
        len = (size_t)left;
    memcpy(buf, (const char *)n->data + offset, len);
    return (long)len;
}

static long node_read(struct file *f, void *buf, size_t len)
{
    mutex_lock(&f->lock);
    long n = node_read_at(f, buf, len, f->offset);
    if (n > 0)
        f->offset += n;
    mutex_unlock(&f->lock);
    return n;
}

static off64_t node_seek(struct file *f, off64_t offset, int whence)
{
    const struct fs_node *n = f->data;
    off64_t to;

    mutex_lock(&f->lock);
    off64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? f->offset : (off64_t)n->size;
    if (whence == SEEK_DATA || whence == SEEK_HOLE) {
        // No holes but the one behind the end.
        bool inside = offset >= 0 && (uint64_t)offset < n->size;
        to = !inside ? -ENXIO : whence == SEEK_DATA ? offset : (off64_t)n->size;
    } else if (whence != SEEK_SET && whence != SEEK_CUR && whence != SEEK_END) {
        to = -EINVAL;
    } else if (__builtin_add_overflow(base, offset, &to)) {
        to = -EOVERFLOW;
    } else if (to < 0) {
        to = -EINVAL;
    }
    if (to >= 0)
        f->offset = to;
    mutex_unlock(&f->lock);
    return to;
}

static int node_status(struct file *f, struct stat64 *st)
{
    fs_status(f->data, st);
    return 0;
}

static const struct file_ops node_ops = {
    .read = node_read,
    .read_at = node_read_at,
    .seek = node_seek,
    .status = node_status,
};

struct fs_node *fs_node_of(const struct file *f)
{
    return f->ops == &node_ops ? f->data : NULL;
}

int fs_base(int dirfd, struct fs_node **out)
{
    *out = NULL;
    if (dirfd == AT_FDCWD)
        return 0;
    struct file *f = fd_get(dirfd);
    if (!f)
        return -EBADF;
    *out = fs_node_of(f);
    file_put(f);
    return *out && S_ISDIR((*out)->mode) ? 0 : -ENOTDIR;
}

// A descriptor or a negative errno.
static int open_node(struct fs_node *n, int flags)
{
    int mode = flags & O_ACCMODE;
    struct file *f;

    if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        return -EEXIST;
    if (S_ISLNK(n->mode))
        return -ELOOP; // with O_NOFOLLOW
    if (flags & O_DIRECTORY && !S_ISDIR(n->mode))
        return -ENOTDIR;
    if (n->device) {
        f = file_create(n->device, flags & (O_ACCMODE | O_NONBLOCK | O_APPEND), NULL);
    } else {
        if (S_ISDIR(n->mode) && (mode != O_RDONLY || flags & O_CREAT))
            return -EISDIR;
        if (mode != O_RDONLY || flags & O_TRUNC)
            return -EROFS;
        f = file_create(&node_ops, flags & (O_ACCMODE | O_NONBLOCK), n);
    }
    return f ? fd_install(f, 0, flags & O_CLOEXEC) : -ENOMEM;
}

static int open_path(int dirfd, const char *path, int flags)
{
    struct fs_node *base = NULL, *n;
    int rc = *path == '/' ? 0 : fs_base(dirfd, &base);

    if (!rc)
        rc = fs_lookup(base, path, !(flags & O_NOFOLLOW), &n);
    if (rc == -ENOENT && flags & O_CREAT)
        return -EROFS;
    if (!rc && (flags & O_TMPFILE) == O_TMPFILE)
        return -EROFS;
    return rc ? rc : open_node(n, flags);
}

// The third argument, permissions of a new file, is never needed: there are no new files.
int open(const char *path, int flags, ...)
{
    return (int)libc_result(open_path(AT_FDCWD, path, flags));
}

int open64(const char *path, int flags, ...)
{
    return (int)libc_result(open_path(AT_FDCWD, path, flags));
}

int openat(int dirfd, const char *path, int flags, ...)
{
    return (int)libc_result(open_path(dirfd, path, flags));
}

int openat64(int dirfd, const char *path, int flags, ...)
{
    return (int)libc_result(open_path(dirfd, path, flags));
}

int creat(const char *path, mode_t mode)
{
    (void)mode;
    return open(path, O_CREAT | O_WRONLY | O_TRUNC);
}

int creat64(const char *path, mode_t mode)
{
    return creat(path, mode);
}
