/* qwen2: Qwen 2 and 2.5 (Yang et al. 2024). As llama, with biases on q, k and v, and rotary positions in halves. */
#include "model/blocks/blocks.h"

static const og_hparam hparams[] = {
    OG_REQUIRED_U32(n_ctx_train, "context_length"),
    OG_REQUIRED_U32(n_embd, "embedding_length"),
    OG_REQUIRED_U32(n_layer, "block_count"),
    OG_REQUIRED_U32(n_ff, "feed_forward_length"),
    OG_REQUIRED_U32(n_head, "attention.head_count"),
    OG_OPTIONAL_U32(n_head_kv, "attention.head_count_kv"),
    OG_OPTIONAL_U32(head_dim, "attention.key_length"),
    OG_OPTIONAL_U32(n_rot, "rope.dimension_count"),
    OG_REQUIRED_F32(norm_eps, "attention.layer_norm_rms_epsilon"),
    OG_OPTIONAL_F32(rope_base, "rope.freq_base", 10000.0f),
};

static const og_tensor_row tensors[] = {
    {OG_SLOT_TOKEN_EMBD, "token_embd.weight", {OG_DIM_EMBD, OG_DIM_VOCAB}, OG_USE_ROWS, 0},
    {OG_SLOT_OUTPUT_NORM, "output_norm.weight", {OG_DIM_EMBD}, OG_USE_VECTOR, 0},
    {OG_SLOT_OUTPUT, "output.weight", {OG_DIM_EMBD, OG_DIM_VOCAB}, OG_USE_MATMUL, OG_TENSOR_TIED},
    {OG_SLOT_ATTN_NORM, "blk.%d.attn_norm.weight", {OG_DIM_EMBD}, OG_USE_VECTOR, 0},
    {OG_SLOT_ATTN_Q, "blk.%d.attn_q.weight", {OG_DIM_EMBD, OG_DIM_HEADS}, OG_USE_MATMUL, 0},
    {OG_SLOT_ATTN_K, "blk.%d.attn_k.weight", {OG_DIM_EMBD, OG_DIM_HEADS_KV}, OG_USE_MATMUL, 0},
    {OG_SLOT_ATTN_V, "blk.%d.attn_v.weight", {OG_DIM_EMBD, OG_DIM_HEADS_KV}, OG_USE_MATMUL, 0},
    {OG_SLOT_ATTN_OUT, "blk.%d.attn_output.weight", {OG_DIM_HEADS, OG_DIM_EMBD}, OG_USE_MATMUL, 0},
    {OG_SLOT_ATTN_Q_BIAS, "blk.%d.attn_q.bias", {OG_DIM_HEADS}, OG_USE_VECTOR, 0},
    {OG_SLOT_ATTN_K_BIAS, "blk.%d.attn_k.bias", {OG_DIM_HEADS_KV}, OG_USE_VECTOR, 0},
    {OG_SLOT_ATTN_V_BIAS, "blk.%d.attn_v.bias", {OG_DIM_HEADS_KV}, OG_USE_VECTOR, 0},
    {OG_SLOT_FFN_NORM, "blk.%d.ffn_norm.weight", {OG_DIM_EMBD}, OG_USE_VECTOR, 0},
    {OG_SLOT_FFN_GATE, "blk.%d.ffn_gate.weight", {OG_DIM_EMBD, OG_DIM_FF}, OG_USE_MATMUL, 0},
    {OG_SLOT_FFN_UP, "blk.%d.ffn_up.weight", {OG_DIM_EMBD, OG_DIM_FF}, OG_USE_MATMUL, 0},
    {OG_SLOT_FFN_DOWN, "blk.%d.ffn_down.weight", {OG_DIM_FF, OG_DIM_EMBD}, OG_USE_MATMUL, 0},
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = og_g_rms_norm, .rope = OG_ROPE_HALVES},
    {.build = og_block_ffn, .norm = og_g_rms_norm, .gate = og_g_silu_mul},
};

const og_arch og_arch_qwen2 = {
    .name = "qwen2",
    .hparam = hparams,
    .n_hparam = OG_LEN(hparams),
    .tensor = tensors,
    .n_tensor = OG_LEN(tensors),
    .block = blocks,
    .n_block = OG_LEN(blocks),
    .output_norm = og_g_rms_norm,
    .tiny = {.n_vocab = 96,
             .n_ctx_train = 256,
             .n_layer = 2,
             .n_embd = 48,
             .n_ff = 80,
             .n_head = 4,
             .n_head_kv = 2,
             .head_dim = 12,
             .n_rot = 12,
             .norm_eps = 1e-6f,
             .rope_base = 1000000.0f},
};
