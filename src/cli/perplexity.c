/* perplexity.c: `offgrid perplexity`: how well a model predicts a text, and how far it is from another. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/corpus.h"
#include "cli/human.h"
#include "cli/json.h"
#include "cli/terminal.h"

typedef struct perplexity_opts {
    og_cli_engine engine;
    const char *against;
    int64_t ctx, chunks;
    bool json, no_color;
} perplexity_opts;

#define AT(field) offsetof(perplexity_opts, field)
static const og_cli_opt options[] = {
    {"against", 0, OG_CLI_TEXT, "BASE", "compare with the model BASE: divergence and agreement of the predictions", AT(against), 0, 0},
    {"ctx", 'c', OG_CLI_INT, "N", "tokens of a chunk; the second half of each is scored (default 512)", AT(ctx), 4, 1 << 20},
    {"chunks", 0, OG_CLI_INT, "N", "stop after N chunks", AT(chunks), 1, 1e9},
    OG_CLI_LORA_ROW(perplexity_opts),
    OG_CLI_KV_ROW(perplexity_opts),
    OG_CLI_ENGINE_ROWS(perplexity_opts),
    OG_CLI_OUTPUT_ROWS(perplexity_opts),
};
#undef AT

static const og_cli_spec spec = {
    .name = "perplexity",
    .about = "Evaluates a text (-: standard input) in chunks and gives the perplexity: e to the mean of -log p(token), over the second\n"
             "half of each chunk. With --against, the Kullback-Leibler divergence of BASE's predictions from the model's, and how often\n"
             "both find the same token likeliest. Errors are standard errors. --kv-type is MODEL's; BASE keeps f16.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 2,
    .max_args = 2,
    .examples = "  offgrid perplexity model-q4.gguf text.txt\n"
                "  offgrid perplexity model-q4.gguf text.txt --against model-f16.gguf\n"
                "  offgrid perplexity model.gguf text.txt --against model.gguf --kv-type q8_0\n",
};

enum { SLICE = 32, DEFAULT_CHUNK = 512 }; /* tokens whose logits are held at once */

/* Mean and standard error of what comes one by one. */
typedef struct mean {
    double sum, squares;
    size_t n;
} mean;

static void add(mean *m, double v) {
    m->sum += v;
    m->squares += v * v;
    m->n++;
}

static double mean_of(const mean *m) {
    return m->sum / (double)m->n;
}

static double error_of(const mean *m) {
    double centre = mean_of(m), variance = m->squares / (double)m->n - centre * centre;
    return m->n > 1 && variance > 0 ? sqrt(variance / (double)(m->n - 1)) : 0;
}

typedef struct side {
    og_model *model;
    og_session *session;
    float *logits; /* [SLICE][n_vocab] */
    mean nll;
} side;

typedef struct scores {
    side side[2]; /* the model, and BASE if n_sides is 2 */
    int n_sides;
    size_t n_vocab, chunk, n_chunks;
    mean divergence, agreement;
    double *each; /* divergences, for their quantiles */
} scores;

/* Log of the sum of exponentials. */
static double log_sum(const float *x, size_t n) {
    float most = x[0];
    for (size_t i = 1; i < n; i++) most = x[i] > most ? x[i] : most;
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += exp((double)x[i] - (double)most);
    return (double)most + log(sum);
}

static size_t likeliest(const float *x, size_t n) {
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (x[i] > x[best]) best = i;
    return best;
}

/* One position: logits of every side, and the token that came. */
static void score(scores *s, size_t slot, int32_t next) {
    const float *x[2];
    double total[2];
    for (int i = 0; i < s->n_sides; i++) {
        x[i] = s->side[i].logits + slot * s->n_vocab;
        total[i] = log_sum(x[i], s->n_vocab);
        add(&s->side[i].nll, total[i] - (double)x[i][next]);
    }
    if (s->n_sides < 2) return;
    double divergence = 0;
    for (size_t k = 0; k < s->n_vocab; k++) {
        double base = (double)x[1][k] - total[1], mine = (double)x[0][k] - total[0];
        divergence += exp(base) * (base - mine);
    }
    if (divergence < 0) divergence = 0; /* rounding, where both agree */
    s->each[s->divergence.n] = divergence;
    add(&s->divergence, divergence);
    add(&s->agreement, likeliest(x[0], s->n_vocab) == likeliest(x[1], s->n_vocab));
}

