/* imatrix.c: `offgrid imatrix`: what matters to a model, for quantizing it. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/corpus.h"
#include "cli/human.h"
#include "cli/json.h"
#include "cli/terminal.h"

typedef struct imatrix_opts {
    og_cli_engine engine;
    const char *out;
    int64_t ctx, chunks;
    bool output, json, no_color;
} imatrix_opts;

#define AT(field) offsetof(imatrix_opts, field)
static const og_cli_opt options[] = {
    {"output", 'o', OG_CLI_TEXT, "FILE", "write the importance matrix to FILE (needed)", AT(out), 0, 0},
    {"ctx", 'c', OG_CLI_INT, "N", "tokens of a chunk; chunks are evaluated one by one (default 512)", AT(ctx), 2, 1 << 20},
    {"chunks", 0, OG_CLI_INT, "N", "stop after N chunks", AT(chunks), 1, 1e9},
    {"output-matrix", 0, OG_CLI_FLAG, NULL, "collect for the output matrix too", AT(output), 0, 0},
    OG_CLI_ENGINE_ROWS(imatrix_opts),
    OG_CLI_OUTPUT_ROWS(imatrix_opts),
};
#undef AT

static const og_cli_spec spec = {
    .name = "imatrix",
    .about = "Evaluates a text (-: standard input) and writes how strong the inputs of each matrix are, column by column: an importance\n"
             "matrix, with which offgrid quantize keeps errors where they matter least. The file is as llama.cpp's imatrix tool writes\n"
             "it (GGUF). A text like what the model will be used for serves best; some 100 chunks are plenty.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 2,
    .max_args = 2,
    .examples = "  offgrid imatrix model-f16.gguf text.txt -o model.imatrix\n"
                "  offgrid quantize model-f16.gguf model-q3.gguf Q3_K_M --imatrix model.imatrix\n",
};

static int collect(const imatrix_opts *opts, og_model *model, const char *text) {
    int32_t *ids = NULL;
    size_t n = 0;
    int code = og_cli_corpus(opts->json, og_model_tok(model), text, &ids, &n);
    if (code != OG_EXIT_OK) return code;
    og_error err = {0};
    og_cli_progress progress;
    og_cli_progress_start(&progress, "tokens");
    const char *slash = strrchr(text, '/');
    og_imatrix_params p = og_imatrix_defaults();
    p.n_ctx = (uint32_t)opts->ctx;
    p.max_chunks = (uint32_t)opts->chunks;
    p.output = opts->output;
    p.dataset = slash != NULL ? slash + 1 : text;
    p.progress = og_cli_progress_step;
    p.user = &progress;
    double start = og_cli_seconds();
    og_status status = og_imatrix_write(model, ids, n, opts->out, &p, &err);
    og_cli_progress_end(&progress);
    og_free(ids);
    if (status != OG_OK) return og_cli_fail(opts->json, &err);
    size_t chunk = opts->ctx > 0 ? (size_t)opts->ctx : 512, chunks = n / chunk;
    if (opts->chunks > 0 && chunks > (size_t)opts->chunks) chunks = (size_t)opts->chunks;
    double seconds = og_cli_seconds() - start;
    if (opts->json) {
        og_json *o = og_json_object();
        og_json_set(o, "out", og_json_string(opts->out));
        og_json_set(o, "chunks", og_json_int((int64_t)chunks));
        og_json_set(o, "tokens", og_json_int((int64_t)(chunks * chunk)));
        og_json_set(o, "seconds", og_json_real(seconds));
        og_json_print(o, OG_JSON_SHORT);
    } else {
        char time[OG_HUMAN];
        og_cli_human_time(time, seconds);
        printf("%s: %zu chunks of %zu tokens, in %s\n", opts->out, chunks, chunk, time);
    }
    return og_cli_finish(OG_EXIT_OK);
}

int og_cmd_imatrix(int argc, char **argv) {
    imatrix_opts opts = {0};
    const char *args[2];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    if (opts.out == NULL) return og_cli_failf(opts.json, OG_ERR_ARG, "imatrix needs --output FILE");
    og_cli_catch_interrupt();
    og_engine *engine;
    og_model *model;
    code = og_cli_load(&opts.engine, opts.json, args[0], &engine, &model);
    if (code == OG_EXIT_OK) code = collect(&opts, model, args[1]);
    og_model_close(model);
    og_engine_close(engine);
    return code;
}
