// SPDX-License-Identifier: BSD-3-Clause
// The words of the xenstore protocol (xen: docs/misc/xenstore.txt). Pure code, for bytes that
// somebody else wrote: no assumption but what is checked here.
#ifndef XENBUS_WIRE_H
#define XENBUS_WIRE_H

#include <halvm/types.h>
#include <xen/io/xs_wire.h>

// The name of a request, for reports.
const char *wire_op_name(uint32_t type);

// The error (positive, Xen's numbering) that an ERROR reply names, or 0 for a payload that names
// none that the protocol knows.
int wire_error(const char *payload, size_t len);
// The name of such a number, "?" for others.
const char *wire_error_name(int err);

// Unsigned decimal digits and nothing else, at most max. False otherwise.
bool wire_number(const char *text, size_t len, uint32_t max, uint32_t *out);

// May this be sent as a path? Length, characters, slashes; special says that "@..." is right too.
bool wire_path_valid(const char *path, bool special);
// Is path the same as base, or below it? Both may be relative.
bool wire_path_below(const char *path, const char *base);

// A payload of NUL-terminated strings: how many, or -1 when the last one has no end.
long wire_strings(const char *payload, size_t len);
// The payload of a WATCH_EVENT: where its token starts, or 0 when it is not two whole strings.
size_t wire_event_token(const char *payload, size_t len);
// One element of a permissions list ("r7"): rights as the protocol's letter, and domain.
bool wire_perm(const char *text, char *right, halvm_domid_t *domain);

#endif
