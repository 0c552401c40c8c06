// SPDX-License-Identifier: BSD-3-Clause
#include "wire.h"
#include <xen/errno.h>

// clang-format off
static const struct {
    const char *name;
    int number;
} errors[] = {
    {"EINVAL", XEN_EINVAL}, {"EACCES", XEN_EACCES}, {"EEXIST", XEN_EEXIST}, {"EISDIR", XEN_EISDIR},
    {"ENOENT", XEN_ENOENT}, {"ENOMEM", XEN_ENOMEM}, {"ENOSPC", XEN_ENOSPC}, {"EIO", XEN_EIO},
    {"ENOTEMPTY", XEN_ENOTEMPTY}, {"ENOSYS", XEN_ENOSYS}, {"EROFS", XEN_EROFS}, {"EBUSY", XEN_EBUSY},
    {"EAGAIN", XEN_EAGAIN}, {"EISCONN", XEN_EISCONN}, {"E2BIG", XEN_E2BIG}, {"EPERM", XEN_EPERM},
};

static const char *const ops[] = {
    [XS_CONTROL] = "CONTROL", [XS_DIRECTORY] = "DIRECTORY", [XS_READ] = "READ", [XS_GET_PERMS] = "GET_PERMS",
    [XS_WATCH] = "WATCH", [XS_UNWATCH] = "UNWATCH", [XS_TRANSACTION_START] = "TRANSACTION_START",
    [XS_TRANSACTION_END] = "TRANSACTION_END", [XS_GET_DOMAIN_PATH] = "GET_DOMAIN_PATH", [XS_WRITE] = "WRITE",
    [XS_MKDIR] = "MKDIR", [XS_RM] = "RM", [XS_SET_PERMS] = "SET_PERMS", [XS_RESET_WATCHES] = "RESET_WATCHES",
    [XS_DIRECTORY_PART] = "DIRECTORY_PART",
};
// clang-format on

const char *wire_op_name(uint32_t type)
{
    return type < ARRAY_SIZE(ops) && ops[type] ? ops[type] : "?";
}

static bool same(const char *a, const char *b)
{
    size_t n = strlen(a);

    return strlen(b) == n && memcmp(a, b, n) == 0;
}

int wire_error(const char *payload, size_t len)
{
    if (wire_strings(payload, len) != 1)
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
        if (same(payload, errors[i].name))
            return errors[i].number;
    }
    return 0;
}

const char *wire_error_name(int err)
{
    for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
        if (errors[i].number == err)
            return errors[i].name;
    }
    return "?";
}

bool wire_number(const char *text, size_t len, uint32_t max, uint32_t *out)
{
    uint64_t n = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        n = n * 10 + (text[i] - '0');
        if (n > max)
            return false;
    }
    *out = n;
    return len != 0;
}

static bool path_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '/' || c == '_' || c == '@' || c == '+';
}

bool wire_path_valid(const char *path, bool special)
{
    size_t len = strlen(path);

    if (!len || len > (path[0] == '/' ? XENSTORE_ABS_PATH_MAX : XENSTORE_REL_PATH_MAX))
        return false;
    if (path[0] == '@' && !special)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!path_char(path[i]) || (path[i] == '/' && path[i + 1] == '/'))
            return false;
    }
    return len == 1 || path[len - 1] != '/';
}

bool wire_path_below(const char *path, const char *base)
{
    size_t n = strlen(base);

    if (n == 1 && base[0] == '/')
        return path[0] == '/';
    return strlen(path) >= n && memcmp(path, base, n) == 0 && (!path[n] || path[n] == '/');
}

long wire_strings(const char *payload, size_t len)
{
    long n = 0;

    if (len && payload[len - 1])
        return -1;
    for (size_t i = 0; i < len; i++)
        n += !payload[i];
    return n;
}

size_t wire_event_token(const char *payload, size_t len)
{
    // A third string, or more, may come with later versions of the protocol.
    if (wire_strings(payload, len) < 2)
        return 0;
    return strlen(payload) + 1;
}

bool wire_perm(const char *text, char *right, halvm_domid_t *domain)
{
    uint32_t n;

    if (text[0] != 'n' && text[0] != 'r' && text[0] != 'w' && text[0] != 'b')
        return false;
    if (!wire_number(text + 1, strlen(text + 1), UINT16_MAX, &n))
        return false;
    *right = text[0];
    *domain = n;
    return true;
}
