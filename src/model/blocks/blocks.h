/* blocks.h: the pieces that recipes are made of. A block takes the stream x [n_embd, T], adds its part of the graph, and returns the new
 * stream. */
#ifndef OG_MODEL_BLOCKS_BLOCKS_H
#define OG_MODEL_BLOCKS_BLOCKS_H

#include "model/lm.h"

/* What the blocks of one graph share. */
struct og_build {
    og_graph *g;
    const og_lm *lm;
    int n_tokens, n_out;
    og_tensor *ids, *pos;            /* [n_tokens] */
    og_tensor *types;                /* [n_tokens] */
    og_tensor *place, *span, *pages; /* inputs of attention */
    og_tensor *state;                /* [2, T] slots of recurrent states */
    og_tensor *out_rows;             /* NULL if every token's logits are wanted */
    og_tensor *rope_q;               /* of queries, in place of rope[0], where they grow; else NULL */
    og_tensor *rope[OG_ROPE_SETS];   /* [n_rot, T]; NULL where no layer uses it */
};

/* x + W_o attention(rope(W_q norm(x)), rope(W_k norm(x)), W_v norm(x)). In the last layer only the tokens whose logits are wanted go on
 * past the attention: the stream shrinks to [n_embd, n_out]. */
og_block_fn og_block_attention;
/* The same, its result multiplied by sigmoid(W_g norm(x)) before W_o; attn_q holds for each head its queries, then its gates. */
og_block_fn og_block_gated_attention;
/* x + W_down (act(W_gate norm(x)) * W_up norm(x)) */
og_block_fn og_block_ffn;

/* x + sum of the chosen W_down (act(W_gate norm(x)) * W_up norm(x)), plus the shared expert's if there is one. */
og_block_fn og_block_experts;
/* The same two with the norm, named `post_norm`, after the residual: norm(x + attention(x)), norm(x + ffn(x)). */
og_block_fn og_block_attention_norm, og_block_ffn_norm;

/* x + attention(norm(x)) + feed-forward(norm(x)), after one norm or one each. */
og_block_fn og_block_parallel;

/* The two without norms and residual: h is what the projections see. */
og_tensor *og_build_attention(og_build *b, const og_block *block, int layer, og_tensor *h);
og_tensor *og_build_ffn(og_build *b, const og_block *block, int layer, og_tensor *h);

/* Latent attention (DeepSeek-AI 2024, "DeepSeek-V2", section 2.1): keys and values are made of a vector of `rank` numbers a token and of
 * rotated ones that all heads share. Absorbed, the cache holds just those, queries are taken to the latent space, and what attention finds
 * there back to values; else keys and values are made and kept. */
typedef struct og_latent {
    int64_t rank, key, value; /* numbers of the latent, of a head's key (the last n_rot rotated) and of its value */
    double scale;             /* of scores, beside 1 / sqrt(key) */
    bool absorbed;
} og_latent;
og_tensor *og_build_latent_attention(og_build *b, const og_block *block, int layer, const og_latent *how, og_tensor *h);

/* GELU (exact form) of the gate, times up. */
og_gate_fn og_build_gelu_erf_mul;

/* From token ids to the stream after the last layer and its norm: [n_embd, n_out]. Sets the inputs of *b, whose graph, model and counts
 * are filled in. */
og_tensor *og_build_trunk(og_build *b, int n_pages);

/* The weight named `stem` ("attn_q.weight") as a tensor; NULL if the model has none. Layer -1 is the trunk. */
og_tensor *og_build_weight(og_build *b, int layer, const char *stem);
/* The norm named `name` with its weight and, if there is one, bias; x itself if name is NULL. */
og_tensor *og_build_norm(og_build *b, int layer, const char *name, og_tensor *x);
/* W x, plus the bias if there is one; `name` without ".weight". */
og_tensor *og_build_linear(og_build *b, int layer, const char *name, og_tensor *x);
/* In the last layer, the rows of x whose logits are wanted; else x. A layer's first block that mixes tokens ends with it, for its result
 * and for the stream. */
og_tensor *og_build_wanted(og_build *b, int layer, og_tensor *x);
/* stream + part, with the norm after the block and the residual's factor, if there are any. */
og_tensor *og_build_residual(og_build *b, const og_block *block, int layer, og_tensor *part, og_tensor *stream);

#endif
