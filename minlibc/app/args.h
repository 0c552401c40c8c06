// SPDX-License-Identifier: BSD-3-Clause
// The command line (`extra=` of the xl config) as words.
#ifndef MINLIBC_APP_ARGS_H
#define MINLIBC_APP_ARGS_H

#include <stdbool.h>
#include <stddef.h>

struct args_words {
    size_t nr;
    bool unterminated; // a quote was not closed, or the line ended in a backslash
    bool too_many;     // words were left out
};

// Split a line as a shell does without expanding anything: blanks separate; '...' keeps all; "..."
// keeps all but a backslash before one of  " \ $ `  ; elsewhere a backslash keeps the next
// character. text: room for strlen(line) + 1 bytes, which the words point into. words: room for max
// pointers.
struct args_words args_split(const char *line, char *text, char **words, size_t max);

// The value of the runtime option `halvm.NAME=VALUE` on the command line, or NULL. Such words are
// not passed to main(); behind a word `--` all are the program's (README.md).
//   halvm.env.NAME=VALUE   sets an environment variable
//   halvm.console=WORDS    comma separated: echo (what is typed), crlf (LF goes out as CR LF)
// and those of the kernel rooms, which they have looked up themselves by now (boot_option()).
const char *args_option(const char *name);

#endif
