// SPDX-License-Identifier: BSD-3-Clause
// The faces of the printf family, with the ones that fortified code calls.
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <halvm/power.h>

#include "fortify.h"
#include "stdio/format.h"
#include "stdio/stream.h"

struct stream_sink {
    struct sink sink;
    struct stream *stream;
    bool failed;
};

static void put_stream(struct sink *sink, const char *data, size_t len)
{
    struct stream_sink *s = (struct stream_sink *)sink;
    s->failed |= stream_write(s->stream, data, len) != len;
}

// An unbuffered stream gets a buffer for the time of one call, so that the output leaves in one
// piece.
#define CALL_BUFFER 512

static int print_unbuffered(struct stream_sink *out, const char *format, va_list ap)
{
    struct stream *s = out->stream;
    FILE *f = &s->file;
    char buffer[CALL_BUFFER], *base = f->_IO_buf_base, *end = f->_IO_buf_end;

    if (stream_start_writing(s))
        return -1;
    base = f->_IO_buf_base;
    end = f->_IO_buf_end;
    f->_IO_buf_base = f->_IO_write_base = f->_IO_write_ptr = f->_IO_write_end = buffer;
    f->_IO_buf_end = buffer + sizeof(buffer);
    s->buffering = _IOFBF;
    int rc = format_print(&out->sink, format, ap);
    out->failed |= stream_flush(s) != 0;
    s->buffering = _IONBF;
    f->_IO_buf_base = f->_IO_write_base = f->_IO_write_ptr = f->_IO_write_end = base;
    f->_IO_buf_end = end;
    return rc;
}

int vfprintf(FILE *restrict f, const char *restrict format, va_list ap)
{
    struct stream_sink out = {.sink = {.put = put_stream}, .stream = stream_of(f)};
    int rc;

    flockfile(f);
    if (out.stream->buffering == _IONBF)
        rc = print_unbuffered(&out, format, ap);
    else
        rc = format_print(&out.sink, format, ap);
    funlockfile(f);
    return out.failed ? -1 : rc;
}

int(vprintf)(const char *restrict format, va_list ap)
{
    return vfprintf(stdout, format, ap);
}

int fprintf(FILE *restrict f, const char *restrict format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = vfprintf(f, format, ap);
    va_end(ap);
    return rc;
}

int printf(const char *restrict format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = vfprintf(stdout, format, ap);
    va_end(ap);
    return rc;
}

struct string_sink {
    struct sink sink;
    char *at;
    size_t room; // bytes that fit, without the NUL
};

static void put_string(struct sink *sink, const char *data, size_t len)
{
    struct string_sink *s = (struct string_sink *)sink;
    size_t n = len < s->room ? len : s->room;

    memcpy(s->at, data, n);
    s->at += n;
    s->room -= n;
}

int vsnprintf(char *restrict buf, size_t size, const char *restrict format, va_list ap)
{
    char nothing = 0;
    struct string_sink out = {
        .sink = {.put = put_string},
        .at = size ? buf : &nothing,
        .room = size ? size - 1 : 0,
    };
    int rc = format_print(&out.sink, format, ap);

    *out.at = 0;
    return rc;
}

int vsprintf(char *restrict buf, const char *restrict format, va_list ap)
{
    return vsnprintf(buf, SIZE_MAX / 2, format, ap);
}

int snprintf(char *restrict buf, size_t size, const char *restrict format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = vsnprintf(buf, size, format, ap);
    va_end(ap);
    return rc;
}

int sprintf(char *restrict buf, const char *restrict format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = vsprintf(buf, format, ap);
    va_end(ap);
    return rc;
}

int vasprintf(char **restrict out, const char *restrict format, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int len = vsnprintf(NULL, 0, format, ap);
    char *buf = len < 0 ? NULL : malloc((size_t)len + 1);
    if (buf)
        vsnprintf(buf, (size_t)len + 1, format, again);
    va_end(again);
    *out = buf;
    return buf ? len : -1;
}

