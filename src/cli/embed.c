/* embed.c: `offgrid embed`: texts to vectors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/npy.h"
#include "cli/terminal.h"
#include "cli/texts.h"

typedef struct embed_opts {
    og_cli_engine engine;
    const char *file, *npy, *pooling;
    int64_t dimensions, batch;
    bool raw, truncate, base64, json, no_color;
} embed_opts;

#define AT(field) offsetof(embed_opts, field)
static const og_cli_opt options[] = {
    {"file", 'f', OG_CLI_TEXT, "FILE", "the texts are the lines of FILE (-: standard input)", AT(file), 0, 0},
    {"npy", 'o', OG_CLI_TEXT, "OUT", "write float32 vectors [texts, dimensions] to OUT (-: standard output) in NumPy's format", AT(npy), 0,
     0},
    {"base64", 0, OG_CLI_FLAG, NULL, "print vectors as base64 of little-endian float32", AT(base64), 0, 0},
    {"pooling", 0, OG_CLI_TEXT, "KIND", "mean, cls or last: how tokens become one vector (default: as the model says)", AT(pooling), 0, 0},
    {"dimensions", 'd', OG_CLI_INT, "N", "the first N dimensions only, for models trained for that", AT(dimensions), 1, 1 << 20},
    {"raw", 0, OG_CLI_FLAG, NULL, "leave the vectors' lengths as they come (default: length 1)", AT(raw), 0, 0},
    {"truncate", 0, OG_CLI_FLAG, NULL, "cut texts that are longer than the model reads (default: refuse them)", AT(truncate), 0, 0},
    {"batch", 'b', OG_CLI_INT, "N", "tokens of several texts to compute at once (default 512)", AT(batch), 1, 1 << 20},
    OG_CLI_ENGINE_ROWS(embed_opts),
    OG_CLI_OUTPUT_ROWS(embed_opts),
};
#undef AT

static const og_cli_spec spec = {
    .name = "embed",
    .about =
        "Turns each TEXT into a vector: the cosine between two of them, the sum of their products as they have length 1, says how near\n"
        "the texts are in meaning. Without TEXT, each line of --file or of standard input is one. The default prints the numbers of\n"
        "one text on one line. Some models want a word before the text, such as \"query: \"; their pages say so.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = 1 + OG_CLI_TEXTS_MAX,
    .examples = "  offgrid embed model.gguf \"Grass is green.\" \"The lawn is of that colour.\"\n"
                "  offgrid embed model.gguf --file lines.txt --npy vectors.npy\n"
                "  offgrid embed model.gguf --json --base64 <lines.txt\n",
};

/* Base64 (RFC 4648) of n floats as little-endian bytes; malloc'd. */
static char *base64(const float *x, size_t n) {
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t bytes = n * 4;
    char *out = malloc((bytes + 2) / 3 * 4 + 1), *to = out;
    for (size_t i = 0; out != NULL && i < bytes; i += 3) {
        uint32_t group = 0;
        for (size_t j = i; j < i + 3; j++) {
            uint32_t bits = 0;
            if (j < bytes) memcpy(&bits, &x[j / 4], sizeof bits);
            group = group << 8 | (bits >> (j % 4 * 8) & 255);
        }
        for (int j = 0; j < 4; j++) *to++ = digit[group >> (18 - 6 * j) & 63];
        if (i + 1 >= bytes) to[-2] = '=';
        if (i + 2 >= bytes) to[-1] = '=';
    }
    if (out != NULL) *to = '\0';
    return out;
}

static void print_lines(const embed_opts *opts, const float *x, size_t n, size_t dim) {
    for (size_t i = 0; i < n; i++) {
        char *text = opts->base64 ? base64(x + i * dim, dim) : NULL;
        if (text != NULL) fputs(text, stdout);
        for (size_t j = 0; !opts->base64 && j < dim; j++) printf("%s%.9g", j > 0 ? " " : "", (double)x[i * dim + j]);
        putchar('\n');
        free(text);
    }
}

