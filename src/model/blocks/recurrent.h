/* recurrent.h: blocks of layers with a recurrent state, and the sizes that the GGUF keys "ssm.*" give. */
#ifndef OG_MODEL_BLOCKS_RECURRENT_H
#define OG_MODEL_BLOCKS_RECURRENT_H

#include "model/blocks/blocks.h"

/* Places of the sizes in og_hparams.own; an architecture's own numbers begin at OG_OWN_AFTER_SSM. */
enum { OG_OWN_SSM_CONV, OG_OWN_SSM_INNER, OG_OWN_SSM_STATE, OG_OWN_SSM_HEADS, OG_OWN_SSM_GROUPS, OG_OWN_AFTER_SSM };

#define OG_SSM_HPARAMS                                                                                                          \
    OG_REQUIRED_U32(own[OG_OWN_SSM_CONV], "ssm.conv_kernel"), OG_REQUIRED_U32(own[OG_OWN_SSM_INNER], "ssm.inner_size"),         \
        OG_REQUIRED_U32(own[OG_OWN_SSM_STATE], "ssm.state_size"), OG_REQUIRED_U32(own[OG_OWN_SSM_HEADS], "ssm.time_step_rank"), \
        OG_REQUIRED_U32(own[OG_OWN_SSM_GROUPS], "ssm.group_count")

/* Sizes of a layer with heads: `n_head` of inner / n_head values each, rows of the state, groups (key heads) that heads share. */
typedef struct og_recurrent {
    int64_t taps, inner, n_state, n_head, n_group;
} og_recurrent;

/* Sizes of 0 count as 1, so that a file that claims them is refused by the shapes that follow, not divided by. */
static inline og_recurrent og_recurrent_of(const og_hparams *hp) {
    const og_number *own = hp->own;
    return (og_recurrent){own[OG_OWN_SSM_CONV].u, own[OG_OWN_SSM_INNER].u, own[OG_OWN_SSM_STATE].u, OG_MAX(own[OG_OWN_SSM_HEADS].u, 1u),
                          OG_MAX(own[OG_OWN_SSM_GROUPS].u, 1u)};
}

#define OG_TINY_SSM(inner, state, heads, groups) \
    .own = {[OG_OWN_SSM_CONV] = {4},             \
            [OG_OWN_SSM_INNER] = {inner},        \
            [OG_OWN_SSM_STATE] = {state},        \
            [OG_OWN_SSM_HEADS] = {heads},        \
            [OG_OWN_SSM_GROUPS] = {groups}}

/* LFM2 (Liquid AI 2025): x + W_out (c * conv(b * v)), {b, c, v} = W_in norm(x). */
og_block_fn og_block_shortconv;
/* Mamba-2 (Dao & Gu 2024): x + W_out norm(silu(z) * ssm(silu(conv(xBC)))), {z, xBC, steps} = W_in norm(x); the norm is by group. */
og_block_fn og_block_mamba2;
/* Gated delta net (Yang et al. 2024): x + W_out (silu(z) * norm(delta(silu(conv(qkv))))). */
og_block_fn og_block_delta;

#endif
