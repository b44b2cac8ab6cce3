/* pull.c: `offgrid pull`: a model from elsewhere; the only command that opens a connection. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/human.h"
#include "cli/json.h"
#include "cli/models.h"
#include "cli/pull.h"
#include "cli/stored.h"
#include "cli/terminal.h"
#include "store/catalogue.h"

typedef struct pull_opts {
    const char *name, *sha256;
    int64_t connections;
    bool json, no_color;
} pull_opts;

static const og_cli_opt options[] = {
    {"name", 'n', OG_CLI_TEXT, "NAME", "what to call the model (default: as it is pulled; of an address the file's name)",
     offsetof(pull_opts, name), 0, 0},
    {"sha256", 0, OG_CLI_TEXT, "HEX", "of an address: refuse the file if this is not its SHA-256", offsetof(pull_opts, sha256), 0, 0},
    {"connections", 0, OG_CLI_INT, "N", "connections at a time (default 4)", offsetof(pull_opts, connections), 1, 16},
    OG_CLI_OUTPUT_ROWS(pull_opts),
};

static const og_cli_spec spec = {
    .name = "pull",
    .about = "Gets a model into the store. NAME is one of\n"
             "  llama3.2:3b            a short name of \"offgrid catalog\"\n"
             "  hf:USER/REPO[:QUANT]   a GGUF file of the Hugging Face hub; QUANT as Q4_K_M, or a file's name\n"
             "  ollama:NAME[:TAG]      a model of the Ollama registry\n"
             "  https://...            any GGUF file\n"
             "What was interrupted goes on where it was. The SHA-256 is checked against what the publisher says. This is the only command "
             "that opens\n"
             "a connection. HF_TOKEN in the environment is your token for models that need one; http_proxy and https_proxy count.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = 1,
    .examples = "  offgrid pull llama3.2:3b\n"
                "  offgrid pull hf:bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M\n"
                "  offgrid pull https://example.org/model.gguf --sha256 \"$(cat model.sha256)\"\n",
};

typedef struct puller {
    bool json;
    og_cli_progress progress;
    bool began;
} puller;

static bool agree(void *user, const og_pull_plan *plan) {
    puller *p = user;
    char size[OG_HUMAN], here[OG_HUMAN];
    og_cli_human_bytes(size, plan->bytes);
    og_cli_human_bytes(here, plan->bytes_here);
    if (plan->notice != NULL) og_cli_warn(p->json, "%s", plan->notice);
    fprintf(stderr, "%s: %s", plan->name, size);
    if (plan->bytes_here > 0) fprintf(stderr, ", %s of it here already", here);
    fputs("\nlicence: ", stderr);
    if (*plan->licence != '\0')
        og_cli_put(stderr, plan->licence, strlen(plan->licence));
    else
        fputs("its publisher names none; look before you use it", stderr);
    fputc('\n', stderr);
    bool known = true;
    for (size_t i = 0; i < plan->n_files; i++) known = known && plan->file[i].file.sha256[0] != '\0';
    if (!known) og_cli_warn(p->json, "the server names no SHA-256, so that nobody can tell whether the file is the right one");
    return !og_cli_interrupted();
}

static void notice(void *user, const char *text) {
    puller *p = user;
    og_cli_progress_end(&p->progress);
    og_cli_note(p->json, text);
}

static bool progress(void *user, const char *what, uint64_t done, uint64_t total) {
    puller *p = user;
    if (!p->began && total > 0) {
        og_cli_progress_start(&p->progress, NULL);
        p->progress.base = done;
        p->began = true;
    }
    return og_cli_progress_step(&p->progress, what, done, total);
}

int og_cli_pull(bool json, const char *what, const char *name, const char *sha256, int connections, og_stored *out) {
    puller p = {.json = json};
    const og_catalogue_row *row = og_catalogue_find(what);
    if (row != NULL && name == NULL) name = what;
    if (row != NULL) what = row->source;
    if (row == NULL && !og_pull_understands(what))
        return og_cli_failf(json, OG_ERR_ARG,
                            "\"%s\" is neither a name of \"offgrid catalog\", nor hf:USER/REPO, ollama:NAME, or an https address", what);
    og_cli_progress_start(&p.progress, NULL);
    og_pull_params how = {
        .name = name, .sha256 = sha256, .agree = agree, .notice = notice, .progress = progress, .user = &p, .connections = connections};
    og_error err = {0};
    og_store *store = og_cli_store(json);
    if (store == NULL) return OG_EXIT_FAIL;
    og_status status = og_pull(store, what, &how, out, &err);
    og_cli_progress_end(&p.progress);
    og_store_close(store);
    return status == OG_OK ? OG_EXIT_OK : og_cli_fail(json, &err);
}

int og_cmd_pull(int argc, char **argv) {
    pull_opts opts = {0};
    const char *args[1];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    if (opts.sha256 != NULL && (!og_digest_valid(opts.sha256) || strstr(args[0], "://") == NULL))
        return og_cli_failf(opts.json, OG_ERR_ARG, "--sha256 needs 64 hexadecimal digits, and an address to pull from");
    og_cli_catch_interrupt();
    og_stored model;
    code = og_cli_pull(opts.json, args[0], opts.name, opts.sha256, (int)opts.connections, &model);
    if (code != OG_EXIT_OK) return code;
    if (opts.json)
        og_json_print(og_stored_json(&model), OG_JSON_EXACT);
    else
        printf("%s is in the store%s. Try: offgrid run %s\n", model.name, model.verified ? ", its digest as published" : "", model.name);
    og_stored_free(&model);
    return og_cli_finish(OG_EXIT_OK);
}