int asprintf(char **restrict out, const char *restrict format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = vasprintf(out, format, ap);
    va_end(ap);
    return rc;
}

struct fd_sink {
    struct sink sink;
    int fd;
    bool failed;
    size_t used;
    char buffer[CALL_BUFFER];
};

static void flush_fd(struct fd_sink *s)
{
    for (size_t done = 0; done < s->used && !s->failed;) {
        ssize_t n = write(s->fd, s->buffer + done, s->used - done);
        s->failed = n <= 0;
        done += n > 0 ? (size_t)n : 0;
    }
    s->used = 0;
}

static void put_fd(struct sink *sink, const char *data, size_t len)
{
    struct fd_sink *s = (struct fd_sink *)sink;

    while (len) {
        size_t room = sizeof(s->buffer) - s->used, n = len < room ? len : room;
        memcpy(s->buffer + s->used, data, n);
        s->used += n;
        data += n;
        len -= n;
        if (s->used == sizeof(s->buffer))
            flush_fd(s);
    }
}

int vdprintf(int fd, const char *restrict format, va_list ap)
{
    struct fd_sink out;

    out.sink = (struct sink){.put = put_fd};
    out.fd = fd;
    out.failed = false;
    out.used = 0;
    int rc = format_print(&out.sink, format, ap);
    flush_fd(&out);
    return out.failed ? -1 : rc;
}

int dprintf(int fd, const char *restrict format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = vdprintf(fd, format, ap);
    va_end(ap);
    return rc;
}

// --- fortified: `flag` asks for more checks, `size` is what the compiler knows of the buffer ---

int __fprintf_chk(FILE *f, int flag, const char *format, ...)
{
    va_list ap;
    (void)flag;
    va_start(ap, format);
    int rc = vfprintf(f, format, ap);
    va_end(ap);
    return rc;
}

int __printf_chk(int flag, const char *format, ...)
{
    va_list ap;
    (void)flag;
    va_start(ap, format);
    int rc = vfprintf(stdout, format, ap);
    va_end(ap);
    return rc;
}

int __vfprintf_chk(FILE *f, int flag, const char *format, va_list ap)
{
    (void)flag;
    return vfprintf(f, format, ap);
}

int __vprintf_chk(int flag, const char *format, va_list ap)
{
    (void)flag;
    return vfprintf(stdout, format, ap);
}

int __dprintf_chk(int fd, int flag, const char *format, ...)
{
    va_list ap;
    (void)flag;
    va_start(ap, format);
    int rc = vdprintf(fd, format, ap);
    va_end(ap);
    return rc;
}

int __vsnprintf_chk(char *buf, size_t len, int flag, size_t size, const char *format, va_list ap)
{
    (void)flag;
    if (len > size)
        fortify_fail("vsnprintf");
    return vsnprintf(buf, len, format, ap);
}

int __snprintf_chk(char *buf, size_t len, int flag, size_t size, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = __vsnprintf_chk(buf, len, flag, size, format, ap);
    va_end(ap);
    return rc;
}

int __vsprintf_chk(char *buf, int flag, size_t size, const char *format, va_list ap)
{
    (void)flag;
    // Where the size is not known it is SIZE_MAX; no output is as long as INT_MAX.
    int rc = vsnprintf(buf, size < INT_MAX ? size : INT_MAX, format, ap);
    if (rc >= 0 && (size_t)rc >= size)
        fortify_fail("vsprintf");
    return rc;
}

int __sprintf_chk(char *buf, int flag, size_t size, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = __vsprintf_chk(buf, flag, size, format, ap);
    va_end(ap);
    return rc;
}

int __vasprintf_chk(char **out, int flag, const char *format, va_list ap)
{
    (void)flag;
    return vasprintf(out, format, ap);
}

int __asprintf_chk(char **out, int flag, const char *format, ...)
{
    va_list ap;
    (void)flag;
    va_start(ap, format);
    int rc = vasprintf(out, format, ap);
    va_end(ap);
    return rc;
}
