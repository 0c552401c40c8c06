// SPDX-License-Identifier: BSD-3-Clause
// Encodings against glibc's iconv(), and the splitting of the command line against a shell.
#include <errno.h>
#include <getopt.h>
#include <iconv.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include "app/args.h"
#include "check.h"
#include "subject.h"

ML(iconv_open);
ML(iconv);
ML(iconv_close);
ML(nl_langinfo);
ML(setlocale);
ML(newlocale);
ML(__errno_location);
extern __typeof__(args_split) ml_args_split;

static const char *const names[] = {"ASCII",    "ISO-8859-1", "UTF-8",   "UTF-16LE",
                                    "UTF-16BE", "UTF-32LE",   "UTF-32BE"};
#define NAMES (sizeof(names) / sizeof(*names))

static size_t random_text(char *out, size_t encoding, size_t chars, bool damage)
{
    char utf32[4 * 64], *in = utf32;
    size_t n = 0;

    for (size_t i = 0; i < chars; i++) {
        static const uint32_t limits[] = {0x80, 0x80, 0x100, 0x800, 0x10000, 0x110000};
        uint32_t c = (uint32_t)check_below(limits[check_below(encoding == 0   ? 1
                                                              : encoding == 1 ? 3
                                                                              : 6)]);
        if (c >= 0xd800 && c < 0xe000)
            c = 0x20ac;
        if (c >> 7 == 0xe0000 >> 7)
            c = 0x1f600; // glibc leaves out tags where they cannot be encoded
        memcpy(utf32 + n, &c, 4);
        n += 4;
    }
    iconv_t cd = iconv_open(names[encoding], "UTF-32LE");
    size_t left = 400;
    char *o = out;
    iconv(cd, &in, &n, &o, &left);
    iconv_close(cd);
    // Now and then something that is wrong, or cut off.
    size_t len = 400 - left;
    if (damage && len && check_below(3) == 0)
        out[check_below(len)] = (char)check_random();
    if (len && check_below(4) == 0)
        len -= check_below(len < 4 ? len : 4);
    return len;
}

// glibc takes some bytes that start no character for one that is cut off, and lets code points
// above U+10FFFF pass.
static bool glibc_is_lax(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i], next = i + 1 < len ? (unsigned char)s[i + 1] : 0;
        if (c >= 0xf5 || (c == 0xf4 && next >= 0x90) || (c == 0xf0 && next < 0x90) ||
            (c == 0xe0 && next < 0xa0) || (c == 0xed && next >= 0xa0) || c == 0xc0 || c == 0xc1)
            return true;
    }
    return false;
}

