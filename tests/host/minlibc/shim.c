// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <halvm/boot.h>
#include <halvm/mm.h>
#include <halvm/sched.h>

#include "shim.h"

// --- how a guest ends ---

char shim_panic_text[256];
int shim_exit_status;

// Shared with the child that shim_run() makes.
static struct ending {
    enum shim_end how;
    int status;
    char text[256];
    size_t output_len;
    char output[sizeof(shim_output)];
} * ending;

static void end(enum shim_end how) __attribute__((noreturn));
static void end(enum shim_end how)
{
    if (!ending) {
        printf("the guest ended: %s %d\n", shim_panic_text, shim_exit_status);
        abort();
    }
    ending->how = how;
    ending->status = shim_exit_status;
    memcpy(ending->text, shim_panic_text, sizeof(ending->text));
    ending->output_len = shim_output_len;
    memcpy(ending->output, shim_output, sizeof(ending->output));
    _exit(0);
}

enum shim_end shim_run(void (*fn)(void *), void *arg)
{
    ending = mmap(NULL, sizeof(*ending), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        fn(arg);
        end(SHIM_RETURNED);
    }
    int status = 0;
    waitpid(child, &status, 0);
    enum shim_end how = ending->how;
    if (!WIFEXITED(status)) {
        how = SHIM_DIED;
        snprintf(ending->text, sizeof(ending->text), "died by signal %d", WTERMSIG(status));
    }
    shim_exit_status = ending->status;
    memcpy(shim_panic_text, ending->text, sizeof(shim_panic_text));
    memcpy(shim_output, ending->output, sizeof(shim_output));
    shim_output_len = ending->output_len;
    munmap(ending, sizeof(*ending));
    ending = NULL;
    return how;
}

void ml_panic(const char *fmt, ...) __attribute__((noreturn));
void ml_panic(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(shim_panic_text, sizeof(shim_panic_text), fmt, ap);
    va_end(ap);
    end(SHIM_PANIC);
}

void ml_power_exit(int status) __attribute__((noreturn));
void ml_power_exit(int status)
{
    shim_exit_status = status;
    end(SHIM_EXIT);
}

// --- memory ---

size_t shim_committed, shim_commit_limit;

// One byte for each page of the reservations, to know what is committed.
struct reservation {
    struct reservation *next;
    char *base;
    size_t len;
    unsigned char *committed;
};
static struct reservation *reservations;
static pthread_mutex_t vm_lock = PTHREAD_MUTEX_INITIALIZER;

int ml_vm_reserve(size_t len, size_t align, unsigned int where, void **addr);
int ml_vm_release(void *addr, size_t len);
int ml_vm_commit(void *addr, size_t len, unsigned int prot);
int ml_vm_decommit(void *addr, size_t len);
int ml_vm_protect(void *addr, size_t len, unsigned int prot);
void ml_mm_get_stats(struct mm_stats *out);

