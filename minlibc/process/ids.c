// SPDX-License-Identifier: BSD-3-Clause
// One process, number 1, of the user root.
#include <sys/resource.h>
#include <unistd.h>

#include "libc.h"

pid_t getpid(void)
{
    return 1;
}

pid_t getppid(void)
{
    return 0;
}

pid_t getpgrp(void)
{
    return 1;
}

pid_t getpgid(pid_t pid)
{
    return pid == 0 || pid == 1 ? 1 : libc_fail(ESRCH);
}

pid_t getsid(pid_t pid)
{
    return getpgid(pid);
}

int setpgid(pid_t pid, pid_t group)
{
    if (pid != 0 && pid != 1)
        return libc_fail(ESRCH);
    return group == 0 || group == 1 ? 0 : libc_fail(EPERM);
}

// Already the leader of its group.
pid_t setsid(void)
{
    return libc_fail(EPERM);
}

uid_t getuid(void)
{
    return 0;
}

uid_t geteuid(void)
{
    return 0;
}

gid_t getgid(void)
{
    return 0;
}

gid_t getegid(void)
{
    return 0;
}

int getgroups(int n, gid_t *list)
{
    (void)n;
    (void)list;
    return 0;
}

// There is no other user to become.
static int become(unsigned int id)
{
    return id == 0 ? 0 : libc_fail(EINVAL);
}

int setuid(uid_t id)
{
    return become(id);
}

int seteuid(uid_t id)
{
    return become(id);
}

int setgid(gid_t id)
{
    return become(id);
}

int setegid(gid_t id)
{
    return become(id);
}

int getpriority(__priority_which_t which, id_t who)
{
    (void)which;
    return who == 0 || who == 1 ? 0 : libc_fail(ESRCH);
}

int setpriority(__priority_which_t which, id_t who, int priority)
{
    (void)which;
    (void)who;
    return priority == 0 ? 0 : libc_fail(ENOSYS);
}

int nice(int increment)
{
    return increment == 0 ? 0 : libc_fail(ENOSYS);
}
