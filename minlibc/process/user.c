// SPDX-License-Identifier: BSD-3-Clause
// One user and one group, both called root and number 0.
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "libc.h"

static char name[] = "root", none[] = "", home[] = "/", *no_members[1];
static struct passwd root = {
    .pw_name = name,
    .pw_passwd = none,
    .pw_gecos = name,
    .pw_dir = home,
    .pw_shell = none,
};
static struct group root_group = {.gr_name = name, .gr_passwd = none, .gr_mem = no_members};

struct passwd *getpwuid(uid_t id)
{
    return id == 0 ? &root : NULL;
}

struct passwd *getpwnam(const char *wanted)
{
    return strcmp(wanted, name) == 0 ? &root : NULL;
}

struct group *getgrgid(gid_t id)
{
    return id == 0 ? &root_group : NULL;
}

struct group *getgrnam(const char *wanted)
{
    return strcmp(wanted, name) == 0 ? &root_group : NULL;
}

// The strings are constant, so the caller's buffer stays unused.
int getpwuid_r(uid_t id, struct passwd *restrict out, char *restrict buf, size_t size,
               struct passwd **restrict result)
{
    (void)buf;
    (void)size;
    *out = root;
    *result = id == 0 ? out : NULL;
    return 0;
}

int getpwnam_r(const char *restrict wanted, struct passwd *restrict out, char *restrict buf,
               size_t size, struct passwd **restrict result)
{
    return getpwuid_r(getpwnam(wanted) ? 0 : 1, out, buf, size, result);
}

int getgrgid_r(gid_t id, struct group *restrict out, char *restrict buf, size_t size,
               struct group **restrict result)
{
    (void)buf;
    (void)size;
    *out = root_group;
    *result = id == 0 ? out : NULL;
    return 0;
}

int getgrnam_r(const char *restrict wanted, struct group *restrict out, char *restrict buf,
               size_t size, struct group **restrict result)
{
    return getgrgid_r(getgrnam(wanted) ? 0 : 1, out, buf, size, result);
}

static bool pw_read, gr_read;

void setpwent(void)
{
    pw_read = false;
}

void endpwent(void)
{
    pw_read = false;
}

struct passwd *getpwent(void)
{
    bool first = !pw_read;

    pw_read = true;
    return first ? &root : NULL;
}

void setgrent(void)
{
    gr_read = false;
}

void endgrent(void)
{
    gr_read = false;
}

struct group *getgrent(void)
{
    bool first = !gr_read;

    gr_read = true;
    return first ? &root_group : NULL;
}

char *getlogin(void)
{
    return name;
}

int setgroups(size_t n, const gid_t *list)
{
    (void)list;
    return n == 0 ? 0 : libc_fail(EPERM);
}

int initgroups(const char *user, gid_t group)
{
    (void)user;
    return group == 0 ? 0 : libc_fail(EPERM);
}
