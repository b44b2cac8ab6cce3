/* fit.c: `offgrid fit`: whether a model fits this device, and how fast it can be. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/fit.h"
#include "cli/human.h"
#include "cli/json.h"
#include "cli/models.h"
#include "cli/terminal.h"
#include "store/catalogue.h"

typedef struct fit_opts {
    og_cli_engine engine;
    const char *quant;
    int64_t ctx;
    bool json, no_color;
} fit_opts;

static const og_cli_opt options[] = {
    {"ctx", 'c', OG_CLI_INT, "N", "for a context of N tokens (default: the model's, at most 4096)", offsetof(fit_opts, ctx), 1, INT32_MAX},
    {"quant", 'q', OG_CLI_TEXT, "TYPE", "as it would be quantized to TYPE, e.g. Q4_K_M (default: as it is; of a size Q4_K_M)",
     offsetof(fit_opts, quant), 0, 0},
    OG_CLI_ENGINE_ROWS(fit_opts),
    OG_CLI_OUTPUT_ROWS(fit_opts),
};

static const og_cli_spec spec = {
    .name = "fit",
    .about =
        "Says what memory a model takes, whether this device has it, and how fast it can be at most. MODEL is a file or a name: then the\n"
        "figures are exact for it as it is, and reckoned for other types. Or it is a number of weights such as 3B: then all is reckoned "
        "from\n"
        "the shape usual for that size. Expected speeds come from the memory bandwidth and the arithmetic measured here and now.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = 1,
    .examples = "  offgrid fit model.gguf\n"
                "  offgrid fit llama3.2:3b --ctx 16384\n"
                "  offgrid fit 7B --quant Q8_0\n",
};

/* Types of the table, with bits a weight where only a number of weights is known (llama.cpp's figures for Llama 3.1 8B). */
static const struct {
    const char *name;
    double bits;
} quants[] = {{"F16", 16}, {"Q8_0", 8.5}, {"Q6_K", 6.56}, {"Q5_K_M", 5.7}, {"Q4_K_M", 4.89}, {"Q3_K_M", 4}, {"Q2_K", 3.16}};
enum { N_QUANTS = sizeof quants / sizeof *quants, N_CONTEXTS = 4 };

typedef struct subject {
    const char *label;
    char *path;
    og_file *file; /* NULL: only its size is known */
    og_engine *engine;
    og_fit_device device;
    og_fit_shape shape; /* where the file is not here */
    uint32_t ctx, trained;
    uint64_t n_vocab;
    uint64_t bytes[N_QUANTS]; /* of tensors, quantized so; 0: not possible */
    uint64_t own;             /* as it is; 0: only its size is known */
    double touched, params;   /* share of the bytes that a token reads; weights */
    double read_s, mac_s;
} subject;

/* ---- what it is ---- */

static int64_t number(const og_file *file, const char *arch, const char *key) {
    char name[160];
    og_value v;
    snprintf(name, sizeof name, "%s.%s", arch, key);
    return og_file_find(file, name, &v) && v.type != OG_VALUE_ARRAY && v.type != OG_VALUE_STRING ? v.i : 0;
}

/* Of a mixture of experts a token meets some; a table of embeddings that is not the output matrix is read a row at a time. */
static void look_at_tensors(subject *s) {
    og_value v;
    char arch[64] = "";
    og_tensor_info t;
    if (og_file_find(s->file, "general.architecture", &v) && v.type == OG_VALUE_STRING)
        snprintf(arch, sizeof arch, "%.*s", (int)v.len, v.str);
    int64_t experts = number(s->file, arch, "expert_count"), used = number(s->file, arch, "expert_used_count");
    bool output = false;
    double touched = 0;
    for (uint64_t i = 0; og_file_tensor(s->file, i, &t); i++) output = output || strcmp(t.name, "output.weight") == 0;
    for (uint64_t i = 0; og_file_tensor(s->file, i, &t); i++) {
        double share = strstr(t.name, "_exps.") != NULL && experts > 0 ? (double)used / (double)experts : 1;
        if (output && strcmp(t.name, "token_embd.weight") == 0) share = 0;
        s->own += t.bytes;
        s->params += (double)(t.dim[0] * t.dim[1] * t.dim[2] * t.dim[3]);
        touched += share * (double)t.bytes;
    }
    s->touched = s->own > 0 ? touched / (double)s->own : 1;
}

