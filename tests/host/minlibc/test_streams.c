// SPDX-License-Identifier: BSD-3-Clause
// Streams: on the console, on pipes, and on memory through fopencookie(), compared with glibc doing
// the same.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "shim.h"
#include "subject.h"

ML(stdin);
ML(stdout);
ML(stderr);
ML(printf);
ML(fprintf);
ML(puts);
ML(fputs);
ML(fwrite);
ML(fread);
ML(fflush);
ML(fclose);
ML(fdopen);
ML(fopencookie);
ML(fseek);
ML(ftell);
ML(setvbuf);
ML(ungetc);
ML(feof);
ML(ferror);
ML(clearerr);
ML(rewind);
ML(getdelim);
ML(free);
ML(pipe);
ML(read);
ML(write);
ML(close);
ML(__overflow);
ML(__uflow);
ML(perror);
ML(__errno_location);
// In glibc these may be macros.
int ml_putc(int c, FILE *f);
int ml_fputc(int c, FILE *f);
int ml_getc(FILE *f);
char *ml_fgets(char *restrict s, int n, FILE *restrict f);
FILE *ml_fopen(const char *restrict path, const char *restrict mode);

static void test_console(void)
{
    check_begin("streams: the console");
    shim_output_reset();
    ml_printf("no newline");
    CHECK(shim_output_len == 0, "stdout waits for a newline: '%s'", shim_output);
    ml_printf(" yet\nmore");
    CHECK(strcmp(shim_output, "no newline yet\n") == 0, "stdout: '%s'", shim_output);
    ml_fprintf(ml_stderr, "error %d", 5);
    CHECK(strcmp(shim_output, "no newline yet\nerror 5") == 0, "stderr does not wait: '%s'",
          shim_output);
    ml_fflush(NULL);
    CHECK(strcmp(shim_output, "no newline yet\nerror 5more") == 0, "fflush: '%s'", shim_output);
    shim_output_reset();
    ml_puts("puts");
    ml_fputc('x', ml_stdout);
    // What the macro putc_unlocked() does.
    CHECK(ml_stdout->_IO_write_ptr >= ml_stdout->_IO_write_end &&
              ml___overflow(ml_stdout, 'y') == 'y',
          "__overflow");
    CHECK(ml_fwrite("a\nb", 1, 3, ml_stdout) == 3 && strcmp(shim_output, "puts\nxya\n") == 0,
          "'%s'", shim_output);
    ml_printf("prompt> ");
    shim_type("answer\n", 7);
    char line[50];
    CHECK(ml_fgets(line, sizeof(line), ml_stdin) && strcmp(line, "answer\n") == 0, "fgets: '%s'",
          line);
    CHECK(strcmp(shim_output, "puts\nxya\nbprompt> ") == 0,
          "the prompt is shown before the wait: '%s'", shim_output);
    shim_output_reset();
    *ml___errno_location() = ENOENT;
    ml_perror("what");
    CHECK(strcmp(shim_output, "what: No such file or directory\n") == 0, "perror: '%s'",
          shim_output);
    shim_type("\x04", 1);
    CHECK(ml_getc(ml_stdin) == EOF && ml_feof(ml_stdin), "end of file");
    shim_type("x\n", 2);
    CHECK(ml_getc(ml_stdin) == EOF, "the end stays");
    ml_clearerr(ml_stdin);
    CHECK(ml_getc(ml_stdin) == 'x' && ml_getc(ml_stdin) == '\n', "until it is cleared");
    char big[9000];
    memset(big, 'q', sizeof(big));
    big[8999] = 0;
    shim_output_reset();
    CHECK(ml_fputs(big, ml_stdout) >= 0 && ml_fflush(ml_stdout) == 0 && shim_output_len == 8999,
          "more than the buffer");
    CHECK(!ml_fopen("/none", "r") && *ml___errno_location() == ENOENT && !ml_fopen("/x", "w") &&
              *ml___errno_location() == EROFS && !ml_fopen("/x", "q") &&
              *ml___errno_location() == EINVAL,
          "fopen");
    check_end();
}

// A file in memory.
struct memory {
    char bytes[5000];
    size_t len, at;
};

static ssize_t memory_read(void *cookie, char *buf, size_t n)
{
    struct memory *m = cookie;
    size_t left = m->at < m->len ? m->len - m->at : 0;
    if (n > left)
        n = left;
    memcpy(buf, m->bytes + m->at, n);
    m->at += n;
    return (ssize_t)n;
}

static ssize_t memory_write(void *cookie, const char *buf, size_t n)
{
    struct memory *m = cookie;
    if (n > sizeof(m->bytes) - m->at)
        n = sizeof(m->bytes) - m->at;
    memcpy(m->bytes + m->at, buf, n);
    m->at += n;
    if (m->at > m->len)
        m->len = m->at;
    return (ssize_t)n;
}

