/* logits.c: `offgrid logits`: what one needs to compare engines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/human.h"
#include "cli/json.h"
#include "cli/npy.h"
#include "cli/terminal.h"

typedef struct logits_opts {
    og_cli_engine engine;
    const char *tokens, *npy;
    int64_t top;
    bool json, no_color;
} logits_opts;

#define AT(field) offsetof(logits_opts, field)
static const og_cli_opt options[] = {
    {"tokens", 0, OG_CLI_TEXT, "IDS", "token ids, apart by commas or blanks; - reads them from standard input", AT(tokens), 0, 0},
    {"npy", 'o', OG_CLI_TEXT, "OUT", "write float32 logits [positions, vocabulary] to OUT (-: standard output) in NumPy's format", AT(npy),
     0, 0},
    {"top", 0, OG_CLI_INT, "K", "print the K likeliest next tokens at each position (default 5 without --npy)", AT(top), 1, 1000},
    OG_CLI_LORA_ROW(logits_opts),
    OG_CLI_KV_ROW(logits_opts),
    OG_CLI_ENGINE_ROWS(logits_opts),
    OG_CLI_OUTPUT_ROWS(logits_opts),
};
#undef AT

static const og_cli_spec spec = {
    .name = "logits",
    .about = "Evaluates token ids and gives the logits after each of them: as a NumPy file, or the likeliest next tokens as a table.\n"
             "Nothing is added to the ids, no BOS either.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = 1,
    .examples = "  offgrid logits model.gguf --tokens 1,2,3 --npy out.npy\n"
                "  offgrid logits model.gguf --tokens 1,403,407 --top 10\n"
                "  offgrid tokenize model.gguf --ids \"Once upon\" | offgrid logits model.gguf --tokens -\n",
};

/* The k largest of row[0..n), best first, lower ids first on ties; returns how many. */
static size_t top_of(const float *row, size_t n, size_t k, int32_t *best) {
    size_t have = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = have;
        while (at > 0 && row[i] > row[best[at - 1]]) at--;
        if (at >= k) continue;
        if (have < k) have++;
        memmove(best + at + 1, best + at, (have - at - 1) * sizeof *best);
        best[at] = (int32_t)i;
    }
    return have;
}

static void print_top(const og_tok *tok, const int32_t *ids, size_t n, const float *logits, size_t n_vocab, size_t k) {
    int32_t best[1000];
    og_cli_table t = {.align = "rrrrl"};
    const char *heads[] = {"position", "token", "next", "logit", "piece"};
    for (size_t i = 0; i < 5; i++) og_cli_cell(&t, "%s", heads[i]);
    for (size_t p = 0; p < n; p++) {
        const float *row = logits + p * n_vocab;
        size_t found = top_of(row, n_vocab, k, best);
        for (size_t j = 0; j < found; j++) {
            size_t len;
            const char *piece = og_tok_piece(tok, best[j], &len);
            char *shown = piece ? og_cli_escape(piece, len, len) : NULL;
            og_cli_cell(&t, "%zu", p);
            og_cli_cell(&t, "%d", ids[p]);
            og_cli_cell(&t, "%d", best[j]);
            og_cli_cell(&t, "%.4f", (double)row[best[j]]);
            og_cli_cell(&t, "%s", shown ? shown : "");
            free(shown);
        }
    }
    og_cli_table_print(&t, stdout, 0);
}

static void print_json(const float *logits, size_t n, size_t n_vocab, size_t k, const char *npy) {
    int32_t best[1000];
    og_json *o = og_json_object(), *positions = og_json_array();
    og_json_set(o, "positions", og_json_int((int64_t)n));
    og_json_set(o, "vocabulary", og_json_int((int64_t)n_vocab));
    og_json_set(o, "npy", og_json_string(npy));
    for (size_t p = 0; k > 0 && p < n; p++) {
        const float *row = logits + p * n_vocab;
        size_t found = top_of(row, n_vocab, k, best);
        og_json *list = og_json_array();
        for (size_t j = 0; j < found; j++) {
            og_json *one = og_json_object();
            og_json_set(one, "id", og_json_int(best[j]));
            og_json_set(one, "logit", og_json_real((double)row[best[j]]));
            og_json_add(list, one);
        }
        og_json_add(positions, list);
    }
    og_json_set(o, "top", positions);
    og_json_print(o, OG_JSON_SHORT);
}