static og_status look_at_file(subject *s, og_error *err) {
    og_model_needs needs;
    og_session_params sp = og_session_defaults();
    sp.n_ctx = s->ctx;
    og_status status = og_model_predict(s->engine, s->file, &sp, &needs, err);
    if (status != OG_OK) return status;
    s->ctx = needs.n_ctx;
    s->trained = needs.n_ctx_train;
    look_at_tensors(s);
    og_value tokens;
    s->n_vocab = og_file_find(s->file, "tokenizer.ggml.tokens", &tokens) ? tokens.count : 0;
    for (size_t i = 0; i < N_QUANTS; i++) {
        og_quantize_params q = og_quantize_defaults();
        og_quantize_result r;
        q.type = quants[i].name;
        q.dry_run = true;
        if (og_quantize(s->engine, s->path, NULL, &q, &r, NULL) == OG_OK) s->bytes[i] = r.bytes_out;
    }
    return OG_OK;
}

static void look_at_size(subject *s, double params) {
    s->params = params;
    s->shape = og_fit_shape_of(params);
    s->n_vocab = s->shape.vocab;
    s->touched = 1;
    s->trained = 131072;
    if (s->ctx == 0) s->ctx = 4096;
    for (size_t i = 0; i < N_QUANTS; i++) s->bytes[i] = (uint64_t)(params * quants[i].bits / 8);
}

/* ---- what it takes ---- */

typedef struct memory {
    uint64_t weights, cache, activations, all;
} memory;

/* bytes: of the tensors in the type that is meant. */
static memory needs_of(const subject *s, uint64_t bytes, uint32_t ctx, const char *kv_type) {
    memory m = {.weights = bytes};
    if (s->file == NULL) {
        m.cache = og_fit_cache(&s->shape, ctx, kv_type);
        m.activations = og_fit_activations(&s->shape, ctx);
    } else {
        og_model_needs n;
        og_session_params sp = og_session_defaults();
        sp.n_ctx = ctx;
        sp.kv_type = kv_type;
        if (og_model_predict(s->engine, s->file, &sp, &n, NULL) == OG_OK) {
            m.weights = (uint64_t)((double)n.weights * ((double)bytes / (double)s->own));
            m.cache = n.cache;
            m.activations = n.activations;
        }
    }
    m.all = m.weights + m.cache + m.activations + og_fit_program(s->n_vocab);
    return m;
}

static double decode_rate(const subject *s, const memory *m) {
    double bytes = s->touched * (double)m->weights + (double)m->cache / 2;
    return bytes > 0 ? s->read_s / bytes : 0;
}

static double prefill_rate(const subject *s) {
    return s->params > 0 ? s->mac_s / (s->params * s->touched) : 0;
}

/* ---- for people ---- */

static void print_table(const subject *s, const uint32_t *ctx, size_t n) {
    og_cli_table t = {.align = "lrrrr"};
    og_cli_cell(&t, "type");
    for (size_t k = 0; k < N_CONTEXTS; k++) {
        if (k < n)
            og_cli_cell(&t, "%" PRIu32 " tokens", ctx[k]);
        else
            og_cli_cell(&t, " ");
    }
    for (size_t i = 0; i <= N_QUANTS; i++) {
        uint64_t bytes = i == 0 ? s->own : s->bytes[i - 1];
        if (bytes == 0) continue;
        og_cli_cell(&t, "%s", i == 0 ? "as it is" : quants[i - 1].name);
        for (size_t k = 0; k < N_CONTEXTS; k++) {
            static const char *const mark[] = {"", " !", " !!", " -"};
            char text[OG_HUMAN];
            if (k >= n) {
                og_cli_cell(&t, " ");
                continue;
            }
            memory m = needs_of(s, bytes, ctx[k], "f16");
            og_cli_human_bytes(text, m.all);
            og_cli_cell(&t, "%s%-3s", text, mark[og_fit_judge(&s->device, m.all)]);
        }
    }
    og_cli_table_print(&t, stdout, 2);
    puts("  ! tightly   !! only when other programs are closed   - not on this device");
}

