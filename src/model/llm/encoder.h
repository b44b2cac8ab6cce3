/* encoder.h: rows that encoders of BERT's kind share, as pieces of tables. */
#ifndef OG_MODEL_LLM_ENCODER_H
#define OG_MODEL_LLM_ENCODER_H

#include "model/llm/usual.h"

#define OG_EMBEDDING_TENSORS                                                                     \
    OG_TABLE("token_embd.weight", embd, vocab, 0), OG_VECTOR("token_embd_norm.weight", embd, 0), \
        OG_VECTOR("token_embd_norm.bias", embd, OG_TENSOR_OPTIONAL), OG_TABLE("token_types.weight", embd, types, OG_TENSOR_OPTIONAL)

/* A ranking head: cls, an activation, a norm, cls.output, of which only the last must be. */
#define OG_HEAD_TENSORS                                                                                               \
    OG_MATRIX("cls.weight", embd, embd, OG_TENSOR_OPTIONAL), OG_VECTOR("cls.bias", embd, OG_TENSOR_OPTIONAL),         \
        OG_VECTOR("cls.norm.weight", embd, OG_TENSOR_OPTIONAL), OG_VECTOR("cls.norm.bias", embd, OG_TENSOR_OPTIONAL), \
        OG_MATRIX("cls.output.weight", embd, labels, OG_TENSOR_OPTIONAL), OG_VECTOR("cls.output.bias", labels, OG_TENSOR_OPTIONAL)

/* q, k and v by themselves or in one, with or without biases. */
#define OG_ENCODER_ATTENTION_TENSORS                                                                        \
    OG_FUSED_MATRIX("blk.%d.attn_qkv.weight", embd, "attn_q.weight attn_k.weight attn_v.weight"),           \
        OG_FUSED_VECTOR("blk.%d.attn_qkv.bias", OG_TENSOR_OPTIONAL, "attn_q.bias attn_k.bias attn_v.bias"), \
        OG_QKV_TENSORS(OG_TENSOR_PART), OG_QKV_BIASES(OG_TENSOR_PART | OG_TENSOR_OPTIONAL),                 \
        OG_MATRIX("blk.%d.attn_output.weight", attn, embd, 0), OG_VECTOR("blk.%d.attn_output.bias", embd, OG_TENSOR_OPTIONAL)

/* Norms after attention and after the feed-forward part, each after its residual. */
#define OG_POST_NORM_TENSORS                                                                                  \
    OG_VECTOR("blk.%d.attn_output_norm.weight", embd, 0), OG_VECTOR("blk.%d.attn_output_norm.bias", embd, 0), \
        OG_VECTOR("blk.%d.layer_output_norm.weight", embd, 0), OG_VECTOR("blk.%d.layer_output_norm.bias", embd, 0)

/* A tiny size: every head has keys of its own. */
#define OG_ENCODER_TINY                                                                                                     \
    .n_vocab = 96, .n_ctx_train = 256, .n_layer = 2, .n_embd = 64, .n_ff = 96, .n_head = 4, .n_head_kv = 4, .head_dim = 16, \
    .head_dim_v = 16, .n_rot = 16, .norm_eps = 1e-5f, .rope_base = 10000.0f, .n_types = 1, .n_labels = 1, .pooling_rank = OG_POOLING_CLS

#endif