static int memory_seek(void *cookie, off64_t *offset, int whence)
{
    struct memory *m = cookie;
    off64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (off64_t)m->at : (off64_t)m->len;
    if (base + *offset < 0 || base + *offset > (off64_t)sizeof(m->bytes))
        return -1;
    m->at = (size_t)(base + *offset);
    *offset = (off64_t)m->at;
    return 0;
}

static const cookie_io_functions_t memory_io = {memory_read, memory_write, memory_seek, NULL};

static bool same_contents(FILE *f, const struct memory *m)
{
    char bytes[sizeof(m->bytes)];
    ssize_t n = pread(fileno(f), bytes, sizeof(bytes), 0);
    return (size_t)n == m->len && memcmp(bytes, m->bytes, m->len) == 0;
}

static void one_file(void)
{
    static struct memory b;
    static const int modes[] = {_IOFBF, _IOLBF, _IONBF};
    char x[300], y[300];

    memset(&b, 0, sizeof(b));
    b.len = check_below(2000);
    for (size_t i = 0; i < b.len; i++)
        b.bytes[i] = "abc\n"[check_below(4)];
    // glibc's own cookie streams lose count of what is buffered when they seek from where they are:
    // a real file is the reference.
    FILE *f = tmpfile(), *g = ml_fopencookie(&b, "r+", memory_io);
    CHECK(pwrite(fileno(f), b.bytes, b.len, 0) == (ssize_t)b.len, "the reference file");
    int mode = modes[check_below(3)];
    size_t size = 32 + check_below(200);
    setvbuf(f, NULL, mode, size);
    ml_setvbuf(g, NULL, mode, size);
    bool reading = false, writing = false;
    for (int i = 0; i < 60; i++) {
        size_t n = check_below(250);
        int op = (int)check_below(10);
        // Between reading and writing the standard wants a seek.
        if (((op < 4 && writing) || (op >= 4 && op < 7 && reading))) {
            long at = (long)check_below(b.len + 1);
            CHECK(fseek(f, at, SEEK_SET) == ml_fseek(g, at, SEEK_SET), "fseek %ld", at);
            reading = writing = false;
        }
        switch (op) {
        case 0: {
            int c = getc(f), d = ml_getc(g);
            CHECK(c == d, "getc: %d, not %d", d, c);
            // Only what was read: where glibc has to keep a byte aside, its later seeks go wrong.
            if (c != EOF && check_below(2))
                CHECK(ungetc(c, f) == ml_ungetc(c, g), "ungetc");
            reading = true;
            break;
        }
        case 1: {
            size_t p = fread(x, 1, n, f), q = ml_fread(y, 1, n, g);
            CHECK(p == q && memcmp(x, y, p) == 0, "fread %zu: %zu, not %zu", n, q, p);
            reading = true;
            break;
        }
        case 2: {
            char *p = fgets(x, (int)n + 1, f), *q = ml_fgets(y, (int)n + 1, g);
            CHECK(!p == !q && (!p || strcmp(x, y) == 0), "fgets %zu", n);
            reading = true;
            break;
        }
        case 3: {
            char *p = NULL, *q = NULL;
            size_t np = 0, nq = 0;
            ssize_t r = getdelim(&p, &np, 'b', f), s = ml_getdelim(&q, &nq, 'b', g);
            CHECK(r == s && (r <= 0 || memcmp(p, q, (size_t)r + 1) == 0), "getdelim: %zd, not %zd",
                  s, r);
            free(p);
            ml_free(q);
            reading = true;
            break;
        }
        case 4:
            CHECK(fputc('P', f) == ml_fputc('P', g), "fputc");
            writing = true;
            break;
        case 5:
            memset(x, 'W', sizeof(x));
            x[n / 2] = '\n';
            CHECK(fwrite(x, 1, n, f) == ml_fwrite(x, 1, n, g), "fwrite %zu", n);
            writing = true;
            break;
        case 6:
            CHECK(fprintf(f, "%zu-%s\n", n, "abc") == ml_fprintf(g, "%zu-%s\n", n, "abc"),
                  "fprintf");
            writing = true;
            break;
        case 7: {
            long p = ftell(f), q = ml_ftell(g);
            CHECK(p == q, "ftell: %ld, not %ld", q, p);
            break;
        }
        case 8: {
            int whence = check_below(2) ? SEEK_CUR : SEEK_END;
            long by = (long)check_below(100) - 50;
            int p = fseek(f, by, whence), q = ml_fseek(g, by, whence);
            CHECK(!p == !q, "fseek %ld from %d", by, whence);
            // Whether a seek that fails takes back what was pushed back is left open.
            if (p)
                CHECK(fseek(f, 0, SEEK_SET) == ml_fseek(g, 0, SEEK_SET), "fseek");
            reading = writing = false;
            break;
        }
        default:
            CHECK(!feof(f) == !ml_feof(g) && !ferror(f) == !ml_ferror(g), "feof, ferror: %d, %d",
                  ml_feof(g), ml_ferror(g));
            if (writing)
                CHECK(fflush(f) == ml_fflush(g) && same_contents(f, &b), "fflush");
            break;
        }
    }
    CHECK(fflush(f) == 0 && ml_fflush(g) == 0 && same_contents(f, &b), "contents at the end");
    CHECK(fclose(f) == ml_fclose(g), "fclose");
}