/* The first way to make it fit: a cache of 8 bits, a shorter context, fewer bits a weight. */
static void suggest(const subject *s, uint64_t bytes) {
    char text[OG_HUMAN];
    memory m = needs_of(s, bytes, s->ctx, "q8_0");
    if (og_fit_judge(&s->device, m.all) <= OG_FIT_TIGHT) {
        og_cli_human_bytes(text, m.all);
        printf("It fits with a cache of 8 bits: --kv-type q8_0 (%s).\n", text);
        return;
    }
    for (uint32_t ctx = s->ctx / 2; ctx >= 512; ctx /= 2) {
        m = needs_of(s, bytes, ctx, "f16");
        if (og_fit_judge(&s->device, m.all) > OG_FIT_TIGHT) continue;
        og_cli_human_bytes(text, m.all);
        printf("It fits with a context of %" PRIu32 " tokens: --ctx %" PRIu32 " (%s).\n", ctx, ctx, text);
        return;
    }
    for (size_t i = 0; i < N_QUANTS; i++) {
        if (s->bytes[i] == 0 || s->bytes[i] >= bytes) continue;
        m = needs_of(s, s->bytes[i], s->ctx, "f16");
        if (og_fit_judge(&s->device, m.all) > OG_FIT_TIGHT) continue;
        og_cli_human_bytes(text, m.all);
        printf("It fits as %s (%s): offgrid quantize, or pull that.\n", quants[i].name, text);
        return;
    }
    puts("No type and context makes it fit; look for a smaller model: offgrid catalog --fits.");
}

static void print_for_people(const subject *s, uint64_t bytes, const char *type) {
    char all[OG_HUMAN], weights[OG_HUMAN], cache[OG_HUMAN], acts[OG_HUMAN], available[OG_HUMAN], total[OG_HUMAN], f32[OG_HUMAN],
        f16[OG_HUMAN];
    memory m = needs_of(s, bytes, s->ctx, "f16");
    og_fit_verdict v = og_fit_judge(&s->device, m.all);
    og_cli_human_bytes(all, m.all);
    og_cli_human_bytes(weights, m.weights);
    og_cli_human_bytes(cache, m.cache);
    og_cli_human_bytes(acts, m.activations);
    og_cli_human_bytes(available, s->device.available);
    og_cli_human_bytes(total, s->device.total);
    og_cli_human_bytes(f32, (uint64_t)(s->params * 4));
    og_cli_human_bytes(f16, (uint64_t)(s->params * 2));
    printf("%s%s%s%s%s: %s%s for a context of %" PRIu32 " tokens: weights %s, cache %s, activations %s\n",
           og_cli_style(stdout, OG_STYLE_BOLD), s->label, og_cli_style(stdout, OG_STYLE_NONE), type != NULL ? " as " : "",
           type != NULL ? type : "", s->own > 0 ? "" : "about ", all, s->ctx, weights, cache, acts);
    printf("This device has %s, %s of it free: %s%s%s\n", total, available,
           og_cli_style(stdout, v <= OG_FIT_TIGHT ? OG_STYLE_GREEN
                                : v == OG_FIT_NO  ? OG_STYLE_RED
                                                  : OG_STYLE_YELLOW),
           og_fit_verdict_name(v), og_cli_style(stdout, OG_STYLE_NONE));
    if (v > OG_FIT_TIGHT) suggest(s, bytes);
    printf("Speed here and now, with %d threads: at most %.3g tokens/s in answers, %.3g tokens/s of a prompt\n\n", s->device.threads,
           decode_rate(s, &m), prefill_rate(s));
    uint32_t wish[N_CONTEXTS] = {s->ctx, 4096, 16384, s->trained}, ctx[N_CONTEXTS];
    size_t n = 0;
    for (size_t i = 0; i < N_CONTEXTS; i++) {
        bool known = wish[i] > s->trained && i > 0;
        for (size_t k = 0; k < n; k++) known = known || ctx[k] == wish[i];
        if (!known) ctx[n++] = wish[i];
    }
    print_table(s, ctx, n);
    printf("\nRules of thumb: 4 bytes a weight in F32 (%s), 2 in F16 (%s); 8 GB of memory for 3B, 16 GB for 7B, 32 GB for 13B.\n", f32,
           f16);
}

/* ---- for programs ---- */

