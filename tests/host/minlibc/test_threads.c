// SPDX-License-Identifier: BSD-3-Clause
// <pthread.h> and <semaphore.h>, with real concurrency: the kernel's threads are the host's.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "check.h"
#include "shim.h"
#include "subject.h"

ML(pthread_create);
ML(pthread_join);
ML(pthread_detach);
ML(pthread_self);
extern void ml_pthread_exit(void *result) __attribute__((noreturn));
ML(pthread_attr_init);
ML(pthread_attr_setdetachstate);
ML(pthread_attr_setstacksize);
ML(pthread_attr_getstacksize);
ML(pthread_getattr_np);
ML(pthread_attr_getstack);
ML(pthread_setname_np);
ML(pthread_getname_np);
ML(pthread_mutex_init);
ML(pthread_mutex_destroy);
ML(pthread_mutex_lock);
ML(pthread_mutex_trylock);
ML(pthread_mutex_timedlock);
ML(pthread_mutex_unlock);
ML(pthread_mutexattr_init);
ML(pthread_mutexattr_settype);
ML(pthread_cond_init);
ML(pthread_cond_wait);
ML(pthread_cond_timedwait);
ML(pthread_cond_signal);
ML(pthread_cond_broadcast);
ML(pthread_condattr_init);
ML(pthread_condattr_setclock);
ML(pthread_once);
ML(pthread_key_create);
ML(pthread_key_delete);
ML(pthread_getspecific);
ML(pthread_setspecific);
ML(pthread_rwlock_rdlock);
ML(pthread_rwlock_wrlock);
ML(pthread_rwlock_tryrdlock);
ML(pthread_rwlock_trywrlock);
ML(pthread_rwlock_timedwrlock);
ML(pthread_rwlock_unlock);
ML(pthread_barrier_init);
ML(pthread_barrier_wait);
ML(pthread_spin_lock);
ML(pthread_spin_unlock);
ML(sem_init);
ML(sem_wait);
ML(sem_trywait);
ML(sem_timedwait);
ML(sem_post);
ML(__errno_location);

#define THREADS 6

static struct timespec in_ms(clockid_t clock, long ms)
{
    struct timespec ts;
    clock_gettime(clock, &ts);
    ts.tv_nsec += ms * 1000000;
    ts.tv_sec += ts.tv_nsec / 1000000000;
    ts.tv_nsec %= 1000000000;
    return ts;
}

static void *answer(void *arg)
{
    return (char *)arg + 1;
}

static void *leave(void *arg)
{
    ml_pthread_exit((char *)arg + 2);
}

static void *own_stack(void *arg)
{
    pthread_attr_t attr;
    void *low;
    size_t size;
    (void)arg;
    ml_pthread_getattr_np(ml_pthread_self(), &attr);
    ml_pthread_attr_getstack(&attr, &low, &size);
    uintptr_t here = (uintptr_t)&attr;
    return (void *)(uintptr_t)(here > (uintptr_t)low && here < (uintptr_t)low + size);
}

static sem_t ended;
static void *post(void *arg)
{
    ml_sem_post(&ended);
    return arg;
}

static void test_life(void)
{
    pthread_t t;
    void *result;

    check_begin("threads: create, end, join, detach");
    CHECK(ml_pthread_create(&t, NULL, answer, (void *)41) == 0 &&
              ml_pthread_join(t, &result) == 0 && result == (void *)42,
          "join");
    CHECK(ml_pthread_create(&t, NULL, leave, (void *)41) == 0 && ml_pthread_join(t, &result) == 0 &&
              result == (void *)43,
          "pthread_exit");
    CHECK(ml_pthread_create(&t, NULL, own_stack, NULL) == 0 && ml_pthread_join(t, &result) == 0 &&
              result,
          "its own stack");
    CHECK(ml_pthread_join(ml_pthread_self(), NULL) == EDEADLK, "joining oneself");
    ml_sem_init(&ended, 0, 0);
    for (int i = 0; i < 50; i++) {
        CHECK(ml_pthread_create(&t, NULL, post, NULL) == 0 && ml_pthread_detach(t) == 0, "detach");
        pthread_attr_t attr;
        ml_pthread_attr_init(&attr);
        ml_pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
        CHECK(ml_pthread_create(&t, &attr, post, NULL) == 0, "created detached");
        ml_sem_wait(&ended);
        ml_sem_wait(&ended);
    }
    pthread_attr_t attr;
    size_t size = 0;
    CHECK(ml_pthread_attr_init(&attr) == 0 && ml_pthread_attr_getstacksize(&attr, &size) == 0 &&
              size == 131072,
          "stack size %zu", size);
    CHECK(ml_pthread_attr_setstacksize(&attr, 100) == EINVAL &&
              ml_pthread_attr_setstacksize(&attr, 1 << 20) == 0,
          "setstacksize");
    char name[16];
    CHECK(ml_pthread_setname_np(ml_pthread_self(), "worker") == 0 &&
              ml_pthread_getname_np(ml_pthread_self(), name, 16) == 0 &&
              strcmp(name, "worker") == 0 &&
              ml_pthread_setname_np(ml_pthread_self(), "0123456789abcdef") == ERANGE,
          "names");
    check_end();
}