/* Evaluates a chunk and scores the tokens of its second half. */
static og_status run_chunk(scores *s, const int32_t *ids, og_cli_progress *progress, size_t done, og_error *err) {
    size_t first = s->chunk / 2;
    for (int i = 0; i < s->n_sides; i++) {
        og_status status = og_session_rewind(s->side[i].session, 0, err);
        og_cli_cancels(s->side[i].session);
        if (status == OG_OK) status = og_session_eval(s->side[i].session, ids, first, NULL, NULL, err);
        if (status != OG_OK) return status;
    }
    for (size_t at = first; at + 1 < s->chunk; at += SLICE) {
        size_t n = s->chunk - 1 - at < SLICE ? s->chunk - 1 - at : SLICE;
        for (int i = 0; i < s->n_sides; i++) {
            og_cli_cancels(s->side[i].session);
            og_status status = og_session_eval_all(s->side[i].session, ids + at, n, s->side[i].logits, err);
            if (status != OG_OK) return status;
        }
        for (size_t k = 0; k < n; k++) score(s, k, ids[at + k + 1]);
        if (!og_cli_progress_step(progress, "perplexity", done + at + n, s->n_chunks * s->chunk)) {
            err->status = OG_ERR_CANCELLED;
            return OG_ERR_CANCELLED;
        }
    }
    return OG_OK;
}

static og_status run_all(scores *s, const int32_t *ids, og_error *err) {
    og_cli_progress progress;
    og_cli_progress_start(&progress, "tokens");
    int32_t start = og_cli_chunk_start(s->side[0].model), *chunk = malloc(s->chunk * sizeof *chunk);
    og_status status = chunk != NULL ? OG_OK : OG_ERR_MEMORY;
    for (size_t i = 0; i < s->n_chunks && status == OG_OK; i++) {
        memcpy(chunk, ids + i * s->chunk, s->chunk * sizeof *chunk);
        if (start >= 0) chunk[0] = start;
        status = run_chunk(s, chunk, &progress, i * s->chunk, err);
    }
    og_cli_cancels(NULL);
    og_cli_progress_end(&progress);
    free(chunk);
    return status;
}

/* ---- output ---- */

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_text(const scores *s) {
    const mean *nll = &s->side[0].nll, *base = &s->side[1].nll;
    double ppl = exp(mean_of(nll));
    printf("perplexity         %.4f +- %.4f   (%zu tokens in %zu chunks of %zu)\n", ppl, ppl * error_of(nll), nll->n, s->n_chunks,
           s->chunk);
    if (s->n_sides < 2) return;
    double other = exp(mean_of(base));
    printf("of the base        %.4f +- %.4f\n", other, other * error_of(base));
    printf("divergence         %.6f +- %.6f   median %.6f, 99 %% %.6f, most %.6f\n", mean_of(&s->divergence), error_of(&s->divergence),
           s->each[s->divergence.n / 2], s->each[s->divergence.n * 99 / 100], s->each[s->divergence.n - 1]);
    printf("same top token     %.3f %% +- %.3f %%\n", 100 * mean_of(&s->agreement), 100 * error_of(&s->agreement));
}

static void print_json(const scores *s) {
    const mean *nll = &s->side[0].nll, *base = &s->side[1].nll;
    og_json *o = og_json_object();
    og_json_set(o, "tokens", og_json_int((int64_t)nll->n));
    og_json_set(o, "chunks", og_json_int((int64_t)s->n_chunks));
    og_json_set(o, "chunk", og_json_int((int64_t)s->chunk));
    og_json_set(o, "perplexity", og_json_real(exp(mean_of(nll))));
    og_json_set(o, "perplexity_error", og_json_real(exp(mean_of(nll)) * error_of(nll)));
    if (s->n_sides == 2) {
        og_json_set(o, "base_perplexity", og_json_real(exp(mean_of(base))));
        og_json_set(o, "divergence", og_json_real(mean_of(&s->divergence)));
        og_json_set(o, "divergence_error", og_json_real(error_of(&s->divergence)));
        og_json_set(o, "divergence_median", og_json_real(s->each[s->divergence.n / 2]));
        og_json_set(o, "divergence_99", og_json_real(s->each[s->divergence.n * 99 / 100]));
        og_json_set(o, "divergence_max", og_json_real(s->each[s->divergence.n - 1]));
        og_json_set(o, "same_top", og_json_real(mean_of(&s->agreement)));
        og_json_set(o, "same_top_error", og_json_real(error_of(&s->agreement)));
    }
    og_json_print(o, OG_JSON_SHORT);
}

/* ---- the command ---- */