static int print_for_programs(const subject *s, uint64_t bytes, const char *type) {
    memory m = needs_of(s, bytes, s->ctx, "f16");
    og_json *o = og_json_object(), *table = og_json_array();
    og_json_set(o, "model", og_json_string(s->label));
    og_json_set(o, "exact", og_json_bool(s->own > 0 && bytes == s->own));
    og_json_set(o, "type", og_json_string(type));
    og_json_set(o, "parameters", og_json_int((int64_t)s->params));
    og_json_set(o, "context", og_json_int(s->ctx));
    og_json_set(o, "weights", og_json_int((int64_t)m.weights));
    og_json_set(o, "cache", og_json_int((int64_t)m.cache));
    og_json_set(o, "activations", og_json_int((int64_t)m.activations));
    og_json_set(o, "program", og_json_int((int64_t)og_fit_program(s->n_vocab)));
    og_json_set(o, "memory", og_json_int((int64_t)m.all));
    og_json_set(o, "memory_total", og_json_int((int64_t)s->device.total));
    og_json_set(o, "memory_available", og_json_int((int64_t)s->device.available));
    og_json_set(o, "verdict", og_json_string(og_fit_verdict_name(og_fit_judge(&s->device, m.all))));
    og_json_set(o, "decode_tps_at_most", og_json_real(decode_rate(s, &m)));
    og_json_set(o, "prefill_tps_at_most", og_json_real(prefill_rate(s)));
    for (size_t i = 0; i < N_QUANTS; i++) {
        og_json *row = og_json_object();
        memory q = needs_of(s, s->bytes[i], s->ctx, "f16");
        og_json_set(row, "type", og_json_string(quants[i].name));
        og_json_set(row, "memory", s->bytes[i] > 0 ? og_json_int((int64_t)q.all) : og_json_string(NULL));
        og_json_add(table, row);
    }
    og_json_set(o, "types", table);
    og_json_print(o, OG_JSON_SHORT);
    return og_cli_finish(OG_EXIT_OK);
}

/* ---- the command ---- */

/* A number of weights, a name of the catalogue that is not here, or a model. */
static int find_subject(subject *s, bool json, const char *word) {
    double params;
    const og_catalogue_row *row = og_catalogue_find(word);
    og_error err = {0};
    s->label = word;
    if (og_fit_params(word, &params)) {
        look_at_size(s, params);
        return OG_EXIT_OK;
    }
    if (row != NULL && !og_cli_has_model(word)) {
        look_at_size(s, row->params);
        return OG_EXIT_OK;
    }
    int code = og_cli_find_model(json, word, &s->path);
    if (code == OG_EXIT_OK && (og_file_open(s->path, &s->file, &err) != OG_OK || look_at_file(s, &err) != OG_OK))
        code = og_cli_fail(json, &err);
    return code;
}

static int judge(subject *s, const fit_opts *opts) {
    size_t i = 0;
    const char *type = opts->quant != NULL ? opts->quant : s->own > 0 ? NULL : "Q4_K_M";
    while (type != NULL && i < N_QUANTS && strcasecmp(quants[i].name, type) != 0) i++;
    if (i == N_QUANTS || (type != NULL && s->bytes[i] == 0))
        return og_cli_failf(opts->json, OG_ERR_ARG, "--quant knows F16, Q8_0, Q6_K, Q5_K_M, Q4_K_M, Q3_K_M and Q2_K, not \"%s\"", type);
    uint64_t bytes = type == NULL ? s->own : s->bytes[i];
    if (opts->json) return print_for_programs(s, bytes, type);
    print_for_people(s, bytes, type);
    return og_cli_finish(OG_EXIT_OK);
}

int og_cmd_fit(int argc, char **argv) {
    fit_opts opts = {0};
    const char *args[1];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    subject s = {.ctx = (uint32_t)opts.ctx};
    og_engine_params p = og_engine_defaults();
    p.threads = (int)opts.engine.threads;
    p.cpu = opts.engine.cpu;
    og_error err = {0};
    og_engine_info info;
    if (og_engine_open(&p, &s.engine, &err) != OG_OK) return og_cli_fail(opts.json, &err);
    og_engine_describe(s.engine, &info);
    s.device = (og_fit_device){.total = info.memory_total, .available = info.memory_available, .threads = info.threads};
    if (opts.engine.memory > 0 && opts.engine.memory < s.device.available) s.device.available = opts.engine.memory;
    code = find_subject(&s, opts.json, args[0]);
    if (code == OG_EXIT_OK && og_engine_limits(s.engine, 0.2, &s.read_s, &s.mac_s, &err) != OG_OK) code = og_cli_fail(opts.json, &err);
    if (code == OG_EXIT_OK) code = judge(&s, &opts);
    og_file_close(s.file);
    og_free(s.path);
    og_engine_close(s.engine);
    return code;
}
