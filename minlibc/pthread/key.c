// SPDX-License-Identifier: BSD-3-Clause
// Keys for thread-specific data, and pthread_once().
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "pthread/self.h"

#define BLOCK 32

struct key {
    unsigned int generation; // odd while in use
    void (*destroy)(void *);
};

struct value {
    unsigned int generation; // of the key when the value was set
    void *data;
};

static struct mutex lock;
static struct key keys[PTHREAD_KEYS_MAX];
static __thread struct value **blocks; // PTHREAD_KEYS_MAX / BLOCK of them, made when needed

int pthread_key_create(pthread_key_t *out, void (*destroy)(void *))
{
    int rc = EAGAIN;

    mutex_lock(&lock);
    for (unsigned int i = 0; i < PTHREAD_KEYS_MAX && rc; i++) {
        if (!(keys[i].generation & 1)) {
            keys[i].generation++;
            keys[i].destroy = destroy;
            *out = i;
            rc = 0;
        }
    }
    mutex_unlock(&lock);
    return rc;
}

// By this name the compiler's support library asks for it.
int __pthread_key_create(pthread_key_t *out, void (*destroy)(void *));
int __pthread_key_create(pthread_key_t *out, void (*destroy)(void *))
{
    return pthread_key_create(out, destroy);
}

static bool in_use(pthread_key_t key)
{
    return key < PTHREAD_KEYS_MAX && keys[key].generation & 1;
}

int pthread_key_delete(pthread_key_t key)
{
    int rc = EINVAL;

    mutex_lock(&lock);
    if (in_use(key)) {
        keys[key].generation++;
        rc = 0;
    }
    mutex_unlock(&lock);
    return rc;
}

static struct value *value_of(pthread_key_t key)
{
    struct value *block = blocks ? blocks[key / BLOCK] : NULL;
    return block ? &block[key % BLOCK] : NULL;
}

void *pthread_getspecific(pthread_key_t key)
{
    const struct value *v = in_use(key) ? value_of(key) : NULL;
    return v && v->generation == keys[key].generation ? v->data : NULL;
}

int pthread_setspecific(pthread_key_t key, const void *data)
{
    if (!in_use(key))
        return EINVAL;
    if (!blocks && !(blocks = calloc(PTHREAD_KEYS_MAX / BLOCK, sizeof(*blocks))))
        return ENOMEM;
    if (!blocks[key / BLOCK] && !(blocks[key / BLOCK] = calloc(BLOCK, sizeof(struct value))))
        return ENOMEM;
    *value_of(key) = (struct value){keys[key].generation, (void *)data};
    return 0;
}

static bool destroy_values(void)
{
    bool any = false;

    for (pthread_key_t key = 0; key < PTHREAD_KEYS_MAX; key++) {
        struct value *v = value_of(key);
        void *data = pthread_getspecific(key);
        if (!data)
            continue;
        v->data = NULL;
        if (keys[key].destroy) {
            keys[key].destroy(data);
            any = true;
        }
    }
    return any;
}

void keys_destroy(void)
{
    if (!blocks)
        return;
    for (int i = 0; i < PTHREAD_DESTRUCTOR_ITERATIONS; i++) {
        if (!destroy_values())
            break;
    }
    for (size_t i = 0; i < PTHREAD_KEYS_MAX / BLOCK; i++)
        free(blocks[i]);
    free(blocks);
    blocks = NULL;
}

enum { ONCE_NEW, ONCE_RUNS, ONCE_DONE };

int pthread_once(pthread_once_t *once, void (*fn)(void))
{
    static struct cond done;

    if (__atomic_load_n(once, __ATOMIC_ACQUIRE) == ONCE_DONE)
        return 0;
    mutex_lock(&lock);
    while (*once == ONCE_RUNS)
        cond_wait_until(&done, &lock, NS_NEVER);
    bool first = *once == ONCE_NEW;
    if (first)
        *once = ONCE_RUNS;
    mutex_unlock(&lock);
    if (!first)
        return 0;
    fn();
    mutex_lock(&lock);
    __atomic_store_n(once, ONCE_DONE, __ATOMIC_RELEASE);
    cond_broadcast(&done);
    mutex_unlock(&lock);
    return 0;
}
