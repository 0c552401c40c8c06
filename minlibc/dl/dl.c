// SPDX-License-Identifier: BSD-3-Clause
// A guest is one image: nothing can be loaded into it.
#include <dlfcn.h>
#include <link.h>
#include <stddef.h>

static __thread const char *message;

char *dlerror(void)
{
    const char *text = message;

    message = NULL;
    return (char *)text;
}

void *dlopen(const char *path, int flags)
{
    (void)path;
    (void)flags;
    message = "dlopen: a unikernel cannot load shared objects";
    return NULL;
}

void *dlsym(void *restrict handle, const char *restrict name)
{
    (void)handle;
    (void)name;
    message = "dlsym: a unikernel has no dynamic symbols";
    return NULL;
}

int dlclose(void *handle)
{
    (void)handle;
    message = "dlclose: no shared object is open";
    return -1;
}

int dlinfo(void *restrict handle, int request, void *restrict out)
{
    (void)handle;
    (void)request;
    (void)out;
    message = "dlinfo: no shared object is open";
    return -1;
}

int dladdr(const void *addr, Dl_info *info)
{
    (void)addr;
    (void)info;
    return 0;
}

// The image has no program headers in memory: no object is visited.
int dl_iterate_phdr(int (*visit)(struct dl_phdr_info *, size_t, void *), void *data)
{
    (void)visit;
    (void)data;
    return 0;
}
