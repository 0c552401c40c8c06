// SPDX-License-Identifier: BSD-3-Clause
// Streams on memory: open_memstream() and fmemopen().
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "stdio/stream.h"

struct memory {
    char *bytes;
    size_t size; // room
    size_t len;  // of what is there
    size_t at;
    bool append, owned, binary;
    char **out; // open_memstream(): where the caller looks
    size_t *out_len;
};

static void publish(struct memory *m)
{
    *m->out = m->bytes;
    *m->out_len = m->at < m->len ? m->at : m->len;
}

static bool grow(struct memory *m, size_t want)
{
    size_t size = m->size ? m->size : 64;

    if (want < m->size)
        return true;
    while (size <= want)
        size *= 2;
    char *bytes = realloc(m->bytes, size);
    if (!bytes)
        return false;
    memset(bytes + m->size, 0, size - m->size);
    m->bytes = bytes;
    m->size = size;
    return true;
}

static ssize_t dynamic_write(void *cookie, const char *data, size_t len)
{
    struct memory *m = cookie;

    if (!grow(m, m->at + len))
        return -1;
    memcpy(m->bytes + m->at, data, len);
    m->at += len;
    if (m->at > m->len)
        m->len = m->at;
    publish(m);
    return (ssize_t)len;
}

static int memory_seek(void *cookie, off64_t *offset, int whence)
{
    struct memory *m = cookie;
    off64_t base = whence == SEEK_SET   ? 0
                   : whence == SEEK_CUR ? (off64_t)m->at
                                        : (off64_t)m->len,
            to;

    if (__builtin_add_overflow(base, *offset, &to) || to < 0 || to > SSIZE_MAX ||
        (!m->out && (size_t)to > m->size)) {
        errno = EINVAL;
        return -1;
    }
    m->at = (size_t)to;
    *offset = to;
    if (m->out)
        publish(m);
    return 0;
}

static int dynamic_close(void *cookie)
{
    // The bytes are the caller's.
    free(cookie);
    return 0;
}

FILE *open_memstream(char **out, size_t *len)
{
    static const cookie_io_functions_t io = {NULL, dynamic_write, memory_seek, dynamic_close};
    struct memory *m = calloc(1, sizeof(*m));

    if (!m || !grow(m, 0)) {
        free(m);
        return NULL;
    }
    m->out = out;
    m->out_len = len;
    publish(m);
    FILE *f = fopencookie(m, "w", io);
    if (!f) {
        free(m->bytes);
        free(m);
    }
    return f;
}

static ssize_t fixed_read(void *cookie, char *buf, size_t len)
{
    struct memory *m = cookie;
    size_t left = m->at < m->len ? m->len - m->at : 0;

    if (len > left)
        len = left;
    memcpy(buf, m->bytes + m->at, len);
    m->at += len;
    return (ssize_t)len;
}

static ssize_t fixed_write(void *cookie, const char *data, size_t len)
{
    struct memory *m = cookie;

    if (m->append)
        m->at = m->len;
    size_t room = m->at < m->size ? m->size - m->at : 0;
    if (len > room)
        len = room;
    if (!len) {
        errno = ENOSPC;
        return -1;
    }
    memcpy(m->bytes + m->at, data, len);
    m->at += len;
    if (m->at > m->len) {
        m->len = m->at;
        // A text ends in a NUL as long as there is room for it.
        if (m->len < m->size)
            m->bytes[m->len] = 0;
        else if (!m->binary)
            m->bytes[m->size - 1] = 0;
    }
    return (ssize_t)len;
}

static int fixed_close(void *cookie)
{
    struct memory *m = cookie;

    if (m->owned)
        free(m->bytes);
    free(m);
    return 0;
}

FILE *fmemopen(void *buf, size_t size, const char *mode)
{
    static const cookie_io_functions_t io = {fixed_read, fixed_write, memory_seek, fixed_close};
    int flags = stream_mode_flags(mode);

    if (flags < 0) {
        errno = EINVAL;
        return NULL;
    }
    struct memory *m = calloc(1, sizeof(*m));
    if (!m)
        return NULL;
    m->owned = !buf;
    m->bytes = buf ? buf : calloc(1, size ? size : 1);
    if (!m->bytes) {
        free(m);
        return NULL;
    }
    m->size = size;
    m->append = *mode == 'a';
    m->binary = strchr(mode, 'b');
    if (*mode == 'w' && size)
        *m->bytes = 0;
    m->len = *mode == 'r' ? size : *mode == 'a' ? strnlen(m->bytes, size) : 0;
    if (m->append)
        m->at = m->len;
    FILE *f = fopencookie(m, mode, io);
    if (!f)
        fixed_close(m);
    return f;
}
