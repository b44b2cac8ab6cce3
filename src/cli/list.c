/* list.c: `offgrid list`: the models on this device. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/human.h"
#include "cli/models.h"
#include "cli/stored.h"

typedef struct list_opts {
    bool names, json, no_color;
} list_opts;

static const og_cli_opt options[] = {
    {"names", 0, OG_CLI_FLAG, NULL, "print the names alone, one a line", offsetof(list_opts, names), 0, 0},
    OG_CLI_OUTPUT_ROWS(list_opts),
};

static const og_cli_spec spec = {
    .name = "list",
    .about = "Lists the models in the store, with their sizes and where they came from.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .max_args = 0,
    .examples = "  offgrid list\n"
                "  offgrid list --json | jq -r '.[].name'\n",
};

static void print_table(const og_stored *model, size_t n) {
    og_cli_table t = {.align = "lrlll"};
    for (size_t i = 0; i < n; i++) {
        char size[OG_HUMAN], date[16];
        og_cli_human_bytes(size, og_stored_bytes(&model[i]));
        og_stored_date(date, model[i].added);
        og_cli_cell(&t, "%s", model[i].name);
        og_cli_cell(&t, "%s", size);
        og_cli_cell(&t, "%s", date);
        og_cli_cell(&t, "%s", model[i].licence);
        og_cli_cell(&t, "%s", model[i].source);
    }
    og_cli_table_print(&t, stdout, 0);
}

int og_cmd_list(int argc, char **argv) {
    list_opts opts = {0};
    int code = og_cli_parse(&spec, argc, argv, &opts, NULL);
    if (code != OG_CLI_GO) return code;
    og_store *store = og_cli_store(opts.json);
    if (store == NULL) return OG_EXIT_FAIL;
    og_stored *model = NULL;
    size_t n = 0, damaged = 0;
    og_error err = {0};
    og_status status = og_store_list(store, &model, &n, &damaged, &err);
    if (status == OG_OK && opts.json) {
        og_json *all = og_json_array();
        for (size_t i = 0; i < n; i++) og_json_add(all, og_stored_json(&model[i]));
        og_json_print(all, OG_JSON_EXACT);
    } else if (status == OG_OK && opts.names) {
        for (size_t i = 0; i < n; i++) puts(model[i].name);
    } else if (status == OG_OK) {
        print_table(model, n);
        if (n == 0)
            printf("No models yet: \"offgrid catalog\" shows what \"offgrid pull\" can get, \"offgrid import FILE\" takes one that is "
                   "here.\n");
    }
    if (status == OG_OK && damaged > 0)
        og_cli_warn(opts.json, "%zu files in %s/names cannot be read; \"offgrid doctor\" says more", damaged, og_store_folder(store));
    og_store_list_free(model, n);
    og_store_close(store);
    return status == OG_OK ? og_cli_finish(OG_EXIT_OK) : og_cli_fail(opts.json, &err);
}
