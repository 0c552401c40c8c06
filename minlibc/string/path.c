// SPDX-License-Identifier: BSD-3-Clause
// The last component of a path and what is before it.
#include <libgen.h>
#include <string.h>

#undef basename

static char dot[] = ".", slash[] = "/";

// The length without slashes at the end; 1 for a path of nothing but slashes.
static size_t trimmed(const char *path)
{
    size_t len = strlen(path);

    while (len > 1 && path[len - 1] == '/')
        len--;
    return len;
}

char *dirname(char *path)
{
    if (!path || !*path)
        return dot;
    size_t len = trimmed(path);
    const char *last = memrchr(path, '/', len);
    if (!last)
        return dot;
    // "//a" and "/a" are both below the root.
    while (last > path && last[-1] == '/')
        last--;
    if (last == path)
        return slash;
    path[last - path] = 0;
    return path;
}

char *__xpg_basename(char *path)
{
    if (!path || !*path)
        return dot;
    size_t len = trimmed(path);
    if (len == 1 && *path == '/')
        return slash;
    path[len] = 0;
    char *last = memrchr(path, '/', len);
    return last ? last + 1 : path;
}

// GNU's, of <string.h>: the path stays as it is.
char *gnu_basename(const char *path) __asm__("basename");
char *gnu_basename(const char *path)
{
    const char *last = strrchr(path, '/');
    return (char *)(last ? last + 1 : path);
}
