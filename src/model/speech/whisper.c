/* whisper: Whisper (Radford et al. 2022): two convolutions, sinusoidal positions, and a Transformer of layer norms and GELUs whose decoder
 * attends to the encoder's result in every layer. */
#include "model/blocks/blocks.h"
#include "model/speech/speech.h"

#include <math.h>
#include <stdio.h>

OG_DIM(audio, "encoder.context_length", hp->own[OG_OWN_ENC_CTX].u);
OG_DIM(window_mel, "3*mel_count", 3 * (uint64_t)hp->own[OG_OWN_MELS].u);
OG_DIM(window_embd, "3*n_embd", 3 * (uint64_t)hp->n_embd);

enum { ENCODER, DECODER }; /* kinds of layers */
#define IN_DECODER .kinds = 1u << DECODER

static const og_hparam hparams[] = {
    OG_REQUIRED_U32(n_ctx_train, "context_length"),
    OG_REQUIRED_U32(n_embd, "embedding_length"),
    OG_REQUIRED_U32(n_layer, "block_count"),
    OG_REQUIRED_U32(n_ff, "feed_forward_length"),
    OG_REQUIRED_U32(n_head, "attention.head_count"),
    OG_OPTIONAL_F32(norm_eps, "attention.layer_norm_epsilon", 1e-5f),
    OG_REQUIRED_U32(own[OG_OWN_ENC_LAYERS], "encoder.block_count"),
    OG_REQUIRED_U32(own[OG_OWN_ENC_CTX], "encoder.context_length"),
    OG_REQUIRED_U32(own[OG_OWN_MELS], "encoder.mel_count"),
};

#define NORM(name, ...) OG_VECTOR(name ".weight", embd, __VA_ARGS__), OG_VECTOR(name ".bias", embd, __VA_ARGS__)
#define ATTENTION(name, ...)                                                                                        \
    OG_MATRIX(name "_q.weight", embd, embd, __VA_ARGS__), OG_VECTOR(name "_q.bias", embd, __VA_ARGS__),             \
        OG_MATRIX(name "_k.weight", embd, embd, __VA_ARGS__), OG_MATRIX(name "_v.weight", embd, embd, __VA_ARGS__), \
        OG_VECTOR(name "_v.bias", embd, __VA_ARGS__), OG_MATRIX(name "_output.weight", embd, embd, __VA_ARGS__),    \
        OG_VECTOR(name "_output.bias", embd, __VA_ARGS__)

static const og_tensor_row tensors[] = {
    OG_MATRIX("enc.conv1.weight", window_mel, embd, 0), /* [out][tap][in] */
    OG_VECTOR("enc.conv1.bias", embd, 0),
    OG_MATRIX("enc.conv2.weight", window_embd, embd, 0),
    OG_VECTOR("enc.conv2.bias", embd, 0),
    {.pattern = "enc.position_embd.weight", .dim = {&og_dim_embd, &og_dim_audio}, .use = OG_USE_VECTOR},
    NORM("enc.output_norm", 0),
    OG_TABLE("token_embd.weight", embd, vocab, 0),
    OG_TABLE("position_embd.weight", embd, ctx, 0),
    NORM("output_norm", 0),
    OG_MATRIX("output.weight", embd, vocab, OG_TENSOR_TIED),
    NORM("blk.%d.attn_norm", 0),
    ATTENTION("blk.%d.attn", 0),
    NORM("blk.%d.cross_attn_norm", 0, IN_DECODER),
    ATTENTION("blk.%d.cross_attn", 0, IN_DECODER),
    NORM("blk.%d.ffn_norm", 0),
    OG_MATRIX("blk.%d.ffn_up.weight", embd, ff, 0),
    OG_VECTOR("blk.%d.ffn_up.bias", ff, 0),
    OG_MATRIX("blk.%d.ffn_down.weight", ff, embd, 0),
    OG_VECTOR("blk.%d.ffn_down.bias", embd, 0),
};

/* What the blocks of one graph share beside og_build. */
typedef struct speech_build {
    og_build b;
    og_tensor *mem_span, *mem_pages;
    int scores;       /* how many of the last layers give scores */
    og_tensor *found; /* these, so far */
} speech_build;

static og_tensor *linear(og_build *b, int layer, const char *name, const char *part, og_tensor *x) {
    char stem[48];
    snprintf(stem, sizeof stem, "%s_%s", name, part);
    return og_build_linear(b, layer, stem, x);
}

/* The projection as heads [d, n_head, T]. */
static og_tensor *heads(og_build *b, int layer, const char *name, const char *part, og_tensor *x) {
    const og_hparams *hp = &b->lm->hp;
    return og_g_reshape(b->g, linear(b, layer, name, part, x), hp->head_dim, hp->n_head, x->dim[1]);
}

