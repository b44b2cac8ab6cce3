/* rerank.c: `offgrid rerank`: documents by how well they answer a query. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/human.h"
#include "cli/json.h"
#include "cli/terminal.h"
#include "cli/texts.h"

typedef struct rerank_opts {
    og_cli_engine engine;
    const char *file;
    int64_t top, batch;
    bool raw, truncate, json, no_color;
} rerank_opts;

#define AT(field) offsetof(rerank_opts, field)
static const og_cli_opt options[] = {
    {"file", 'f', OG_CLI_TEXT, "FILE", "the documents are the lines of FILE (-: standard input)", AT(file), 0, 0},
    {"top", 0, OG_CLI_INT, "N", "print the best N only", AT(top), 1, 1 << 24},
    {"raw", 0, OG_CLI_FLAG, NULL, "print the head's own numbers (default: squeezed into 0 to 1)", AT(raw), 0, 0},
    {"truncate", 0, OG_CLI_FLAG, NULL, "cut documents that are longer than the model reads (default: refuse them)", AT(truncate), 0, 0},
    {"batch", 'b', OG_CLI_INT, "N", "tokens of several documents to compute at once (default 512)", AT(batch), 1, 1 << 20},
    OG_CLI_ENGINE_ROWS(rerank_opts),
    OG_CLI_OUTPUT_ROWS(rerank_opts),
};
#undef AT

static const og_cli_spec spec = {
    .name = "rerank",
    .about =
        "Reads QUERY together with each DOC and prints the documents, best first: score, number (from 0), text. Without DOC, each line\n"
        "of --file or of standard input is one. MODEL must be a ranking model (a cross-encoder with one score).",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 2,
    .max_args = 2 + OG_CLI_TEXTS_MAX,
    .examples = "  offgrid rerank reranker.gguf \"why is grass green\" \"Chlorophyll absorbs red light.\" \"Snow is white.\"\n"
                "  grep -ri grass notes/ | offgrid rerank reranker.gguf \"why is grass green\" --top 5\n",
};

typedef struct hit {
    size_t index;
    float score;
} hit;

static int by_score(const void *a, const void *b) {
    const hit *x = a, *y = b;
    if (x->score != y->score) return x->score < y->score ? 1 : -1;
    return (x->index > y->index) - (x->index < y->index);
}

static void print_json(const hit *hits, size_t n, const og_embed_result *result) {
    og_json *o = og_json_object(), *list = og_json_array();
    og_json_set(o, "tokens", og_json_int((int64_t)result->n_tokens));
    og_json_set(o, "truncated", og_json_int((int64_t)result->n_truncated));
    for (size_t i = 0; i < n; i++) {
        og_json *one = og_json_object();
        og_json_set(one, "index", og_json_int((int64_t)hits[i].index));
        og_json_set(one, "score", og_json_real((double)hits[i].score));
        og_json_add(list, one);
    }
    og_json_set(o, "results", list);
    og_json_print(o, OG_JSON_SHORT);
}

static void print_table(const hit *hits, size_t n, const og_cli_texts *docs) {
    for (size_t i = 0; i < n; i++) {
        const og_input *doc = &docs->item[hits[i].index];
        char *shown = og_cli_escape(doc->text, doc->len, doc->len);
        printf("%9.6f %5zu  %s\n", (double)hits[i].score, hits[i].index, shown ? shown : "");
        free(shown);
    }
}

/* Sorts and prints n scores. */
static int report(const rerank_opts *opts, const float *score, const og_cli_texts *docs, const og_embed_result *result) {
    hit *hits = calloc(docs->n, sizeof *hits);
    if (hits == NULL) return og_cli_failf(opts->json, OG_ERR_MEMORY, "out of memory for %zu scores", docs->n);
    for (size_t i = 0; i < docs->n; i++) hits[i] = (hit){i, score[i]};
    qsort(hits, docs->n, sizeof *hits, by_score);
    size_t n = opts->top > 0 && (size_t)opts->top < docs->n ? (size_t)opts->top : docs->n;
    og_cli_warn_truncated(opts->json, result);
    if (opts->json)
        print_json(hits, n, result);
    else
        print_table(hits, n, docs);
    free(hits);
    return og_cli_finish(OG_EXIT_OK);
}

static int with_model(const rerank_opts *opts, og_model *model, const char *query, const og_cli_texts *docs) {
    og_error err = {0};
    float *score = calloc(docs->n, sizeof *score);
    if (score == NULL) return og_cli_failf(opts->json, OG_ERR_MEMORY, "out of memory for %zu scores", docs->n);
    og_cli_progress progress;
    og_cli_progress_start(&progress, "tokens");
    og_embed_params params = og_embed_defaults();
    params.raw = opts->raw;
    params.truncate = opts->truncate;
    params.n_batch = (uint32_t)opts->batch;
    params.progress = og_cli_progress_step;
    params.user = &progress;
    og_embed_result result;
    const og_input in = {.text = query, .len = strlen(query)};
    og_status status = og_rerank(model, &in, docs->item, docs->n, &params, score, &result, &err);
    og_cli_progress_end(&progress);
    int code = status == OG_OK ? report(opts, score, docs, &result) : og_cli_fail(opts->json, &err);
    free(score);
    return code;
}

int og_cmd_rerank(int argc, char **argv) {
    rerank_opts opts = {0};
    const char *args[2 + OG_CLI_TEXTS_MAX];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    og_cli_catch_interrupt();
    og_cli_texts docs;
    code = og_cli_texts_read(opts.json, args + 2, OG_CLI_TEXTS_MAX, opts.file, &docs);
    if (code != OG_EXIT_OK) return code;
    og_engine *engine;
    og_model *model;
    code = og_cli_load(&opts.engine, opts.json, args[0], &engine, &model);
    if (code == OG_EXIT_OK) code = with_model(&opts, model, args[1], &docs);
    og_model_close(model);
    og_engine_close(engine);
    og_cli_texts_free(&docs);
    return code;
}
