// SPDX-License-Identifier: BSD-3-Clause
// Threads: create, end, join. Cancellation does not exist (ENOSYS).
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pthread/self.h"

#define DEFAULT_STACK (128UL * 1024)

enum state { JOINABLE, DETACHED, ENDED };

// What a pthread_t points to.
struct pthread {
    struct thread *kernel;
    void *(*fn)(void *);
    void *arg;
    enum state state;
    char name[16];
};

// How <pthread.h>'s attribute object is used.
struct attributes {
    size_t stack_size;
    int detached;
};
_Static_assert(sizeof(struct attributes) <= sizeof(pthread_attr_t), "fits the ABI's object");

static struct mutex lock; // states and the count
static unsigned int alive = 1;
static __thread struct pthread *self;

static struct attributes *attributes_of(const pthread_attr_t *attr)
{
    return (struct attributes *)attr;
}

int pthread_attr_init(pthread_attr_t *attr)
{
    memset(attr, 0, sizeof(*attr));
    attributes_of(attr)->stack_size = DEFAULT_STACK;
    return 0;
}

int pthread_attr_destroy(pthread_attr_t *attr)
{
    (void)attr;
    return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attr, size_t size)
{
    if (size < THREAD_STACK_MIN)
        return EINVAL;
    attributes_of(attr)->stack_size = size;
    return 0;
}

int pthread_attr_getstacksize(const pthread_attr_t *restrict attr, size_t *restrict size)
{
    *size = attributes_of(attr)->stack_size;
    return 0;
}

int pthread_attr_setdetachstate(pthread_attr_t *attr, int state)
{
    if (state != PTHREAD_CREATE_JOINABLE && state != PTHREAD_CREATE_DETACHED)
        return EINVAL;
    attributes_of(attr)->detached = state;
    return 0;
}

int pthread_attr_getdetachstate(const pthread_attr_t *attr, int *state)
{
    *state = attributes_of(attr)->detached;
    return 0;
}

// The kernel's guard is always one page.
int pthread_attr_setguardsize(pthread_attr_t *attr, size_t size)
{
    (void)attr;
    return size <= PAGE_SIZE ? 0 : EINVAL;
}

int pthread_attr_getguardsize(const pthread_attr_t *restrict attr, size_t *restrict size)
{
    (void)attr;
    *size = PAGE_SIZE;
    return 0;
}

int pthread_attr_getstack(const pthread_attr_t *restrict attr, void **restrict low,
                          size_t *restrict size)
{
    *size = attributes_of(attr)->stack_size;
    // pthread_getattr_np() leaves the address behind our part.
    memcpy(low, (const char *)attr + sizeof(struct attributes), sizeof(*low));
    return 0;
}

int pthread_getattr_np(pthread_t thread, pthread_attr_t *attr)
{
    const struct pthread *t = (const struct pthread *)thread;
    void *low;

    pthread_attr_init(attr);
    thread_stack_bounds(t->kernel, &low, &attributes_of(attr)->stack_size);
    memcpy((char *)attr + sizeof(struct attributes), &low, sizeof(low));
    attributes_of(attr)->detached =
        t->state == DETACHED ? PTHREAD_CREATE_DETACHED : PTHREAD_CREATE_JOINABLE;
    return 0;
}

pthread_t pthread_self(void)
{
    // The main thread, and threads that others have created.
    if (!self) {
        static struct pthread main_thread;
        bool is_main = thread_id(thread_self()) == 1;
        self = is_main ? &main_thread : calloc(1, sizeof(*self));
        if (!self)
            abort();
        self->kernel = thread_self();
    }
    return (pthread_t)self;
}

int pthread_equal(pthread_t a, pthread_t b)
{
    return a == b;
}

static void end(void *result) __attribute__((noreturn));
static void end(void *result)
{
    struct pthread *t = (struct pthread *)pthread_self();

    keys_destroy();
    mutex_lock(&lock);
    bool last = --alive == 0, detached = t->state == DETACHED;
    t->state = ENDED;
    mutex_unlock(&lock);
    if (last)
        exit(0);
    // A joinable thread's object lives until it is joined or detached.
    if (detached && t->fn)
        free(t);
    thread_exit(result);
}