static float scale_of(const og_build *b) {
    return (float)(1.0 / sqrt((double)b->lm->hp.head_dim));
}

/* W_o attention(q) over a cache that has its keys and values. */
static og_tensor *attend(og_build *b, int layer, const char *name, og_tensor *q, og_tensor *cache, og_tensor *span, og_tensor *pages) {
    const og_attend how = {.scale = scale_of(b)};
    og_tensor *a = og_g_attention(b->g, q, cache, span, pages, &how);
    return linear(b, layer, name, "output", og_g_reshape(b->g, a, b->lm->hp.n_embd, q->dim[2], 1));
}

/* Attention to what the tokens themselves are: the encoder's over the whole window, by way of the layer of the memory that its layers
 * share; the decoder's over what came before. */
static og_tensor *self_block(og_build *b, const og_block *block, int layer, og_tensor *x) {
    const int first = (int)og_speech_enc_layers(b->lm);
    const og_kv_layer shape = b->lm->kv_layer[layer];
    og_tensor *h = og_build_norm(b, layer, block->norm, x), *q = heads(b, layer, "attn", "q", h);
    og_tensor *k = heads(b, layer, "attn", "k", h), *v = heads(b, layer, "attn", "v", h);
    og_tensor *cache =
        layer < first ? og_g_memory(b->g, og_speech_memory_layers(b->lm) - 1, shape) : og_g_cache(b->g, layer - first, shape);
    og_g_kv_store(b->g, cache, k, v, b->place);
    og_tensor *a = attend(b, layer, "attn", q, cache, b->span, b->pages);
    return og_g_add(b->g, a, x);
}

static og_tensor *cross_block(og_build *b, const og_block *block, int layer, og_tensor *x) {
    speech_build *s = (speech_build *)b;
    const int i = layer - (int)og_speech_enc_layers(b->lm), n = (int)og_speech_dec_layers(b->lm);
    og_tensor *q = heads(b, layer, "cross_attn", "q", og_build_norm(b, layer, block->norm, x));
    og_tensor *memory = og_g_memory(b->g, i, b->lm->kv_layer[layer]);
    if (i >= n - s->scores) {
        og_tensor *scores = og_g_scores(b->g, q, memory, s->mem_pages, (int32_t)og_speech_n_audio(b->lm), scale_of(b));
        s->found = s->found ? og_g_join(b->g, s->found, scores) : scores;
    }
    og_tensor *a = attend(b, layer, "cross_attn", q, memory, s->mem_span, s->mem_pages);
    return og_g_add(b->g, a, x);
}

static const og_block encoder[] = {
    {.build = self_block, .norm = "attn_norm"},
    {.build = og_block_ffn, .norm = "ffn_norm", .act = OG_OP_gelu_erf},
};
static const og_block decoder[] = {
    {.build = self_block, .norm = "attn_norm"},
    {.build = cross_block, .norm = "cross_attn_norm"},
    {.build = og_block_ffn, .norm = "ffn_norm", .act = OG_OP_gelu_erf},
};

static void layer_of(const og_hparams *hp, int i, og_layer *layer) {
    layer->rope = -1;
    layer->kind = (uint32_t)i < hp->own[OG_OWN_ENC_LAYERS].u ? ENCODER : DECODER;
}

const og_arch og_arch_whisper = {
    .name = "whisper",
    .hparam = hparams,
    .n_hparam = OG_LEN(hparams),
    .tensor = tensors,
    .n_tensor = OG_LEN(tensors),
    .norm = OG_NORM_LAYER,
    .speech = true,
    .recipe = {OG_RECIPE(encoder), OG_RECIPE(decoder)},
    .layer = layer_of,
    .tiny = {.n_vocab = 96,
             .n_ctx_train = 64,
             .n_layer = 4,
             .n_embd = 64,
             .n_ff = 96,
             .n_head = 4,
             .n_head_kv = 4,
             .head_dim = 16,
             .head_dim_v = 16,
             .n_rot = 16,
             .norm_eps = 1e-5f,
             .rope_base = 10000.0f,
             .causal = 1,
             .n_types = 1,
             .n_labels = 1,
             .pooling_rank = OG_POOLING_LAST,
             .own = {[OG_OWN_ENC_LAYERS] = {2}, [OG_OWN_ENC_CTX] = {100}, [OG_OWN_MELS] = {16}}},
};

/* ---- graphs ---- */