static void test_pipe_streams(void)
{
    int p[2];
    char line[100];

    check_begin("streams: pipes");
    ml_pipe(p);
    FILE *in = ml_fdopen(p[0], "r"), *out = ml_fdopen(p[1], "w");
    CHECK(in && out, "fdopen");
    ml_fprintf(out, "line %d\nline %d\nrest", 1, 2);
    CHECK(ml_fflush(out) == 0 && ml_fgets(line, 100, in) && strcmp(line, "line 1\n") == 0,
          "first line: '%s'", line);
    CHECK(ml_fseek(in, 0, SEEK_SET) == -1 && *ml___errno_location() == ESPIPE, "fseek");
    CHECK(ml_fgets(line, 100, in) && strcmp(line, "line 2\n") == 0, "nothing is lost: '%s'", line);
    CHECK(ml_fputc('x', in) == EOF && *ml___errno_location() == EBADF && ml_ferror(in),
          "writing what is read");
    ml_clearerr(in);
    CHECK(ml_ungetc('2', in) == '2' && ml_ungetc('1', in) == '1' && ml_getc(in) == '1' &&
              ml_getc(in) == '2' && ml_ungetc(EOF, in) == EOF,
          "ungetc of other bytes");
    int pushed = 0;
    while (ml_ungetc('p', in) == 'p')
        pushed++;
    CHECK(pushed >= 8, "ungetc took %d", pushed);
    while (pushed--)
        CHECK(ml_getc(in) == 'p', "what was pushed back");
    CHECK(ml_fclose(out) == 0 && ml_fgets(line, 100, in) && strcmp(line, "rest") == 0 &&
              !ml_fgets(line, 100, in) && ml_feof(in),
          "the end");
    CHECK(ml_fclose(in) == 0 && ml_close(p[0]) == -1, "closed");
    CHECK(!ml_fdopen(99, "r") && *ml___errno_location() == EBADF, "fdopen of nothing");
    check_end();
}

int ml___isoc99_sscanf(const char *restrict s, const char *restrict format, ...);
int ml___isoc99_fscanf(FILE *restrict f, const char *restrict format, ...);
ML(open_memstream);
ML(fmemopen);
ML(fgetpos);
ML(fsetpos);
ML(fgetpos64);
ML(fsetpos64);

// Formats are put together at random.
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

static void one_scan(void)
{
    static const char *const inputs[] = {
        "12 34",
        "-5",
        "+7x",
        "0x1f",
        "0xg",
        "0x",
        "077",
        "089",
        "",
        "   ",
        "abc def",
        "1.5e3",
        "1e",
        "1e+",
        ".5",
        ".",
        "-.5e-2z",
        "inf",
        "infinity",
        "infinit",
        "nan",
        "-inf",
        "0x1.8p3",
        "0x.p1",
        "99999999999999999999",
        "-99999999999999999999",
        "a,b,c",
        "%5",
        "12abc34",
        "(nil)",
        "0x10 ]",
        "]x",
        "^^a-z",
        "1 2 3 4 5",
    };
    static const char *const directives[] = {
        "%d",  "%i",  "%u",  "%x",  "%o",  "%ld",    "%hd",    "%hhd",    "%lld",  "%zu",   "%jd",
        "%f",  "%lf", "%Lf", "%g",  "%la", "%s",     "%3s",    "%c",      "%3c",   "%2d",   "%5i",
        "%4f", "%3x", "%*d", "%*s", "%*f", "%[a-z]", "%[^ ,]", "%3[0-9]", "%[]x]", "%[^]]", "%n",
        "%p",  "%%",  " ",   ",",   "a",   "1",      "%hhn",   "%*[a-c]",
    };
    char format[60] = "";
    static union {
        char text[64];
        long double align;
    } a[6], b[6];

    memset(a, 0x55, sizeof(a));
    memset(b, 0x55, sizeof(b));
    for (size_t n = 1 + check_below(5); n; n--)
        strcat(format, directives[check_below(sizeof(directives) / sizeof(*directives))]);
    const char *input = inputs[check_below(sizeof(inputs) / sizeof(*inputs))];
    int x = sscanf(input, format, &a[0], &a[1], &a[2], &a[3], &a[4], &a[5]);
    int y = ml___isoc99_sscanf(input, format, &b[0], &b[1], &b[2], &b[3], &b[4], &b[5]);
    CHECK(x == y, "sscanf(\"%s\", \"%s\"): %d, not %d", input, format, y, x);
    // What a conversion that fails has left in the array is nobody's business; %Lf leaves padding.
    int stored = 0;
    for (const char *p = format; (p = strchr(p, '%')); p++) {
        if (p[1] == '%') {
            p++;
            continue;
        }
        if (p[1] == '*')
            continue;
        if (stored == x || x != y)
            break;
        size_t n = strncmp(p, "%Lf", 3) == 0 ? 10 : sizeof(a[0]);
        bool counts = p[strspn(p + 1, "0123456789h") + 1] != 'n';
        CHECK(memcmp(&a[stored], &b[stored], n) == 0, "sscanf(\"%s\", \"%s\"): value %d", input,
              format, stored);
        if (!counts)
            break;
        stored++;
    }
}