static void together(void *(*fn)(void *), void *arg)
{
    pthread_t t[THREADS];
    for (int i = 0; i < THREADS; i++)
        CHECK(ml_pthread_create(&t[i], NULL, fn, arg) == 0, "pthread_create");
    for (int i = 0; i < THREADS; i++)
        CHECK(ml_pthread_join(t[i], NULL) == 0, "pthread_join");
}

static volatile long counter;
#define ROUNDS 5000

static void *count_locked(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        ml_pthread_mutex_lock(arg);
        long c = counter;
        if (i % 64 == 0)
            sched_yield();
        counter = c + 1;
        ml_pthread_mutex_unlock(arg);
    }
    return NULL;
}

static pthread_spinlock_t spin;
static void *count_spinning(void *arg)
{
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        ml_pthread_spin_lock(&spin);
        counter++;
        ml_pthread_spin_unlock(&spin);
    }
    return NULL;
}

static void *try_lock(void *arg)
{
    struct timespec ts = in_ms(CLOCK_REALTIME, 20);
    int a = ml_pthread_mutex_trylock(arg), b = ml_pthread_mutex_timedlock(arg, &ts),
        c = ml_pthread_mutex_unlock(arg);
    return (void *)(uintptr_t)(a * 1000000 + b * 1000 + c);
}

static void test_mutexes(void)
{
    pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER, m;
    pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
    pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
    pthread_mutexattr_t attr;
    pthread_t t;
    void *result;

    check_begin("threads: mutexes");
    for (unsigned long i = 0; i < check_factor; i++) {
        counter = 0;
        together(count_locked, &plain);
        CHECK(counter == THREADS * ROUNDS, "%ld", counter);
    }
    counter = 0;
    together(count_locked, &recursive);
    together(count_locked, &checked);
    CHECK(counter == 2 * THREADS * ROUNDS, "%ld", counter);
    counter = 0;
    together(count_spinning, NULL);
    CHECK(counter == THREADS * ROUNDS, "spin: %ld", counter);

    CHECK(ml_pthread_mutex_lock(&recursive) == 0 && ml_pthread_mutex_lock(&recursive) == 0 &&
              ml_pthread_mutex_trylock(&recursive) == 0,
          "recursive");
    ml_pthread_create(&t, NULL, try_lock, &recursive);
    ml_pthread_join(t, &result);
    CHECK(result == (void *)(uintptr_t)(EBUSY * 1000000 + ETIMEDOUT * 1000 + EPERM),
          "another thread: %p", result);
    CHECK(ml_pthread_mutex_unlock(&recursive) == 0 && ml_pthread_mutex_unlock(&recursive) == 0 &&
              ml_pthread_mutex_unlock(&recursive) == 0 &&
              ml_pthread_mutex_unlock(&recursive) == EPERM,
          "unlocks");
    CHECK(ml_pthread_mutex_lock(&checked) == 0 && ml_pthread_mutex_lock(&checked) == EDEADLK &&
              ml_pthread_mutex_trylock(&checked) == EBUSY &&
              ml_pthread_mutex_unlock(&checked) == 0 && ml_pthread_mutex_unlock(&checked) == EPERM,
          "error checking");
    ml_pthread_mutexattr_init(&attr);
    CHECK(ml_pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK) == 0 &&
              ml_pthread_mutex_init(&m, &attr) == 0 && ml_pthread_mutex_unlock(&m) == EPERM &&
              ml_pthread_mutexattr_settype(&attr, 17) == EINVAL,
          "attributes");
    CHECK(ml_pthread_mutex_lock(&m) == 0 && ml_pthread_mutex_destroy(&m) == EBUSY &&
              ml_pthread_mutex_unlock(&m) == 0 && ml_pthread_mutex_destroy(&m) == 0,
          "destroy");
    check_end();
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int turn;

