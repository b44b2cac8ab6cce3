/* du.c: `offgrid du`: what the store takes of the disk. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/human.h"
#include "cli/models.h"
#include "cli/stored.h"

typedef struct du_opts {
    bool json, no_color;
} du_opts;

static const og_cli_opt options[] = {OG_CLI_OUTPUT_ROWS(du_opts)};

static const og_cli_spec spec = {
    .name = "du",
    .about =
        "Says how much of the disk the model store takes: models (each file once, however many names mean it), interrupted downloads,\n"
        "files that no name means any more, and what is free.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .max_args = 0,
    .examples = "  offgrid du\n  offgrid du --json | jq .free_bytes\n",
};

static void row(og_cli_table *t, const char *what, uint64_t bytes, const char *note) {
    char size[OG_HUMAN];
    og_cli_human_bytes(size, bytes);
    og_cli_cell(t, "%s", what);
    og_cli_cell(t, "%s", size);
    og_cli_cell(t, "%s", note);
}

int og_cmd_du(int argc, char **argv) {
    du_opts opts = {0};
    int code = og_cli_parse(&spec, argc, argv, &opts, NULL);
    if (code != OG_CLI_GO) return code;
    og_store *store = og_cli_store(opts.json);
    if (store == NULL) return OG_EXIT_FAIL;
    og_store_usage u;
    og_error err = {0};
    if (og_store_measure(store, &u, &err) != OG_OK) {
        og_store_close(store);
        return og_cli_fail(opts.json, &err);
    }
    if (opts.json) {
        og_json *o = og_json_object();
        og_json_set(o, "folder", og_json_string(og_store_folder(store)));
        og_json_set(o, "models", og_json_int((int64_t)u.n_models));
        og_json_set(o, "model_bytes", og_json_int((int64_t)u.models));
        og_json_set(o, "partial_bytes", og_json_int((int64_t)u.partial));
        og_json_set(o, "unused_bytes", og_json_int((int64_t)u.unused));
        og_json_set(o, "free_bytes", og_json_int((int64_t)u.free));
        og_json_print(o, OG_JSON_EXACT);
    } else {
        og_cli_table t = {.align = "lrl"};
        row(&t, "models", u.models, og_store_folder(store));
        row(&t, "interrupted downloads", u.partial, u.partial > 0 ? "pull them again to go on; \"offgrid rm --partial\" frees them" : "");
        row(&t, "of no name", u.unused, u.unused > 0 ? "the next \"offgrid rm\" frees them" : "");
        row(&t, "free", u.free, "");
        og_cli_table_print(&t, stdout, 0);
    }
    og_store_close(store);
    return og_cli_finish(OG_EXIT_OK);
}
