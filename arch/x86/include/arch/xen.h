// SPDX-License-Identifier: BSD-3-Clause
// Xen's public headers, at the interface version this tree is written to.
#ifndef ARCH_XEN_H
#define ARCH_XEN_H

#define __XEN_INTERFACE_VERSION__ 0x00040d00
// Our own spellings of what Xen's headers leave to the guest.
#include <stdint.h>
#include <xen/xen.h>

#endif
