/* deepseek2: DeepSeek V2 and V3 (DeepSeek-AI 2024) and what kept their shape: latent attention, dense layers first, then layers of routed
 * experts beside one that every token meets. Files since 2025 have the matrices of keys and values apart, head by head, so that they can
 * be absorbed; older ones have them in one. */
#include "base/real.h"
#include "model/llm/usual.h"

enum { Q_RANK, RANK, KEY, VALUE, STRETCH, LOG_MULTIPLIER }; /* og_hparams.own; KEY 0: an older file */
enum { SPARSE = 1, ABSORBED = 2 };                          /* bits of a layer's kind */
enum { OLD = 0x3, NEW = 0xc, DENSE = 0x5, EXPERTS = 0xa };  /* masks of kinds */

static uint64_t key_of(const og_hparams *hp) {
    return hp->own[KEY].u ? hp->own[KEY].u : hp->head_dim;
}

static uint64_t value_of(const og_hparams *hp) {
    return hp->own[VALUE].u ? hp->own[VALUE].u : hp->head_dim_v;
}

static uint64_t plain_of(const og_hparams *hp) { /* what is not rotated of a key */
    return key_of(hp) > hp->n_rot ? key_of(hp) - hp->n_rot : 0;
}

OG_DIM(q_rank, "q_lora_rank", hp->own[Q_RANK].u);
OG_DIM(rank, "kv_lora_rank", hp->own[RANK].u);
OG_DIM(queries, "n_head*key_length", (uint64_t)hp->n_head *key_of(hp));
OG_DIM(values, "n_head*value_length", (uint64_t)hp->n_head *value_of(hp));
OG_DIM(latent, "kv_lora_rank+n_rot", (uint64_t)hp->own[RANK].u + hp->n_rot);
OG_DIM(wide, "n_head*(key_length-n_rot+value_length)", hp->n_head *(plain_of(hp) + value_of(hp)));
OG_DIM(plain, "key_length-n_rot", plain_of(hp));
OG_DIM(v_head, "value_length", value_of(hp));

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
    OG_EXPERT_HPARAMS(OG_SCORE_SOFTMAX, 0),
    OG_OPTIONAL_U32(n_expert_shared, "expert_shared_count", 0),
    OG_OPTIONAL_U32(n_expert_group, "expert_group_count", 0),
    OG_OPTIONAL_U32(n_expert_group_used, "expert_group_used_count", 0),
    OG_OPTIONAL_U32(n_dense, "leading_dense_block_count", 0),
    OG_OPTIONAL_U32(own[Q_RANK], "attention.q_lora_rank", 0),
    OG_REQUIRED_U32(own[RANK], "attention.kv_lora_rank"),
    OG_OPTIONAL_U32(own[KEY], "attention.key_length_mla", 0),
    OG_OPTIONAL_U32(own[VALUE], "attention.value_length_mla", 0),
    OG_OPTIONAL_F32(own[STRETCH], "rope.scaling.factor", 0),
    OG_OPTIONAL_F32(own[LOG_MULTIPLIER], "rope.scaling.yarn_log_multiplier", 0),
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_VECTOR("blk.%d.attn_norm.weight", embd, 0),
    OG_MATRIX("blk.%d.attn_q.weight", embd, queries, OG_TENSOR_OPTIONAL),
    OG_MATRIX("blk.%d.attn_q_a.weight", embd, q_rank, OG_TENSOR_OPTIONAL),
    OG_VECTOR("blk.%d.attn_q_a_norm.weight", q_rank, OG_TENSOR_OPTIONAL),
    OG_MATRIX("blk.%d.attn_q_b.weight", q_rank, queries, OG_TENSOR_OPTIONAL),
    OG_MATRIX("blk.%d.attn_kv_a_mqa.weight", embd, latent, 0),
    OG_VECTOR("blk.%d.attn_kv_a_norm.weight", rank, 0),
    OG_MATRIX("blk.%d.attn_kv_b.weight", rank, wide, 0, .kinds = OLD),
    {"blk.%d.attn_k_b.weight", {&og_dim_plain, &og_dim_rank, &og_dim_n_head}, OG_USE_MATMUL, 0, .kinds = NEW},
    {"blk.%d.attn_v_b.weight", {&og_dim_rank, &og_dim_v_head, &og_dim_n_head}, OG_USE_MATMUL, 0, .kinds = NEW},
    OG_MATRIX("blk.%d.attn_output.weight", values, embd, 0),
    OG_VECTOR("blk.%d.ffn_norm.weight", embd, 0),
    OG_DENSE_TENSORS(DENSE),
    OG_EXPERT_TENSORS(EXPERTS),
    OG_VECTOR("blk.%d.exp_probs_b.bias", expert, OG_TENSOR_OPTIONAL, .kinds = EXPERTS),
    OG_SHARED_EXPERT_TENSORS(EXPERTS),
};

