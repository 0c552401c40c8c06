// SPDX-License-Identifier: BSD-3-Clause
// What compiled C takes for granted of the machine and the C library under it, in both word sizes:
// the stack's alignment wherever C is entered, thread-local storage and the canary behind the
// thread pointer, the floating-point units' modes, the sizes of the system's types, the names for
// large files, setjmp, 64-bit division; and that the libraries give the same results in a guest as
// on the host (mathematics bit by bit, numbers to text and back, regular expressions).
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <regex.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "../common/test.h"

const char test_title[] = "what compiled C takes for granted";

#define WIDE (sizeof(void *) == 8)

// As in Debian's <sys/types.h> and <pthread.h> for either architecture.
_Static_assert(sizeof(off_t) == (WIDE ? 8 : 4) && sizeof(time_t) == (WIDE ? 8 : 4), "types");
_Static_assert(sizeof(struct stat) == (WIDE ? 144 : 88) &&
                   sizeof(struct stat64) == (WIDE ? 144 : 96),
               "stat");
_Static_assert(sizeof(pthread_mutex_t) == (WIDE ? 40 : 24) && sizeof(pthread_cond_t) == 48,
               "pthread");
_Static_assert(sizeof(struct termios) == 60, "termios");

// --- wherever C is entered ---

static __thread int with_value = 42;
static __thread long long without_value;

static uintptr_t canary(void)
{
    uintptr_t value;
#ifdef __x86_64__
    __asm__ volatile("mov %%fs:0x28, %0" : "=r"(value));
#else
    __asm__ volatile("mov %%gs:0x14, %0" : "=r"(value));
#endif
    return value;
}

// Faults unless the compiler's idea of the stack's alignment is right.
static __attribute__((noinline)) void store_aligned(void)
{
    __attribute__((aligned(16))) char block[16];

    __asm__ volatile("movaps %%xmm0, %0" : "=m"(block));
    CHECK_EQ((uintptr_t)block % 16, 0);
}

static void look_around(void)
{
    volatile long double wide = 1.0L, wide_step = 0x1p-63L;
    volatile double narrow = 1.0, narrow_step = 0x1p-53;

    store_aligned();
    CHECK(wide + wide_step != wide);       // x87: 64 bits of precision
    CHECK(narrow + narrow_step == narrow); // SSE: 53 bits, to nearest even
    CHECK(5e-324 * narrow != 0);           // and subnormals
    CHECK_EQ(with_value, 42);
    CHECK_EQ(without_value, 0);
    with_value = 7;
    without_value = -1;
    errno = 99;
}

static uintptr_t first_canary;

static void *thread(void *arg)
{
    look_around();
    CHECK(canary() == first_canary);
    return arg;
}

static void at_exit(void)
{
    store_aligned();
}

static __attribute__((constructor)) void construct(void)
{
    store_aligned();
    first_canary = canary();
}

static int by_value(const void *a, const void *b)
{
    store_aligned();
    return *(const int *)a - *(const int *)b;
}

static void test_entries(void)
{
    pthread_t t;
    void *result = NULL;
    int numbers[] = {3, 1, 2};

    look_around();
    CHECK(canary() == first_canary && first_canary != 0 && first_canary % 256 == 0);
    CHECK(pthread_create(&t, NULL, thread, (void *)test_title) == 0 &&
          pthread_join(t, &result) == 0 && result == (void *)test_title);
    CHECK(with_value == 7 && without_value == -1 && errno == 99);
    qsort(numbers, 3, sizeof(numbers[0]), by_value);
    CHECK(numbers[0] == 1 && numbers[2] == 3);
    CHECK(atexit(at_exit) == 0);
}

// --- jumps and arithmetic ---

static jmp_buf target;

// Up from several functions.
static int jump(const void *a, const void *b)
{
    longjmp(target, *(const int *)a + *(const int *)b);
}

