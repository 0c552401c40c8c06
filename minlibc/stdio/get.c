// SPDX-License-Identifier: BSD-3-Clause
// Input of characters, lines and blocks.
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "stdio/stream.h"

int(getc_unlocked)(FILE *f)
{
    if (f->_IO_read_ptr < f->_IO_read_end)
        return (unsigned char)*f->_IO_read_ptr++;
    return __uflow(f);
}

int(fgetc_unlocked)(FILE *f)
{
    return (getc_unlocked)(f);
}

int(getchar_unlocked)(void)
{
    return (getc_unlocked)(stdin);
}

int fgetc(FILE *f)
{
    flockfile(f);
    int c = (getc_unlocked)(f);
    funlockfile(f);
    return c;
}

int(getc)(FILE *f)
{
    return fgetc(f);
}

int(getchar)(void)
{
    return fgetc(stdin);
}

int ungetc(int c, FILE *f)
{
    struct stream *s = stream_of(f);

    if (c == EOF)
        return EOF;
    flockfile(f);
    // A stream that has read nothing yet gets its (empty) buffer first.
    if (!f->_IO_read_base && s->can_read && stream_flush(s) == 0) {
        if (!f->_IO_buf_base)
            setvbuf(f, NULL, s->buffering, BUFSIZ);
        f->_IO_write_base = f->_IO_write_ptr = f->_IO_write_end = NULL;
        f->_IO_read_base = f->_IO_read_ptr = f->_IO_read_end = f->_IO_buf_base;
    }
    if (!f->_IO_read_base || f->_IO_read_ptr == f->_IO_buf_base - UNGET_ROOM) {
        c = EOF;
    } else {
        *--f->_IO_read_ptr = (char)c;
        f->_flags &= ~_IO_EOF_SEEN;
        c = (unsigned char)c;
    }
    funlockfile(f);
    return c;
}

size_t(fread_unlocked)(void *restrict out, size_t size, size_t n, FILE *restrict f)
{
    struct stream *s = stream_of(f);
    size_t total, done = 0;

    if (__builtin_mul_overflow(size, n, &total)) {
        errno = EINVAL;
        f->_flags |= _IO_ERR_SEEN;
        return 0;
    }
    while (done < total) {
        if (stream_fill(s))
            break;
        size_t have = (size_t)(f->_IO_read_end - f->_IO_read_ptr);
        size_t part = have < total - done ? have : total - done;
        memcpy((char *)out + done, f->_IO_read_ptr, part);
        f->_IO_read_ptr += part;
        done += part;
    }
    return size ? done / size : 0;
}

size_t fread(void *restrict out, size_t size, size_t n, FILE *restrict f)
{
    flockfile(f);
    size_t done = (fread_unlocked)(out, size, n, f);
    funlockfile(f);
    return done;
}

// Move bytes up to and with the delimiter, at most max, from the buffer. Sets *found.
static size_t take_until(FILE *f, char *out, size_t max, int delimiter, bool *found)
{
    size_t have = (size_t)(f->_IO_read_end - f->_IO_read_ptr);
    size_t n = have < max ? have : max;
    const char *hit = memchr(f->_IO_read_ptr, delimiter, n);

    *found = hit != NULL;
    if (hit)
        n = (size_t)(hit - f->_IO_read_ptr) + 1;
    memcpy(out, f->_IO_read_ptr, n);
    f->_IO_read_ptr += n;
    return n;
}

char *fgets_unlocked(char *restrict out, int size, FILE *restrict f)
{
    struct stream *s = stream_of(f);
    size_t max = size > 0 ? (size_t)size - 1 : 0, n = 0;
    bool found = false;

    if (size <= 0)
        return NULL;
    while (n < max && !found) {
        if (stream_fill(s))
            break;
        n += take_until(f, out + n, max - n, '\n', &found);
    }
    if ((!n && max) || (!found && n < max && f->_flags & _IO_ERR_SEEN))
        return NULL;
    out[n] = 0;
    return out;
}

char *fgets(char *restrict out, int size, FILE *restrict f)
{
    flockfile(f);
    char *rc = fgets_unlocked(out, size, f);
    funlockfile(f);
    return rc;
}

static bool line_reserve(char **line, size_t *size, size_t want)
{
    if (*line && *size >= want)
        return true;
    size_t larger = want < 120 ? 120 : want * 2;
    char *p = realloc(*line, larger);
    if (!p)
        return false;
    *line = p;
    *size = larger;
    return true;
}

ssize_t __getdelim(char **restrict line, size_t *restrict size, int delimiter, FILE *restrict f)
{
    size_t n = 0;
    bool found = false;

    flockfile(f);
    while (!found) {
        if (stream_fill(stream_of(f)))
            break;
        size_t have = (size_t)(f->_IO_read_end - f->_IO_read_ptr);
        if (have > (size_t)SSIZE_MAX - 1 - n || !line_reserve(line, size, n + have + 1)) {
            f->_flags |= _IO_ERR_SEEN;
            n = 0;
            break;
        }
        n += take_until(f, *line + n, have, delimiter, &found);
    }
    if (n)
        (*line)[n] = 0;
    funlockfile(f);
    return n ? (ssize_t)n : -1;
}

ssize_t getdelim(char **restrict line, size_t *restrict size, int delimiter, FILE *restrict f)
{
    return __getdelim(line, size, delimiter, f);
}

ssize_t(getline)(char **restrict line, size_t *restrict size, FILE *restrict f)
{
    return __getdelim(line, size, '\n', f);
}

int getw(FILE *f)
{
    int w;
    return fread(&w, sizeof(w), 1, f) == 1 ? w : EOF;
}
