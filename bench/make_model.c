/* make_model: writes a GGUF model of a real shape with random weights, for benchmarks and for comparing engines: same tensors, types and
 * sizes as the released models, nothing to download.
 *
 * Weights are N(0, 1 / sqrt(columns)), so activations and logits keep the order of 1. A pool of blocks is encoded once for each type and
 * number of columns, and rows are drawn from it: a file of 1e9 weights takes seconds. The same options give the same bytes everywhere. */
#include "make_vocab.h"

#include "quant/quant.h"
#include "runtime/recipe.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- what can be made ---- */

typedef struct shape {
    const char *name, *label;
    make_family family;
    uint32_t dim, layers, heads, kv_heads, head_dim, ffn, vocab, context;
    bool tied;
    float rope_base, eps;
    float rope_factor; /* > 1: Llama 3 scaling, see rope_factors */
    uint32_t experts, used, window;
    const char *arch;    /* NULL: the family's */
    bool norms, gpt_oss; /* norms of q and k; biases and sinks */
} shape;

static const shape shapes[] = {
    {"llama-1b", "1B", MAKE_LLAMA3, 2048, 16, 32, 8, 64, 8192, 128256, 131072, true, 500000, 1e-5f, .rope_factor = 32},
    {"llama-3b", "3B", MAKE_LLAMA3, 3072, 28, 24, 8, 128, 8192, 128256, 131072, true, 500000, 1e-5f, .rope_factor = 32},
    {"llama-8b", "8B", MAKE_LLAMA3, 4096, 32, 32, 8, 128, 14336, 128256, 131072, false, 500000, 1e-5f, .rope_factor = 8},
    {"qwen2-0.5b", "0.5B", MAKE_QWEN2, 896, 24, 14, 2, 64, 4864, 151936, 32768, true, 1000000, 1e-6f, .rope_factor = 0},
    {"qwen2-1.5b", "1.5B", MAKE_QWEN2, 1536, 28, 12, 2, 128, 8960, 151936, 32768, true, 1000000, 1e-6f, .rope_factor = 0},
    /* Four layers of Qwen3-30B-A3B and of gpt-oss-20b, with smaller vocabularies: the experts are what counts. */
    {"qwen3-moe", "2.6B", MAKE_QWEN2, 2048, 4, 32, 4, 128, 768, 32768, 40960, false, 1000000, 1e-6f, .experts = 128, .used = 8,
     .arch = "qwen3moe", .norms = true},
    {"gpt-oss", "3.4B", MAKE_LLAMA3, 2880, 4, 64, 8, 64, 2880, 32768, 131072, false, 150000, 1e-5f, .experts = 32, .used = 4, .window = 128,
     .arch = "gpt-oss", .gpt_oss = true},
    {"tiny-llama", "3M", MAKE_LLAMA3, 256, 4, 4, 2, 64, 768, 512, 4096, true, 500000, 1e-5f, .rope_factor = 8},
    {"tiny-qwen2", "3M", MAKE_QWEN2, 256, 4, 4, 2, 64, 768, 512, 4096, false, 1000000, 1e-6f, .rope_factor = 0},
};

/* ---- random numbers: splitmix64 (Vigna), no libm, so every machine draws the same ---- */