static og_tensor *layers(og_build *b, int first, int end, og_tensor *x) {
    for (int layer = first; layer < end; layer++) {
        const og_layer_recipe *recipe = &b->lm->arch->recipe[b->lm->layer[layer].kind];
        for (int i = 0; i < recipe->n_block; i++) x = recipe->block[i].build(b, &recipe->block[i], layer, x);
    }
    return x;
}

/* Keys and values of what the encoder found, for every layer of the decoder. */
static void remember(og_build *b, og_tensor *x) {
    const int first = (int)og_speech_enc_layers(b->lm);
    for (int layer = first; layer < (int)b->lm->hp.n_layer; layer++) {
        og_tensor *memory = og_g_memory(b->g, layer - first, b->lm->kv_layer[layer]);
        og_tensor *k = heads(b, layer, "cross_attn", "k", x);
        og_g_kv_store(b->g, memory, k, heads(b, layer, "cross_attn", "v", x), b->place);
    }
}

og_status og_speech_encoder(const og_lm *lm, og_graph *g, og_error *err) {
    const int n = (int)og_speech_n_audio(lm);
    og_build b = {.g = g, .lm = lm, .n_tokens = n, .n_out = n};
    b.place = og_g_input(g, "place", OG_SP_PLACE, OG_I32, n, 1);
    b.span = og_g_input(g, "span", OG_SP_SPAN, OG_I32, 2, n);
    b.pages = og_g_input(g, "memory pages", OG_SP_MEM_PAGES, OG_I32, og_speech_memory_pages(lm), 1);
    og_tensor *x = og_g_input(g, "mel", OG_SP_MEL, OG_F32, og_speech_n_mel(lm), 2 * n);
    x = og_g_unary(g, OG_OP_gelu_erf, og_build_linear(&b, -1, "enc.conv1", og_g_unfold(g, x, 3, 1, 1)), 0);
    x = og_g_unary(g, OG_OP_gelu_erf, og_build_linear(&b, -1, "enc.conv2", og_g_unfold(g, x, 3, 2, 1)), 0);
    x = og_g_add(g, x, og_build_weight(&b, -1, "enc.position_embd.weight"));
    x = layers(&b, 0, (int)og_speech_enc_layers(lm), x);
    x = og_build_norm(&b, -1, "enc.output_norm", x);
    remember(&b, x);
    og_g_name(x, "memory");
    og_g_output(g, x);
    return og_graph_check(g, err);
}

og_status og_speech_decoder(const og_lm *lm, og_graph *g, int n_tokens, int n_out, int n_pages, int scores, og_error *err) {
    if (n_tokens < 1 || n_out < 1 || n_out > n_tokens || n_pages < 1 || scores < 0 || scores > (int)og_speech_dec_layers(lm))
        return og_fail(err, OG_ERR_INTERNAL, "a batch of %d tokens, %d outputs, %d pages and scores of %d layers cannot be", n_tokens,
                       n_out, n_pages, scores);
    speech_build s = {.b = {.g = g, .lm = lm, .n_tokens = n_tokens, .n_out = n_out}, .scores = scores};
    og_build *b = &s.b;
    b->ids = og_g_input(g, "ids", OG_SP_IDS, OG_I32, n_tokens, 1);
    b->pos = og_g_input(g, "pos", OG_SP_POS, OG_I32, n_tokens, 1);
    b->place = og_g_input(g, "place", OG_SP_PLACE, OG_I32, n_tokens, 1);
    b->span = og_g_input(g, "span", OG_SP_SPAN, OG_I32, 2, n_tokens);
    b->pages = og_g_input(g, "pages", OG_SP_PAGES, OG_I32, n_pages, 1);
    s.mem_span = og_g_input(g, "memory span", OG_SP_MEM_SPAN, OG_I32, 2, n_tokens);
    s.mem_pages = og_g_input(g, "memory pages", OG_SP_MEM_PAGES, OG_I32, og_speech_memory_pages(lm), 1);
    og_tensor *x = og_g_rows(g, og_build_weight(b, -1, "token_embd.weight"), b->ids);
    x = og_g_add(g, x, og_g_rows(g, og_build_weight(b, -1, "position_embd.weight"), b->pos));
    x = layers(b, (int)og_speech_enc_layers(lm), (int)lm->hp.n_layer, x);
    if (n_out < n_tokens) x = og_g_take(g, x, og_g_input(g, "out_rows", OG_SP_OUT_ROWS, OG_I32, n_out, 1));
    x = og_build_linear(b, -1, "output", og_build_norm(b, -1, "output_norm", x));
    og_g_name(x, "logits");
    og_g_output(g, x);
    if (s.found) og_g_output(g, s.found);
    return og_graph_check(g, err);
}
