// SPDX-License-Identifier: BSD-3-Clause
// Turns the environment's name, given once on the compiler's command line, into facts. Code asks
// for facts, never for the name, and asks in C: every fact is 0 or 1 (or a number), so that both
// arms of a branch are compiled everywhere.
#ifndef ARCH_CONFIG_H
#define ARCH_CONFIG_H

#if defined(CONFIG_ENV_pv64)
#define CONFIG_PV            1
#define CONFIG_HVM           0
#define CONFIG_64BIT         1
#define CONFIG_PAGING_LEVELS 4
#define CONFIG_ENV_NAME      "pv64"
#elif defined(CONFIG_ENV_pvh64)
#define CONFIG_PV            0
#define CONFIG_HVM           1
#define CONFIG_64BIT         1
#define CONFIG_PAGING_LEVELS 4
#define CONFIG_ENV_NAME      "pvh64"
#else
#error "the environment must be given as -DCONFIG_ENV_<name>"
#endif

// So that no code can test the name.
#undef CONFIG_ENV_pv64
#undef CONFIG_ENV_pvh64

// 64-bit threads run in user mode: an upcall then arrives on the kernel side's stack, which keeps
// the red zone of the stock archives whole (docs/abi.md). 32-bit x86 has no red zone; there they
// run in kernel mode.
#define CONFIG_USER_MODE CONFIG_64BIT

#endif