static void test_jumps(void)
{
    volatile int before = 1;
    int rc = setjmp(target);

    if (!rc) {
        before = 2;
        int numbers[] = {2, 3};
        qsort(numbers, 2, sizeof(numbers[0]), jump);
    }
    CHECK(rc == 5 && before == 2);
}

static void test_arithmetic(void)
{
    static const double expected[] = {0x1.aed548f090ceep-1,    0x1.ba4104f641d8cp+58,
                                      0x1.af5fe9a485c8ep-1011, -0x1.921fb54442d18p+0,
                                      0x1.62991d5d62a5ep+9,    -0x1.a0f79c1b6b257p+0};
    volatile double one = 1, base = 1.5, power = 100.5, small = -700.25, y = -3, x = 1e-300,
                    large = 1e308, huge = 1e22;
    double got[] = {sin(one), pow(base, power), exp(small), atan2(y, x), log(large), tan(huge)};
    volatile uint64_t n = 0xfedcba9876543210, d = 0x12345678a;
    volatile int64_t minus = -1000000007LL * 998244353;

    for (size_t i = 0; i < sizeof(got) / sizeof(got[0]); i++) {
        if (memcmp(&got[i], &expected[i], sizeof(double)) != 0)
            test_failure("function %lu: %a, not %a", (unsigned long)i, got[i], expected[i]);
    }
    CHECK(n / d * d + n % d == n && n / d == 0xdfffffff && n % d < d);
    CHECK(minus / 998244353 == -1000000007 && minus % 10 == -(1000000007LL * 998244353 % 10));
}

// --- the library ---

static void test_files(void)
{
    struct stat64 wide;
    struct stat narrow;
    int fd = open64("/dev/null", O_RDWR);

    CHECK(fd >= 0 && fstat64(fd, &wide) == 0 && S_ISCHR(wide.st_mode));
    CHECK(fstat(fd, &narrow) == 0 && narrow.st_mode == wide.st_mode &&
          narrow.st_rdev == wide.st_rdev);
    CHECK(stat64("/dev", &wide) == 0 && S_ISDIR(wide.st_mode));
    CHECK_EQ(fcntl64(fd, F_GETFL), O_RDWR);
    int ends[2];
    CHECK(pipe(ends) == 0 && lseek64(ends[0], 1LL << 40, SEEK_SET) == -1 && errno == ESPIPE);
    CHECK(close(fd) == 0);
    char *p = mmap64(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(p != MAP_FAILED && (p[8191] = 1) == 1 && munmap(p, 8192) == 0);
    CHECK(time(NULL) > 1500000000);
    char *words[] = {(char *)"sh", NULL};
    CHECK_EQ(posix_spawnp(NULL, "sh", NULL, NULL, words, words + 1), ENOSYS);
}

static void test_text(void)
{
    static const double values[] = {0.1, 1e23, 5e-324, 1.7976931348623157e308,
                                    0x1.fffffffffffffp-3};
    char text[64];
    regmatch_t m[3];
    regex_t re;

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        snprintf(text, sizeof(text), "%.17g", values[i]);
        CHECK(strtod(text, NULL) == values[i]);
    }
    CHECK(snprintf(text, sizeof(text), "%lld %zu %ld", 1LL << 40, sizeof(text), -7L) == 19 &&
          strcmp(text, "1099511627776 64 -7") == 0);
    CHECK(regcomp(&re, "^([a-z]+)=([0-9]+)$", REG_EXTENDED) == 0 &&
          regexec(&re, "answer=42", 3, m, 0) == 0);
    CHECK(m[1].rm_so == 0 && m[1].rm_eo == 6 && m[2].rm_so == 7 && m[2].rm_eo == 9);
    CHECK_EQ(regexec(&re, "answer=", 3, m, 0), REG_NOMATCH);
    regfree(&re);
}

void test_main(void)
{
    test_entries();
    test_jumps();
    test_arithmetic();
    test_files();
    test_text();
}
