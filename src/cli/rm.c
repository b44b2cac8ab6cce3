/* rm.c: `offgrid rm`: models leave the store. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/human.h"
#include "cli/models.h"
#include "cli/stored.h"

enum { NAMES_MAX = 64 };

typedef struct rm_opts {
    bool partial, json, no_color;
} rm_opts;

static const og_cli_opt options[] = {
    {"partial", 0, OG_CLI_FLAG, NULL, "also remove downloads that were interrupted, and can then not be resumed",
     offsetof(rm_opts, partial), 0, 0},
    OG_CLI_OUTPUT_ROWS(rm_opts),
};

static const og_cli_spec spec = {
    .name = "rm",
    .about =
        "Removes models from the store. A file that another name means too stays; one that is being used is freed when its program ends.\n"
        "An imported original is not touched.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 0,
    .max_args = NAMES_MAX,
    .examples = "  offgrid rm llama3.2:3b\n"
                "  offgrid rm --partial\n",
};

int og_cmd_rm(int argc, char **argv) {
    rm_opts opts = {0};
    const char *args[NAMES_MAX];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    if (args[0] == NULL && !opts.partial) return og_cli_failf(opts.json, OG_ERR_ARG, "name a model to remove; \"offgrid list\" shows them");
    og_store *store = og_cli_store(opts.json);
    if (store == NULL) return OG_EXIT_FAIL;
    uint64_t all = 0, freed = 0;
    og_error err = {0};
    og_status status = OG_OK;
    for (size_t i = 0; i < NAMES_MAX && args[i] != NULL && status == OG_OK; i++) {
        status = og_store_remove(store, args[i], &freed, &err);
        all += freed;
    }
    if (status == OG_OK && opts.partial) {
        status = og_store_clean(store, true, &freed, &err);
        all += freed;
    }
    og_store_close(store);
    if (status != OG_OK) return og_cli_fail(opts.json, &err);
    if (opts.json) {
        og_json *o = og_json_object();
        og_json_set(o, "freed_bytes", og_json_int((int64_t)all));
        og_json_print(o, OG_JSON_EXACT);
    } else {
        char size[OG_HUMAN];
        og_cli_human_bytes(size, all);
        printf("%s freed\n", size);
    }
    return og_cli_finish(OG_EXIT_OK);
}
