// SPDX-License-Identifier: BSD-3-Clause
// Operating-system threads, mutexes and conditions for the threaded runtime, over POSIX threads
// (whose types GHC's headers use).
#include "rts_private.h"

#if defined(THREADED_RTS)

#include <sched.h>
#include <unistd.h>

void initCondition(Condition *cond)
{
    pthread_cond_init(cond, NULL);
}

void closeCondition(Condition *cond)
{
    pthread_cond_destroy(cond);
}

bool broadcastCondition(Condition *cond)
{
    return pthread_cond_broadcast(cond) == 0;
}

bool signalCondition(Condition *cond)
{
    return pthread_cond_signal(cond) == 0;
}

bool waitCondition(Condition *cond, Mutex *mutex)
{
    return pthread_cond_wait(cond, mutex) == 0;
}

// The debugging runtime asserts that it holds a lock by taking it again and expecting EDEADLK.
void initMutex(Mutex *mutex)
{
#if defined(DEBUG)
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(mutex, &attr);
    pthread_mutexattr_destroy(&attr);
#else
    pthread_mutex_init(mutex, NULL);
#endif
}

void closeMutex(Mutex *mutex)
{
    pthread_mutex_destroy(mutex);
}

int createOSThread(OSThreadId *id, char *name, OSThreadProc *start, void *param)
{
    int err = pthread_create(id, NULL, start, param);

    if (err)
        return err;
    pthread_detach(*id);
    pthread_setname_np(*id, name);
    return 0;
}

OSThreadId osThreadId(void)
{
    return pthread_self();
}

// The runtime only uses this to skip threads that are gone; true is always safe.
bool osThreadIsAlive(OSThreadId id)
{
    (void)id;
    return true;
}

// A call that blocks cannot be interrupted here: an exception for a thread in an `interruptible`
// import waits until the call returns.
void interruptOSThread(OSThreadId id)
{
    (void)id;
}

void joinOSThread(OSThreadId id)
{
    int err = pthread_join(id, NULL);

    if (err)
        errorBelch("joinOSThread: error %d", err);
}

void yieldThread(void)
{
    sched_yield();
}

void shutdownThread(void)
{
    pthread_exit(NULL);
}

void newThreadLocalKey(ThreadLocalKey *key)
{
    if (pthread_key_create(key, NULL) != 0)
        barf("newThreadLocalKey: there is no key left");
}

void *getThreadLocalVar(ThreadLocalKey *key)
{
    return pthread_getspecific(*key);
}

void setThreadLocalVar(ThreadLocalKey *key, void *value)
{
    if (pthread_setspecific(*key, value) != 0)
        barf("setThreadLocalVar: out of memory");
}

void freeThreadLocalKey(ThreadLocalKey *key)
{
    pthread_key_delete(*key);
}

// The start of a thread that forkOS makes: the Haskell action behind the stable pointer runs bound
// to it.
static void *run_bound(void *entry)
{
    Capability *cap = rts_lock();

    rts_evalStableIO(&cap, (HsStablePtr)entry, NULL);
    rts_unlock(cap);
    rts_done();
    return NULL;
}

int forkOS_createThread(HsStablePtr entry)
{
    pthread_t id;
    int err = pthread_create(&id, NULL, run_bound, entry);

    if (!err)
        pthread_detach(id);
    return err;
}

uint32_t getNumberOfProcessors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    return count > 0 ? (uint32_t)count : 1;
}

// The scheduler places threads.
void setThreadAffinity(uint32_t n, uint32_t m)
{
    (void)n;
    (void)m;
}

void setThreadNode(uint32_t node)
{
    (void)node;
}

void releaseThreadNode(void)
{
}

#endif
