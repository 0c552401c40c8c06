// SPDX-License-Identifier: BSD-3-Clause
// Processes: there is one, and there will be no other. All of it fails honestly; it is here because
// the stock archives refer to it.
#include <spawn.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libc.h"

pid_t fork(void)
{
    return libc_fail(ENOSYS);
}

pid_t vfork(void)
{
    return libc_fail(ENOSYS);
}

int execv(const char *path, char *const argv[])
{
    (void)path;
    (void)argv;
    return libc_fail(ENOSYS);
}

int execve(const char *path, char *const argv[], char *const envp[])
{
    (void)envp;
    return execv(path, argv);
}

int execvp(const char *file, char *const argv[])
{
    return execv(file, argv);
}

int execvpe(const char *file, char *const argv[], char *const envp[])
{
    (void)envp;
    return execv(file, argv);
}

pid_t wait(int *status)
{
    return waitpid(-1, status, 0);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
    (void)pid;
    (void)status;
    (void)options;
    return libc_fail(ECHILD);
}

int posix_spawn(pid_t *restrict pid, const char *restrict path,
                const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *restrict attr,
                char *const argv[restrict], char *const envp[restrict])
{
    (void)pid;
    (void)path;
    (void)actions;
    (void)attr;
    (void)argv;
    (void)envp;
    return ENOSYS;
}

int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
    return posix_spawn(pid, file, actions, attr, argv, envp);
}

int posix_spawnattr_init(posix_spawnattr_t *attr)
{
    (void)attr;
    return ENOSYS;
}

int posix_spawnattr_destroy(posix_spawnattr_t *attr)
{
    (void)attr;
    return ENOSYS;
}

int posix_spawnattr_setflags(posix_spawnattr_t *attr, short flags)
{
    (void)attr;
    (void)flags;
    return ENOSYS;
}

int posix_spawnattr_setsigdefault(posix_spawnattr_t *restrict attr, const sigset_t *restrict set)
{
    (void)attr;
    (void)set;
    return ENOSYS;
}

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
    (void)actions;
    return ENOSYS;
}

int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
{
    (void)actions;
    return ENOSYS;
}

int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int fd)
{
    (void)actions;
    (void)fd;
    return ENOSYS;
}

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int from, int to)
{
    (void)actions;
    (void)from;
    (void)to;
    return ENOSYS;
}
