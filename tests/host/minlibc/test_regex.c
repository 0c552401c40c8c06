// SPDX-License-Identifier: BSD-3-Clause
// Regular expressions. What is accepted, and the whole match, against glibc; what the groups match
// against the standard's rule, followed without any cleverness on a tree from which the pattern is
// printed (glibc's groups are known to be wrong in corners); time and stack on hostile input.
#include <limits.h>
#include <pthread.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check.h"
#include "shim.h"
#include "subject.h"

ML(regcomp);
ML(regexec);
ML(regfree);
ML(regerror);

#define GROUPS 10

// --- against glibc ---

static const char *span(const regmatch_t *m)
{
    static char buf[4][32];
    static int which;
    which = (which + 1) % 4;
    snprintf(buf[which], sizeof(buf[which]), "(%d,%d)", (int)m->rm_so, (int)m->rm_eo);
    return buf[which];
}

static bool has_reference(const char *pattern)
{
    for (const char *p = strchr(pattern, '\\'); p; p = strchr(p + 2, '\\')) {
        if (p[1] >= '1' && p[1] <= '9')
            return true;
        if (!p[1])
            break;
    }
    return false;
}

// Where glibc is no reference. Ignoring case, it compares the ends of a range as capitals, so that
// [a-{] is another range than with case, and letters with a backslash match nothing.
static bool needs_case(const char *pattern)
{
    for (const char *p = strchr(pattern, '-'); p; p = strchr(p + 1, '-')) {
        if (p < pattern + 2 || strncmp(p - 2, "[a-c]", 5) != 0)
            return true;
    }
    return strstr(pattern, "\\a") || strstr(pattern, "\\c") || strstr(pattern, "\\A");
}

// The same answer as glibc's, groups left out.
static void compare(const char *pattern, int flags, const char *text, int exec_flags)
{
    regex_t a, b;
    regmatch_t m[GROUPS], n[GROUPS];
    if (needs_case(pattern))
        flags &= ~REG_ICASE;
    int x = regcomp(&a, pattern, flags), y = ml_regcomp(&b, pattern, flags);

    if (!has_reference(pattern))
        CHECK(x == y, "regcomp(\"%s\", %d): %d, not %d", pattern, flags, y, x);
    if (x == 0 && y == 0) {
        CHECK(a.re_nsub == b.re_nsub, "\"%s\" has %zu groups, not %zu", pattern, b.re_nsub,
              a.re_nsub);
        m[0] = n[0] = (regmatch_t){0, (regoff_t)strlen(text)};
        if (exec_flags & REG_STARTEND)
            m[0].rm_so = n[0].rm_so = (regoff_t)check_below(strlen(text) + 1);
        size_t nr = flags & REG_NOSUB ? 0 : GROUPS;
        int from = m[0].rm_so, p = regexec(&a, text, nr, m, exec_flags),
            q = ml_regexec(&b, text, nr, n, exec_flags);
        CHECK(p == q && (p || !nr || (m[0].rm_so == n[0].rm_so && m[0].rm_eo == n[0].rm_eo)),
              "\"%s\" (%d) on \"%s\" (%d, from %d): %d %s, not %d %s", pattern, flags, text,
              exec_flags, from, q, span(n), p, span(m));
    }
    if (x == 0)
        regfree(&a);
    ml_regfree(&b);
}

static void random_word(char *out, size_t max, const char *const *parts, size_t nr)
{
    out[0] = 0;
    for (size_t n = check_below(max); n; n--)
        strcat(out, parts[check_below(nr)]);
}