static void test_iconv(void)
{
    char text[400], a[500], b[500];

    check_begin("iconv: conversions");
    for (unsigned long i = 0; i < 60000 * check_factor; i++) {
        size_t from = check_below(NAMES), to = check_below(NAMES);
        size_t len = random_text(text, from, check_below(30), to >= 2);
        if (strcmp(names[from], "UTF-8") == 0 && glibc_is_lax(text, len))
            continue;
        iconv_t x = iconv_open(names[to], names[from]), y = ml_iconv_open(names[to], names[from]);
        size_t room = check_below(2) ? sizeof(a) : check_below(60);
        char *in_a = text, *in_b = text, *out_a = a, *out_b = b;
        size_t left_a = len, left_b = len, room_a = room, room_b = room;
        errno = *ml___errno_location() = 0;
        size_t rc_a = iconv(x, &in_a, &left_a, &out_a, &room_a);
        int e = errno;
        size_t rc_b = ml_iconv(y, &in_b, &left_b, &out_b, &room_b);
        CHECK(
            rc_a == rc_b && left_a == left_b && room_a == room_b &&
                memcmp(a, b, room - room_a) == 0 &&
                (rc_a != (size_t)-1 || e == *ml___errno_location()),
            "%s to %s, %zu bytes, room %zu: rc %zd errno %d left %zu room %zu, not %zd %d %zu %zu",
            names[from], names[to], len, room, (ssize_t)rc_b, *ml___errno_location(), left_b,
            room_b, (ssize_t)rc_a, e, left_a, room_a);
        iconv_close(x);
        ml_iconv_close(y);
    }
    CHECK(ml_iconv_open("UTF-8", "EBCDIC") == (iconv_t)-1 && *ml___errno_location() == EINVAL,
          "an unknown encoding");
    // Byte order marks.
    char *in = "\xfe\xff\0a", *out = b;
    size_t in_left = 4, out_left = sizeof(b);
    iconv_t cd = ml_iconv_open("UTF-8", "UTF-16");
    CHECK(ml_iconv(cd, &in, &in_left, &out, &out_left) == 0 && out - b == 1 && *b == 'a',
          "UTF-16 with a mark");
    ml_iconv_close(cd);
    in = "a", out = b, in_left = 1, out_left = sizeof(b);
    cd = ml_iconv_open("UTF-16", "UTF-8");
    CHECK(ml_iconv(cd, &in, &in_left, &out, &out_left) == 0 && memcmp(b,
                                                                      "\xff\xfe"
                                                                      "a\0",
                                                                      4) == 0,
          "UTF-16 is written with a mark");
    ml_iconv_close(cd);
    check_end();

    check_begin("locale: names and items");
    CHECK(strcmp(ml_nl_langinfo(CODESET), "UTF-8") == 0, "CODESET");
    CHECK(ml_setlocale(LC_ALL, "") && ml_setlocale(LC_ALL, "C.UTF-8") &&
              !ml_setlocale(LC_ALL, "de_DE.UTF-8"),
          "setlocale");
    CHECK(!ml_newlocale(LC_ALL_MASK, "de_DE", NULL) && *ml___errno_location() == ENOENT,
          "newlocale");
    for (nl_item i = ABDAY_1; i <= PM_STR; i++)
        CHECK(strcmp(ml_nl_langinfo(i), nl_langinfo(i)) == 0, "item %d: %s, not %s", i,
              ml_nl_langinfo(i), nl_langinfo(i));
    CHECK(strcmp(ml_nl_langinfo(D_T_FMT), nl_langinfo(D_T_FMT)) == 0 &&
              strcmp(ml_nl_langinfo(RADIXCHAR), ".") == 0,
          "formats");
    check_end();
}

