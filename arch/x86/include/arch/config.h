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
#elif defined(CONFIG_ENV_pv32)
#define CONFIG_PV            1
#define CONFIG_HVM           0
#define CONFIG_64BIT         0
#define CONFIG_PAGING_LEVELS 3
#define CONFIG_ENV_NAME      "pv32"
#elif defined(CONFIG_ENV_pvh32)
#define CONFIG_PV            0
#define CONFIG_HVM           1
#define CONFIG_64BIT         0
#define CONFIG_PAGING_LEVELS 2
#define CONFIG_ENV_NAME      "pvh32"
#else
#error "the environment must be given as -DCONFIG_ENV_<name>"
#endif

// So that no code can test the name.
#undef CONFIG_ENV_pv64
#undef CONFIG_ENV_pvh64
#undef CONFIG_ENV_pv32
#undef CONFIG_ENV_pvh32

// Pages can be made not executable. Two-level tables have no such bit.
#define CONFIG_NX (CONFIG_PAGING_LEVELS > 2)

#endif
