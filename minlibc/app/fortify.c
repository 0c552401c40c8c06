// SPDX-License-Identifier: BSD-3-Clause
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include <halvm/power.h>

#include "fortify.h"

void fortify_fail(const char *function)
{
    panic("%s: buffer overflow detected", function);
}

static void check(size_t n, size_t size, const char *function)
{
    if (n > size)
        fortify_fail(function);
}

void *__memcpy_chk(void *dst, const void *src, size_t n, size_t size)
{
    check(n, size, "memcpy");
    return memcpy(dst, src, n);
}

void *__memmove_chk(void *dst, const void *src, size_t n, size_t size)
{
    check(n, size, "memmove");
    return memmove(dst, src, n);
}

void *__mempcpy_chk(void *dst, const void *src, size_t n, size_t size)
{
    check(n, size, "mempcpy");
    return mempcpy(dst, src, n);
}

void *__memset_chk(void *dst, int c, size_t n, size_t size)
{
    check(n, size, "memset");
    return memset(dst, c, n);
}

void __explicit_bzero_chk(void *dst, size_t n, size_t size)
{
    check(n, size, "explicit_bzero");
    explicit_bzero(dst, n);
}

char *__stpcpy_chk(char *dst, const char *src, size_t size)
{
    check(strlen(src) + 1, size, "stpcpy");
    return stpcpy(dst, src);
}

char *__strcpy_chk(char *dst, const char *src, size_t size)
{
    check(strlen(src) + 1, size, "strcpy");
    return strcpy(dst, src);
}

char *__strncpy_chk(char *dst, const char *src, size_t n, size_t size)
{
    check(n, size, "strncpy");
    return strncpy(dst, src, n);
}

char *__stpncpy_chk(char *dst, const char *src, size_t n, size_t size)
{
    check(n, size, "stpncpy");
    return stpncpy(dst, src, n);
}

char *__strcat_chk(char *dst, const char *src, size_t size)
{
    check(strlen(dst) + strlen(src) + 1, size, "strcat");
    return strcat(dst, src);
}

char *__strncat_chk(char *dst, const char *src, size_t n, size_t size)
{
    check(strlen(dst) + strnlen(src, n) + 1, size, "strncat");
    return strncat(dst, src, n);
}

ssize_t __read_chk(int fd, void *buf, size_t n, size_t size)
{
    check(n, size, "read");
    return read(fd, buf, n);
}

char *__fgets_chk(char *buf, size_t size, int n, FILE *f)
{
    check(n > 0 ? (size_t)n : 0, size, "fgets");
    return fgets(buf, n, f);
}

size_t __fread_chk(void *buf, size_t room, size_t size, size_t n, FILE *f)
{
    size_t total;

    if (__builtin_mul_overflow(size, n, &total))
        fortify_fail("fread");
    check(total, room, "fread");
    return fread(buf, size, n, f);
}

char *__realpath_chk(const char *path, char *buf, size_t size)
{
    check(PATH_MAX, size, "realpath");
    return realpath(path, buf);
}

char *__getcwd_chk(char *buf, size_t n, size_t size)
{
    check(n, size, "getcwd");
    return getcwd(buf, n);
}

ssize_t __readlink_chk(const char *path, char *buf, size_t n, size_t size)
{
    check(n, size, "readlink");
    return readlink(path, buf, n);
}

long int __fdelt_chk(long int fd)
{
    if (fd < 0 || fd >= FD_SETSIZE)
        fortify_fail("FD_SET");
    return fd / __NFDBITS;
}