static void test_against_glibc(void)
{
    static const char *const extended[] = {"a",       "b",           "c",
                                           ".",       "a",           "b",
                                           "*",       "+",           "?",
                                           "(",       ")",           "|",
                                           "(a|b)",   "[ab]",        "[^a]",
                                           "{2}",     "{1,2}",       "{,2}",
                                           "{2,}",    "{",           "}",
                                           "^",       "$",           "\\",
                                           "\\.",     "[[:alpha:]]", "[a-c]",
                                           "[]a]",    "[^]a]",       "[a",
                                           "]",       "[c-a]",       "[[:digit:]_]",
                                           "[[.a.]]", "[[=b=]]",     "[[:nope:]]",
                                           "[a-",     "-",           "\\w",
                                           "\\W",     "\\s",         "\\b",
                                           "\\<",     "\\>",         "\\B",
                                           "\n",      "\\(",         "A",
                                           "\\*",     "[a-c-e]",     "{0}",
                                           "{1",      "{3,2}",       "{40000}",
                                           "(",       ")",           "(b*)",
                                           "\\n",     "\\1",         "()",
                                           "\\`",     "\\'"};
    static const char *const basic[] = {
        "a",         "b",        "c",         ".",        "a",           "b",           "*",
        "\\+",       "\\?",      "\\(",       "\\)",      "\\|",         "\\(a\\|b\\)", "[ab]",
        "[^a]",      "\\{2\\}",  "\\{1,2\\}", "\\{,2\\}", "\\{2,\\}",    "\\{",         "\\}",
        "^",         "$",        "\\.",       "[a-c]",    "(",           ")",           "{",
        "}",         "|",        "+",         "?",        "[[:alpha:]]", "\\w",         "\\b",
        "\n",        "A",        "\\*",       "\\^",      "\\(",         "\\)",         "\\{1",
        "\\{3,2\\}", "\\(b*\\)", "\\(\\)",    "[*]",      "\\`",         "\\'"};
    static const char *const texts[] = {"a", "b", "c", "ab", "aab", "A", "B", "\n", "_", "1", " ",
                                        "{", "(", ")", "*",  ".",   "-", "]", "+",  "a", "b"};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
    static const int compile_flags[] = {0, REG_NEWLINE, REG_ICASE, REG_NOSUB};
    static const int exec_flags[] = {0, 0, REG_NOTBOL, REG_NOTEOL, REG_STARTEND};

    check_begin("regex: random patterns");
    for (unsigned long i = 0; i < 60000 * check_factor; i++) {
        char pattern[200], text[100];
        bool is_extended = check_below(3) > 0;
        if (is_extended)
            random_word(pattern, 9, extended, COUNT(extended));
        else
            random_word(pattern, 9, basic, COUNT(basic));
        int flags = (is_extended ? REG_EXTENDED : 0) | compile_flags[check_below(4)] |
                    compile_flags[check_below(3)];
        for (int k = 0; k < 4; k++) {
            random_word(text, 12, texts, COUNT(texts));
            // Nor are its anchors next to a newline that is an ordinary character.
            for (char *p = text; !(flags & REG_NEWLINE) && strpbrk(pattern, "^$") && *p; p++)
                *p = *p == '\n' ? 'c' : *p;
            compare(pattern, flags, text, exec_flags[check_below(5)]);
        }
    }
    check_end();
}

// --- the groups ---

// A pattern as a tree, made at random, small enough to try everything.
struct tree {
    enum { LETTER, DOT, GROUP, SEQUENCE, ALTERNATIVES, REPEAT, START, END } kind;
    char letter;
    int group;
    int min, max; // -1: no limit
    int nr;
    struct tree *child[3];
};

#define TREES 60
static struct tree trees[TREES];
static int nr_trees, nr_groups;

static struct tree *random_tree(int depth)
{
    struct tree *t = &trees[nr_trees++];
    size_t choice = depth <= 0 || nr_trees > TREES - 20 ? check_below(3) : check_below(14);

    *t = (struct tree){.kind = LETTER, .letter = (char)('a' + check_below(2))};
    if (choice == 2) {
        t->kind = check_below(4) ? DOT : check_below(2) ? START : END;
    } else if (choice >= 3 && choice < 8 && nr_groups < GROUPS - 1) {
        t->kind = GROUP;
        t->group = ++nr_groups;
        t->child[t->nr++] = random_tree(depth - 1);
    } else if (choice >= 8 && choice < 11) {
        // Only letters and groups are repeated, so that the printed form is the tree.
        static const int limits[][2] = {{0, -1}, {1, -1}, {0, 1}, {2, 2}, {1, 3}, {0, 2}, {2, -1}};
        const int *limit = limits[check_below(7)];
        t->kind = REPEAT;
        t->min = limit[0];
        t->max = limit[1];
        struct tree *group = t->child[t->nr++] = &trees[nr_trees++];
        *group = (struct tree){.kind = LETTER, .letter = 'a'};
        if (nr_groups < GROUPS - 1) {
            group->kind = GROUP;
            group->group = ++nr_groups;
            group->child[group->nr++] = random_tree(depth - 1);
        }
    } else if (choice >= 11) {
        t->kind = choice == 13 ? ALTERNATIVES : SEQUENCE;
        int n = 2 + (int)check_below(2);
        while (t->nr < n) {
            struct tree *c = random_tree(depth - 1);
            // Alternatives inside something need a group of their own.
            if (c->kind == ALTERNATIVES || (t->kind == SEQUENCE && c->kind == SEQUENCE))
                *c = (struct tree){.kind = LETTER, .letter = 'b'};
            t->child[t->nr++] = c;
        }
    }
    return t;
}