static void print_json(const embed_opts *opts, const float *x, size_t n, const og_embed_result *result) {
    og_json *o = og_json_object(), *list = og_json_array();
    og_json_set(o, "texts", og_json_int((int64_t)n));
    og_json_set(o, "dimensions", og_json_int(result->dim));
    og_json_set(o, "tokens", og_json_int((int64_t)result->n_tokens));
    og_json_set(o, "truncated", og_json_int((int64_t)result->n_truncated));
    og_json_set(o, "npy", og_json_string(opts->npy));
    for (size_t i = 0; opts->npy == NULL && i < n; i++) {
        const float *row = x + i * result->dim;
        char *text = opts->base64 ? base64(row, result->dim) : NULL;
        og_json *one = opts->base64 ? og_json_string(text) : og_json_array();
        for (size_t j = 0; !opts->base64 && j < result->dim; j++) og_json_add(one, og_json_real((double)row[j]));
        og_json_add(list, one);
        free(text);
    }
    og_json_set(o, "embeddings", list);
    og_json_print(o, OG_JSON_SHORT);
}

static int report(const embed_opts *opts, const float *x, size_t n, const og_embed_result *result) {
    og_error err = {0};
    og_cli_warn_truncated(opts->json, result);
    if (opts->npy != NULL && og_npy_write(opts->npy, x, n, result->dim, &err) != OG_OK) return og_cli_fail(opts->json, &err);
    if (opts->json)
        print_json(opts, x, n, result);
    else if (opts->npy == NULL)
        print_lines(opts, x, n, result->dim);
    return og_cli_finish(OG_EXIT_OK);
}

static int with_texts(const embed_opts *opts, const char *path, og_pooling pooling, const og_cli_texts *texts) {
    og_engine *engine;
    og_model *model;
    int code = og_cli_load(&opts->engine, opts->json, path, &engine, &model);
    if (code != OG_EXIT_OK) return code;
    og_cli_progress progress;
    og_cli_progress_start(&progress, "tokens");
    og_embed_params params = og_embed_defaults();
    params.pooling = pooling;
    params.raw = opts->raw;
    params.truncate = opts->truncate;
    params.dimensions = (uint32_t)opts->dimensions;
    params.n_batch = (uint32_t)opts->batch;
    params.progress = og_cli_progress_step;
    params.user = &progress;
    og_error err = {0};
    og_embed_result result;
    float *x = NULL;
    og_status status = og_embed(model, texts->item, texts->n, &params, &x, &result, &err);
    og_cli_progress_end(&progress);
    code = status == OG_OK ? report(opts, x, texts->n, &result) : og_cli_fail(opts->json, &err);
    og_free(x);
    og_model_close(model);
    og_engine_close(engine);
    return code;
}

static bool parse_pooling(const char *name, og_pooling *out) {
    *out = OG_POOLING_NONE;
    if (name == NULL) return true;
    for (og_pooling p = OG_POOLING_MEAN; p <= OG_POOLING_LAST; p++)
        if (strcmp(name, og_pooling_name(p)) == 0) return *out = p, true;
    return false;
}

int og_cmd_embed(int argc, char **argv) {
    embed_opts opts = {0};
    const char *args[1 + OG_CLI_TEXTS_MAX];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    og_pooling pooling;
    if (!parse_pooling(opts.pooling, &pooling))
        return og_cli_failf(opts.json, OG_ERR_ARG, "--pooling is \"%s\"; it can be mean, cls or last", opts.pooling);
    og_cli_catch_interrupt();
    og_cli_texts texts;
    code = og_cli_texts_read(opts.json, args + 1, OG_CLI_TEXTS_MAX, opts.file, &texts);
    if (code != OG_EXIT_OK) return code;
    code = with_texts(&opts, args[0], pooling, &texts);
    og_cli_texts_free(&texts);
    return code;
}