static void *run(void *arg)
{
    self = arg;
    self->kernel = thread_self();
    end(self->fn(self->arg));
}

int pthread_create(pthread_t *restrict out, const pthread_attr_t *restrict attr,
                   void *(*fn)(void *), void *restrict arg)
{
    struct pthread *t = calloc(1, sizeof(*t));
    struct thread_attr how = {.name = "pthread", .stack_size = DEFAULT_STACK};
    struct thread *kernel;

    if (!t)
        return EAGAIN;
    t->fn = fn;
    t->arg = arg;
    if (attr) {
        how.stack_size = attributes_of(attr)->stack_size;
        t->state = attributes_of(attr)->detached == PTHREAD_CREATE_DETACHED ? DETACHED : JOINABLE;
    }
    bool detached = t->state == DETACHED;
    // Before the thread runs, which may be gone when thread_create() returns.
    *out = (pthread_t)t;
    mutex_lock(&lock);
    alive++;
    int rc = thread_create(&kernel, run, t, &how);
    if (rc) {
        alive--;
    } else if (detached) {
        thread_detach(kernel);
    } else {
        t->kernel = kernel;
    }
    mutex_unlock(&lock);
    if (rc)
        free(t);
    return rc ? EAGAIN : 0;
}

void pthread_exit(void *result)
{
    end(result);
}

int pthread_join(pthread_t thread, void **result)
{
    struct pthread *t = (struct pthread *)thread;

    if (t == self)
        return EDEADLK;
    mutex_lock(&lock);
    bool joinable = t->state != DETACHED;
    mutex_unlock(&lock);
    if (!joinable)
        return EINVAL;
    int rc = thread_join(t->kernel, result);
    if (rc)
        return -rc;
    if (t->fn)
        free(t);
    return 0;
}

int pthread_detach(pthread_t thread)
{
    struct pthread *t = (struct pthread *)thread;

    mutex_lock(&lock);
    enum state before = t->state;
    if (before == JOINABLE)
        t->state = DETACHED;
    mutex_unlock(&lock);
    if (before == DETACHED)
        return EINVAL;
    int rc = thread_detach(t->kernel);
    if (before == ENDED && t->fn)
        free(t);
    return -rc;
}

int pthread_setname_np(pthread_t thread, const char *name)
{
    struct pthread *t = (struct pthread *)thread;

    if (strlen(name) >= sizeof(t->name))
        return ERANGE;
    strcpy(t->name, name);
    return 0;
}

int pthread_getname_np(pthread_t thread, char *buf, size_t size)
{
    const struct pthread *t = (const struct pthread *)thread;

    if (size <= strlen(t->name))
        return ERANGE;
    strcpy(buf, t->name);
    return 0;
}

// Only the calling thread can be signalled.
int pthread_kill(pthread_t thread, int sig)
{
    if (sig < 0 || sig > 64)
        return EINVAL;
    if (sig == 0)
        return 0;
    if (thread != pthread_self())
        return ENOSYS;
    raise(sig);
    return 0;
}

int pthread_cancel(pthread_t thread)
{
    (void)thread;
    return ENOSYS;
}

void pthread_testcancel(void)
{
}

static __thread int cancel_state, cancel_type;

int pthread_setcancelstate(int state, int *old)
{
    if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE)
        return EINVAL;
    if (old)
        *old = cancel_state;
    cancel_state = state;
    return 0;
}

int pthread_setcanceltype(int type, int *old)
{
    if (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS)
        return EINVAL;
    if (old)
        *old = cancel_type;
    cancel_type = type;
    return 0;
}

int sched_yield(void)
{
    thread_yield();
    return 0;
}

int pthread_getcpuclockid(pthread_t thread, clockid_t *clock)
{
    if (thread != pthread_self())
        return ENOSYS;
    *clock = CLOCK_THREAD_CPUTIME_ID;
    return 0;
}

// There is no fork(), so nothing is ever called.
int pthread_atfork(void (*before)(void), void (*parent)(void), void (*child)(void))
{
    (void)before;
    (void)parent;
    (void)child;
    return 0;
}