/* Logits of all n positions; malloc'd; NULL after saying why. */
static float *evaluate(const logits_opts *opts, og_model *model, const int32_t *ids, size_t n, size_t n_vocab, int *code) {
    og_error err = {0};
    og_session *session = NULL;
    og_session_params sp = og_session_defaults();
    sp.n_ctx = (uint32_t)n;
    sp.kv_type = opts->engine.kv_type;
    float *logits = n < SIZE_MAX / sizeof(float) / n_vocab ? malloc(n * n_vocab * sizeof *logits) : NULL;
    if (logits == NULL) {
        *code = og_cli_failf(opts->json, OG_ERR_MEMORY, "out of memory for the logits of %zu positions; give fewer tokens", n);
        return NULL;
    }
    og_status status = og_session_open(model, &sp, &session, &err);
    og_cli_cancels(session);
    if (status == OG_OK) status = og_session_eval_all(session, ids, n, logits, &err);
    og_cli_cancels(NULL);
    og_session_close(session);
    *code = OG_EXIT_OK;
    if (status == OG_OK) return logits;
    *code = og_cli_fail(opts->json, &err);
    free(logits);
    return NULL;
}

/* Writes or prints what was asked for. */
static int report(const logits_opts *opts, const og_tok *tok, const int32_t *ids, size_t n, const float *logits, size_t n_vocab) {
    og_error err = {0};
    if (opts->npy != NULL && og_npy_write(opts->npy, logits, n, n_vocab, &err) != OG_OK) return og_cli_fail(opts->json, &err);
    size_t top = opts->top > 0 ? (size_t)opts->top : opts->npy ? 0 : 5;
    if (opts->json)
        print_json(logits, n, n_vocab, top, opts->npy);
    else if (top > 0)
        print_top(tok, ids, n, logits, n_vocab, top);
    return og_cli_finish(OG_EXIT_OK);
}

static int with_model(const logits_opts *opts, og_model *model, const char *text, size_t len) {
    og_model_info info;
    og_model_describe(model, &info);
    int32_t *ids = NULL;
    size_t n = 0, n_vocab = (size_t)info.n_vocab;
    if (!og_cli_parse_ids(opts->json, text, len, info.n_vocab, &ids, &n)) return OG_EXIT_USAGE;
    int code;
    float *logits = NULL;
    if (n == 0 || n > UINT32_MAX)
        code = og_cli_failf(opts->json, OG_ERR_ARG, "--tokens needs between 1 and %u ids", UINT32_MAX);
    else
        logits = evaluate(opts, model, ids, n, n_vocab, &code);
    if (logits != NULL) code = report(opts, og_model_tok(model), ids, n, logits, n_vocab);
    free(logits);
    free(ids);
    return code;
}

int og_cmd_logits(int argc, char **argv) {
    logits_opts opts = {0};
    const char *args[1];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    if (opts.tokens == NULL) return og_cli_failf(opts.json, OG_ERR_ARG, "logits needs --tokens, e.g. --tokens 1,2,3");
    og_cli_catch_interrupt();
    size_t len = strlen(opts.tokens);
    char *piped = NULL;
    if (strcmp(opts.tokens, "-") == 0 && (piped = og_cli_read_stdin(opts.json, &len)) == NULL) return OG_EXIT_FAIL;
    og_engine *engine;
    og_model *model;
    code = og_cli_load(&opts.engine, opts.json, args[0], &engine, &model);
    if (code == OG_EXIT_OK) code = with_model(&opts, model, piped ? piped : opts.tokens, len);
    og_model_close(model);
    og_engine_close(engine);
    free(piped);
    return code;
}
