// SPDX-License-Identifier: BSD-3-Clause
// Output of characters and strings.
#include <errno.h>
#include <string.h>

#include "stdio/stream.h"

int(putc_unlocked)(int c, FILE *f)
{
    if (f->_IO_write_ptr < f->_IO_write_end)
        return (unsigned char)(*f->_IO_write_ptr++ = (char)c);
    return __overflow(f, (unsigned char)c);
}

int(fputc_unlocked)(int c, FILE *f)
{
    return (putc_unlocked)(c, f);
}

int(putchar_unlocked)(int c)
{
    return (putc_unlocked)(c, stdout);
}

int fputc(int c, FILE *f)
{
    flockfile(f);
    int rc = (putc_unlocked)(c, f);
    funlockfile(f);
    return rc;
}

int(putc)(int c, FILE *f)
{
    return fputc(c, f);
}

int(putchar)(int c)
{
    return fputc(c, stdout);
}

size_t(fwrite_unlocked)(const void *restrict data, size_t size, size_t n, FILE *restrict f)
{
    size_t total;

    if (__builtin_mul_overflow(size, n, &total)) {
        errno = EINVAL;
        f->_flags |= _IO_ERR_SEEN;
        return 0;
    }
    if (!total)
        return 0;
    size_t done = stream_write(stream_of(f), data, total);
    return done == total ? n : done / size;
}

size_t fwrite(const void *restrict data, size_t size, size_t n, FILE *restrict f)
{
    flockfile(f);
    size_t done = (fwrite_unlocked)(data, size, n, f);
    funlockfile(f);
    return done;
}

int fputs_unlocked(const char *restrict s, FILE *restrict f)
{
    size_t len = strlen(s);
    return stream_write(stream_of(f), s, len) == len ? 1 : EOF;
}

int fputs(const char *restrict s, FILE *restrict f)
{
    flockfile(f);
    int rc = fputs_unlocked(s, f);
    funlockfile(f);
    return rc;
}

int puts(const char *s)
{
    flockfile(stdout);
    int rc = fputs_unlocked(s, stdout);
    if (rc != EOF && (putc_unlocked)('\n', stdout) == EOF)
        rc = EOF;
    funlockfile(stdout);
    return rc;
}

int putw(int w, FILE *f)
{
    return fwrite(&w, sizeof(w), 1, f) == 1 ? 0 : EOF;
}

void perror(const char *what)
{
    const char *text = strerror(errno);
    bool named = what && *what;

    fprintf(stderr, "%s%s%s\n", named ? what : "", named ? ": " : "", text);
}
