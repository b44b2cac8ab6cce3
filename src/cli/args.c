/* args.c: parsing command lines by table. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/terminal.h"

/* ---- suggestions ---- */

enum { WORD_MAX = 32 };

/* Edits (insert, delete, replace, swap neighbours) between two words of at most WORD_MAX bytes. */
static size_t edit_distance(const char *a, size_t na, const char *b, size_t nb) {
    size_t row[3][WORD_MAX + 1];
    for (size_t j = 0; j <= nb; j++) row[0][j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t *now = row[i % 3], *up = row[(i - 1) % 3], *up2 = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t best = up[j - 1] + (a[i - 1] != b[j - 1]);
            if (up[j] + 1 < best) best = up[j] + 1;
            if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && up2[j - 2] + 1 < best) best = up2[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[na % 3][nb];
}

const char *og_cli_nearest(const char *word, const char *const *candidate, size_t n) {
    size_t len = strlen(word);
    if (len == 0 || len > WORD_MAX) return NULL;
    const char *best = NULL;
    size_t least = len / 3 + 2; /* more edits than this is another word */
    for (size_t i = 0; i < n; i++) {
        size_t other = strlen(candidate[i]);
        if (other > WORD_MAX) continue;
        size_t d = edit_distance(word, len, candidate[i], other);
        bool begins = len >= 3 && strncmp(word, candidate[i], len) == 0;
        if (begins) d = 1;
        if (d < least) {
            least = d;
            best = candidate[i];
        }
    }
    return best;
}

/* ---- values ---- */

bool og_cli_parse_i64(const char *text, int64_t *out) {
    char *end = NULL;
    if (!(*text == '-' || (*text >= '0' && *text <= '9'))) return false;
    errno = 0;
    long long v = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0') return false;
    *out = v;
    return true;
}

static bool parse_real(const char *text, double *out) {
    char *end = NULL;
    if (text[strspn(text, "-+.0123456789eE")] != '\0') return false; /* strtod would also take hexadecimals, inf, blanks */
    errno = 0;
    double v = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(v)) return false;
    *out = v;
    return true;
}

bool og_cli_parse_size(const char *text, uint64_t *out) {
    static const char units[] = "KMGT";
    char *end = NULL;
    if (!(*text >= '0' && *text <= '9')) return false;
    errno = 0;
    double v = strtod(text, &end);
    if (end == text || !isfinite(v) || errno != 0) return false;
    const char *unit = *end != '\0' ? strchr(units, *end & ~0x20) : NULL;
    if (unit != NULL) {
        v = ldexp(v, 10 * (int)(unit - units + 1));
        end++;
        if (*end == 'i') end++;
    }
    if (*end == 'B') end++;
    if (*end != '\0' || v >= 0x1p63) return false;
    *out = (uint64_t)v;
    return true;
}

/* "from 1 to 1024", "of at least 0": the range of a row in words. */
static void describe_range(const og_cli_opt *o, char *buf, size_t cap) {
    if (o->min < o->max && o->max < 1e9)
        snprintf(buf, cap, " from %g to %g", o->min, o->max);
    else
        snprintf(buf, cap, " of at least %g", o->min);
}

static int bad_value(const og_cli_spec *spec, const char *shown, const og_cli_opt *o, const char *text) {
    static const char *const what[] = {[OG_CLI_FLAG] = "",
                                       [OG_CLI_INT] = "a whole number",
                                       [OG_CLI_REAL] = "a number",
                                       [OG_CLI_SIZE] = "a size such as 500M or 3G",
                                       [OG_CLI_SEED] = "a whole number",
                                       [OG_CLI_TEXT] = "a text",
                                       [OG_CLI_LIST] = "fewer of them"};
    char range[64] = "";
    if (o->kind == OG_CLI_INT || o->kind == OG_CLI_REAL || o->kind == OG_CLI_SEED) describe_range(o, range, sizeof range);
    fprintf(stderr, "offgrid %s: %s needs %s%s, not \"%s\"\n", spec->name, shown, what[o->kind], range, text);
    return OG_EXIT_USAGE;
}