static void test_args(void)
{
    static const struct {
        const char *line;
        const char *words[6];
        bool unterminated;
    } cases[] = {
        {"", {NULL}, false},
        {"  \t ", {NULL}, false},
        {"a b", {"a", "b"}, false},
        {" a  b ", {"a", "b"}, false},
        {"'a b' c", {"a b", "c"}, false},
        {"\"a b\"c", {"a bc"}, false},
        {"a\\ b", {"a b"}, false},
        {"''", {""}, false},
        {"\"\" ''", {"", ""}, false},
        {"'a\\b'", {"a\\b"}, false},
        {"\"a\\b\\\"\\\\\\$\\`\"", {"a\\b\"\\$`"}, false},
        {"+RTS -N1 -RTS --x=\"1 2\"", {"+RTS", "-N1", "-RTS", "--x=1 2"}, false},
        {"a'b", {"ab"}, true},
        {"\"ab", {"ab"}, true},
        {"a\\", {"a\\"}, true},
        {"$HOME *", {"$HOME", "*"}, false},
    };
    char text[200], *words[100];

    check_begin("command line: words");
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct args_words r = ml_args_split(cases[i].line, text, words, 6);
        size_t n = 0;
        while (cases[i].words[n])
            n++;
        CHECK(r.nr == n && r.unterminated == cases[i].unterminated && !r.too_many,
              "<%s>: %zu words", cases[i].line, r.nr);
        for (size_t j = 0; j < r.nr && j < n; j++)
            CHECK(strcmp(words[j], cases[i].words[j]) == 0, "<%s>: word %zu is <%s>", cases[i].line,
                  j, words[j]);
    }
    CHECK(ml_args_split("a b c", text, words, 2).too_many, "too many words");
    check_end();

    // Many lines in one shell.
    check_begin("command line: like a shell");
    char path[] = "/tmp/minlibc-args-XXXXXX";
    FILE *script = fdopen(mkstemp(path), "w");
    enum { LINES = 400 };
    static char lines[LINES][40];
    for (int i = 0; i < LINES; i++) {
        bool terminated = false;
        do {
            size_t n = check_below(20);
            for (size_t j = 0; j < n; j++)
                lines[i][j] = "ab  '\"\\x$`"[check_below(8)];
            lines[i][n] = 0;
            struct args_words r = ml_args_split(lines[i], text, words, 100);
            terminated = !r.unterminated;
        } while (!terminated);
        fprintf(script, "p() { for w; do printf '<%%s>' \"$w\"; done; echo; }\np %s\n", lines[i]);
    }
    fclose(script);
    char command[100];
    snprintf(command, sizeof(command), "sh %s", path);
    FILE *sh = popen(command, "r");
    for (int i = 0; i < LINES; i++) {
        char want[200] = "", got[400] = "";
        if (!fgets(want, sizeof(want), sh))
            break;
        want[strcspn(want, "\n")] = 0;
        struct args_words r = ml_args_split(lines[i], text, words, 100);
        for (size_t j = 0; j < r.nr; j++)
            sprintf(got + strlen(got), "<%s>", words[j]);
        CHECK(strcmp(got, want) == 0, "line [%s]: %s, not %s", lines[i], got, want);
    }
    CHECK(pclose(sh) == 0, "the shell failed");
    unlink(path);
    check_end();
}

extern int ml_getopt_long(int argc, char *const *argv, const char *options,
                          const struct option *longs, int *index);
ML(optind);
ML(opterr);
ML(optarg);

static void test_getopt(void)
{
    static const char *const words[] = {"-a",     "-b",    "-bval",   "-ab",  "-c",     "-cx",
                                        "plain",  "other", "--",      "-",    "--long", "--with=5",
                                        "--with", "--opt", "--opt=7", "--lo", "--wi=x", "--none",
                                        "-z",     "-ac",   "--long=3"};
    static const struct option longs[] = {{"long", no_argument, NULL, 1000},
                                          {"with", required_argument, NULL, 1001},
                                          {"opt", optional_argument, NULL, 1002},
                                          {NULL, 0, NULL, 0}};
    static const char *const optstrings[] = {"ab:c::", "+ab:c::", ":ab:c::", "-ab:c::"};

    check_begin("command line: getopt_long");
    opterr = ml_opterr = 0;
    for (unsigned long i = 0; i < 50000 * check_factor; i++) {
        char *x[10] = {(char *)"prog"}, *y[10];
        int argc = 1 + (int)check_below(8);
        for (int j = 1; j < argc; j++)
            x[j] = (char *)words[check_below(sizeof(words) / sizeof(*words))];
        x[argc] = NULL;
        memcpy(y, x, sizeof(x));
        char line[200] = "";
        for (int j = 1; j < argc; j++)
            sprintf(line + strlen(line), " %s", x[j]);
        const char *options = optstrings[check_below(4)];
        optind = ml_optind = 0;
        int a, b, ia = -1, ib = -1;
        do {
            a = getopt_long(argc, x, options, longs, &ia);
            b = ml_getopt_long(argc, y, options, longs, &ib);
            CHECK(a == b && (a == -1 || optarg == ml_optarg) && ia == ib && optind == ml_optind,
                  "<%s> '%s': %d at %d, not %d at %d", line, options, b, ml_optind, a, optind);
        } while (a != -1 && b != -1 && a == b);
        CHECK(memcmp(x, y, sizeof(x)) == 0, "<%s> '%s': order", line, options);
    }
    check_end();
}

void test_text(void)
{
    test_getopt();
    test_iconv();
    test_args();
}
