// SPDX-License-Identifier: BSD-3-Clause
// Haskell's file locks (Haskell 2010 report, 41.3.4): any number of readers of a file or one
// writer, within the program.
#include "rts_private.h"

#include <stdlib.h>
#include <halvm/sched.h>

struct file_lock {
    struct file_lock *next;
    StgWord64 id; // the descriptor, in words of its holder
    StgWord64 dev;
    StgWord64 ino;
    bool writing;
};

static struct file_lock *file_locks; // one entry a holder
static struct mutex file_locks_mutex;

void initFileLocking(void)
{
    file_locks = NULL;
}

void freeFileLocking(void)
{
    while (file_locks) {
        struct file_lock *gone = file_locks;

        file_locks = gone->next;
        free(gone);
    }
}

// 0, or -1 when the lock is held in a way that excludes this one.
int lockFile(StgWord64 id, StgWord64 dev, StgWord64 ino, int for_writing)
{
    struct file_lock *lock = malloc(sizeof(*lock));

    if (!lock) {
        errorBelch("out of memory: no room for a file lock");
        stg_exit(EXIT_INTERNAL_ERROR);
    }
    mutex_lock(&file_locks_mutex);
    for (const struct file_lock *l = file_locks; l; l = l->next) {
        if (l->dev == dev && l->ino == ino && (for_writing || l->writing)) {
            mutex_unlock(&file_locks_mutex);
            free(lock);
            return -1;
        }
    }
    *lock = (struct file_lock){
        .next = file_locks, .id = id, .dev = dev, .ino = ino, .writing = for_writing != 0};
    file_locks = lock;
    mutex_unlock(&file_locks_mutex);
    return 0;
}

// 0, or 1 when nothing was locked by id: base unlocks every descriptor that it closes.
int unlockFile(StgWord64 id)
{
    int result = 1;

    mutex_lock(&file_locks_mutex);
    for (struct file_lock **p = &file_locks; *p; p = &(*p)->next) {
        struct file_lock *lock = *p;

        if (lock->id == id) {
            *p = lock->next;
            free(lock);
            result = 0;
            break;
        }
    }
    mutex_unlock(&file_locks_mutex);
    return result;
}