static int store(const og_cli_spec *spec, const og_cli_opt *o, const char *shown, const char *text, void *into) {
    void *field = (char *)into + o->at;
    switch (o->kind) {
    case OG_CLI_FLAG:
        *(bool *)field = true;
        return OG_CLI_GO;
    case OG_CLI_INT: {
        int64_t v;
        if (!og_cli_parse_i64(text, &v) || (double)v < o->min || (double)v > o->max) return bad_value(spec, shown, o, text);
        *(int64_t *)field = v;
        return OG_CLI_GO;
    }
    case OG_CLI_REAL: {
        double v;
        if (!parse_real(text, &v) || v < o->min || v > o->max) return bad_value(spec, shown, o, text);
        *(double *)field = v;
        return OG_CLI_GO;
    }
    case OG_CLI_SIZE: {
        uint64_t v;
        if (!og_cli_parse_size(text, &v) || v == 0) return bad_value(spec, shown, o, text);
        *(uint64_t *)field = v;
        return OG_CLI_GO;
    }
    case OG_CLI_SEED: {
        int64_t v;
        if (!og_cli_parse_i64(text, &v) || v < 0) return bad_value(spec, shown, o, text);
        *(og_cli_seed *)field = (og_cli_seed){.value = (uint64_t)v, .given = true};
        return OG_CLI_GO;
    }
    case OG_CLI_TEXT:
        *(const char **)field = text;
        return OG_CLI_GO;
    case OG_CLI_LIST: {
        og_cli_list *list = field;
        if (list->n == OG_CLI_LIST_MAX) return bad_value(spec, shown, o, text);
        list->item[list->n++] = text;
        return OG_CLI_GO;
    }
    }
    return OG_EXIT_USAGE;
}

/* ---- help ---- */

