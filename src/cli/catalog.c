/* catalog.c: `offgrid catalog`: well-known models, and which of them this device can run. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/fit.h"
#include "cli/human.h"
#include "cli/json.h"
#include "cli/models.h"
#include "store/catalogue.h"

typedef struct catalog_opts {
    bool fits, json, no_color;
} catalog_opts;

static const og_cli_opt options[] = {
    {"fits", 0, OG_CLI_FLAG, NULL, "only models that fit the memory that is free now", offsetof(catalog_opts, fits), 0, 0},
    OG_CLI_OUTPUT_ROWS(catalog_opts),
};

static const og_cli_spec spec = {
    .name = "catalog",
    .about = "Lists well-known small models with short names for \"offgrid pull\" and \"offgrid run\": size, weights, context, licence, "
             "purpose.\n"
             "A ~ before the size says that the row was written without the publisher's page at hand; pulling asks the publisher. \"here\" "
             "marks\n"
             "models in the store. Whether a model fits is reckoned with a context of 4096 tokens.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .max_args = 0,
    .examples = "  offgrid catalog --fits\n"
                "  offgrid catalog --json | jq -r '.[] | select(.fits).name'\n",
};

static bool is_here(const og_store *store, const char *name) {
    og_stored m;
    bool found = false;
    if (store != NULL && og_store_find(store, name, &found, &m, NULL) == OG_OK) og_stored_free(&m);
    return found;
}

static og_json *row_json(const og_catalogue_row *r, uint64_t needs, bool fits, bool here) {
    og_json *o = og_json_object();
    og_json_set(o, "name", og_json_string(r->name));
    og_json_set(o, "source", og_json_string(r->source));
    og_json_set(o, "parameters", og_json_int((int64_t)r->params));
    og_json_set(o, "bytes", og_json_int((int64_t)r->bytes));
    og_json_set(o, "context", og_json_int(r->context));
    og_json_set(o, "licence", og_json_string(r->licence));
    og_json_set(o, "purpose", og_json_string(r->purpose));
    og_json_set(o, "checked_with_publisher", og_json_bool(r->seen));
    og_json_set(o, "memory", og_json_int((int64_t)needs));
    og_json_set(o, "fits", og_json_bool(fits));
    og_json_set(o, "here", og_json_bool(here));
    return o;
}

int og_cmd_catalog(int argc, char **argv) {
    catalog_opts opts = {0};
    int code = og_cli_parse(&spec, argc, argv, &opts, NULL);
    if (code != OG_CLI_GO) return code;
    og_fit_device device;
    og_store *store = og_cli_store(opts.json);
    if (!og_fit_look(opts.json, &device)) {
        og_store_close(store);
        return OG_EXIT_FAIL;
    }
    og_cli_table t = {.align = "lrrrlll"};
    og_json *all = opts.json ? og_json_array() : NULL;
    const og_catalogue_row *r;
    for (size_t i = 0; (r = og_catalogue_at(i)) != NULL; i++) {
        uint64_t needs = og_fit_rough(r->params, r->bytes, 4096);
        bool fits = needs <= device.available, here = is_here(store, r->name);
        if (opts.fits && !fits) continue;
        if (opts.json) {
            og_json_add(all, row_json(r, needs, fits, here));
            continue;
        }
        char size[OG_HUMAN], params[OG_HUMAN];
        og_cli_human_bytes(size, r->bytes);
        og_cli_human_count(params, (uint64_t)r->params);
        og_cli_cell(&t, "%s", r->name);
        og_cli_cell(&t, "%s%s", r->seen ? "" : "~", size);
        og_cli_cell(&t, "%s", params);
        if (r->context > 0)
            og_cli_cell(&t, "%u", r->context);
        else
            og_cli_cell(&t, " ");
        og_cli_cell(&t, "%s", r->purpose);
        og_cli_cell(&t, "%s", r->licence);
        og_cli_cell(&t, "%s", here ? "here" : fits ? "" : "too large for this device now");
    }
    if (opts.json)
        og_json_print(all, OG_JSON_EXACT);
    else
        og_cli_table_print(&t, stdout, 0);
    og_store_close(store);
    return og_cli_finish(OG_EXIT_OK);
}