/* YaRN's factor of attention: here scores get it, in rotated and other parts alike, and rotations do not. Converters have multiplied the
 * file's number by 0.1. */
static double magnitude(const og_hparams *hp) {
    const double factor = (double)hp->own[STRETCH].f, multiplier = (double)hp->own[LOG_MULTIPLIER].f;
    return factor > 1 && multiplier > 0 ? multiplier * og_real_log(factor) + 1 : 1;
}

static og_tensor *attention(og_build *b, const og_block *block, int layer, og_tensor *x) {
    const og_hparams *hp = &b->lm->hp;
    const og_latent how = {.rank = hp->own[RANK].u,
                           .key = (int64_t)key_of(hp),
                           .value = (int64_t)value_of(hp),
                           .scale = magnitude(hp) * magnitude(hp),
                           .absorbed = b->lm->layer[layer].kind & ABSORBED};
    og_tensor *a = og_build_latent_attention(b, block, layer, &how, og_build_norm(b, layer, block->norm, x));
    return og_build_residual(b, block, layer, a, og_build_wanted(b, layer, x));
}

static const og_block dense[] = {
    {.build = attention, .norm = "attn_norm", .rope = OG_ROPE_PAIRS},
    {.build = og_block_ffn, .norm = "ffn_norm", .gate = og_g_silu_mul},
};

static const og_block sparse[] = {
    {.build = attention, .norm = "attn_norm", .rope = OG_ROPE_PAIRS},
    {.build = og_block_experts, .norm = "ffn_norm", .gate = og_g_silu_mul},
};

static void layer_of(const og_hparams *hp, int i, og_layer *layer) {
    const bool absorbed = hp->own[KEY].u > 0;
    layer->kind = (uint32_t)((i >= (int)OG_MIN(hp->n_dense, hp->n_layer) ? SPARSE : 0) | (absorbed ? ABSORBED : 0));
    if (!absorbed) return;
    layer->n_head_kv = 1; /* the cache has the latent and the rotated part, and no values */
    layer->head_dim = hp->own[RANK].u + hp->n_rot;
    layer->head_dim_v = 0;
}

const og_arch og_arch_deepseek2 = {
    .name = "deepseek2",
    OG_TABLES,
    .recipe = {OG_RECIPE(dense), OG_RECIPE(sparse), OG_RECIPE(dense), OG_RECIPE(sparse)},
    .rope_unscaled = true,
    .layer = layer_of,
    .tiny = {.n_vocab = 96,
             .n_ctx_train = 256,
             .n_layer = 2,
             .n_embd = 64,
             .n_ff = 96,
             .n_head = 4,
             .n_head_kv = 1,
             .head_dim = 40,
             .head_dim_v = 32,
             .n_rot = 8,
             .norm_eps = 1e-5f,
             .rope_base = 10000.0f,
             .causal = 1,
             .n_types = 1,
             .n_labels = 1,
             .pooling_rank = OG_POOLING_LAST,
             .n_expert = 8,
             .n_expert_used = 2,
             .n_expert_shared = 2,
             .n_ff_exp = 32,
             .n_ff_shexp = 64,
             .n_dense = 1,
             .expert_score = OG_SCORE_SIGMOID,
             .expert_norm = 1,
             .n_expert_group = 4,
             .n_expert_group_used = 2,
             .expert_scale = 2.5f,
             .own = {[Q_RANK] = {.u = 48}, [RANK] = {.u = 32}, [KEY] = {.u = 24}, [VALUE] = {.u = 20}}},
};
