/* bench.c: `offgrid bench`: how fast, and how near to what the machine can do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/bench.h"
#include "cli/terminal.h"

#define AT(field) offsetof(og_bench_opts, field)
static const og_cli_opt options[] = {
    {"prefill", 'p', OG_CLI_INT, "N", "tokens of the prompt; 0: do not measure (default 512)", AT(prefill), 0, 1 << 24},
    {"decode", 'n', OG_CLI_INT, "N", "tokens of the answer; 0: do not measure (default 64)", AT(decode), 0, 1 << 24},
    {"runs", 'r', OG_CLI_INT, "N", "times to measure each (default 5)", AT(runs), 1, 1000},
    {"at-once", 0, OG_CLI_INT, "N", "decode N tokens at a time, with logits of all, as N dialogues or a draft do (default 1)", AT(at_once),
     1, 512},
    {"ctx-fill", 0, OG_CLI_INT, "N", "tokens that are in the context before, unmeasured (default 0)", AT(fill), 0, 1 << 24},
    OG_CLI_KV_ROW(og_bench_opts),
    OG_CLI_ENGINE_ROWS(og_bench_opts),
    OG_CLI_OUTPUT_ROWS(og_bench_opts),
};
#undef AT

static const og_cli_spec spec = {
    .name = "bench",
    .about = "Measures how fast prompts are read (prefill) and answers made (decode) and, in alternation with the runs, what the machine\n"
             "can do at that moment: how fast it reads memory, which bounds decode, and how many int8 multiply-adds it does, which bounds\n"
             "prefill. The shares say how near to these limits the engine came. One run before the first is not counted.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = 1,
    .examples = "  offgrid bench model.gguf\n"
                "  offgrid bench model.gguf -p 512 -n 64 --threads 2 --runs 5 --json\n"
                "  offgrid bench model.gguf -p 0 -n 128 --ctx-fill 4000\n"
                "  offgrid bench model.gguf -p 0 -n 128 --at-once 8\n",
};

static const double limit_seconds = 0.25; /* that each limit is measured for */

/* ---- what a token costs ---- */

static bool ends_with(const char *s, const char *end) {
    size_t n = strlen(s), k = strlen(end);
    return n >= k && strcmp(s + n - k, end) == 0;
}

/* How much of a tensor a token meets: of those that stack the matrices of all experts, the chosen ones. */
static double used_part(const og_bench *b, const char *name) {
    bool stacked = b->info.n_expert > 0 && strstr(name, "_exps.");
    return stacked ? (double)b->info.n_expert_used / b->info.n_expert : 1;
}

/* Bytes read for a decoded token and multiply-adds of a prefilled one. A table of embeddings is looked up, not multiplied, unless it is
 * the output matrix too; the output matrix is applied to the last token of a prompt only. */
static void count_costs(og_bench *b) {
    const og_file *file = og_model_file(b->model);
    og_tensor_info t;
    bool tied = true;
    double embd_bytes = 0, output_macs = 0, macs = 0, unmet = 0;
    for (uint64_t i = 0; og_file_tensor(file, i, &t); i++) {
        double used = used_part(b, t.name);
        double elements = used * (double)t.dim[0] * (double)t.dim[1] * (double)t.dim[2] * (double)t.dim[3];
        unmet += (1 - used) * (double)t.bytes;
        if (strcmp(t.name, "output.weight") == 0) {
            tied = false;
            output_macs = elements;
        } else if (strcmp(t.name, "token_embd.weight") == 0) {
            embd_bytes = (double)t.bytes;
            if (tied) output_macs = elements;
        } else if (t.n_dims > 1 && ends_with(t.name, ".weight")) {
            macs += elements;
        }
    }
    /* what a step reads, of however many tokens, as if all met the same experts */
    b->token_bytes = (double)b->info.tensor_bytes - unmet - (tied ? 0 : embd_bytes);
    b->token_macs = macs + (b->opts->prefill > 0 ? output_macs / (double)b->opts->prefill : 0);
}