static uint64_t draw(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* About N(0, 1): the sum of twelve uniform numbers, centred. */
static float draw_normal(uint64_t *state) {
    uint32_t sum = 0;
    for (int i = 0; i < 3; i++) {
        uint64_t z = draw(state);
        sum += (uint32_t)((z & 0xffff) + (z >> 16 & 0xffff) + (z >> 32 & 0xffff) + (z >> 48));
    }
    return (float)((double)sum / 65536 - 6);
}

/* ---- tensors ---- */

typedef enum tensor_kind { WEIGHTS, NORM, BIAS, ROPE } tensor_kind;

typedef struct tensor {
    char name[48];
    og_type type;
    tensor_kind kind;
    uint64_t columns, rows; /* rows 0: a vector */
    uint64_t matrices;      /* 1, or as many as there are experts */
    uint64_t bytes;
} tensor;

enum { TENSORS_A_LAYER = 24, POOL_BLOCKS = 2048, FLOAT_RUN = 32, POOLS_MAX = 16, BUFFER = 1 << 20 };

typedef struct pool {
    og_type type;
    uint64_t columns;
    size_t piece; /* bytes of one encoded block (FLOAT_RUN elements for float types) */
    uint8_t *bytes;
} pool;

typedef struct maker {
    const shape *shape;
    const og_recipe *recipe;
    og_recipe_model model; /* what recipes need to know of the shape */
    uint64_t seed;
    tensor *tensors;
    uint32_t n_tensors;
    pool pools[POOLS_MAX];
    int n_pools;
    uint8_t *buffer;
    uint64_t bytes_done, bytes_total, weights;
    double shown; /* when the progress line was last drawn */
} maker;

static void add_matrices(maker *m, int layer, const char *part, tensor_kind kind, uint64_t columns, uint64_t rows, uint64_t matrices) {
    tensor *t = &m->tensors[m->n_tensors++];
    if (layer >= 0) {
        snprintf(t->name, sizeof t->name, "blk.%d.%s", layer, part);
    } else {
        snprintf(t->name, sizeof t->name, "%s", part);
    }
    const uint64_t dim[4] = {columns, rows, matrices, 1};
    const bool keep = kind != WEIGHTS || !og_recipe_covers(t->name, dim);
    t->type = !keep ? og_recipe_fit(og_recipe_type(m->recipe, &m->model, t->name, dim), columns) : OG_F32;
    t->kind = kind;
    t->columns = columns;
    t->rows = rows;
    t->matrices = matrices;
    uint64_t row_bytes = 0;
    og_quant_row_bytes(t->type, columns, &row_bytes); /* holds for every shape of the table */
    t->bytes = row_bytes * OG_MAX(rows, (uint64_t)1) * matrices;
    m->bytes_total += t->bytes;
    m->weights += columns * OG_MAX(rows, (uint64_t)1) * matrices;
}

static void add_tensor(maker *m, int layer, const char *part, tensor_kind kind, uint64_t columns, uint64_t rows) {
    add_matrices(m, layer, part, kind, columns, rows, 1);
}

static void list_experts(maker *m, int layer) {
    const shape *s = m->shape;
    const uint64_t dim = s->dim, ffn = s->ffn, n = s->experts;
    add_tensor(m, layer, "ffn_gate_inp.weight", WEIGHTS, dim, n);
    add_matrices(m, layer, "ffn_gate_exps.weight", WEIGHTS, dim, ffn, n);
    add_matrices(m, layer, "ffn_up_exps.weight", WEIGHTS, dim, ffn, n);
    add_matrices(m, layer, "ffn_down_exps.weight", WEIGHTS, ffn, dim, n);
    if (!s->gpt_oss) return;
    add_tensor(m, layer, "ffn_gate_inp.bias", BIAS, n, 0);
    add_tensor(m, layer, "ffn_gate_exps.bias", BIAS, ffn, n);
    add_tensor(m, layer, "ffn_up_exps.bias", BIAS, ffn, n);
    add_tensor(m, layer, "ffn_down_exps.bias", BIAS, dim, n);
}

static void list_layer(maker *m, int layer) {
    const shape *s = m->shape;
    uint64_t dim = s->dim, q = (uint64_t)s->heads * s->head_dim, kv = (uint64_t)s->kv_heads * s->head_dim, ffn = s->ffn;
    add_tensor(m, layer, "attn_norm.weight", NORM, dim, 0);
    add_tensor(m, layer, "attn_q.weight", WEIGHTS, dim, q);
    add_tensor(m, layer, "attn_k.weight", WEIGHTS, dim, kv);
    add_tensor(m, layer, "attn_v.weight", WEIGHTS, dim, kv);
    if (s->norms) {
        add_tensor(m, layer, "attn_q_norm.weight", NORM, s->head_dim, 0);
        add_tensor(m, layer, "attn_k_norm.weight", NORM, s->head_dim, 0);
    }
    if (s->gpt_oss || (s->family == MAKE_QWEN2 && !s->norms)) {
        add_tensor(m, layer, "attn_q.bias", BIAS, q, 0);
        add_tensor(m, layer, "attn_k.bias", BIAS, kv, 0);
        add_tensor(m, layer, "attn_v.bias", BIAS, kv, 0);
    }
    add_tensor(m, layer, "attn_output.weight", WEIGHTS, q, dim);
    if (s->gpt_oss) {
        add_tensor(m, layer, "attn_output.bias", BIAS, dim, 0);
        add_tensor(m, layer, "attn_sinks.weight", BIAS, s->heads, 0);
    }
    add_tensor(m, layer, s->gpt_oss ? "post_attention_norm.weight" : "ffn_norm.weight", NORM, dim, 0);
    if (s->experts) {
        list_experts(m, layer);
        return;
    }
    add_tensor(m, layer, "ffn_gate.weight", WEIGHTS, dim, ffn);
    add_tensor(m, layer, "ffn_up.weight", WEIGHTS, dim, ffn);
    add_tensor(m, layer, "ffn_down.weight", WEIGHTS, ffn, dim);
}

static void list_tensors(maker *m) {
    const shape *s = m->shape;
    m->model =
        (og_recipe_model){.n_layer = s->layers, .n_head = s->heads, .n_head_kv = s->kv_heads, .n_expert = s->experts, .tied = s->tied};
    add_tensor(m, -1, "token_embd.weight", WEIGHTS, s->dim, s->vocab);
    if (s->rope_factor > 1) add_tensor(m, -1, "rope_freqs.weight", ROPE, s->head_dim / 2, 0);
    for (uint32_t i = 0; i < s->layers; i++) list_layer(m, (int)i);
    add_tensor(m, -1, "output_norm.weight", NORM, s->dim, 0);
    if (!s->tied) add_tensor(m, -1, "output.weight", WEIGHTS, s->dim, s->vocab);
}

/* ---- metadata ---- */

static void set_text(og_gguf_writer *w, const char *key, const char *text) {
    og_gguf_set_str(w, key, text, strlen(text));
}

static bool write_metadata(const maker *m, og_gguf_writer *w) {
    const shape *s = m->shape;
    const char *arch = s->arch ? s->arch : s->family == MAKE_LLAMA3 ? "llama" : "qwen2";
    char text[96];
    set_text(w, "general.architecture", arch);
    set_text(w, "general.type", "model");
    snprintf(text, sizeof text, "Random %s (seed %" PRIu64 ")", s->name, m->seed);
    set_text(w, "general.name", text);
    set_text(w, "general.size_label", s->label);
    og_gguf_set_u32(w, "general.file_type", m->recipe->file_type);
    og_gguf_set_u32(w, "general.quantization_version", 2);
    const struct {
        const char *key;
        uint32_t value;
    } numbers[] = {
        {"vocab_size", s->vocab},
        {"context_length", s->context},
        {"embedding_length", s->dim},
        {"block_count", s->layers},
        {"feed_forward_length", s->ffn},
        {"attention.head_count", s->heads},
        {"attention.head_count_kv", s->kv_heads},
        {"attention.key_length", s->head_dim},
        {"attention.value_length", s->head_dim},
        {"rope.dimension_count", s->head_dim},
        {"expert_count", s->experts},
        {"expert_used_count", s->used},
        {"expert_feed_forward_length", s->experts ? s->ffn : 0},
        {"attention.sliding_window", s->window},
    };
    for (size_t i = 0; i < OG_LEN(numbers); i++) {
        if (numbers[i].value == 0) continue;
        snprintf(text, sizeof text, "%s.%s", arch, numbers[i].key);
        og_gguf_set_u32(w, text, numbers[i].value);
    }
    snprintf(text, sizeof text, "%s.rope.freq_base", arch);
    og_gguf_set_f32(w, text, s->rope_base);
    snprintf(text, sizeof text, "%s.attention.layer_norm_rms_epsilon", arch);
    og_gguf_set_f32(w, text, s->eps);
    return make_vocab_write(w, s->family, s->vocab);
}

/* ---- data ---- */

static void show_progress(maker *m, bool last) {
    double now = og_now();
    if (!isatty(STDERR_FILENO) || (!last && now - m->shown < 0.1)) return;
    m->shown = now;
    int filled = (int)(40 * m->bytes_done / m->bytes_total);
    fprintf(stderr, "\r[%.*s%*s] %5.1f%%", filled, "########################################", 40 - filled, "",
            100.0 * (double)m->bytes_done / (double)m->bytes_total);
    if (last) fputc('\n', stderr);
}

static og_status put(maker *m, og_gguf_writer *w, const void *data, size_t bytes, og_error *err) {
    OG_TRY(og_gguf_add_data(w, data, bytes, err));
    m->bytes_done += bytes;
    show_progress(m, m->bytes_done == m->bytes_total);
    return OG_OK;
}

/* The pool for matrices of a type with that many columns; NULL when out of memory. */
static const pool *pool_for(maker *m, og_type type, uint64_t columns) {
    for (int i = 0; i < m->n_pools; i++)
        if (m->pools[i].type == type && m->pools[i].columns == columns) return &m->pools[i];
    const og_quant *row = og_quant_of((uint32_t)type);
    size_t elements = row->is_block ? (size_t)row->block : FLOAT_RUN, n = elements * POOL_BLOCKS;
    pool *p = &m->pools[m->n_pools];
    *p = (pool){.type = type, .columns = columns, .piece = elements / (size_t)row->block * (size_t)row->bytes};
    float *x = og_alloc(n * sizeof *x);
    p->bytes = og_alloc(p->piece * POOL_BLOCKS);
    if (!x || !p->bytes) {
        og_release(x);
        og_release(p->bytes);
        return NULL;
    }
    uint64_t state = m->seed ^ (uint64_t)type << 32 ^ columns;
    float sigma = 1 / sqrtf((float)columns);
    for (size_t i = 0; i < n; i++) x[i] = sigma * draw_normal(&state);
    og_quant_encode(type, x, p->bytes, n, NULL);
    og_release(x);
    m->n_pools++;
    return p;
}

static og_status write_weights(maker *m, og_gguf_writer *w, const tensor *t, uint64_t *state, og_error *err) {
    const pool *p = pool_for(m, t->type, t->columns);
    if (!p) return og_fail(err, OG_ERR_MEMORY, "no memory for the random blocks of %s", t->name);
    for (uint64_t left = t->bytes; left;) {
        size_t n = (size_t)OG_MIN(left, (uint64_t)(BUFFER / p->piece * p->piece));
        for (size_t at = 0; at < n; at += p->piece) memcpy(m->buffer + at, p->bytes + draw(state) % POOL_BLOCKS * p->piece, p->piece);
        OG_TRY(put(m, w, m->buffer, n, err));
        left -= n;
    }
    return OG_OK;
}

/* What the frequency of pair i is divided by: 1 for short wavelengths, rope_factor for long ones, in between a blend (Llama 3.1). */
static float rope_factor_of(const shape *s, uint64_t i) {
    const double low = 1, high = 4, original = 8192, factor = s->rope_factor;
    double wavelength = 6.283185307179586 * pow(s->rope_base, 2.0 * (double)i / s->head_dim);
    if (wavelength < original / high) return 1;
    if (wavelength > original / low) return (float)factor;
    double smooth = (original / wavelength - low) / (high - low);
    return (float)(1 / ((1 - smooth) / factor + smooth));
}

static og_status write_vector(maker *m, og_gguf_writer *w, const tensor *t, uint64_t *state, og_error *err) {
    float *x = (float *)(void *)m->buffer; /* every vector of the shapes fits */
    for (uint64_t i = 0; i < t->columns * OG_MAX(t->rows, (uint64_t)1); i++)
        x[i] = t->kind == ROPE ? rope_factor_of(m->shape, i) : (t->kind == NORM ? 1.0f : 0.0f) + 0.05f * draw_normal(state);
    return put(m, w, x, (size_t)t->bytes, err);
}

static og_status write_model(maker *m, og_gguf_writer *w, og_error *err) {
    if (!write_metadata(m, w)) return og_fail(err, OG_ERR_MEMORY, "no memory for the vocabulary");
    for (uint32_t i = 0; i < m->n_tensors; i++) {
        const tensor *t = &m->tensors[i];
        uint64_t dim[3] = {t->columns, t->rows, t->matrices};
        og_gguf_add_tensor(w, t->name, t->type, dim, t->matrices > 1 ? 3 : t->rows ? 2 : 1);
    }
    OG_TRY(og_gguf_begin_data(w, err));
    for (uint32_t i = 0; i < m->n_tensors; i++) {
        const tensor *t = &m->tensors[i];
        uint64_t state = m->seed * 0x9e3779b97f4a7c15u + i;
        OG_TRY(t->kind == WEIGHTS ? write_weights(m, w, t, &state, err) : write_vector(m, w, t, &state, err));
    }
    return OG_OK;
}

static og_status make(maker *m, const char *path, og_error *err) {
    m->tensors = og_calloc(m->shape->layers * TENSORS_A_LAYER + 4, sizeof *m->tensors);
    m->buffer = og_alloc(BUFFER);
    og_gguf_writer *w = NULL;
    og_status status = m->tensors && m->buffer ? OG_OK : og_fail(err, OG_ERR_MEMORY, "no memory for the list of tensors");
    if (status == OG_OK) status = og_gguf_writer_open(path, &w, err);
    if (status == OG_OK) {
        list_tensors(m);
        status = write_model(m, w, err);
        if (status == OG_OK) {
            status = og_gguf_writer_commit(w, err);
        } else {
            og_gguf_writer_abort(w);
        }
    }
    for (int i = 0; i < m->n_pools; i++) og_release(m->pools[i].bytes);
    og_release(m->tensors);
    og_release(m->buffer);
    return status;
}

/* ---- the command ---- */

static int usage(FILE *out) {
    fputs("usage: make_model --shape SHAPE [--type TYPE] [--layers N] [--seed N] OUT.gguf\n  shapes:", out);
    for (size_t i = 0; i < OG_LEN(shapes); i++) fprintf(out, " %s", shapes[i].name);
    fputs("\n  types: ", out);
    for (int i = 0; og_recipe_at(i); i++) fprintf(out, " %s", og_recipe_at(i)->name);
    fputs(" (default Q4_K_M)\n", out);
    return out == stdout ? 0 : 2;
}

int main(int argc, char **argv) {
    maker m = {.recipe = og_recipe_named("Q4_K_M"), .seed = 1};
    const char *path = NULL;
    unsigned long long layers = 0; /* 0: as many as the shape has */
    shape cut;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) return usage(stdout);
        if (strncmp(argv[i], "--", 2) != 0) {
            if (path) return usage(stderr);
            path = argv[i];
            continue;
        }
        const char *option = argv[i], *value = ++i < argc ? argv[i] : NULL;
        bool known = false;
        if (value && strcmp(option, "--shape") == 0) {
            for (size_t k = 0; k < OG_LEN(shapes); k++)
                if (strcmp(shapes[k].name, value) == 0) m.shape = &shapes[k], known = true;
        } else if (value && strcmp(option, "--type") == 0) {
            m.recipe = og_recipe_named(value);
            known = m.recipe != NULL;
        } else if (value && strcmp(option, "--layers") == 0) {
            char *end;
            layers = strtoull(value, &end, 10);
            known = layers > 0 && layers < 1000 && !*end;
        } else if (value && strcmp(option, "--seed") == 0) {
            char *end;
            m.seed = strtoull(value, &end, 10);
            known = end != value && !*end;
        }
        if (!known) {
            fprintf(stderr, "make_model: cannot use %s %s\n", option, value ? value : "(no value)");
            return usage(stderr);
        }
    }
    if (!m.shape || !path) return usage(stderr);
    if (layers) { /* equal ones, so that a few show what all would */
        cut = *m.shape;
        cut.layers = (uint32_t)layers;
        m.shape = &cut;
    }
    og_error err;
    if (make(&m, path, &err) != OG_OK) {
        fprintf(stderr, "make_model: %s\n", err.text);
        return 1;
    }
    printf("%s: %s %s, %.2f M weights, %.1f MB of tensors\n", path, m.shape->name, m.recipe->name, (double)m.weights / 1e6,
           (double)m.bytes_total / 1e6);
    return 0;
}
