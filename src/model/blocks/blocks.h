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
    og_tensor *place, *span, *pages; /* inputs of attention */
    og_tensor *out_rows;             /* NULL if every token's logits are wanted */
    og_tensor *rope_table;           /* [n_rot, T] */
};

/* x + W_o attention(rope(W_q norm(x)), rope(W_k norm(x)), W_v norm(x)). In the last layer only the tokens whose logits are wanted go on
 * past the attention: the stream shrinks to [n_embd, n_out]. */
og_block_fn og_block_attention;
/* x + W_down (act(W_gate norm(x)) * W_up norm(x)) */
og_block_fn og_block_ffn;

og_tensor *og_build_norm(og_build *b, og_norm_fn *norm, int layer, og_slot slot, og_tensor *x);
/* W x, plus the bias if its slot is bound. */
og_tensor *og_build_linear(og_build *b, int layer, og_slot weight, og_slot bias, og_tensor *x);

#endif
