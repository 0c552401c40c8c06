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
            if (c != EOF && check_below(2))
                CHECK(ungetc('u', f) == ml_ungetc('u', g), "ungetc");
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
    CHECK(ml_fclose(out) == 0 && ml_fgets(line, 100, in) && strcmp(line, "rest") == 0 &&
              !ml_fgets(line, 100, in) && ml_feof(in),
          "the end");
    CHECK(ml_fclose(in) == 0 && ml_close(p[0]) == -1, "closed");
    CHECK(!ml_fdopen(99, "r") && *ml___errno_location() == EBADF, "fdopen of nothing");
    check_end();
}

void test_streams(void)
{
    test_console();
    test_pipe_streams();
    check_begin("streams: random operations");
    for (unsigned long i = 0; i < 3000 * check_factor; i++)
        one_file();
    check_end();
}
