// SPDX-License-Identifier: BSD-3-Clause
// The faces of the scanf family. The system's headers give these functions the names __isoc99_*;
// the plain names, with which GNU's old %a goes, mean the same here.
#include <stdarg.h>
#include <stdio.h>

#include "stdio/scan.h"
#include "stdio/stream.h"

#define PLAIN_NAME(name) __asm__(".globl " #name "\n.set " #name ", __isoc99_" #name "\n")

struct stream_source {
    struct source source;
    FILE *file;
};

static int next_of_stream(struct source *s)
{
    return getc_unlocked(((struct stream_source *)s)->file);
}

static void back_to_stream(struct source *s, int c)
{
    ungetc(c, ((struct stream_source *)s)->file);
}

int vfscanf(FILE *restrict f, const char *restrict format, va_list ap)
{
    struct stream_source in = {{next_of_stream, back_to_stream, 0}, f};

    flockfile(f);
    int rc = scan_input(&in.source, format, ap);
    funlockfile(f);
    return rc;
}
PLAIN_NAME(vfscanf);

int vscanf(const char *restrict format, va_list ap)
{
    return vfscanf(stdin, format, ap);
}
PLAIN_NAME(vscanf);

int fscanf(FILE *restrict f, const char *restrict format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = vfscanf(f, format, ap);
    va_end(ap);
    return rc;
}
PLAIN_NAME(fscanf);

int scanf(const char *restrict format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = vfscanf(stdin, format, ap);
    va_end(ap);
    return rc;
}
PLAIN_NAME(scanf);

struct string_source {
    struct source source;
    const char *at;
};

static int next_of_string(struct source *s)
{
    struct string_source *in = (struct string_source *)s;
    return *in->at ? (unsigned char)*in->at++ : -1;
}

static void back_to_string(struct source *s, int c)
{
    (void)c;
    ((struct string_source *)s)->at--;
}

int vsscanf(const char *restrict string, const char *restrict format, va_list ap)
{
    struct string_source in = {{next_of_string, back_to_string, 0}, string};
    return scan_input(&in.source, format, ap);
}
PLAIN_NAME(vsscanf);

int sscanf(const char *restrict string, const char *restrict format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = vsscanf(string, format, ap);
    va_end(ap);
    return rc;
}
PLAIN_NAME(sscanf);