static void *take_turns(void *arg)
{
    int me = (int)(intptr_t)arg;
    for (int i = 0; i < 2000; i++) {
        ml_pthread_mutex_lock(&mutex);
        while (turn != me)
            ml_pthread_cond_wait(&cond, &mutex);
        turn = !me;
        ml_pthread_cond_signal(&cond);
        ml_pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static int waiting;
static bool go;
static void *wait_for_go(void *arg)
{
    (void)arg;
    ml_pthread_mutex_lock(&mutex);
    waiting++;
    while (!go)
        ml_pthread_cond_wait(&cond, &mutex);
    waiting--;
    ml_pthread_mutex_unlock(&mutex);
    return NULL;
}

static void test_conditions(void)
{
    pthread_t a, b, t[THREADS];

    check_begin("threads: conditions");
    ml_pthread_create(&a, NULL, take_turns, (void *)0);
    ml_pthread_create(&b, NULL, take_turns, (void *)1);
    CHECK(ml_pthread_join(a, NULL) == 0 && ml_pthread_join(b, NULL) == 0, "4000 turns");
    for (int i = 0; i < THREADS; i++)
        ml_pthread_create(&t[i], NULL, wait_for_go, NULL);
    for (bool all = false; !all;) {
        ml_pthread_mutex_lock(&mutex);
        all = waiting == THREADS;
        ml_pthread_mutex_unlock(&mutex);
    }
    ml_pthread_mutex_lock(&mutex);
    go = true;
    ml_pthread_cond_broadcast(&cond);
    ml_pthread_mutex_unlock(&mutex);
    for (int i = 0; i < THREADS; i++)
        ml_pthread_join(t[i], NULL);
    CHECK(waiting == 0, "broadcast left %d", waiting);

    ml_pthread_mutex_lock(&mutex);
    struct timespec ts = in_ms(CLOCK_REALTIME, 20);
    CHECK(ml_pthread_cond_timedwait(&cond, &mutex, &ts) == ETIMEDOUT &&
              ml_pthread_mutex_trylock(&mutex) == EBUSY,
          "time-out");
    pthread_condattr_t attr;
    pthread_cond_t monotonic;
    ml_pthread_condattr_init(&attr);
    CHECK(ml_pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
              ml_pthread_cond_init(&monotonic, &attr) == 0,
          "setclock");
    ts = in_ms(CLOCK_MONOTONIC, 20);
    CHECK(ml_pthread_cond_timedwait(&monotonic, &mutex, &ts) == ETIMEDOUT, "monotonic time-out");
    struct timespec now = in_ms(CLOCK_MONOTONIC, 0);
    CHECK(now.tv_sec > ts.tv_sec || (now.tv_sec == ts.tv_sec && now.tv_nsec >= ts.tv_nsec),
          "not too early");
    ts.tv_nsec = -1;
    CHECK(ml_pthread_cond_timedwait(&cond, &mutex, &ts) == EINVAL, "no time");
    ml_pthread_mutex_unlock(&mutex);
    check_end();
}

static pthread_key_t key;
static volatile int destroyed, initialised;

static void destroy(void *value)
{
    __atomic_add_fetch(&destroyed, (int)(intptr_t)value, __ATOMIC_RELAXED);
    // A destructor may set it again; it is then called again.
    if (value == (void *)1)
        ml_pthread_setspecific(key, (void *)100);
}

static void initialise(void)
{
    struct timespec ts = {.tv_nsec = 5000000};
    nanosleep(&ts, NULL);
    initialised++;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void *use_key(void *arg)
{
    (void)arg;
    ml_pthread_once(&once, initialise);
    if (initialised != 1 || ml_pthread_getspecific(key))
        return NULL;
    ml_pthread_setspecific(key, (void *)1);
    return NULL;
}

static void test_keys(void)
{
    check_begin("threads: once, keys");
    CHECK(ml_pthread_key_create(&key, destroy) == 0, "key");
    ml_pthread_setspecific(key, (void *)7);
    together(use_key, NULL);
    CHECK(initialised == 1, "initialised %d times", initialised);
    CHECK(destroyed == 101 * THREADS, "destructors: %d", destroyed);
    CHECK(ml_pthread_getspecific(key) == (void *)7, "this thread's");
    CHECK(ml_pthread_key_delete(key) == 0 && !ml_pthread_getspecific(key) &&
              ml_pthread_setspecific(key, NULL) == EINVAL,
          "delete");
    pthread_key_t again;
    CHECK(ml_pthread_key_create(&again, NULL) == 0 && !ml_pthread_getspecific(again),
          "a new key has no old value");
    CHECK(ml_pthread_key_delete(again) == 0 && ml_pthread_key_delete(again) == EINVAL,
          "delete twice");
    check_end();
}

static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static volatile int readers, writers, violations;

static void *read_and_write(void *arg)
{
    (void)arg;
    for (int i = 0; i < 2000; i++) {
        if (i % 8 == 0) {
            ml_pthread_rwlock_wrlock(&rw);
            if (__atomic_add_fetch(&writers, 1, __ATOMIC_SEQ_CST) != 1 || readers)
                violations++;
            __atomic_sub_fetch(&writers, 1, __ATOMIC_SEQ_CST);
        } else {
            ml_pthread_rwlock_rdlock(&rw);
            __atomic_add_fetch(&readers, 1, __ATOMIC_SEQ_CST);
            if (writers)
                violations++;
            __atomic_sub_fetch(&readers, 1, __ATOMIC_SEQ_CST);
        }
        ml_pthread_rwlock_unlock(&rw);
    }
    return NULL;
}

static pthread_barrier_t barrier;
static volatile int passed[20];

static void *pass_barriers(void *arg)
{
    int *serial = arg;
    for (int i = 0; i < 20; i++) {
        __atomic_add_fetch(&passed[i], 1, __ATOMIC_SEQ_CST);
        if (ml_pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
            __atomic_add_fetch(serial, 1, __ATOMIC_SEQ_CST);
        if (passed[i] != THREADS)
            __atomic_add_fetch(serial, 1000, __ATOMIC_SEQ_CST);
    }
    return NULL;
}

static sem_t slots;
static void *use_slot(void *arg)
{
    (void)arg;
    for (int i = 0; i < 1000; i++) {
        ml_sem_wait(&slots);
        if (__atomic_add_fetch(&readers, 1, __ATOMIC_SEQ_CST) > 2)
            violations++;
        __atomic_sub_fetch(&readers, 1, __ATOMIC_SEQ_CST);
        ml_sem_post(&slots);
    }
    return NULL;
}

static void *hold_read(void *arg)
{
    struct timespec ts = in_ms(CLOCK_REALTIME, 20);
    (void)arg;
    int a = ml_pthread_rwlock_tryrdlock(&rw), b = ml_pthread_rwlock_trywrlock(&rw),
        c = ml_pthread_rwlock_timedwrlock(&rw, &ts);
    ml_pthread_rwlock_unlock(&rw);
    return (void *)(uintptr_t)(a * 1000000 + b * 1000 + c);
}

static void test_others(void)
{
    int serial = 0;
    pthread_t t;
    void *result;

    check_begin("threads: read-write locks, barriers, semaphores");
    together(read_and_write, NULL);
    CHECK(!violations, "read-write lock: %d violations", violations);
    ml_pthread_rwlock_rdlock(&rw);
    ml_pthread_create(&t, NULL, hold_read, NULL);
    ml_pthread_join(t, &result);
    CHECK(result == (void *)(uintptr_t)(EBUSY * 1000 + ETIMEDOUT), "beside a reader: %p", result);
    CHECK(ml_pthread_rwlock_trywrlock(&rw) == EBUSY && ml_pthread_rwlock_unlock(&rw) == 0 &&
              ml_pthread_rwlock_wrlock(&rw) == 0 && ml_pthread_rwlock_rdlock(&rw) == EDEADLK &&
              ml_pthread_rwlock_unlock(&rw) == 0 && ml_pthread_rwlock_unlock(&rw) == EPERM,
          "states");
    CHECK(ml_pthread_barrier_init(&barrier, NULL, 0) == EINVAL &&
              ml_pthread_barrier_init(&barrier, NULL, THREADS) == 0,
          "barrier");
    together(pass_barriers, &serial);
    CHECK(serial == 20, "barriers: %d", serial);
    ml_sem_init(&slots, 0, 2);
    readers = 0;
    together(use_slot, NULL);
    CHECK(!violations, "semaphore: %d violations", violations);
    struct timespec ts = in_ms(CLOCK_REALTIME, 10);
    CHECK(ml_sem_trywait(&slots) == 0 && ml_sem_trywait(&slots) == 0 &&
              ml_sem_trywait(&slots) == -1 && *ml___errno_location() == EAGAIN &&
              ml_sem_timedwait(&slots, &ts) == -1 && *ml___errno_location() == ETIMEDOUT,
          "an empty semaphore");
    check_end();
}

void test_threads(void)
{
    test_life();
    test_mutexes();
    test_conditions();
    test_keys();
    test_others();
}
