/* grammar.c: `offgrid grammar`: whether a grammar is one, and whether it can make a text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/json.h"

enum { NO_MATCH = 1, NO_GRAMMAR = 2 }; /* exit codes */

typedef struct grammar_opts {
    const char *root;
    bool json, no_color;
} grammar_opts;

#define AT(field) offsetof(grammar_opts, field)
static const og_cli_opt options[] = {
    {"root", 'r', OG_CLI_TEXT, "NAME", "the rule to begin with (default root)", AT(root), 0, 0},
    OG_CLI_OUTPUT_ROWS(grammar_opts),
};
#undef AT

static const og_cli_spec spec = {
    .name = "grammar",
    .about =
        "Reads GRAMMAR, a file in GBNF, and says what is wrong with it, if anything is. With TEXT, a file (-: standard input), also says\n"
        "whether the grammar can make exactly this text. Exit codes: 0 it can, or the grammar is good; 1 it cannot; 2 the grammar or a\n"
        "file cannot be used.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = 2,
    .examples = "  offgrid grammar answer.gbnf\n"
                "  echo -n yes | offgrid grammar answer.gbnf -\n"
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

static int check(const grammar_opts *o, og_grammar *g, const char *path) {
    size_t len, good;
    bool matches;
    og_error err = {0};
    char *text = og_cli_read_file(o->json, path, &len);
    if (!text) return NO_GRAMMAR;
    const og_status status = og_grammar_check(g, text, len, &matches, &good, &err);
    free(text);
    if (status == OG_OK) return report(o, matches, good, len);
    og_cli_fail(o->json, &err);
    return NO_GRAMMAR;
}

int og_cmd_grammar(int argc, char **argv) {
    grammar_opts opts = {0};
    const char *args[2];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    size_t len;
    char *text = og_cli_read_file(opts.json, args[0], &len);
    if (!text) return NO_GRAMMAR;
    og_grammar *g = NULL;
    og_error err = {0};
    const og_status status = og_grammar_gbnf(text, len, opts.root, &g, &err);
    free(text);
    if (status != OG_OK) {
        og_cli_failf(opts.json, status, "%s: %s", args[0], err.text);
        return NO_GRAMMAR;
    }
    code = OG_EXIT_OK;
    if (args[1])
        code = check(&opts, g, args[1]);
    else if (!opts.json)
        puts("the grammar is good");
    og_grammar_close(g);
    return code;
}
