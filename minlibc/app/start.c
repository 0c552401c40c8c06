// SPDX-License-Identifier: BSD-3-Clause
// From the kernel to main().
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <halvm/app.h>
#include <halvm/boot.h>

#include "app/args.h"
#include "fd/file.h"
#include "fd/tty.h"

// The shortest word takes a character and a blank.
#define WORDS_MAX (BOOT_CMDLINE_MAX / 2)

extern int main(int argc, char **argv, char **envp);

// What the program is called; the linker's wrapper may define it.
extern const char halvm_program_name[] __attribute__((weak));

typedef void (*constructor_fn)(int argc, char **argv, char **envp);
extern const constructor_fn __init_array_start[], __init_array_end[];

static char text[BOOT_CMDLINE_MAX];
static char *words[WORDS_MAX + 2]; // the program's name, its arguments, NULL
static char *options[32];          // without the "halvm."
static size_t nr_options;

char *program_invocation_name = (char *)"main";
char *program_invocation_short_name = (char *)"main";
extern char *__progname __attribute__((alias("program_invocation_short_name")));
extern char *__progname_full __attribute__((alias("program_invocation_name")));

static const char option_prefix[] = "halvm.";
static const char env_prefix[] = "env.";

// What else there is. Rooms below have looked for theirs already.
static const char *const known[] = {
    "console=", "aslr=off", "balloon=off", "events=2l", "events=fifo", "grant=v1", "grant=v2",
};

static void complain(const char *what)
{
    dprintf(STDERR_FILENO, "halvm: command line: %s\n", what);
}

const char *args_option(const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < nr_options; i++) {
        if (strncmp(options[i], name, len) == 0 && options[i][len] == '=')
            return options[i] + len + 1;
    }
    return NULL;
}

static bool is_option(const char *word)
{
    return strncmp(word, option_prefix, sizeof(option_prefix) - 1) == 0 && strchr(word, '=');
}

// One of known[], or one that begins so where a value follows.
static bool is_known(const char *option)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        size_t len = strlen(known[i]);

        if (strncmp(option, known[i], len) == 0 && (known[i][len - 1] == '=' || !option[len]))
            return true;
    }
    return false;
}

static void take_option(char *option)
{
    if (!is_known(option) && strncmp(option, env_prefix, sizeof(env_prefix) - 1) != 0) {
        dprintf(STDERR_FILENO, "halvm: command line: no such option: halvm.%s\n", option);
        return;
    }
    if (strncmp(option, env_prefix, sizeof(env_prefix) - 1) == 0) {
        if (putenv(option + sizeof(env_prefix) - 1))
            complain("no memory for an environment variable");
    } else if (nr_options == sizeof(options) / sizeof(options[0])) {
        complain("too many halvm. options");
    } else {
        options[nr_options++] = option;
    }
}

// Split the command line into words[]; the number of arguments with the program's name.
static int take_arguments(void)
{
    struct args_words split = args_split(boot_info->cmdline, text, words + 1, WORDS_MAX);
    size_t argc = 1;
    bool ours = true;

    if (boot_info->cmdline_truncated)
        complain("too long, its end is lost");
    if (split.unterminated)
        complain("a quote is not closed");
    if (halvm_program_name)
        program_invocation_name = program_invocation_short_name = (char *)halvm_program_name;
    words[0] = program_invocation_name;
    for (size_t i = 1; i <= split.nr; i++) {
        if (strcmp(words[i], "--") == 0)
            ours = false;
        if (ours && is_option(words[i]))
            take_option(words[i] + sizeof(option_prefix) - 1);
        else
            words[argc++] = words[i];
    }
    words[argc] = NULL;
    return (int)argc;
}

static bool has_word(const char *list, const char *word)
{
    size_t len = strlen(word);

    for (; *list; list += strcspn(list, ","), list += *list == ',') {
        if (strncmp(list, word, len) == 0 && (!list[len] || list[len] == ','))
            return true;
    }
    return false;
}

static void set_up_console(void)
{
    const char *list = args_option("console");
    struct termios t;

    if (!list)
        return;
    tty_get(&t);
    if (has_word(list, "echo"))
        t.c_lflag |= ECHO | ECHOE;
    if (has_word(list, "crlf"))
        t.c_oflag |= OPOST | ONLCR;
    tty_set(&t, false);
}

void app_start(void)
{
    fd_start();
    int argc = take_arguments();
    set_up_console();
    for (const constructor_fn *c = __init_array_start; c < __init_array_end; c++)
        (*c)(argc, words, environ);
    exit(main(argc, words, environ));
}
