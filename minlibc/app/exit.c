// SPDX-License-Identifier: BSD-3-Clause
// The end of the program, wanted or not.
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <halvm/app.h>
#include <halvm/power.h>
#include <halvm/sched.h>

#include "signal/signals.h"
#include "stdio/stream.h"

struct handler {
    enum { AT_EXIT, ON_EXIT, CXA_EXIT } kind;
    union {
        void (*at)(void);
        void (*on)(int, void *);
        void (*cxa)(void *);
    } fn;
    void *arg;
};

#define BLOCK 32 // the standard's minimum

struct handlers {
    struct handlers *below;
    size_t nr;
    struct handler list[BLOCK];
};

static struct mutex lock;
static struct handlers first, *top = &first;

static int add(struct handler h)
{
    int rc = 0;

    mutex_lock(&lock);
    if (top->nr == BLOCK) {
        struct handlers *more = calloc(1, sizeof(*more));
        if (more) {
            more->below = top;
            top = more;
        }
    }
    if (top->nr == BLOCK)
        rc = -1;
    else
        top->list[top->nr++] = h;
    mutex_unlock(&lock);
    return rc;
}

int atexit(void (*fn)(void))
{
    return add((struct handler){.kind = AT_EXIT, .fn.at = fn});
}

int on_exit(void (*fn)(int, void *), void *arg)
{
    return add((struct handler){.kind = ON_EXIT, .fn.on = fn, .arg = arg});
}

// What a C++ compiler registers destructors with. There is one object, so the handle says nothing.
void *__dso_handle;
int __cxa_atexit(void (*fn)(void *), void *arg, void *dso);
int __cxa_atexit(void (*fn)(void *), void *arg, void *dso)
{
    (void)dso;
    return add((struct handler){.kind = CXA_EXIT, .fn.cxa = fn, .arg = arg});
}

static bool pop(struct handler *out)
{
    mutex_lock(&lock);
    if (!top->nr && top->below)
        top = top->below;
    bool any = top->nr;
    if (any)
        *out = top->list[--top->nr];
    mutex_unlock(&lock);
    return any;
}

// A handler may register more of them, and may call exit() again: what is left is then done from
// there.
static void run_handlers(int status)
{
    struct handler h;

    while (pop(&h)) {
        switch (h.kind) {
        case AT_EXIT: h.fn.at(); break;
        case ON_EXIT: h.fn.on(status, h.arg); break;
        case CXA_EXIT: h.fn.cxa(h.arg); break;
        }
    }
}

typedef void (*destructor_fn)(void);
extern const destructor_fn __fini_array_start[] __attribute__((weak));
extern const destructor_fn __fini_array_end[] __attribute__((weak));

static void run_destructors(void)
{
    for (const destructor_fn *d = __fini_array_end; d > __fini_array_start;)
        (*--d)();
}

// A program without streams is linked without them.
extern __typeof__(stdio_exit) stdio_exit __attribute__((weak));

void _exit(int status)
{
    power_exit(status & 0xff);
}

void _Exit(int status)
{
    _exit(status);
}

void exit(int status)
{
    run_handlers(status);
    run_destructors();
    if (stdio_exit)
        stdio_exit();
    _exit(status);
}

// SIGTERM where the program has said what to do on it; else what an interrupt does where it has
// said that (every Haskell program has: the main thread gets UserInterrupt); else the end.
extern __typeof__(signal_if_handled) signal_if_handled __attribute__((weak));

void app_shutdown(void)
{
    if (signal_if_handled && (signal_if_handled(SIGTERM) || signal_if_handled(SIGINT)))
        return;
    exit(0);
}

static struct handlers quick_first, *quick_top = &quick_first;

int at_quick_exit(void (*fn)(void))
{
    int rc = -1;

    mutex_lock(&lock);
    if (quick_top->nr < BLOCK) {
        quick_top->list[quick_top->nr++] = (struct handler){.kind = AT_EXIT, .fn.at = fn};
        rc = 0;
    }
    mutex_unlock(&lock);
    return rc;
}

void quick_exit(int status)
{
    while (quick_top->nr)
        quick_top->list[--quick_top->nr].fn.at();
    _exit(status);
}

void abort(void)
{
    panic("abort() was called");
}

void __assert_fail(const char *expression, const char *file, unsigned int line,
                   const char *function)
{
    panic("%s:%u: %s: Assertion `%s' failed.", file, line, function ? function : "?", expression);
}

void __assert_perror_fail(int err, const char *file, unsigned int line, const char *function)
{
    panic("%s:%u: %s: Unexpected error %d.", file, line, function ? function : "?", err);
}

void __stack_chk_fail(void) __attribute__((noreturn));
void __stack_chk_fail(void)
{
    panic("stack smashing detected");
}

// Position-independent code on i386 calls it by this name, which must not leave the image.
void __stack_chk_fail_local(void) __attribute__((noreturn, visibility("hidden")));
void __stack_chk_fail_local(void)
{
    __stack_chk_fail();
}
