// SPDX-License-Identifier: BSD-3-Clause
// getopt() and getopt_long(), which like GNU's move the words that are no options behind those that
// are, unless the option string starts with '+' or POSIXLY_CORRECT is set; with '-' they are given
// as arguments of an option 1.
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *optarg;
int optind = 1, opterr = 1, optopt = '?';

static const char *rest;           // of the word of short options that is being read
static int first_plain, end_plain; // argv[first_plain..end_plain): words that were passed over

static void reverse(char **from, char **to)
{
    while (from < --to) {
        char *t = *from;
        *from++ = *to;
        *to = t;
    }
}

// Move the words that were passed over behind the options read since.
static void permute(char **argv)
{
    int moved = optind - end_plain;

    reverse(argv + first_plain, argv + end_plain);
    reverse(argv + end_plain, argv + optind);
    reverse(argv + first_plain, argv + optind);
    first_plain += moved;
    end_plain = optind;
}

static bool is_plain(const char *word)
{
    return word[0] != '-' || !word[1];
}

static void complain(char *const *argv, const char *options, const char *what, const char *name,
                     int len)
{
    if (opterr && *options != ':')
        fprintf(stderr, "%s: %s -- '%.*s'\n", argv[0], what, len, name);
}

// The argument of an option: the rest of its word, or the next word. False when it is missing.
static bool take_argument(int argc, char *const *argv, const char *in_word, bool optional)
{
    if (in_word)
        optarg = (char *)in_word;
    else if (optional)
        optarg = NULL;
    else if (optind < argc)
        optarg = argv[optind++];
    else
        return false;
    return true;
}

static int read_short(int argc, char *const *argv, const char *options)
{
    char c = *rest++;
    const char *known = c == ':' || c == ';' ? NULL : strchr(options, c);
    const char *in_word = *rest ? rest : NULL;

    // optind stays at a word until all of its options are read.
    if (!in_word) {
        rest = NULL;
        optind++;
    }
    if (!known) {
        optopt = (unsigned char)c;
        complain(argv, options, "invalid option", &c, 1);
        return '?';
    }
    if (known[1] != ':')
        return (unsigned char)c;
    if (in_word)
        optind++;
    rest = NULL;
    if (take_argument(argc, argv, in_word, known[2] == ':'))
        return (unsigned char)c;
    optopt = (unsigned char)c;
    complain(argv, options, "option requires an argument", &c, 1);
    return *options == ':' ? ':' : '?';
}

// The long option that a name means: an exact match, or the only one that it abbreviates. -1 none,
// -2 several.
static int find_long(const struct option *longs, const char *name, size_t len)
{
    int found = -1;

    for (int i = 0; longs[i].name; i++) {
        if (strncmp(longs[i].name, name, len) != 0)
            continue;
        if (!longs[i].name[len])
            return i;
        if (found >= 0 && (longs[found].has_arg != longs[i].has_arg ||
                           longs[found].flag != longs[i].flag || longs[found].val != longs[i].val))
            found = -2;
        else if (found == -1)
            found = i;
    }
    return found;
}

static int read_long(int argc, char *const *argv, const char *options, const struct option *longs,
                     int *index, const char *word)
{
    size_t len = strcspn(word, "=");
    const char *value = word[len] ? word + len + 1 : NULL;
    int i = find_long(longs, word, len);

    rest = NULL;
    if (i < 0) {
        optopt = 0;
        complain(argv, options, i == -1 ? "unrecognized option" : "ambiguous option", word,
                 (int)len);
        return '?';
    }
    const struct option *o = &longs[i];
    if (value && o->has_arg == no_argument) {
        optopt = o->val;
        complain(argv, options, "option doesn't allow an argument", word, (int)len);
        return '?';
    }
    if (o->has_arg != no_argument &&
        !take_argument(argc, argv, value, o->has_arg == optional_argument)) {
        optopt = o->val;
        complain(argv, options, "option requires an argument", word, (int)len);
        return *options == ':' ? ':' : '?';
    }
    if (index)
        *index = i;
    if (!o->flag)
        return o->val;
    *o->flag = o->val;
    return 0;
}

static int read_option(int argc, char *const *argv_const, const char *options,
                       const struct option *longs, int *index, bool single_dash)
{
    char **argv = (char **)argv_const;
    bool in_order = *options == '-', stop = *options == '+' || getenv("POSIXLY_CORRECT");

    if (*options == '-' || *options == '+')
        options++;
    if (optind == 0) {
        optind = 1;
        rest = NULL;
        first_plain = end_plain = 0;
    }
    optarg = NULL;
    if (rest)
        return read_short(argc, argv, options);

    if (!end_plain)
        first_plain = end_plain = optind;
    if (!in_order && !stop) {
        if (first_plain != end_plain && end_plain != optind)
            permute(argv);
        else if (end_plain != optind)
            first_plain = optind;
        while (optind < argc && is_plain(argv[optind]))
            optind++;
        end_plain = optind;
    }
    bool at_end = optind >= argc;
    if (!at_end && strcmp(argv[optind], "--") == 0) {
        optind++;
        if (first_plain != end_plain)
            permute(argv);
        else
            first_plain = optind;
        end_plain = argc;
        optind = argc;
        at_end = true;
    }
    if (at_end) {
        // What was passed over is what is left.
        if (first_plain != end_plain)
            optind = first_plain;
        return -1;
    }
    const char *word = argv[optind];
    if (is_plain(word)) {
        if (stop)
            return -1;
        optind++;
        optarg = (char *)word;
        return 1;
    }
    bool is_long = longs && word[1] == '-';
    if (is_long || (longs && single_dash && (word[2] || !strchr(options, word[1])) &&
                    find_long(longs, word + 1, strcspn(word + 1, "=")) >= 0)) {
        optind++;
        return read_long(argc, argv, options, longs, index, word + (is_long ? 2 : 1));
    }
    rest = word + 1;
    return read_short(argc, argv, options);
}

int getopt(int argc, char *const *argv, const char *options)
{
    return read_option(argc, argv, options, NULL, NULL, false);
}

int __posix_getopt(int argc, char *const *argv, const char *options);
int __posix_getopt(int argc, char *const *argv, const char *options)
{
    return read_option(argc, argv, options, NULL, NULL, false);
}

int getopt_long(int argc, char *const *argv, const char *options, const struct option *longs,
                int *index)
{
    return read_option(argc, argv, options, longs, index, false);
}

int getopt_long_only(int argc, char *const *argv, const char *options, const struct option *longs,
                     int *index)
{
    return read_option(argc, argv, options, longs, index, true);
}
