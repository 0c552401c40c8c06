// SPDX-License-Identifier: BSD-3-Clause
// What code that was compiled with _FORTIFY_SOURCE calls. The system's headers declare these only
// to such code.
#ifndef MINLIBC_FORTIFY_H
#define MINLIBC_FORTIFY_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

// A buffer is smaller than what was to be written to it: end the guest.
void fortify_fail(const char *function) __attribute__((noreturn));

int __fprintf_chk(FILE *f, int flag, const char *format, ...);
int __printf_chk(int flag, const char *format, ...);
int __vfprintf_chk(FILE *f, int flag, const char *format, va_list ap);
int __vprintf_chk(int flag, const char *format, va_list ap);
int __dprintf_chk(int fd, int flag, const char *format, ...);
int __vsnprintf_chk(char *buf, size_t len, int flag, size_t size, const char *format, va_list ap);
int __snprintf_chk(char *buf, size_t len, int flag, size_t size, const char *format, ...);
int __vsprintf_chk(char *buf, int flag, size_t size, const char *format, va_list ap);
int __sprintf_chk(char *buf, int flag, size_t size, const char *format, ...);
int __vasprintf_chk(char **out, int flag, const char *format, va_list ap);
int __asprintf_chk(char **out, int flag, const char *format, ...);

void *__memcpy_chk(void *dst, const void *src, size_t n, size_t size);
void *__memmove_chk(void *dst, const void *src, size_t n, size_t size);
void *__mempcpy_chk(void *dst, const void *src, size_t n, size_t size);
void *__memset_chk(void *dst, int c, size_t n, size_t size);
void __explicit_bzero_chk(void *dst, size_t n, size_t size);
char *__strcpy_chk(char *dst, const char *src, size_t size);
char *__stpcpy_chk(char *dst, const char *src, size_t size);
char *__strncpy_chk(char *dst, const char *src, size_t n, size_t size);
char *__stpncpy_chk(char *dst, const char *src, size_t n, size_t size);
char *__strcat_chk(char *dst, const char *src, size_t size);
char *__strncat_chk(char *dst, const char *src, size_t n, size_t size);
ssize_t __read_chk(int fd, void *buf, size_t n, size_t size);
char *__fgets_chk(char *buf, size_t size, int n, FILE *f);
size_t __fread_chk(void *buf, size_t room, size_t size, size_t n, FILE *f);
char *__realpath_chk(const char *path, char *buf, size_t size);
char *__getcwd_chk(char *buf, size_t n, size_t size);
ssize_t __readlink_chk(const char *path, char *buf, size_t n, size_t size);
long int __fdelt_chk(long int fd);

#endif
