// SPDX-License-Identifier: BSD-3-Clause
// What the machine has and allows.
#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <halvm/mm.h>
#include <halvm/sched.h>
#include <halvm/time.h>

#include "fd/file.h"
#include "libc.h"

long sysconf(int name)
{
    struct mm_stats mm;

    switch (name) {
    case _SC_PAGESIZE: return PAGE_SIZE;
    case _SC_NPROCESSORS_ONLN:
    case _SC_NPROCESSORS_CONF: return sched_cpus();
    case _SC_PHYS_PAGES: mm_get_stats(&mm); return (long)mm.frames_total;
    case _SC_AVPHYS_PAGES: mm_get_stats(&mm); return (long)mm.frames_free;
    case _SC_OPEN_MAX: return FD_MAX;
    case _SC_CLK_TCK: return 100;
    case _SC_IOV_MAX: return IOV_MAX;
    case _SC_ARG_MAX: return 4096;
    case _SC_CHILD_MAX: return 0;
    case _SC_NGROUPS_MAX: return 0;
    case _SC_HOST_NAME_MAX: return 64;
    case _SC_THREADS:
    case _SC_TIMERS:
    case _SC_MONOTONIC_CLOCK:
    case _SC_CPUTIME:
    case _SC_THREAD_CPUTIME:
    case _SC_CLOCK_SELECTION: return _POSIX_VERSION;
    case _SC_VERSION: return _POSIX_VERSION;
    case _SC_THREAD_STACK_MIN: return (long)THREAD_STACK_MIN;
    case _SC_THREAD_KEYS_MAX: return PTHREAD_KEYS_MAX;
    case _SC_GETPW_R_SIZE_MAX:
    case _SC_GETGR_R_SIZE_MAX: return 1024;
    default: return libc_fail(EINVAL);
    }
}

int getpagesize(void)
{
    return (int)PAGE_SIZE;
}

int get_nprocs(void)
{
    return 1;
}

int get_nprocs_conf(void)
{
    return 1;
}

long get_phys_pages(void)
{
    return sysconf(_SC_PHYS_PAGES);
}

long get_avphys_pages(void)
{
    return sysconf(_SC_AVPHYS_PAGES);
}

static long path_limit(int name)
{
    switch (name) {
    case _PC_NAME_MAX: return NAME_MAX;
    case _PC_PATH_MAX: return PATH_MAX;
    case _PC_PIPE_BUF: return PIPE_BUF;
    case _PC_MAX_CANON:
    case _PC_MAX_INPUT: return 4096;
    case _PC_LINK_MAX: return INT_MAX;
    case _PC_NO_TRUNC: return 1;
    case _PC_VDISABLE: return 0;
    default: return libc_fail(EINVAL);
    }
}

long pathconf(const char *path, int name)
{
    return access(path, F_OK) ? -1 : path_limit(name);
}

long fpathconf(int fd, int name)
{
    return fd_cloexec(fd, -1) < 0 ? libc_fail(EBADF) : path_limit(name);
}

int getrlimit64(__rlimit_resource_t resource, struct rlimit64 *limit)
{
    if ((int)resource < 0 || resource >= RLIM_NLIMITS)
        return libc_fail(EINVAL);
    rlim64_t max = resource == RLIMIT_NOFILE ? FD_MAX
                   : resource == RLIMIT_CORE ? 0
                                             : RLIM64_INFINITY;
    *limit = (struct rlimit64){max, max};
    return 0;
}

int getrlimit(__rlimit_resource_t resource, struct rlimit *limit)
{
    struct rlimit64 wide;

    if (getrlimit64(resource, &wide))
        return -1;
    limit->rlim_cur = limit->rlim_max =
        wide.rlim_max == RLIM64_INFINITY ? RLIM_INFINITY : (rlim_t)wide.rlim_max;
    return 0;
}

int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
    (void)resource;
    (void)limit;
    return libc_fail(ENOSYS);
}

int setrlimit64(__rlimit_resource_t resource, const struct rlimit64 *limit)
{
    (void)resource;
    (void)limit;
    return libc_fail(ENOSYS);
}

int getrusage(__rusage_who_t who, struct rusage *usage)
{
    ns_t ns = 0;

    switch ((int)who) {
    case RUSAGE_SELF: ns = time_cpu(); break;
    case RUSAGE_THREAD: ns = thread_cpu_time(thread_self()); break;
    case RUSAGE_CHILDREN: break;
    default: return libc_fail(EINVAL);
    }
    memset(usage, 0, sizeof(*usage));
    usage->ru_utime.tv_sec = (time_t)(ns / NS_PER_SEC);
    usage->ru_utime.tv_usec = (suseconds_t)(ns % NS_PER_SEC / 1000);
    return 0;
}

int uname(struct utsname *u)
{
    memset(u, 0, sizeof(*u));
    strcpy(u->sysname, "HaLVM");
    strcpy(u->nodename, "localhost");
    strcpy(u->release, "3");
    strcpy(u->version, "Xen guest");
    strcpy(u->machine, sizeof(void *) == 8 ? "x86_64" : "i686");
    return 0;
}

int gethostname(char *name, size_t size)
{
    static const char host[] = "localhost";

    if (size < sizeof(host))
        return libc_fail(ENAMETOOLONG);
    memcpy(name, host, sizeof(host));
    return 0;
}