// The groups in the order of their parentheses.
static void number_groups(struct tree *t, int *next)
{
    if (t->kind == GROUP)
        t->group = ++*next;
    for (int i = 0; i < t->nr; i++)
        number_groups(t->child[i], next);
}

static void print_tree(const struct tree *t, char *out)
{
    switch (t->kind) {
    case LETTER: sprintf(out, "%c", t->letter); break;
    case DOT: strcpy(out, "."); break;
    case START: strcpy(out, "(^)"); break; // a group, since `^*` is no pattern
    case END: strcpy(out, "($)"); break;
    case GROUP:
        *out++ = '(';
        print_tree(t->child[0], out);
        strcat(out, ")");
        break;
    case REPEAT:
        print_tree(t->child[0], out);
        out += strlen(out);
        if (t->max < 0)
            sprintf(out, "{%d,}", t->min);
        else
            sprintf(out, "{%d,%d}", t->min, t->max);
        break;
    default:
        for (int i = 0; i < t->nr; i++) {
            if (i && t->kind == ALTERNATIVES)
                strcat(out, "|");
            print_tree(t->child[i], out + strlen(out));
        }
    }
}

static const char *subject;
static int subject_len;
static unsigned long effort;

// Does the tree match [i, j)? of: which child of a sequence, or how many turns a repetition had.
static bool can(const struct tree *t, int of, int i, int j)
{
    effort++;
    switch (t->kind) {
    case LETTER: return j == i + 1 && subject[i] == t->letter;
    case DOT: return j == i + 1;
    case START: return i == j && i == 0;
    case END: return i == j && i == subject_len;
    case GROUP: return can(t->child[0], 0, i, j);
    case ALTERNATIVES:
        for (int k = 0; k < t->nr; k++) {
            if (can(t->child[k], 0, i, j))
                return true;
        }
        return false;
    case SEQUENCE:
        if (of == t->nr - 1)
            return can(t->child[of], 0, i, j);
        for (int k = i; k <= j; k++) {
            if (can(t->child[of], 0, i, k) && can(t, of + 1, k, j))
                return true;
        }
        return false;
    default: // REPEAT
        if (of >= t->min && i == j)
            return true;
        if (t->max >= 0 && of >= t->max)
            return false;
        // A turn without progress helps only to reach the minimum.
        for (int k = of < t->min ? i : i + 1; k <= j; k++) {
            if (can(t->child[0], 0, i, k) && can(t, of + 1, k, j))
                return true;
        }
        return false;
    }
}

static void set_groups(const struct tree *t, int i, int j, regmatch_t *out)
{
    if (t->kind == GROUP) {
        out[t->group] = (regmatch_t){i, j};
        set_groups(t->child[0], i, j, out);
    } else if (t->kind == ALTERNATIVES) {
        int k = 0;
        while (!can(t->child[k], 0, i, j))
            k++;
        set_groups(t->child[k], i, j, out);
    } else if (t->kind == SEQUENCE) {
        for (int n = 0; n < t->nr; n++) {
            int k = j;
            while (n < t->nr - 1 && !(can(t->child[n], 0, i, k) && can(t, n + 1, k, j)))
                k--;
            set_groups(t->child[n], i, k, out);
            i = k;
        }
    } else if (t->kind == REPEAT) {
        int last = -1, last_end = -1, turn = 0;
        while (t->max < 0 || turn < t->max) {
            if (turn >= t->min && turn > 0 && i == j)
                break;
            int k = j;
            while (k >= i && !(can(t->child[0], 0, i, k) && can(t, turn + 1, k, j)))
                k--;
            if (k < i || (k == i && turn >= t->min && turn > 0))
                break;
            last = i;
            last_end = i = k;
            turn++;
        }
        if (last >= 0)
            set_groups(t->child[0], last, last_end, out);
    }
}

