/* show.c: `offgrid show`: one model of the store. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/human.h"
#include "cli/models.h"
#include "cli/stored.h"
#include "cli/terminal.h"

typedef struct show_opts {
    bool verify, path, json, no_color;
} show_opts;

static const og_cli_opt options[] = {
    {"verify", 0, OG_CLI_FLAG, NULL, "read the files and compare their SHA-256", offsetof(show_opts, verify), 0, 0},
    {"path", 0, OG_CLI_FLAG, NULL, "print where the model's file is, for other programs, and nothing else", offsetof(show_opts, path), 0,
     0},
    OG_CLI_OUTPUT_ROWS(show_opts),
};

static const og_cli_spec spec = {
    .name = "show",
    .about = "Shows where a model of the store came from, its licence, its files and their digests. What the model is and can, \"offgrid "
             "info\"\n"
             "says.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = 1,
    .examples = "  offgrid show llama3.2:3b\n"
                "  offgrid show llama3.2:3b --verify\n"
                "  other-program $(offgrid show llama3.2:3b --path)\n",
};

static void print_model(const og_stored *m, bool verified_now) {
    char size[OG_HUMAN], date[16];
    og_cli_human_bytes(size, og_stored_bytes(m));
    og_stored_date(date, m->added);
    printf("%s%s%s, %s\n", og_cli_style(stdout, OG_STYLE_BOLD), m->name, og_cli_style(stdout, OG_STYLE_NONE), size);
    printf("  source    %s\n", m->source);
    printf("  licence   %s\n", *m->licence != '\0' ? m->licence : "unknown");
    printf("  added     %s, %s\n", date, m->verified ? "its digest as published" : "nobody had published a digest to compare with");
    for (size_t i = 0; i < m->n_files; i++) {
        og_cli_human_bytes(size, m->file[i].bytes);
        printf("  file      %s, %s, sha256 %s\n", m->file[i].name, size, m->file[i].sha256);
    }
    if (verified_now) printf("  verified  every byte, just now\n");
}

static int show(const og_store *store, const og_stored *m, const show_opts *opts) {
    og_error err = {0};
    char *path = NULL;
    og_status status = og_store_path(store, m, &path, &err);
    if (status == OG_OK && opts->verify) {
        og_cli_progress progress;
        og_cli_catch_interrupt();
        og_cli_progress_start(&progress, NULL);
        status = og_store_verify(store, m, og_cli_progress_step, &progress, &err);
        og_cli_progress_end(&progress);
    }
    if (status == OG_OK && opts->path)
        puts(path);
    else if (status == OG_OK && opts->json) {
        og_json *o = og_stored_json(m);
        og_json_set(o, "path", og_json_string(path));
        if (opts->verify) og_json_set(o, "verified_now", og_json_bool(true));
        og_json_print(o, OG_JSON_EXACT);
    } else if (status == OG_OK)
        print_model(m, opts->verify);
    og_free(path);
    return status == OG_OK ? og_cli_finish(OG_EXIT_OK) : og_cli_fail(opts->json, &err);
}

int og_cmd_show(int argc, char **argv) {
    show_opts opts = {0};
    const char *args[1];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    og_store *store = og_cli_store(opts.json);
    if (store == NULL) return OG_EXIT_FAIL;
    og_stored model;
    og_error err = {0};
    bool found;
    if (og_store_find(store, args[0], &found, &model, &err) != OG_OK)
        code = og_cli_fail(opts.json, &err);
    else if (!found)
        code = og_cli_failf(opts.json, OG_ERR_IO, "there is no model named \"%s\"; \"offgrid list\" shows those that are here", args[0]);
    else
        code = show(store, &model, &opts);
    og_stored_free(&model);
    og_store_close(store);
    return code;
}
