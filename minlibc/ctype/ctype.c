// SPDX-License-Identifier: BSD-3-Clause
// Character classes of the C locale: the tables that <ctype.h> reads in place, and the functions.
#include <ctype.h>
#include <stdint.h>

// The tables are indexed from -128 to 255.
#define FIRST 128
#define TABLE 384

#define GRAPH (_ISprint | _ISgraph)

static const unsigned short classes[TABLE] = {
    [FIRST + 0x00 ... FIRST + 0x08] = _IScntrl,
    [FIRST + '\t'] = _IScntrl | _ISspace | _ISblank,
    [FIRST + '\n' ... FIRST + '\r'] = _IScntrl | _ISspace,
    [FIRST + 0x0e ... FIRST + 0x1f] = _IScntrl,
    [FIRST + ' '] = _ISspace | _ISblank | _ISprint,
    [FIRST + '!' ... FIRST + '/'] = GRAPH | _ISpunct,
    [FIRST + '0' ... FIRST + '9'] = GRAPH | _ISdigit | _ISxdigit | _ISalnum,
    [FIRST + ':' ... FIRST + '@'] = GRAPH | _ISpunct,
    [FIRST + 'A' ... FIRST + 'F'] = GRAPH | _ISupper | _ISalpha | _ISalnum | _ISxdigit,
    [FIRST + 'G' ... FIRST + 'Z'] = GRAPH | _ISupper | _ISalpha | _ISalnum,
    [FIRST + '[' ... FIRST + '`'] = GRAPH | _ISpunct,
    [FIRST + 'a' ... FIRST + 'f'] = GRAPH | _ISlower | _ISalpha | _ISalnum | _ISxdigit,
    [FIRST + 'g' ... FIRST + 'z'] = GRAPH | _ISlower | _ISalpha | _ISalnum,
    [FIRST + '{' ... FIRST + '~'] = GRAPH | _ISpunct,
    [FIRST + 0x7f] = _IScntrl,
};

#define LOWER(c) ((c) >= 'A' && (c) <= 'Z' ? (c) + 32 : (c))
#define UPPER(c) ((c) >= 'a' && (c) <= 'z' ? (c)-32 : (c))

// Entries from -128 on: bytes above 127 read as signed char map to themselves as unsigned char
// would, EOF to EOF.
#define ENTRY(map, i) ((i) == -1 ? -1 : (i) < 0 ? (i) + 256 : map(i))
#define X4(map, i)    ENTRY(map, i), ENTRY(map, (i) + 1), ENTRY(map, (i) + 2), ENTRY(map, (i) + 3)
#define X16(map, i)   X4(map, i), X4(map, (i) + 4), X4(map, (i) + 8), X4(map, (i) + 12)
#define X64(map, i)   X16(map, i), X16(map, (i) + 16), X16(map, (i) + 32), X16(map, (i) + 48)
#define X384(map) \
    X64(map, -128), X64(map, -64), X64(map, 0), X64(map, 64), X64(map, 128), X64(map, 192)

static const int32_t lower[TABLE] = {X384(LOWER)};
static const int32_t upper[TABLE] = {X384(UPPER)};

const unsigned short **__ctype_b_loc(void)
{
    static const unsigned short *table = classes + FIRST;
    return &table;
}

const int32_t **__ctype_tolower_loc(void)
{
    static const int32_t *table = lower + FIRST;
    return &table;
}

const int32_t **__ctype_toupper_loc(void)
{
    static const int32_t *table = upper + FIRST;
    return &table;
}

int(tolower)(int c)
{
    return c >= -FIRST && c < 256 ? lower[c + FIRST] : c;
}

int(toupper)(int c)
{
    return c >= -FIRST && c < 256 ? upper[c + FIRST] : c;
}

#define CLASS_FUNCTION(name, bits)                                       \
    int(name)(int c)                                                     \
    {                                                                    \
        return c >= -FIRST && c < 256 ? classes[c + FIRST] & (bits) : 0; \
    }

CLASS_FUNCTION(isalnum, _ISalnum)
CLASS_FUNCTION(isalpha, _ISalpha)
CLASS_FUNCTION(isblank, _ISblank)
CLASS_FUNCTION(iscntrl, _IScntrl)
CLASS_FUNCTION(isdigit, _ISdigit)
CLASS_FUNCTION(isgraph, _ISgraph)
CLASS_FUNCTION(islower, _ISlower)
CLASS_FUNCTION(isprint, _ISprint)
CLASS_FUNCTION(ispunct, _ISpunct)
CLASS_FUNCTION(isspace, _ISspace)
CLASS_FUNCTION(isupper, _ISupper)
CLASS_FUNCTION(isxdigit, _ISxdigit)

int(isascii)(int c)
{
    return (c & ~0x7f) == 0;
}

int(toascii)(int c)
{
    return c & 0x7f;
}