/* And of the cache, on average, for a decoded token. */
static void count_cache(og_bench *b, uint32_t n_ctx) {
    og_stats stats;
    og_session_stats(b->session, &stats);
    const double depth = (double)(b->opts->fill + b->opts->prefill) + 0.5 * (double)b->opts->decode;
    b->token_bytes += depth * (double)(stats.kv_bytes - b->info.state_bytes) / (double)n_ctx;
}

/* ---- runs ---- */

/* Token ids without meaning, the same every time (a linear congruential generator, constants of Numerical Recipes). */
static void make_prompt(int32_t *ids, size_t n, int32_t n_vocab) {
    uint32_t x = 1;
    for (size_t i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        ids[i] = (int32_t)((uint64_t)x * (uint64_t)n_vocab >> 32);
    }
}

static og_status time_prefill(og_bench *b, const int32_t *ids, double *tps, og_error *err) {
    size_t n = (size_t)b->opts->prefill;
    double start = og_cli_seconds();
    og_status status = og_session_eval(b->session, ids, n, NULL, NULL, err);
    *tps = (double)n / (og_cli_seconds() - start);
    return status;
}

/* Steps of at_once tokens each. Which tokens does not matter: the prompt's own. */
static og_status time_batches(og_bench *b, const int32_t *ids, double *tps, og_error *err) {
    const size_t each = (size_t)b->opts->at_once, steps = ((size_t)b->opts->decode + each - 1) / each;
    double start = og_cli_seconds();
    og_status status = OG_OK;
    for (size_t i = 0; i < steps && status == OG_OK; i++) status = og_session_eval_all(b->session, ids, each, b->logits, err);
    *tps = (double)(steps * each) / (og_cli_seconds() - start);
    return status;
}

static og_status time_decode(og_bench *b, double *tps, og_error *err) {
    og_generate_params p = og_generate_defaults();
    og_generate_result result;
    p.sampling.temperature = 0;
    p.max_tokens = (int32_t)b->opts->decode;
    p.ignore_end = true;
    uint32_t before = og_session_n_past(b->session);
    double start = og_cli_seconds();
    og_status status = og_session_generate(b->session, &p, &result, err);
    *tps = (double)(og_session_n_past(b->session) - before) / (og_cli_seconds() - start);
    if (status != OG_OK || result.stop != OG_STOP_CANCELLED) return status;
    err->status = OG_ERR_CANCELLED;
    return OG_ERR_CANCELLED;
}

/* One prompt and one answer after the tokens that fill the context. */
static og_status time_run(og_bench *b, const int32_t *ids, double *prefill_tps, double *decode_tps, og_error *err) {
    const og_bench_opts *o = b->opts;
    og_status status = OG_OK;
    if (og_session_n_past(b->session) < o->fill) status = og_session_eval(b->session, ids, (size_t)o->fill, NULL, NULL, err);
    if (status == OG_OK) status = og_session_rewind(b->session, (uint32_t)o->fill, err);
    if (status == OG_OK && o->prefill > 0) status = time_prefill(b, ids + o->fill, prefill_tps, err);
    /* something must have been evaluated since the rewind, for the answer to go on from */
    if (status == OG_OK && o->prefill == 0) status = og_session_eval(b->session, ids + o->fill, 1, NULL, NULL, err);
    if (status == OG_OK && o->decode > 0) status = o->at_once > 1 ? time_batches(b, ids, decode_tps, err) : time_decode(b, decode_tps, err);
    return status;
}

/* A line on the terminal: run 0 is the one that is not counted; below 0 the line is wiped. */
static void show_progress(const og_bench *b, int64_t run) {
    if (!og_cli_is_terminal(stderr)) return;
    fputs("\r\033[K", stderr);
    if (run == 0) fputs("warming up", stderr);
    if (run > 0) fprintf(stderr, "run %d of %d", (int)run, (int)b->opts->runs);
}

static double peak_rss(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss * 1024; /* Linux counts in KiB */
}

