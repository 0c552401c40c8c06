// SPDX-License-Identifier: BSD-3-Clause
// Included first: Xen's table of frames is the test's.
#ifndef M2P_H
#define M2P_H

#include <arch/xen.h>
#include <halvm/types.h>

extern pfn_t *host_m2p;
#undef MACH2PHYS_VIRT_START
#define MACH2PHYS_VIRT_START host_m2p

#endif