int ml_vm_reserve(size_t len, size_t align, unsigned int where, void **addr)
{
    len = ROUND_UP(len, PAGE_SIZE);
    char *p =
        mmap(NULL, len + align, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (where & VM_LOW ? MAP_32BIT : 0), -1, 0);
    if (p == MAP_FAILED)
        return -ENOMEM;
    char *base = (char *)ROUND_UP((uintptr_t)p, align);
    munmap(p, (size_t)(base - p));
    munmap(base + len, align - (size_t)(base - p));
    struct reservation *r = malloc(sizeof(*r));
    // A byte array for a reservation of terabytes would cost memory if it were touched.
    r->committed = mmap(NULL, len >> PAGE_SHIFT, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    r->base = base;
    r->len = len;
    pthread_mutex_lock(&vm_lock);
    r->next = reservations;
    reservations = r;
    pthread_mutex_unlock(&vm_lock);
    *addr = base;
    return 0;
}

static struct reservation *reservation_of(const char *addr, size_t len)
{
    struct reservation *r = reservations;

    while (r && !(addr >= r->base && addr + len <= r->base + r->len))
        r = r->next;
    if (!r || (uintptr_t)addr % PAGE_SIZE || len % PAGE_SIZE) {
        printf("vm: [%p, +%zx) is not in a reservation or not page aligned\n", (const void *)addr,
               len);
        abort();
    }
    return r;
}

static int prot_of(unsigned int prot)
{
    return (prot & VM_READ ? PROT_READ : 0) | (prot & VM_WRITE ? PROT_WRITE : 0) |
           (prot & VM_EXEC ? PROT_EXEC : 0);
}

int ml_vm_commit(void *addr, size_t len, unsigned int prot)
{
    size_t new = 0;

    pthread_mutex_lock(&vm_lock);
    struct reservation *r = reservation_of(addr, len);
    size_t first = (size_t)((char *)addr - r->base) >> PAGE_SHIFT, n = len >> PAGE_SHIFT;
    for (size_t i = 0; i < n; i++)
        new += !r->committed[first + i];
    int rc = 0;
    if (shim_commit_limit && shim_committed + (new << PAGE_SHIFT) > shim_commit_limit) {
        rc = -ENOMEM;
    } else {
        shim_committed += new << PAGE_SHIFT;
        memset(r->committed + first, 1, n);
        mprotect(addr, len, prot_of(prot));
    }
    pthread_mutex_unlock(&vm_lock);
    return rc;
}

int ml_vm_decommit(void *addr, size_t len)
{
    pthread_mutex_lock(&vm_lock);
    struct reservation *r = reservation_of(addr, len);
    size_t first = (size_t)((char *)addr - r->base) >> PAGE_SHIFT, n = len >> PAGE_SHIFT;
    for (size_t i = 0; i < n; i++) {
        shim_committed -= r->committed[first + i] ? PAGE_SIZE : 0;
        r->committed[first + i] = 0;
    }
    mmap(addr, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    pthread_mutex_unlock(&vm_lock);
    return 0;
}

int ml_vm_release(void *addr, size_t len)
{
    len = ROUND_UP(len, PAGE_SIZE);
    ml_vm_decommit(addr, len);
    pthread_mutex_lock(&vm_lock);
    for (struct reservation **link = &reservations; *link; link = &(*link)->next) {
        struct reservation *r = *link;
        if (r->base == addr && r->len == len) {
            *link = r->next;
            munmap(r->committed, len >> PAGE_SHIFT);
            free(r);
            munmap(addr, len);
            pthread_mutex_unlock(&vm_lock);
            return 0;
        }
    }
    pthread_mutex_unlock(&vm_lock);
    return -EINVAL;
}

int ml_vm_protect(void *addr, size_t len, unsigned int prot)
{
    pthread_mutex_lock(&vm_lock);
    struct reservation *r = reservation_of(addr, len);
    size_t first = (size_t)((char *)addr - r->base) >> PAGE_SHIFT;
    for (size_t i = 0; i < len >> PAGE_SHIFT; i++) {
        if (r->committed[first + i])
            mprotect((char *)addr + (i << PAGE_SHIFT), PAGE_SIZE, prot_of(prot));
    }
    pthread_mutex_unlock(&vm_lock);
    return 0;
}

void ml_mm_get_stats(struct mm_stats *out)
{
    *out = (struct mm_stats){.frames_total = 65536,
                             .frames_free = 65536 - (shim_committed >> PAGE_SHIFT)};
}

// --- randomness ---

bool ml_random_is_hardware(void);
unsigned long ml_random_word(void);

bool ml_random_is_hardware(void)
{
    return true;
}

unsigned long ml_random_word(void)
{
    unsigned long word;

    if (getrandom(&word, sizeof(word), 0) != sizeof(word))
        abort();
    return word;
}

// --- time ---

static ns_t now(clockid_t clock)
{
    struct timespec ts;
    clock_gettime(clock, &ts);
    return (ns_t)ts.tv_sec * NS_PER_SEC + (ns_t)ts.tv_nsec;
}

ns_t ml_time_monotonic(void);
ns_t ml_time_wall(void);
ns_t ml_time_cpu(void);

ns_t ml_time_monotonic(void)
{
    return now(CLOCK_MONOTONIC);
}

uint64_t shim_wall_offset;

ns_t ml_time_wall(void)
{
    return now(CLOCK_REALTIME) + shim_wall_offset;
}

ns_t ml_time_cpu(void)
{
    return now(CLOCK_PROCESS_CPUTIME_ID);
}

// --- threads: POSIX threads; one recursive lock is the scheduler's ---

struct thread {
    pthread_t posix;
    void *(*fn)(void *);
    void *arg;
    unsigned int id;
    unsigned char *stack;
};

static pthread_mutex_t big = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static __thread struct thread *self;
static unsigned int next_id = 1;

struct waiter {
    struct waiter *next;
    pthread_cond_t woken;
    bool is_woken;
};

struct thread *ml_thread_self(void);
ns_t ml_thread_cpu_time(const struct thread *t);
void ml_thread_sleep_until(ns_t deadline);
void ml_thread_yield(void);
int ml_thread_create(struct thread **out, void *(*fn)(void *), void *arg,
                     const struct thread_attr *attr);
void ml_thread_exit(void *result) __attribute__((noreturn));
int ml_thread_join(struct thread *t, void **result);
int ml_thread_detach(struct thread *t);
unsigned int ml_thread_id(const struct thread *t);
const char *ml_thread_name(const struct thread *t);
void ml_thread_stack_bounds(const struct thread *t, void **low, size_t *size);
unsigned int ml_sched_cpus(void);
unsigned long ml_sched_lock(void);
void ml_sched_unlock(unsigned long flags);
int ml_waitq_wait_locked(struct waitq *q, ns_t deadline);
unsigned int ml_waitq_wake_one(struct waitq *q);
unsigned int ml_waitq_wake_all(struct waitq *q);
void ml_mutex_lock(struct mutex *m);
bool ml_mutex_trylock(struct mutex *m);
void ml_mutex_unlock(struct mutex *m);
int ml_mutex_lock_until(struct mutex *m, ns_t deadline);
int ml_cond_wait_until(struct cond *c, struct mutex *m, ns_t deadline);
void ml_cond_signal(struct cond *c);
void ml_cond_broadcast(struct cond *c);

struct thread *ml_thread_self(void)
{
    if (!self) {
        self = calloc(1, sizeof(*self));
        self->posix = pthread_self();
        self->id = __atomic_fetch_add(&next_id, 1, __ATOMIC_RELAXED);
    }
    return self;
}

ns_t ml_thread_cpu_time(const struct thread *t)
{
    (void)t;
    return now(CLOCK_THREAD_CPUTIME_ID);
}

void ml_thread_sleep_until(ns_t deadline)
{
    struct timespec ts = {.tv_sec = (time_t)(deadline / NS_PER_SEC),
                          .tv_nsec = (long)(deadline % NS_PER_SEC)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

void ml_thread_yield(void)
{
    sched_yield();
}

static void *run_thread(void *arg)
{
    self = arg;
    return self->fn(self->arg);
}

int ml_thread_create(struct thread **out, void *(*fn)(void *), void *arg,
                     const struct thread_attr *attr)
{
    struct thread *t = calloc(1, sizeof(*t));

    (void)attr;
    t->fn = fn;
    t->arg = arg;
    t->id = __atomic_fetch_add(&next_id, 1, __ATOMIC_RELAXED);
    *out = t;
    return -pthread_create(&t->posix, NULL, run_thread, t);
}

void ml_thread_exit(void *result)
{
    pthread_exit(result);
}

int ml_thread_join(struct thread *t, void **result)
{
    int rc = -pthread_join(t->posix, result);
    free(t);
    return rc;
}

int ml_thread_detach(struct thread *t)
{
    return -pthread_detach(t->posix);
}

unsigned int ml_thread_id(const struct thread *t)
{
    return t->id;
}

const char *ml_thread_name(const struct thread *t)
{
    (void)t;
    return "thread";
}

void ml_thread_stack_bounds(const struct thread *t, void **low, size_t *size)
{
    pthread_attr_t attr;
    pthread_getattr_np(t->posix, &attr);
    pthread_attr_getstack(&attr, low, size);
    pthread_attr_destroy(&attr);
}

unsigned int ml_sched_cpus(void)
{
    return 1;
}

unsigned long ml_sched_lock(void)
{
    pthread_mutex_lock(&big);
    return 0;
}

void ml_sched_unlock(unsigned long flags)
{
    (void)flags;
    pthread_mutex_unlock(&big);
}

int ml_waitq_wait_locked(struct waitq *q, ns_t deadline)
{
    struct waiter w = {.woken = PTHREAD_COND_INITIALIZER};
    struct waiter **link = &q->head;
    int rc = 0;

    while (*link)
        link = &(*link)->next;
    *link = &w;
    // The condition's clock is the wall's; it is not set while the tests run.
    ns_t wall = deadline == NS_NEVER ? 0 : now(CLOCK_REALTIME) + deadline - now(CLOCK_MONOTONIC);
    struct timespec ts = {.tv_sec = (time_t)(wall / NS_PER_SEC),
                          .tv_nsec = (long)(wall % NS_PER_SEC)};
    if (deadline != NS_NEVER && deadline <= now(CLOCK_MONOTONIC))
        rc = ETIMEDOUT;
    while (!w.is_woken && !rc)
        rc = deadline == NS_NEVER ? pthread_cond_wait(&w.woken, &big)
                                  : pthread_cond_timedwait(&w.woken, &big, &ts);
    if (!w.is_woken) {
        for (link = &q->head; *link != &w; link = &(*link)->next)
            ;
        *link = w.next;
    }
    return w.is_woken ? 0 : -ETIMEDOUT;
}

unsigned int ml_waitq_wake_one(struct waitq *q)
{
    pthread_mutex_lock(&big);
    struct waiter *w = q->head;
    if (w) {
        q->head = w->next;
        w->is_woken = true;
        pthread_cond_signal(&w->woken);
    }
    pthread_mutex_unlock(&big);
    return w != NULL;
}

unsigned int ml_waitq_wake_all(struct waitq *q)
{
    unsigned int n = 0;

    pthread_mutex_lock(&big);
    while (ml_waitq_wake_one(q))
        n++;
    pthread_mutex_unlock(&big);
    return n;
}

int ml_mutex_lock_until(struct mutex *m, ns_t deadline)
{
    int rc = 0;

    pthread_mutex_lock(&big);
    if (m->owner == ml_thread_self()) {
        printf("mutex %p: locked twice by one thread\n", (void *)m);
        abort();
    }
    while (m->owner && !rc)
        rc = ml_waitq_wait_locked(&m->waitq, deadline);
    if (!m->owner) {
        m->owner = ml_thread_self();
        rc = 0;
    }
    pthread_mutex_unlock(&big);
    return rc;
}

void ml_mutex_lock(struct mutex *m)
{
    ml_mutex_lock_until(m, NS_NEVER);
}

bool ml_mutex_trylock(struct mutex *m)
{
    pthread_mutex_lock(&big);
    bool free_now = !m->owner;
    if (free_now)
        m->owner = ml_thread_self();
    pthread_mutex_unlock(&big);
    return free_now;
}

void ml_mutex_unlock(struct mutex *m)
{
    pthread_mutex_lock(&big);
    if (m->owner != ml_thread_self()) {
        printf("mutex %p: unlocked by a thread that does not own it\n", (void *)m);
        abort();
    }
    m->owner = NULL;
    ml_waitq_wake_one(&m->waitq);
    pthread_mutex_unlock(&big);
}

int ml_cond_wait_until(struct cond *c, struct mutex *m, ns_t deadline)
{
    pthread_mutex_lock(&big);
    ml_mutex_unlock(m);
    int rc = ml_waitq_wait_locked(&c->waitq, deadline);
    pthread_mutex_unlock(&big);
    ml_mutex_lock(m);
    return rc;
}

void ml_cond_signal(struct cond *c)
{
    ml_waitq_wake_one(&c->waitq);
}

void ml_cond_broadcast(struct cond *c)
{
    ml_waitq_wake_all(&c->waitq);
}

struct spawned {
    pthread_t posix;
    void (*fn)(void *);
    void *arg;
};

static void *run_spawned(void *arg)
{
    struct spawned *s = arg;
    s->fn(s->arg);
    return NULL;
}

void *shim_spawn(void (*fn)(void *), void *arg)
{
    struct spawned *s = malloc(sizeof(*s));
    s->fn = fn;
    s->arg = arg;
    pthread_create(&s->posix, NULL, run_spawned, s);
    return s;
}

void shim_join(void *t)
{
    struct spawned *s = t;
    pthread_join(s->posix, NULL);
    free(s);
}

void ml_fd_start(void);

void shim_start(void)
{
    ml_fd_start();
}

// --- console ---

char shim_output[1 << 16];
size_t shim_output_len;

static char typed[1 << 16];
static size_t typed_head, typed_tail;
static struct waitq console_queue;

long ml_console_write(const void *buf, size_t len);
long ml_console_read(void *buf, size_t len, ns_t deadline);
bool ml_console_readable(void);
struct waitq *ml_console_waitq(void);
int ml_console_drain(ns_t deadline);

void shim_output_reset(void)
{
    pthread_mutex_lock(&big);
    shim_output_len = 0;
    shim_output[0] = 0;
    pthread_mutex_unlock(&big);
}

void shim_type(const char *s, size_t len)
{
    pthread_mutex_lock(&big);
    for (size_t i = 0; i < len; i++)
        typed[typed_tail++ % sizeof(typed)] = s[i];
    ml_waitq_wake_all(&console_queue);
    pthread_mutex_unlock(&big);
}

long ml_console_write(const void *buf, size_t len)
{
    pthread_mutex_lock(&big);
    size_t room = sizeof(shim_output) - 1 - shim_output_len, n = len < room ? len : room;
    memcpy(shim_output + shim_output_len, buf, n);
    shim_output_len += n;
    shim_output[shim_output_len] = 0;
    pthread_mutex_unlock(&big);
    return (long)len;
}

long ml_console_read(void *buf, size_t len, ns_t deadline)
{
    long n = 0;

    pthread_mutex_lock(&big);
    while (typed_head == typed_tail && n == 0)
        n = ml_waitq_wait_locked(&console_queue, deadline);
    while (n >= 0 && (size_t)n < len && typed_head != typed_tail)
        ((char *)buf)[n++] = typed[typed_head++ % sizeof(typed)];
    pthread_mutex_unlock(&big);
    return n;
}

bool ml_console_readable(void)
{
    pthread_mutex_lock(&big);
    bool any = typed_head != typed_tail;
    pthread_mutex_unlock(&big);
    return any;
}

struct waitq *ml_console_waitq(void)
{
    return &console_queue;
}

int ml_console_drain(ns_t deadline)
{
    (void)deadline;
    return 0;
}

// --- boot ---

static struct boot_info info;
extern const struct boot_info *const ml_boot_info;
const struct boot_info *const ml_boot_info = &info;

void shim_set_ramdisk(const void *data, size_t size)
{
    info.ramdisk = data;
    info.ramdisk_size = size;
}

void shim_set_cmdline(const char *line)
{
    snprintf(info.cmdline, sizeof(info.cmdline), "%s", line);
}

// The program of app_start().
int ml_main(int argc, char **argv, char **envp);
typedef void (*constructor_fn)(int argc, char **argv, char **envp);
extern const constructor_fn ml___init_array_start[], ml___init_array_end[];

int shim_constructed;
static void construct(int argc, char **argv, char **envp)
{
    (void)argv;
    (void)envp;
    shim_constructed = argc;
}

// One object, two names: its start, and its end by the assembler.
#ifdef __x86_64__
#define POINTER_SIZE "8"
#else
#define POINTER_SIZE "4"
#endif
const constructor_fn ml___init_array_start[] = {construct};
__asm__(".globl ml___init_array_end\nml___init_array_end = ml___init_array_start + " POINTER_SIZE
        "\n");