static og_status measure(og_bench *b, const int32_t *ids, og_error *err) {
    double read, mac, read_next, mac_next;
    show_progress(b, 0);
    og_status status = time_run(b, ids, &read, &mac, err); /* warms caches and plans; its figures are not kept */
    b->peak_rss = peak_rss();
    if (status == OG_OK) status = og_engine_limits(b->engine, limit_seconds, &read, &mac, err);
    for (int64_t r = 0; status == OG_OK && r < b->opts->runs; r++) {
        show_progress(b, r + 1);
        status = time_run(b, ids, &b->value[OG_BENCH_PREFILL][r], &b->value[OG_BENCH_DECODE][r], err);
        if (status == OG_OK) status = og_engine_limits(b->engine, limit_seconds, &read_next, &mac_next, err);
        if (status == OG_OK && og_cli_interrupted()) status = err->status = OG_ERR_CANCELLED;
        if (status != OG_OK) break;
        /* a run is compared with the limits as they were just before and just after it */
        b->value[OG_BENCH_READ][r] = 0.5 * (read + read_next);
        b->value[OG_BENCH_INT8][r] = 0.5 * (mac + mac_next);
        b->value[OG_BENCH_SHARE_READ][r] =
            b->value[OG_BENCH_DECODE][r] / (double)b->opts->at_once * b->token_bytes / b->value[OG_BENCH_READ][r];
        b->value[OG_BENCH_SHARE_INT8][r] = b->value[OG_BENCH_PREFILL][r] * b->token_macs / b->value[OG_BENCH_INT8][r];
        read = read_next;
        mac = mac_next;
    }
    show_progress(b, -1);
    return status;
}

static int run_all(og_bench *b) {
    const og_bench_opts *o = b->opts;
    og_error err = {0};
    og_session_params sp = og_session_defaults();
    size_t n_ids = (size_t)(o->fill + o->prefill + o->at_once);
    sp.n_ctx = (uint32_t)(n_ids + (size_t)(o->decode + o->at_once));
    sp.kv_type = o->engine.kv_type;
    int32_t *ids = malloc(n_ids * sizeof *ids);
    b->logits = malloc((size_t)o->at_once * (size_t)b->info.n_vocab * sizeof *b->logits);
    bool have = ids != NULL && b->logits != NULL;
    for (int i = 0; i < OG_BENCH_FIGURES; i++) have = (b->value[i] = calloc((size_t)o->runs, sizeof(double))) != NULL && have;
    int code;
    if (!have) {
        code = og_cli_failf(o->json, OG_ERR_MEMORY, "out of memory for %zu tokens", n_ids);
    } else {
        make_prompt(ids, n_ids, b->info.n_vocab);
        og_status status = og_session_open(b->model, &sp, &b->session, &err);
        og_cli_cancels(b->session);
        if (status == OG_OK) count_cache(b, sp.n_ctx);
        if (status == OG_OK) status = measure(b, ids, &err);
        og_cli_cancels(NULL);
        code = status == OG_OK ? og_bench_report(b) : og_cli_fail(o->json, &err);
        og_session_close(b->session);
    }
    for (int i = 0; i < OG_BENCH_FIGURES; i++) free(b->value[i]);
    free(ids);
    free(b->logits);
    return code;
}

int og_cmd_bench(int argc, char **argv) {
    og_bench_opts opts = {.prefill = 512, .decode = 64, .runs = 5, .at_once = 1};
    const char *args[1];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    if (opts.prefill + opts.decode == 0) return og_cli_failf(opts.json, OG_ERR_ARG, "-p 0 and -n 0 leave nothing to measure");
    og_cli_catch_interrupt();
    og_bench b = {.opts = &opts, .path = args[0]};
    double start = og_cli_seconds();
    code = og_cli_load(&opts.engine, opts.json, args[0], &b.engine, &b.model);
    if (code != OG_EXIT_OK) return code;
    b.load_seconds = og_cli_seconds() - start;
    og_model_describe(b.model, &b.info);
    og_engine_describe(b.engine, &b.machine);
    count_costs(&b);
    code = run_all(&b);
    og_model_close(b.model);
    og_engine_close(b.engine);
    return code;
}