static void print_option(const og_cli_opt *o) {
    char left[64];
    int n = o->letter ? snprintf(left, sizeof left, "-%c, ", o->letter) : snprintf(left, sizeof left, "    ");
    snprintf(left + n, sizeof left - (size_t)n, "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
    printf("  %-26s %s\n", left, o->help);
}

static int print_help(const og_cli_spec *spec) {
    const og_command *row = og_cli_command(spec->name);
    const char *bold = og_cli_style(stdout, OG_STYLE_BOLD), *plain = og_cli_style(stdout, OG_STYLE_NONE);
    printf("%soffgrid %s%s: %s\n\nUsage: offgrid %s %s%s[options]\n\n%s\n\nOptions:\n", bold, spec->name, plain, row->summary, spec->name,
           row->args, *row->args != '\0' ? " " : "", spec->about);
    for (size_t i = 0; i < spec->n_opt; i++) print_option(&spec->opt[i]);
    print_option(&(og_cli_opt){.name = "help", .letter = 'h', .help = "show this"});
    printf("\nExamples:\n%s", spec->examples);
    return og_cli_finish(OG_EXIT_OK);
}

/* ---- parsing ---- */

static int unknown_option(const og_cli_spec *spec, const char *arg) {
    const char *names[64] = {"help"};
    size_t n = 1;
    for (size_t i = 0; i < spec->n_opt && n < sizeof names / sizeof *names; i++) names[n++] = spec->opt[i].name;
    const char *word = arg;
    while (*word == '-') word++;
    char bare[WORD_MAX + 1];
    snprintf(bare, sizeof bare, "%.*s", (int)strcspn(word, "="), word);
    const char *near = og_cli_nearest(bare, names, n);
    fprintf(stderr, "offgrid %s: unknown option \"%s\"", spec->name, arg);
    if (near != NULL) fprintf(stderr, "; did you mean --%s?", near);
    fprintf(stderr, "\nTry \"offgrid %s --help\"; text that begins with \"-\" goes after \"--\".\n", spec->name);
    return OG_EXIT_USAGE;
}

/* The row that `arg` names, and its value if that is glued on ("--name=value", "-n5"), else NULL. */
static const og_cli_opt *find_option(const og_cli_spec *spec, const char *arg, const char **glued) {
    *glued = NULL;
    for (size_t i = 0; i < spec->n_opt; i++) {
        const og_cli_opt *o = &spec->opt[i];
        if (arg[1] == '-') {
            size_t len = strlen(o->name);
            if (strncmp(arg + 2, o->name, len) != 0 || (arg[2 + len] != '\0' && arg[2 + len] != '=')) continue;
            if (arg[2 + len] == '=') *glued = arg + 2 + len + 1;
            return o;
        }
        if (o->letter != 0 && arg[1] == o->letter) {
            if (arg[2] != '\0') *glued = arg + 2;
            return o;
        }
    }
    return NULL;
}

/* One option at argv[*i], which is moved to the last word it used. */
static int parse_option(const og_cli_spec *spec, int argc, char **argv, int *i, void *into) {
    const char *arg = argv[*i], *value;
    const og_cli_opt *o = find_option(spec, arg, &value);
    if (o == NULL || (o->kind == OG_CLI_FLAG && value != NULL && arg[1] != '-')) return unknown_option(spec, arg);
    if (strcmp(o->name, "json") == 0 && !og_json_built()) {
        fprintf(stderr, "offgrid %s: this program was built without JSON output: jansson was not there (Debian package libjansson-dev)\n",
                spec->name);
        return OG_EXIT_USAGE;
    }
    char shown[WORD_MAX + 3];
    snprintf(shown, sizeof shown, arg[1] == '-' ? "--%s" : "-%.1s", arg[1] == '-' ? o->name : arg + 1);
    if (o->kind == OG_CLI_FLAG && value != NULL) {
        fprintf(stderr, "offgrid %s: %s takes no value\n", spec->name, shown);
        return OG_EXIT_USAGE;
    }
    if (o->kind != OG_CLI_FLAG && value == NULL) {
        if (*i + 1 >= argc) {
            fprintf(stderr, "offgrid %s: %s needs a value (%s)\n", spec->name, shown, o->value);
            return OG_EXIT_USAGE;
        }
        value = argv[++*i];
    }
    return store(spec, o, shown, value, into);
}

static void (*visitor)(const og_cli_spec *spec); /* og_cli_parse hands its specification over instead of parsing */

void og_cli_each_spec(void (*fn)(const og_cli_spec *spec)) {
    visitor = fn;
    for (size_t i = 0; og_cli_command_at(i) != NULL; i++) {
        char *argv[] = {(char *)(uintptr_t)og_cli_command_at(i)->name, NULL};
        og_cli_command_at(i)->run(1, argv);
    }
    visitor = NULL;
}

int og_cli_parse(const og_cli_spec *spec, int argc, char **argv, void *into, const char **args) {
    if (visitor != NULL) {
        visitor(spec);
        return OG_EXIT_OK;
    }
    int n = 0;
    bool options = true;
    for (int i = 0; i < spec->max_args; i++) args[i] = NULL;
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        if (options && strcmp(arg, "--") == 0) {
            options = false;
        } else if (options && (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0)) {
            return print_help(spec);
        } else if (options && arg[0] == '-' && arg[1] != '\0') {
            int code = parse_option(spec, argc, argv, &i, into);
            if (code != OG_CLI_GO) return code;
        } else if (n == spec->max_args) {
            fprintf(stderr, "offgrid %s: one argument too many: \"%s\" (a text of several words needs quotes)\n", spec->name, arg);
            return OG_EXIT_USAGE;
        } else {
            args[n++] = arg;
        }
    }
    if (n >= spec->min_args) return OG_CLI_GO;
    fprintf(stderr, "offgrid %s: an argument is missing\nUsage: offgrid %s %s [options]\nTry \"offgrid %s --help\".\n", spec->name,
            spec->name, og_cli_command(spec->name)->args, spec->name);
    return OG_EXIT_USAGE;
}