static int open_sessions(scores *s, const perplexity_opts *opts) {
    og_error err = {0};
    og_session_params sp = og_session_defaults();
    sp.n_ctx = (uint32_t)s->chunk;
    for (int i = 0; i < s->n_sides; i++) {
        sp.kv_type = i == 0 ? opts->engine.kv_type : NULL; /* the base has what is exact */
        if (og_session_open(s->side[i].model, &sp, &s->side[i].session, &err) != OG_OK) return og_cli_fail(opts->json, &err);
        s->side[i].logits = malloc(SLICE * s->n_vocab * sizeof(float));
        if (s->side[i].logits == NULL) return og_cli_failf(opts->json, OG_ERR_MEMORY, "out of memory for logits");
    }
    s->each = malloc(s->n_chunks * s->chunk * sizeof *s->each);
    return s->each != NULL ? OG_EXIT_OK : og_cli_failf(opts->json, OG_ERR_MEMORY, "out of memory for the scores");
}

/* Both models must have the same tokens, else their predictions cannot be compared. */
static int check_vocabularies(const scores *s, const perplexity_opts *opts) {
    const og_tok *a = og_model_tok(s->side[0].model), *b = og_model_tok(s->side[1].model);
    bool same = og_tok_size(a) == og_tok_size(b);
    for (int32_t i = 0; same && i < og_tok_size(a); i++) {
        size_t n = 0, m = 0;
        const char *x = og_tok_piece(a, i, &n), *y = og_tok_piece(b, i, &m);
        same = n == m && (x == NULL) == (y == NULL) && (x == NULL || memcmp(x, y, n) == 0);
    }
    if (same) return OG_EXIT_OK;
    return og_cli_failf(opts->json, OG_ERR_UNSUPPORTED, "the models have different vocabularies, so their predictions cannot be compared");
}

static int measure(scores *s, const perplexity_opts *opts, const char *text) {
    int32_t *ids = NULL;
    size_t n = 0;
    og_error err = {0};
    og_model_info info;
    og_model_describe(s->side[0].model, &info);
    s->n_vocab = (size_t)info.n_vocab;
    s->chunk = opts->ctx > 0 ? (size_t)opts->ctx : DEFAULT_CHUNK;
    int code = s->n_sides == 2 ? check_vocabularies(s, opts) : OG_EXIT_OK;
    if (code == OG_EXIT_OK) code = og_cli_corpus(opts->json, og_model_tok(s->side[0].model), text, &ids, &n);
    if (code != OG_EXIT_OK) return code;
    s->n_chunks = n / s->chunk;
    if (opts->chunks > 0 && s->n_chunks > (size_t)opts->chunks) s->n_chunks = (size_t)opts->chunks;
    if (s->n_chunks == 0)
        code = og_cli_failf(opts->json, OG_ERR_ARG, "%zu tokens are less than one chunk of %zu: give more text, or a smaller --ctx", n,
                            s->chunk);
    if (code == OG_EXIT_OK) code = open_sessions(s, opts);
    if (code == OG_EXIT_OK && run_all(s, ids, &err) != OG_OK) {
        if (err.status == OG_OK) og_cli_failf(opts->json, OG_ERR_MEMORY, "out of memory for a chunk");
        code = err.status == OG_OK ? OG_EXIT_FAIL : og_cli_fail(opts->json, &err);
    }
    og_free(ids);
    if (code != OG_EXIT_OK) return code;
    if (s->n_sides == 2) qsort(s->each, s->divergence.n, sizeof *s->each, ascending);
    if (opts->json)
        print_json(s);
    else
        print_text(s);
    return og_cli_finish(OG_EXIT_OK);
}

int og_cmd_perplexity(int argc, char **argv) {
    perplexity_opts opts = {0};
    const char *args[2];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    og_cli_catch_interrupt();
    scores s = {.n_sides = opts.against != NULL ? 2 : 1};
    og_engine *engine;
    code = og_cli_load(&opts.engine, opts.json, args[0], &engine, &s.side[0].model);
    if (code == OG_EXIT_OK && opts.against != NULL) {
        og_error err = {0};
        if (og_model_open(engine, opts.against, NULL, &s.side[1].model, &err) != OG_OK) code = og_cli_fail(opts.json, &err);
    }
    if (code == OG_EXIT_OK) code = measure(&s, &opts, args[1]);
    for (int i = 0; i < 2; i++) {
        og_session_close(s.side[i].session);
        og_model_close(s.side[i].model);
        free(s.side[i].logits);
    }
    free(s.each);
    og_engine_close(engine);
    return code;
}
