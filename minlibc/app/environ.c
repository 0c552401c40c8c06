// SPDX-License-Identifier: BSD-3-Clause
// The environment. It starts empty; `halvm.env.NAME=VALUE` on the command line adds to it.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <halvm/sched.h>

#include "libc.h"

static char *none[1];
char **environ = none;
extern char **__environ __attribute__((alias("environ")));
extern char **_environ __attribute__((alias("environ")));

static struct mutex lock;
static char **ours; // the array that environ points to when we made it

// The entry "NAME=..." or NULL.
static char **find(const char *name, size_t len)
{
    if (!environ)
        return NULL;
    for (char **e = environ; *e; e++) {
        if (strncmp(*e, name, len) == 0 && (*e)[len] == '=')
            return e;
    }
    return NULL;
}

char *getenv(const char *name)
{
    size_t len = strlen(name);
    char **e = len ? find(name, len) : NULL;
    return e ? *e + len + 1 : NULL;
}

char *secure_getenv(const char *name)
{
    return getenv(name);
}

// Strings that are replaced are not freed: a program may hold what getenv() gave it.
static int add(char *entry, size_t name_len)
{
    char **old = find(entry, name_len);
    size_t n = 0;

    if (old) {
        *old = entry;
        return 0;
    }
    while (environ && environ[n])
        n++;
    char **larger = realloc(environ == ours ? ours : NULL, (n + 2) * sizeof(*larger));
    if (!larger)
        return -ENOMEM;
    if (environ != ours && n)
        memcpy(larger, environ, n * sizeof(*larger));
    larger[n] = entry;
    larger[n + 1] = NULL;
    environ = ours = larger;
    return 0;
}

int setenv(const char *name, const char *value, int overwrite)
{
    size_t len = strlen(name), value_len = strlen(value);

    if (!len || strchr(name, '='))
        return libc_fail(EINVAL);
    if (!overwrite && getenv(name))
        return 0;
    char *entry = malloc(len + value_len + 2);
    if (!entry)
        return -1;
    memcpy(entry, name, len);
    entry[len] = '=';
    memcpy(entry + len + 1, value, value_len + 1);
    mutex_lock(&lock);
    int rc = add(entry, len);
    mutex_unlock(&lock);
    if (rc)
        free(entry);
    return (int)libc_result(rc);
}

int unsetenv(const char *name)
{
    size_t len = strlen(name);

    if (!len || strchr(name, '='))
        return libc_fail(EINVAL);
    mutex_lock(&lock);
    for (char **e; (e = find(name, len));) {
        do {
            e[0] = e[1];
        } while (*e++);
    }
    mutex_unlock(&lock);
    return 0;
}

int putenv(char *entry)
{
    const char *equals = strchr(entry, '=');

    if (!equals)
        return unsetenv(entry);
    mutex_lock(&lock);
    int rc = add(entry, (size_t)(equals - entry));
    mutex_unlock(&lock);
    return (int)libc_result(rc);
}

int clearenv(void)
{
    mutex_lock(&lock);
    environ = none;
    none[0] = NULL;
    mutex_unlock(&lock);
    return 0;
}
