// SPDX-License-Identifier: BSD-3-Clause
// How large the Haskell heap may become, so that its exhaustion is an exception.
#ifndef RTS_XEN_HEAPLIMIT_H
#define RTS_XEN_HEAPLIMIT_H

#include <stddef.h>

// Tell the collector how many bytes it has from us now.
void heaplimit_note_committed(size_t committed);
// Bytes of memory that nobody uses.
size_t heaplimit_memory_free(void);

#endif
