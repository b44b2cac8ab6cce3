/* hf_llama.c: Llama, and families that follow it closely: Mistral, Mixtral, SmolLM; Qwen 2 and 3. */
#include "convert/usual.h"

static const og_hf_key keys[] = {OG_HF_USUAL_KEYS, OG_HF_EXPERT_KEYS};

/* Mixtral's layers have experts instead of the one network. */
#define MIXTRAL                                                                                                    \
    {"layers.%d.block_sparse_moe.gate.weight", "blk.%d.ffn_gate_inp.weight", OG_HF_AS_F32 | OG_HF_OPTIONAL, NULL}, \
        {"layers.%d.block_sparse_moe.experts.%e.w1.weight", "blk.%d.ffn_gate_exps.weight", OG_HF_OPTIONAL, NULL},  \
        {"layers.%d.block_sparse_moe.experts.%e.w3.weight", "blk.%d.ffn_up_exps.weight", OG_HF_OPTIONAL, NULL}, {  \
        "layers.%d.block_sparse_moe.experts.%e.w2.weight", "blk.%d.ffn_down_exps.weight", OG_HF_OPTIONAL, NULL     \
    }

static const og_hf_tensor llama[] = {OG_HF_TRUNK(0), OG_HF_ATTENTION(og_hf_map_q, og_hf_map_k, 0), OG_HF_FFN_NORM, OG_HF_FFN(0)};
static const og_hf_tensor mixtral[] = {OG_HF_TRUNK(0), OG_HF_ATTENTION(og_hf_map_q, og_hf_map_k, 0), OG_HF_FFN_NORM, MIXTRAL};
static const og_hf_tensor qwen2[] = {OG_HF_TRUNK(0), OG_HF_ATTENTION(NULL, NULL, 0), OG_HF_FFN_NORM, OG_HF_FFN(0)};

static og_status rope(og_hf *hf, og_error *err) {
    return og_hf_rope(hf, hf->n.head_dim, err);
}

static og_status rope_dimensions(og_hf *hf, og_error *err) {
    og_hf_set_u32(hf, "rope.dimension_count", hf->n.head_dim);
    return rope(hf, err);
}

const og_hf_arch og_hf_arch_llama = {.name = "llama", OG_HF_TABLES(keys, llama), .extra = rope_dimensions};
const og_hf_arch og_hf_arch_mixtral = {.name = "llama", OG_HF_TABLES(keys, mixtral), .extra = rope_dimensions};
const og_hf_arch og_hf_arch_qwen2 = {.name = "qwen2", OG_HF_TABLES(keys, qwen2), .extra = rope};
