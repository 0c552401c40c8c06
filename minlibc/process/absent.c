// SPDX-License-Identifier: BSD-3-Clause
// Processes: there is one, and there will be no other. All of it fails honestly; it is here because
// the stock archives refer to it.
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
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

int system(const char *command)
{
    // There is no command interpreter: that is what 0 says.
    return command ? libc_fail(ENOSYS) : 0;
}

long syscall(long number, ...)
{
    (void)number;
    return libc_fail(ENOSYS);
}

int timer_create(clockid_t clock, struct sigevent *restrict event, timer_t *restrict out)
{
    (void)clock;
    (void)event;
    (void)out;
    return libc_fail(ENOSYS);
}

int timer_settime(timer_t timer, int flags, const struct itimerspec *restrict new,
                  struct itimerspec *restrict old)
{
    (void)timer;
    (void)flags;
    (void)new;
    (void)old;
    return libc_fail(EINVAL);
}

int timer_delete(timer_t timer)
{
    (void)timer;
    return libc_fail(EINVAL);
}

int shm_open(const char *name, int flags, mode_t mode)
{
    (void)name;
    (void)flags;
    (void)mode;
    return libc_fail(ENOSYS);
}

int shm_unlink(const char *name)
{
    (void)name;
    return libc_fail(ENOENT);
}

int memfd_create(const char *name, unsigned int flags)
{
    (void)name;
    (void)flags;
    return libc_fail(ENOSYS);
}
