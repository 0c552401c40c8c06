// SPDX-License-Identifier: BSD-3-Clause
// The seam inside GHC's runtime system: what its POSIX layer owes the rest of the runtime (we
// define it here), and what of the rest we use beyond the headers that GHC installs. Taken from the
// symbols that the stock archives of GHC 9.0 reference.
#ifndef RTS_PRIVATE_H
#define RTS_PRIVATE_H

#include <signal.h>
#include <Rts.h>

// ---- What the runtime calls ----

// Memory. Sizes are bytes, multiples of MBLOCK_SIZE, except getPageSize(). None of the calls that
// get memory can report a failure.
void osMemInit(void);
size_t getPageSize(void);
StgWord64 getPhysicalMemorySize(void);
void setExecutable(void *p, W_ len, bool exec);
bool osBuiltWithNumaSupport(void);
bool osNumaAvailable(void);
uint32_t osNumaNodes(void);
uint64_t osNumaMask(void);
void osBindMBlocksToNode(void *addr, StgWord size, uint32_t node);
void *osReserveHeapMemory(void *start, W_ *len);
void osCommitMemory(void *at, W_ size);
void osDecommitMemory(void *at, W_ size);
void osReleaseHeapMemory(void);

// The periodic tick. The callback must not run while the main thread is between two instructions of
// its own run loop that expect a signal's atomicity: it runs to completion on a thread of higher
// priority.
typedef void (*TickProc)(int);
void initTicker(Time interval, TickProc handle_tick);
void startTicker(void);
void stopTicker(void);
void exitTicker(bool wait);

// Clocks, in nanoseconds.
void initializeTimer(void);
Time getProcessCPUTime(void);
Time getCurrentThreadCPUTime(void);
void getProcessTimes(Time *user, Time *elapsed);
void getUnixEpochTime(StgWord64 *sec, StgWord32 *nsec);
W_ getPageFaults(void);

// Signals.
void initUserSignals(void);
void initDefaultHandlers(void);
void resetDefaultHandlers(void);
void freeSignalHandlers(void);
void blockUserSignals(void);
void unblockUserSignals(void);
void install_vtalrm_handler(int sig, TickProc handle_tick);
int stg_sig_install(int sig, int spi, void *mask);
bool anyUserHandlers(void);
void awaitUserSignals(void);
void startSignalHandlers(Capability *cap);
void ioManagerStartCap(Capability **cap);
extern StgInt *signal_handlers;
extern HsInt nocldstop;
extern siginfo_t pending_handler_buf[];
extern siginfo_t *next_pending_handler;

// Blocked threads of the non-threaded runtime.
typedef StgWord LowResTime;
void awaitEvent(bool wait);
LowResTime getDelayTarget(HsInt us);

// Environment, terminals, file locks, processors.
void getProgEnvv(int *out_envc, char **out_envv[]);
void freeProgEnvv(int envc, char *envv[]);
void resetTerminalSettings(void);
void initFileLocking(void);
void freeFileLocking(void);

// ---- What we call ----

#define SCHED_RUNNING 0
extern volatile StgWord sched_state;

#if !defined(THREADED_RTS)
extern StgTSO *blocked_queue_hd, *blocked_queue_tl; // in _link order, ends in END_TSO_QUEUE
extern StgTSO *sleeping_queue;                      // the same, by ascending block_info.target
#endif

#if defined(THREADED_RTS)
extern Mutex sm_mutex; // protects the block allocator
#endif

void scheduleThread(Capability *cap, StgTSO *tso);
StgTSO *raiseAsync(Capability *cap, StgTSO *tso, StgClosure *exception, bool stop_at_atomically,
                   StgUpdateFrame *stop_here);
void contextSwitchAllCapabilities(void);
void returnMemoryToOS(uint32_t mblocks); // at most so many of those that are free
void interruptStgRts(void);
extern StgClosure base_GHCziEventziThread_blockedOnBadFD_closure;
extern StgClosure base_GHCziConcziSignal_runHandlersPtr_closure;
extern StgClosure base_GHCziConcziIO_ensureIOManagerIsRunning_closure;

#endif