static bool has_anchor(const struct tree *t)
{
    bool any = t->kind == START || t->kind == END;

    for (int i = 0; i < t->nr; i++)
        any |= has_anchor(t->child[i]);
    return any;
}

static void one_tree(void)
{
    char pattern[1000] = "", text[12];
    regmatch_t expected[GROUPS + 1], got[GROUPS];
    regex_t re;
    int next = 0;

    nr_trees = nr_groups = 0;
    struct tree *t = random_tree(5);
    // An anchor is printed as a group of its own, so trees with both are left to the other test.
    if (has_anchor(t))
        return;
    number_groups(t, &next);
    print_tree(t, pattern);
    int rc = ml_regcomp(&re, pattern, REG_EXTENDED);
    CHECK(rc == 0, "regcomp(\"%s\"): %d", pattern, rc);
    if (rc)
        return;
    for (int tries = 0; tries < 6; tries++) {
        size_t n = check_below(9);
        for (size_t i = 0; i < n; i++)
            text[i] = (char)('a' + check_below(2 + (check_below(4) == 0)));
        text[n] = 0;
        subject = text;
        subject_len = (int)n;
        for (int i = 0; i <= GROUPS; i++)
            expected[i] = (regmatch_t){-1, -1};
        bool found = false;
        effort = 0;
        for (int i = 0; i <= (int)n && !found && effort < 200000; i++) {
            for (int j = (int)n; j >= i && !found && effort < 200000; j--) {
                found = can(t, 0, i, j);
                if (found)
                    expected[0] = (regmatch_t){i, j};
            }
        }
        if (effort >= 200000)
            continue;
        if (found)
            set_groups(t, expected[0].rm_so, expected[0].rm_eo, expected);
        rc = ml_regexec(&re, text, GROUPS, got, 0);
        CHECK(rc == (found ? 0 : REG_NOMATCH), "\"%s\" on \"%s\": %d", pattern, text, rc);
        for (int i = 0; i < GROUPS && rc == 0; i++)
            CHECK(got[i].rm_so == expected[i].rm_so && got[i].rm_eo == expected[i].rm_eo,
                  "\"%s\" on \"%s\": group %d is %s, not %s", pattern, text, i, span(&got[i]),
                  span(&expected[i]));
    }
    ml_regfree(&re);
}

