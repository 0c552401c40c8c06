// SPDX-License-Identifier: BSD-3-Clause
// The file system of boot modules: trees packed by the host's cpio and tar, and looked at through
// open(), stat(), readdir(). As the tree is built once, each archive is looked at in a process of
// its own, which ends by a panic when something is wrong.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "check.h"
#include "shim.h"
#include "subject.h"

extern int ml_open(const char *path, int flags, ...);
extern int ml_stat(const char *restrict path, struct stat *restrict st);
extern int ml_lstat(const char *restrict path, struct stat *restrict st);
ML(read);
ML(pread);
ML(lseek);
ML(close);
ML(fstat);
ML(access);
ML(opendir);
ML(readdir);
ML(closedir);
ML(rewinddir);
ML(seekdir);
ML(telldir);
ML(readlink);
ML(realpath);
ML(getcwd);
ML(chdir);
ML(mkdir);
ML(unlink);
ML(utime);
ML(ftruncate);
ML(mmap);
ML(munmap);
ML(mprotect);
ML(__errno_location);
void ml_panic(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
#define ml_errno (*ml___errno_location())

// In the guest's process: a failure ends it.
#define EXPECT(condition, ...)     \
    do {                           \
        if (!(condition))          \
            ml_panic(__VA_ARGS__); \
    } while (0)

static char folder[] = "/tmp/minlibc-files-XXXXXX";
static char command[1000];

static bool shell(const char *what)
{
    snprintf(command, sizeof(command), "cd %s && %s", folder, what);
    return system(command) == 0;
}

static void *load(const char *name, size_t *size)
{
    char path[100];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    fseek(f, 0, SEEK_END);
    *size = (size_t)ftell(f);
    rewind(f);
    // Exactly its size, at the end of a page: reading behind it faults.
    size_t pages = (*size + 4095) / 4096 * 4096;
    char *p = mmap(NULL, pages + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(p + pages, 4096, PROT_NONE);
    char *data = p + (pages - *size);
    size_t n = fread(data, 1, *size, f);
    fclose(f);
    return n == *size ? data : NULL;
}

static void expect_error(long rc, int err, const char *what)
{
    EXPECT(rc == -1 && ml_errno == err, "%s: %ld, errno %d, not %d", what, rc, ml_errno, err);
}

static void expect_contents(const char *path, const char *want, size_t len)
{
    static char got[300000];
    int fd = ml_open(path, O_RDONLY);
    EXPECT(fd >= 0, "open %s: errno %d", path, ml_errno);
    size_t n = 0;
    long rc;
    while ((rc = ml_read(fd, got + n, n % 7 ? 1000 : 37)) > 0)
        n += (size_t)rc;
    EXPECT(rc == 0 && n == len && memcmp(got, want, len) == 0, "%s: %zu bytes, not %zu", path, n,
           len);
    struct stat st;
    EXPECT(ml_fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (size_t)st.st_size == len, "fstat %s",
           path);
    EXPECT(ml_lseek(fd, -1, SEEK_END) == (off_t)len - 1 && ml_read(fd, got, 10) == 1 &&
               *got == want[len - 1],
           "seek in %s", path);
    EXPECT(ml_pread(fd, got, 3, 1) == 3 && memcmp(got, want + 1, 3) == 0, "pread %s", path);
    EXPECT(ml_lseek(fd, 5, SEEK_END) == (off_t)len + 5 && ml_read(fd, got, 1) == 0,
           "reading behind the end of %s", path);
    expect_error(ml_lseek(fd, -1, SEEK_SET), EINVAL, "seek before the start");
    expect_error(ml_ftruncate(fd, 0), EINVAL, "ftruncate");
    EXPECT(ml_close(fd) == 0, "close");
    expect_error(ml_close(fd), EBADF, "close twice");
}

static char big[200000];

static void look_at_tree(void *arg)
{
    (void)arg;
    char buf[300], name[200];
    struct stat st, st2;

    expect_contents("/hello.txt", "Hello\n", 6);
    expect_contents("hello.txt", "Hello\n", 6);
    expect_contents("./a/../a/b/../b/deep.txt", "deep\n", 5);
    expect_contents("/big", big, sizeof(big));
    expect_contents("/link", "Hello\n", 6);
    expect_contents("/a/up", "Hello\n", 6);
    expect_contents("/a/b/abs", "deep\n", 5);
    expect_contents("/hard", "shared\n", 7);
    expect_contents("/hard2", "shared\n", 7);
    memset(name, 'n', sizeof(name));
    memcpy(name, "/a/", 3);
    name[150] = 0;
    expect_contents(name, "long name\n", 10);
    EXPECT(ml_stat("/empty", &st) == 0 && st.st_size == 0, "empty");
    EXPECT(ml_stat("/hard", &st) == 0 && ml_stat("/hard2", &st2) == 0 && st.st_ino == st2.st_ino &&
               st.st_nlink == 2,
           "hard links");
    EXPECT(ml_stat("/hello.txt", &st) == 0 && st.st_mtime == 86400 && (st.st_mode & 0777) == 0640,
           "mtime %ld mode %o", (long)st.st_mtime, st.st_mode);
    EXPECT(ml_stat("/a", &st) == 0 && S_ISDIR(st.st_mode), "directory");
    EXPECT(ml_lstat("/link", &st) == 0 && S_ISLNK(st.st_mode) && st.st_size == 9,
           "lstat of a link");
    EXPECT(ml_readlink("/link", buf, sizeof(buf)) == 9 && memcmp(buf, "hello.txt", 9) == 0,
           "readlink");
    EXPECT(ml_realpath("/a/b/abs", buf) && strcmp(buf, "/a/b/deep.txt") == 0, "realpath %s", buf);

    expect_error(ml_open("/none", O_RDONLY), ENOENT, "open what is not there");
    expect_error(ml_open("/none", O_WRONLY | O_CREAT, 0666), EROFS, "create");
    expect_error(ml_open("/hello.txt", O_WRONLY), EROFS, "open for writing");
    expect_error(ml_open("/hello.txt", O_RDWR), EROFS, "open for both");
    expect_error(ml_open("/hello.txt", O_RDONLY | O_TRUNC), EROFS, "truncate");
    expect_error(ml_open("/hello.txt", O_CREAT | O_EXCL | O_WRONLY, 0600), EEXIST,
                 "create what is there");
    expect_error(ml_open("/hello.txt/x", O_RDONLY), ENOTDIR, "below a file");
    expect_error(ml_open("/hello.txt/", O_RDONLY), ENOTDIR, "a file with a slash");
    expect_error(ml_open("/a", O_WRONLY), EISDIR, "write a directory");
    expect_error(ml_open("/loop1", O_RDONLY), ELOOP, "a loop");
    expect_error(ml_open("/dangling", O_RDONLY), ENOENT, "a dangling link");
    expect_error(ml_open("/link", O_RDONLY | O_NOFOLLOW), ELOOP, "O_NOFOLLOW");
    expect_error(ml_open("", O_RDONLY), ENOENT, "an empty path");
    expect_error(ml_mkdir("/new", 0777), EROFS, "mkdir");
    expect_error(ml_mkdir("/a", 0777), EEXIST, "mkdir of what is there");
    expect_error(ml_unlink("/hello.txt"), EROFS, "unlink");
    expect_error(ml_unlink("/none"), ENOENT, "unlink what is not there");
    expect_error(ml_utime("/hello.txt", NULL), EROFS, "utime");
    expect_error(ml_access("/hello.txt", W_OK), EROFS, "access for writing");
    expect_error(ml_access("/hello.txt", X_OK), EACCES, "access for running");
    EXPECT(ml_access("/hello.txt", R_OK) == 0 && ml_access("/a", X_OK) == 0, "access");

    int dir = ml_open("/a", O_RDONLY);
    expect_error(ml_read(dir, buf, 1), EISDIR, "read a directory");
    ml_close(dir);
    DIR *d = ml_opendir("/a");
    EXPECT(d, "opendir");
    unsigned int seen = 0;
    long after_dots = 0;
    for (int i = 0;; i++) {
        const struct dirent *e = ml_readdir(d);
        if (!e)
            break;
        seen |= strcmp(e->d_name, ".") == 0                           ? 1
                : strcmp(e->d_name, "..") == 0                        ? 2
                : strcmp(e->d_name, "b") == 0 && e->d_type == DT_DIR  ? 4
                : strcmp(e->d_name, "up") == 0 && e->d_type == DT_LNK ? 8
                : strlen(e->d_name) == 147                            ? 16
                                                                      : 1000;
        if (i == 1)
            after_dots = ml_telldir(d);
    }
    EXPECT(seen == 31, "readdir saw %u", seen);
    ml_seekdir(d, after_dots);
    const struct dirent *e = ml_readdir(d);
    EXPECT(e && e->d_name[0] != '.', "seekdir");
    ml_rewinddir(d);
    EXPECT(strcmp(ml_readdir(d)->d_name, ".") == 0, "rewinddir");
    ml_closedir(d);
    EXPECT(!ml_opendir("/hello.txt") && ml_errno == ENOTDIR, "opendir of a file");

    EXPECT(ml_chdir("a/b") == 0 && ml_getcwd(buf, sizeof(buf)) && strcmp(buf, "/a/b") == 0,
           "chdir: %s", buf);
    expect_contents("deep.txt", "deep\n", 5);
    expect_contents("../../../hello.txt", "Hello\n", 6);
    expect_error(ml_chdir("deep.txt"), ENOTDIR, "chdir to a file");
    EXPECT(!ml_getcwd(buf, 3) && ml_errno == ERANGE, "getcwd into too little");

    int fd = ml_open("/big", O_RDONLY);
    char *map = ml_mmap(NULL, sizeof(big), PROT_READ, MAP_PRIVATE, fd, 0);
    EXPECT(map != MAP_FAILED && memcmp(map, big, sizeof(big)) == 0 && map[sizeof(big)] == 0,
           "mmap of a file");
    EXPECT(ml_munmap(map, sizeof(big)) == 0, "munmap");
    map = ml_mmap(NULL, 100, PROT_READ, MAP_PRIVATE, fd, 4096);
    EXPECT(map != MAP_FAILED && memcmp(map, big + 4096, 4096) == 0, "mmap from the second page");
    EXPECT(ml_mmap(NULL, 100, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED &&
               ml_errno == ENODEV,
           "shared mapping");
    EXPECT(ml_mmap(NULL, 100, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                   MAP_FAILED &&
               ml_errno == EACCES,
           "W^X");
    char *rw =
        ml_mmap(NULL, 100, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    EXPECT(rw != MAP_FAILED && (sizeof(rw) < 8 || (uintptr_t)rw < 1u << 31), "MAP_32BIT: %p",
           (void *)rw);
    rw[5] = 1;
    EXPECT(ml_mprotect(rw, 100, PROT_READ | PROT_EXEC) == 0 && rw[5] == 1,
           "mprotect keeps contents");
    EXPECT(ml_mprotect(rw, 100, PROT_WRITE | PROT_EXEC) == -1 && ml_errno == EACCES,
           "mprotect to W+X");

    fd = ml_open("/dev/null", O_RDWR);
    EXPECT(fd >= 0 && ml_read(fd, buf, 5) == 0, "/dev/null");
    fd = ml_open("/dev/zero", O_RDONLY);
    buf[4] = 1;
    EXPECT(fd >= 0 && ml_read(fd, buf, 5) == 5 && !buf[4], "/dev/zero");
    EXPECT(ml_stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode), "stat of a device");
}

static void look_at_raw(void *arg)
{
    size_t len = *(size_t *)arg;
    expect_contents("/ramdisk", big, len);
    expect_contents("/dev/ramdisk", big, len);
    expect_error(ml_open("/hello.txt", O_RDONLY), ENOENT, "open what is not there");
}

static void look_at_nothing(void *arg)
{
    (void)arg;
    expect_error(ml_open("/ramdisk", O_RDONLY), ENOENT, "no ramdisk");
    expect_error(ml_open("/dev/ramdisk", O_RDONLY), ENOENT, "no ramdisk");
    EXPECT(ml_open("/", O_RDONLY) == 3, "the root");
}

static void look_at_cut(void *arg)
{
    int fd = ml_open("/hello.txt", O_RDONLY);
    (void)arg;
    (void)fd;
    ml_open("/big", O_RDONLY);
}

static void check_archive(const char *what, const char *pack, const char *file)
{
    size_t size = 0;

    check_begin(what);
    if (!shell(pack)) {
        check_skip("the host cannot pack it");
        return;
    }
    void *data = load(file, &size);
    shim_set_ramdisk(data, size);
    shim_output_reset();
    enum shim_end how = shim_run(look_at_tree, NULL);
    CHECK(how == SHIM_RETURNED, "%s", shim_panic_text);
    CHECK(!strstr(shim_output, "ramdisk"), "it says: %s", shim_output);
    // Cut off at any place it still works, and says what is wrong.
    for (int i = 0; i < 30; i++) {
        size_t cut = i < 10 ? 600 + check_below(3000) : 600 + check_below(size / 2);
        shim_set_ramdisk(data, cut);
        shim_output_len = 0;
        CHECK(shim_run(look_at_cut, NULL) == SHIM_RETURNED, "cut to %zu: %s", cut, shim_panic_text);
        CHECK(strstr(shim_output, "halvm: ramdisk: offset ") || strcmp(file, "t.cpio"),
              "cut to %zu: '%s'", cut, shim_output);
    }
    check_end();
}

void test_files(void)
{
    for (size_t i = 0; i < sizeof(big); i++)
        big[i] = (char)check_random();
    if (!mkdtemp(folder))
        return;
    char path[100];
    snprintf(path, sizeof(path), "%s/t", folder);
    mkdir(path, 0755);
    snprintf(path, sizeof(path), "%s/t/big", folder);
    FILE *f = fopen(path, "wb");
    fwrite(big, 1, sizeof(big), f);
    fclose(f);
    bool made = shell("cd t && mkdir -p a/b && echo Hello >hello.txt && echo deep >a/b/deep.txt && "
                      "ln -s hello.txt link && "
                      "ln -s ../hello.txt a/up && ln -s /a/b/deep.txt a/b/abs && echo shared >hard "
                      "&& ln hard hard2 && : >empty && "
                      "ln -s loop2 loop1 && ln -s loop1 loop2 && ln -s none dangling && chmod 640 "
                      "hello.txt && touch -d @86400 hello.txt && "
                      "echo 'long name' >a/$(printf n%.0s $(seq 147))");
    check_begin("files: the tree to be packed");
    CHECK(made, "could not be made");
    check_end();
    check_archive("files: cpio", "cd t && find . | cpio -o -H newc --quiet >../t.cpio", "t.cpio");
    check_archive("files: cpio with checksums",
                  "cd t && find . | cpio -o -H crc --quiet >../t.cpio", "t.cpio");
    check_archive("files: tar, GNU", "tar -cf t.tar --format=gnu -C t .", "t.tar");
    check_archive("files: tar, pax", "tar -cf t.tar --format=pax -C t .", "t.tar");
    check_archive("files: tar, ustar, names without ./",
                  "cd t && mv a/nnn* . 2>/dev/null; mv nnn* a/; tar -cf ../t.tar --format=pax *",
                  "t.tar");

    check_begin("files: a ramdisk that is no archive, and none");
    for (size_t n = 1000; n <= sizeof(big); n += 50000) {
        shim_set_ramdisk(big, n);
        CHECK(shim_run(look_at_raw, &n) == SHIM_RETURNED, "%zu bytes: %s", n, shim_panic_text);
    }
    shim_set_ramdisk(NULL, 0);
    CHECK(shim_run(look_at_nothing, NULL) == SHIM_RETURNED, "%s", shim_panic_text);
    check_end();
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    if (system(command))
        return;
}
