// SPDX-License-Identifier: BSD-3-Clause
// The operations on nodes, and transactions. Each builds a request and checks the reply.
#include <halvm/console.h>
#include <xen/errno.h>
#include "internal.h"
#include "wire.h"

static const char bad_path[] = "not a path that xenstore has";
static const char bad_value[] = "the value is not what it should be";
static const char too_long[] = "the reply is longer than the buffer";

static struct conn_part string_part(const char *s)
{
    return (struct conn_part){s, strlen(s) + 1};
}

// A request about a path, with more parts already in c.
static long path_call(struct call *c, uint32_t type, const char *path, const struct xs_how *how)
{
    c->r.type = type;
    if (!wire_path_valid(path, false))
        return client_fail(type, path, -XEN_EINVAL, bad_path, how);
    c->r.parts[0] = string_part(path);
    return client_call(c, path, how);
}

// One whose reply says nothing.
static int path_command(struct call *c, uint32_t type, const char *path, const struct xs_how *how)
{
    long len = path_call(c, type, path, how);

    return len < 0 ? len : 0;
}

// One whose reply is wanted whole.
static long path_query(uint32_t type, const char *path, char *buf, size_t size,
                       const struct xs_how *how)
{
    struct call c = {.r = {.reply = buf, .reply_size = size}};
    long len = path_call(&c, type, path, how);

    if (len > 0 && (size_t)len > size)
        return client_fail(type, path, -XEN_ENOBUFS, too_long, how);
    return len;
}

long xs_read(const char *path, void *buf, size_t size, const struct xs_how *how)
{
    return path_query(XS_READ, path, buf, size, how);
}

long xs_read_string(const char *path, char *buf, size_t size, const struct xs_how *how)
{
    long len = path_query(XS_READ, path, buf, size ? size - 1 : 0, how);

    if (len < 0)
        return len;
    if (!size)
        return client_fail(XS_READ, path, -XEN_ENOBUFS, too_long, how);
    buf[len] = '\0';
    if (strlen(buf) != (size_t)len)
        return client_fail(XS_READ, path, -XEN_EBADMSG, bad_value, how);
    return len;
}

int xs_read_number(const char *path, uint32_t max, uint32_t *out, const struct xs_how *how)
{
    char text[16];
    long len = path_query(XS_READ, path, text, sizeof(text), how);

    if (len == -XEN_ENOBUFS || (len >= 0 && !wire_number(text, len, max, out)))
        return client_fail(XS_READ, path, -XEN_EBADMSG, bad_value, how);
    return len < 0 ? len : 0;
}

int xs_write(const char *path, const void *value, size_t len, const struct xs_how *how)
{
    struct call c = {.r = {.parts = {[1] = {value, len}}}};

    return path_command(&c, XS_WRITE, path, how);
}

int xs_write_string(const char *path, const char *value, const struct xs_how *how)
{
    return xs_write(path, value, strlen(value), how);
}

int xs_mkdir(const char *path, const struct xs_how *how)
{
    struct call c = {0};

    return path_command(&c, XS_MKDIR, path, how);
}

int xs_rm(const char *path, const struct xs_how *how)
{
    struct call c = {0};

    return path_command(&c, XS_RM, path, how);
}

static bool child_names_valid(const char *names, size_t len)
{
    for (size_t at = 0; at < len; at += strlen(names + at) + 1) {
        if (!names[at])
            return false;
        for (const char *p = names + at; *p; p++) {
            if (*p == '/')
                return false;
        }
    }
    return true;
}

long xs_directory(const char *path, char *buf, size_t size, size_t *out, const struct xs_how *how)
{
    long len = path_query(XS_DIRECTORY, path, buf, size, how), n;

    if (len < 0)
        return len;
    n = wire_strings(buf, len);
    if (n < 0 || !child_names_valid(buf, len))
        return client_fail(XS_DIRECTORY, path, -XEN_EBADMSG, "a list that is none", how);
    if (out)
        *out = len;
    return n;
}

#define PERM_TEXT 8 // "b65535" and NUL

long xs_get_perms(const char *path, struct xs_perm *perms, size_t max, const struct xs_how *how)
{
    char buf[512]; // xenstored allows few
    long len = path_query(XS_GET_PERMS, path, buf, sizeof(buf), how), n = 0;

    if (len < 0)
        return len;
    if (wire_strings(buf, len) < 1)
        return client_fail(XS_GET_PERMS, path, -XEN_EBADMSG, "a list that is none", how);
    for (long at = 0; at < len; at += strlen(buf + at) + 1, n++) {
        struct xs_perm p;

        if (!wire_perm(buf + at, &p.right, &p.domain))
            return client_fail(XS_GET_PERMS, path, -XEN_EBADMSG, "a permission that is none", how);
        if ((size_t)n < max)
            perms[n] = p;
    }
    return n;
}

int xs_set_perms(const char *path, const struct xs_perm *perms, size_t n, const struct xs_how *how)
{
    char buf[512];
    size_t len = 0;
    struct call c = {0};

    if (!n || n > sizeof(buf) / PERM_TEXT)
        return client_fail(XS_SET_PERMS, path, -XEN_EINVAL, "too many permissions, or none", how);
    for (size_t i = 0; i < n; i++)
        len += ksnprintf(buf + len, PERM_TEXT, "%c%u", perms[i].right, perms[i].domain) + 1;
    c.r.parts[1] = (struct conn_part){buf, len};
    return path_command(&c, XS_SET_PERMS, path, how);
}

int xs_tx_start(struct xs_tx *tx, const struct xs_how *how)
{
    char text[16];
    struct call c = {
        .r = {.type = XS_TRANSACTION_START, .reply = text, .reply_size = sizeof(text)},
    };
    struct xs_how plain = how ? *how : (struct xs_how){0};
    uint32_t before = client_epoch();
    long len;

    plain.tx = NULL;
    c.r.parts[0] = string_part("");
    len = client_call(&c, "", &plain);
    if (len < 0)
        return len;
    if (len < 2 || (size_t)len > sizeof(text) || text[len - 1] ||
        !wire_number(text, len - 1, UINT32_MAX, &tx->id) || !tx->id)
        return client_fail(XS_TRANSACTION_START, "", -XEN_EBADMSG, "no number of one", how);
    // Should the connection have begun anew meanwhile, this is not of its epoch: the first use says
    // so.
    tx->epoch = before ? before : client_epoch();
    return 0;
}

int xs_tx_end(struct xs_tx *tx, bool commit, const struct xs_how *how)
{
    struct call c = {.r = {.type = XS_TRANSACTION_END}};
    struct xs_how with = how ? *how : (struct xs_how){0};
    long len;

    with.tx = tx;
    c.r.parts[0] = string_part(commit ? "T" : "F");
    len = client_call(&c, commit ? "T" : "F", &with);
    // Abandoning one that is gone already is what was wanted.
    if (len == -XEN_EAGAIN && !commit)
        return 0;
    return len < 0 ? len : 0;
}