static void test_scanf(void)
{
    check_begin("streams: scanf");
    for (unsigned long i = 0; i < 100000 * check_factor; i++)
        one_scan();
    char *s = NULL, *t = NULL;
    CHECK(ml___isoc99_sscanf("hello world", "%ms %m[a-z]", &s, &t) == 2 &&
              strcmp(s, "hello") == 0 && strcmp(t, "world") == 0,
          "%%ms");
    ml_free(s);
    ml_free(t);
    char number[2000], word[3000];
    memset(number, '7', sizeof(number));
    number[1999] = 0;
    double d = 0, e = 0;
    CHECK(ml___isoc99_sscanf(number, "%lf", &d) == 1 && sscanf(number, "%lf", &e) == 1 &&
              memcmp(&d, &e, 8) == 0,
          "a long number");
    CHECK(ml___isoc99_sscanf(number, "%s", word) == 1 && strcmp(word, number) == 0, "a long word");
    FILE *f = ml_fmemopen((void *)"10 20\nx30", 9, "r");
    int i = 0, j = 0;
    CHECK(ml___isoc99_fscanf(f, "%d %d", &i, &j) == 2 && i == 10 && j == 20, "fscanf");
    CHECK(ml___isoc99_fscanf(f, "%d", &i) == 0 && ml_getc(f) == 'x' &&
              ml___isoc99_fscanf(f, "%d", &i) == 1 && i == 30 &&
              ml___isoc99_fscanf(f, "%d", &i) == EOF,
          "what does not match stays");
    ml_fclose(f);
    check_end();
}

static void test_memory_streams(void)
{
    char *s = NULL, *t = NULL, buf[20];
    size_t n = 0, m = 0;

    check_begin("streams: in memory");
    FILE *f = ml_open_memstream(&s, &n), *g = open_memstream(&t, &m);
    for (int i = 0; i < 500; i++) {
        ml_fprintf(f, "%d,", i);
        fprintf(g, "%d,", i);
    }
    CHECK(ml_fflush(f) == 0 && fflush(g) == 0 && n == m && strcmp(s, t) == 0,
          "open_memstream: %zu, not %zu", n, m);
    CHECK(ml_fseek(f, 3, SEEK_SET) == 0 && ml_fputs("XY", f) >= 0 && ml_fclose(f) == 0 && n == 5 &&
              strncmp(s, "0,1XY,3", 7) == 0,
          "seek: %zu '%.9s'", n, s);
    fclose(g);
    ml_free(s);
    free(t);
    f = ml_fmemopen(buf, sizeof(buf), "w");
    CHECK(ml_fprintf(f, "%s", "12345678901234567890123") == 23 && ml_fflush(f) == EOF &&
              strlen(buf) == 19,
          "fmemopen: full");
    ml_fclose(f);
    CHECK(strcmp(buf, "1234567890123456789") == 0, "'%s'", buf);
    fpos_t pos;
    fpos64_t wide;
    f = ml_fmemopen((void *)"0123456789", 10, "r");
    CHECK(ml_fseek(f, 3, SEEK_SET) == 0 && ml_fgetpos(f, &pos) == 0 && ml_getc(f) == '3' &&
              ml_fgetpos64(f, &wide) == 0 && ml_getc(f) == '4' && ml_fsetpos(f, &pos) == 0 &&
              ml_getc(f) == '3' && ml_fsetpos64(f, &wide) == 0 && ml_getc(f) == '4',
          "fgetpos and fsetpos, both widths");
    ml_fclose(f);
    check_end();
}

void test_streams(void)
{
    test_scanf();
    test_memory_streams();
    test_console();
    test_pipe_streams();
    check_begin("streams: random operations");
    for (unsigned long i = 0; i < 3000 * check_factor; i++)
        one_file();
    check_end();
}
