/* grammar.c: `offgrid grammar`: whether a grammar is one, and whether it can make a text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/json.h"

enum { NO_MATCH = 1, NO_GRAMMAR = 2 }; /* exit codes */

typedef struct grammar_opts {
    const char *root, *schema, *check;
    bool json, no_color;
} grammar_opts;

#define AT(field) offsetof(grammar_opts, field)
static const og_cli_opt options[] = {
    {"root", 'r', OG_CLI_TEXT, "NAME", "the rule to begin with (default root)", AT(root), 0, 0},
    {"schema", 's', OG_CLI_TEXT, "FILE", "a JSON Schema instead of a grammar", AT(schema), 0, 0},
    {"check", 'c', OG_CLI_TEXT, "FILE", "the same as TEXT", AT(check), 0, 0},
    OG_CLI_OUTPUT_ROWS(grammar_opts),
};
#undef AT

static const og_cli_spec spec = {
    .name = "grammar",
    .about =
        "Reads GRAMMAR, a file in GBNF, and says what is wrong with it, if anything is. With TEXT, a file (-: standard input), also says\n"
        "whether the grammar can make exactly this text. With --schema a JSON Schema is read instead, and TEXT is a JSON document, in "
        "which\n"
        "white space does not matter. Exit codes: 0 it can, or the grammar is good; 1 it cannot; 2 the grammar, the schema or a file "
        "cannot\n"
        "be used.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 0,
    .max_args = 2,
    .examples = "  offgrid grammar answer.gbnf\n"
                "  echo -n yes | offgrid grammar answer.gbnf -\n"
                "  offgrid grammar --schema person.json --check ann.json\n"
                "  offgrid run model.gguf --grammar answer.gbnf \"Is the sky blue?\"\n",
};

static int report(const grammar_opts *o, bool matches, size_t good, size_t len) {
    if (o->json) {
        og_json *j = og_json_object();
        og_json_set(j, "matches", og_json_bool(matches));
        og_json_set(j, "good_bytes", og_json_int((int64_t)good));
        og_json_set(j, "bytes", og_json_int((int64_t)len));
        og_json_print(j, OG_JSON_SHORT);
    } else if (matches) {
        puts("the grammar makes this text");
    } else if (good < len) {
        printf("the grammar does not make this text: byte %zu cannot follow\n", good + 1);
    } else {
        puts("the grammar does not make this text: something is missing at its end");
    }
    return og_cli_finish(matches ? OG_EXIT_OK : NO_MATCH);
}

/* Takes out the white space of a JSON document that stands beside its brackets, commas and colons. Returns the new length. */
static size_t squeeze(char *text, size_t len) {
    static const char blanks[] = " \t\n\r", marks[] = "{}[],:";
    size_t n = 0;
    bool quoted = false;
    for (size_t i = 0; i < len; i++) {
        const char c = text[i];
        if (!quoted && c != '\0' && strchr(blanks, c) != NULL) {
            size_t end = i;
            while (end < len && text[end] != '\0' && strchr(blanks, text[end]) != NULL) end++;
            const bool beside = n == 0 || end == len || strchr(marks, text[n - 1]) != NULL || strchr(marks, text[end]) != NULL;
            if (!beside) text[n++] = ' ';
            i = end - 1;
            continue;
        }
        text[n++] = c;
        if (c == '"') quoted = !quoted;
        if (quoted && c == '\\' && i + 1 < len) text[n++] = text[++i];
    }
    return n;
}

static int check(const grammar_opts *o, og_grammar *g, const char *path) {
    size_t len, good;
    bool matches;
    og_error err = {0};
    char *text = og_cli_read_file(o->json, path, &len);
    if (!text) return NO_GRAMMAR;
    if (o->schema) len = squeeze(text, len);
    const og_status status = og_grammar_check(g, text, len, &matches, &good, &err);
    free(text);
    if (status == OG_OK) return report(o, matches, good, len);
    og_cli_fail(o->json, &err);
    return NO_GRAMMAR;
}

/* Which files are what: a schema takes the place of the grammar, --check that of TEXT. */
static int choose(grammar_opts *o, const char **args, const char **grammar, const char **text) {
    *grammar = o->schema ? o->schema : args[0];
    *text = o->check ? o->check : o->schema ? args[0] : args[1];
    if (*grammar == NULL) return og_cli_failf(o->json, OG_ERR_ARG, "a grammar is wanted, or --schema FILE"), NO_GRAMMAR;
    if ((o->check != NULL && args[o->schema ? 0 : 1] != NULL) || (o->schema != NULL && args[1] != NULL))
        return og_cli_failf(o->json, OG_ERR_ARG, "there is more than one text to check"), NO_GRAMMAR;
    if (o->schema != NULL && o->root != NULL)
        return og_cli_failf(o->json, OG_ERR_ARG, "--root is for grammars: a schema has one beginning"), NO_GRAMMAR;
    return OG_CLI_GO;
}

int og_cmd_grammar(int argc, char **argv) {
    grammar_opts opts = {0};
    const char *args[2], *path, *text_path;
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code == OG_CLI_GO) code = choose(&opts, args, &path, &text_path);
    if (code != OG_CLI_GO) return code;
    size_t len;
    char *text = og_cli_read_file(opts.json, path, &len);
    if (!text) return NO_GRAMMAR;
    og_grammar *g = NULL;
    og_error err = {0};
    const og_status status = opts.schema ? og_grammar_schema(text, len, NULL, &g, &err) : og_grammar_gbnf(text, len, opts.root, &g, &err);
    free(text);
    if (status != OG_OK) {
        og_cli_failf(opts.json, status, "%s: %s", path, err.text);
        return NO_GRAMMAR;
    }
    code = OG_EXIT_OK;
    if (text_path)
        code = check(&opts, g, text_path);
    else if (!opts.json)
        puts(opts.schema ? "the schema is good" : "the grammar is good");
    og_grammar_close(g);
    return code;
}