static void test_groups(void)
{
    check_begin("regex: groups");
    for (unsigned long i = 0; i < 40000 * check_factor; i++)
        one_tree();
    // What the standard says, case by case.
    static const struct {
        const char *pattern, *text;
        regmatch_t expected[4];
    } cases[] = {
        {"(a*)*", "b", {{0, 0}, {0, 0}}},
        {"(a*)*", "aa", {{0, 2}, {0, 2}}},
        {"(a|ab)(c|bcd)(d*)", "abcd", {{0, 4}, {0, 2}, {2, 3}, {3, 4}}},
        {"((a)|b)*", "ab", {{0, 2}, {1, 2}, {-1, -1}}},
        {"(x)?y", "y", {{0, 1}, {-1, -1}}},
        {"(ab|a)(bc)?", "abc", {{0, 3}, {0, 1}, {1, 3}}},
        {"x(a*)(a*)y", "xaay", {{0, 4}, {1, 3}, {3, 3}}},
        {"(^|b)(a)$", "ba", {{0, 2}, {0, 1}, {1, 2}}},
        {"(a{0})b", "b", {{0, 1}, {0, 0}}},
        {"(a){0}b", "b", {{0, 1}, {-1, -1}}},
        {"(([a-z]+)=([0-9]+);)*", "k=1;key=23;", {{0, 11}, {4, 11}, {4, 7}, {8, 10}}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        regex_t re;
        regmatch_t got[4];
        int rc = ml_regcomp(&re, cases[i].pattern, REG_EXTENDED);
        CHECK(rc == 0, "regcomp(\"%s\"): %d", cases[i].pattern, rc);
        if (rc)
            continue;
        rc = ml_regexec(&re, cases[i].text, 4, got, 0);
        CHECK(rc == 0, "\"%s\": %d", cases[i].pattern, rc);
        for (size_t k = 0; k <= re.re_nsub && rc == 0; k++)
            CHECK(got[k].rm_so == cases[i].expected[k].rm_so &&
                      got[k].rm_eo == cases[i].expected[k].rm_eo,
                  "\"%s\" on \"%s\": group %zu is %s", cases[i].pattern, cases[i].text, k,
                  span(&got[k]));
        ml_regfree(&re);
    }
    check_end();
}

// --- characters ---

static void test_characters(void)
{
    static const struct {
        const char *pattern, *text;
        int start, end; // -1: no match
    } cases[] = {
        {"^.$", "ä", 0, 2},           {"^[ä]$", "ä", 0, 2},     {"[^a]", "aä", 1, 3},
        {"[α-ω]+", "abγδe", 2, 6},    {"^.{3}$", "aä𝄞", 0, 7},  {"ä+", "xää", 1, 5},
        {"^.$", "\xe4", 0, 1},        {"\xe4", "a\xe4z", 1, 2}, {"[ä]", "\xc3", -1, -1},
        {"[[:alpha:]]", "ä", -1, -1}, {"^[^ä]$", "\xc3", 0, 1}, {"^..$", "\xc3\xc3", 0, 2},
    };

    check_begin("regex: characters of several bytes, and bytes that are none");
    for (size_t i = 0; i < COUNT(cases); i++) {
        regex_t re;
        regmatch_t m = {-1, -1};
        int rc = ml_regcomp(&re, cases[i].pattern, REG_EXTENDED);
        CHECK(rc == 0, "regcomp(\"%s\"): %d", cases[i].pattern, rc);
        if (rc)
            continue;
        ml_regexec(&re, cases[i].text, 1, &m, 0);
        CHECK(m.rm_so == cases[i].start && m.rm_eo == cases[i].end, "\"%s\" on \"%s\": %s",
              cases[i].pattern, cases[i].text, span(&m));
        ml_regfree(&re);
    }
    check_end();
}

// --- hostile input ---

static double seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

// Processor time of a match with all groups on n letters a, and one b.
static double time_of(const char *pattern, size_t n, int expected)
{
    char *text = malloc(n + 2);
    regmatch_t m[GROUPS];
    regex_t re;

    memset(text, 'a', n);
    strcpy(text + n, "b");
    CHECK(ml_regcomp(&re, pattern, REG_EXTENDED) == 0, "regcomp(\"%s\")", pattern);
    double start = seconds();
    int rc = ml_regexec(&re, text, GROUPS, m, 0);
    double took = seconds() - start;
    CHECK(rc == expected, "\"%s\": %d, not %d", pattern, rc, expected);
    ml_regfree(&re);
    free(text);
    return took;
}

static char *many(const char *head, const char *body, const char *tail, size_t n)
{
    size_t head_len = strlen(head), body_len = strlen(body);
    char *s = malloc(head_len + n * body_len + n * strlen(tail) + 1), *p = s + head_len;

    strcpy(s, head);
    for (size_t i = 0; i < n; i++, p += body_len)
        strcpy(p, body);
    for (size_t i = 0; i < n; i++)
        strcat(p, tail), p += strlen(p);
    return s;
}

static void *hostile(void *arg)
{
    static const struct {
        const char *pattern;
        int expected;
    } slow[] = {{"(a*)*c", REG_NOMATCH},       {"(a|aa)+$", REG_NOMATCH}, {"((a*)*)*b", 0},
                {"(a*)(a*)(a*)(a*)b", 0},      {"((a|aa)*b|(a*))*", 0},   {"((a*b)|a)*", 0},
                {"(x+x+)+y", REG_NOMATCH},     {"(a?){20}a{20}b", 0},     {"((a)|(aa)|(aaa))*b", 0},
                {"(.*)(.*)(.*)z", REG_NOMATCH}};

    (void)arg;
    for (size_t i = 0; i < COUNT(slow); i++) {
        // Eight times the text: eight times the time, and not 64 times.
        double once = time_of(slow[i].pattern, 10000, slow[i].expected);
        double more = time_of(slow[i].pattern, 80000, slow[i].expected);
        CHECK(more < 25 * once + 0.02, "\"%s\": %.3f s for 10000 characters, %.3f s for 80000",
              slow[i].pattern, once, more);
    }
    static const struct {
        const char *head, *body, *tail;
        size_t n;
        int expected;
    } deep[] = {{"", "(", "a)", 20000, 0},
                {"a", "*", "", 20000, 0},
                {"a", "{2}", "", 40, REG_ESPACE},
                {"a", "", "|b", 30000, 0},
                {"", "(a|", ")", 9000, 0},
                {"()", "{9}", "", 300, REG_ESPACE},
                {"", "(", "", 50000, REG_EPAREN},
                {"", "[", "", 5000, REG_EBRACK},
                {"", "(a{9}", "){9}", 7, REG_ESPACE},
                {"(a", "*)*", "", 1, REG_NOERROR}};
    for (size_t i = 0; i < COUNT(deep); i++) {
        char *pattern = many(deep[i].head, deep[i].body, deep[i].tail, deep[i].n);
        regmatch_t m[GROUPS];
        regex_t re;
        int rc = ml_regcomp(&re, pattern, REG_EXTENDED);
        CHECK(rc == deep[i].expected, "\"%.20s...\": %d, not %d", pattern, rc, deep[i].expected);
        if (rc == 0)
            CHECK(ml_regexec(&re, "aaab", GROUPS, m, 0) != REG_ESPACE, "\"%.20s...\"", pattern);
        ml_regfree(&re);
        free(pattern);
    }
    return NULL;
}

static void test_hostile(void)
{
    pthread_attr_t attr;
    pthread_t t;

    check_begin("regex: time and stack");
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 32768);
    CHECK(pthread_create(&t, &attr, hostile, NULL) == 0, "a thread");
    pthread_join(t, NULL);
    pthread_attr_destroy(&attr);
    check_end();
}

