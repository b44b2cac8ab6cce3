/* import.c: `offgrid import`: a file that is here already becomes a model of the store. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/human.h"
#include "cli/json.h"
#include "cli/models.h"
#include "cli/stored.h"
#include "cli/terminal.h"

typedef struct import_opts {
    const char *name, *sha256, *licence;
    bool link, json, no_color;
} import_opts;

static const og_cli_opt options[] = {
    {"name", 'n', OG_CLI_TEXT, "NAME", "what to call the model (default: the file's name without .gguf)", offsetof(import_opts, name), 0,
     0},
    {"link", 0, OG_CLI_FLAG, NULL, "link the file instead of copying it: same disk only, and the file must not be changed later",
     offsetof(import_opts, link), 0, 0},
    {"sha256", 0, OG_CLI_TEXT, "HEX", "refuse the file if this is not its SHA-256 (default: FILE.sha256 or SHA256SUMS beside it)",
     offsetof(import_opts, sha256), 0, 0},
    {"licence", 0, OG_CLI_TEXT, "TEXT", "note under which licence the model is", offsetof(import_opts, licence), 0, 0},
    OG_CLI_OUTPUT_ROWS(import_opts),
};

static const og_cli_spec spec = {
    .name = "import",
    .about =
        "Brings FILE, from this disk, a USB stick or a network folder, into the model store, so that its name can be used wherever a\n"
        "MODEL is asked for. The file is checked first: that it is a GGUF file, and its SHA-256 if somebody says what that should be.\n"
        "Of a split model name the first part.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = 1,
    .examples = "  offgrid import ~/Downloads/Llama-3.2-1B-Instruct-Q4_K_M.gguf --name llama\n"
                "  offgrid import /media/usb/qwen3-4b.gguf --sha256 $(cat qwen3-4b.sha256)\n"
                "  offgrid run llama\n",
};

/* Its licence, if the file names one; malloc'd. */
static char *licence_of(const og_file *file) {
    og_value v;
    if (!og_file_find(file, "general.license", &v) || v.type != OG_VALUE_STRING) return NULL;
    return og_cli_escape(v.str, v.len, 80);
}

int og_cmd_import(int argc, char **argv) {
    import_opts opts = {0};
    const char *args[1];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    if (opts.sha256 != NULL && !og_digest_valid(opts.sha256))
        return og_cli_failf(opts.json, OG_ERR_ARG, "--sha256 needs 64 hexadecimal digits, not \"%s\"", opts.sha256);
    og_error err = {0};
    og_file *file = NULL;
    if (og_file_open(args[0], &file, &err) != OG_OK) return og_cli_fail(opts.json, &err);
    int n_parts = og_file_parts(file);
    char *licence = opts.licence != NULL ? strdup(opts.licence) : licence_of(file);
    og_file_close(file);
    if (opts.sha256 != NULL && n_parts > 1) {
        free(licence);
        return og_cli_failf(opts.json, OG_ERR_ARG, "--sha256 is for one file, and this model has %d; put SHA256SUMS beside them", n_parts);
    }
    og_cli_catch_interrupt();
    og_cli_progress progress;
    og_cli_progress_start(&progress, NULL);
    og_import what = {.path = args[0],
                      .name = opts.name,
                      .sha256 = opts.sha256,
                      .licence = licence,
                      .n_parts = n_parts > 0 ? (size_t)n_parts : 1,
                      .link = opts.link,
                      .progress = og_cli_progress_step,
                      .user = &progress};
    og_stored model = {0};
    og_store *store = og_cli_store(opts.json);
    og_status status = store != NULL ? og_store_import(store, &what, &model, &err) : OG_ERR_IO;
    og_cli_progress_end(&progress);
    free(licence);
    if (status != OG_OK) {
        og_store_close(store);
        return store != NULL ? og_cli_fail(opts.json, &err) : OG_EXIT_FAIL;
    }
    if (opts.json)
        og_json_print(og_stored_json(&model), OG_JSON_EXACT);
    else
        printf("%s is in the store%s. Try: offgrid run %s\n", model.name, model.verified ? ", its digest as expected" : "", model.name);
    og_stored_free(&model);
    og_store_close(store);
    return og_cli_finish(OG_EXIT_OK);
}