static void test_rest(void)
{
    regex_t re;
    char buf[8];

    check_begin("regex: errors, references, memory that runs out");
    CHECK(ml_regcomp(&re, "\\(a\\)\\1", 0) == REG_ENOSYS, "a back-reference");
    CHECK(ml_regcomp(&re, "\\1\\(a\\)", 0) == REG_ESUBREG, "a reference to nothing");
    ml_regfree(&re);
    // Memory that runs out in the middle, at several places.
    char *text = malloc(400001);
    memset(text, 'a', 400000);
    text[400000] = 0;
    int without = 0, exec_without = 0;
    for (size_t room = 0; room < 40; room++) {
        regmatch_t m[2];
        shim_commit_limit = shim_committed + room * 131072;
        int rc = ml_regcomp(&re, "(a{30}){1000}(b{30}){1000}", REG_EXTENDED);
        CHECK(rc == 0 || rc == REG_ESPACE, "regcomp without memory: %d", rc);
        without += rc == REG_ESPACE;
        ml_regfree(&re);
        shim_commit_limit = 0;
        CHECK(ml_regcomp(&re, "((a)(a))*", REG_EXTENDED) == 0, "regcomp");
        shim_commit_limit = shim_committed + room * 262144;
        rc = ml_regexec(&re, text, 2, m, 0);
        CHECK(rc == REG_ESPACE || (rc == 0 && m[1].rm_so == 399998), "regexec without memory: %d",
              rc);
        exec_without += rc == REG_ESPACE;
        shim_commit_limit = 0;
        ml_regfree(&re);
    }
    CHECK(without > 1 && without < 40 && exec_without > 1 && exec_without < 40,
          "%d and %d times out of memory", without, exec_without);
    free(text);
    for (int code = -3; code < 20; code++) {
        memset(buf, 'x', sizeof(buf));
        size_t need = ml_regerror(code, NULL, buf, 5);
        CHECK(need > 5 && strlen(buf) == 4 && buf[5] == 'x' &&
                  ml_regerror(code, NULL, NULL, 0) == need,
              "regerror %d", code);
    }
    check_end();
}

void test_regex(void)
{
    test_against_glibc();
    test_groups();
    test_characters();
    test_hostile();
    test_rest();
}
