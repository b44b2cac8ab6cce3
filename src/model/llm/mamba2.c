/* mamba2: Mamba-2 (Dao & Gu 2024): state-space layers only, no attention, no feed-forward. */
#include "model/blocks/recurrent.h"
#include "model/llm/usual.h"

OG_DIM(taps, "ssm.conv_kernel", hp->own[OG_OWN_SSM_CONV].u);
OG_DIM(inner, "ssm.inner_size", hp->own[OG_OWN_SSM_INNER].u);
OG_DIM(heads, "ssm.time_step_rank", hp->own[OG_OWN_SSM_HEADS].u);
OG_DIM(groups, "ssm.group_count", hp->own[OG_OWN_SSM_GROUPS].u);
OG_DIM(group, "ssm.inner_size/ssm.group_count", hp->own[OG_OWN_SSM_INNER].u / OG_MAX(hp->own[OG_OWN_SSM_GROUPS].u, 1u));
OG_DIM(channels, "ssm.inner_size+2*ssm.group_count*ssm.state_size",
       hp->own[OG_OWN_SSM_INNER].u + (uint64_t)hp->own[OG_OWN_SSM_GROUPS].u * hp->own[OG_OWN_SSM_STATE].u * 2);
OG_DIM(in, "2*ssm.inner_size+2*ssm.group_count*ssm.state_size+ssm.time_step_rank",
       (uint64_t)hp->own[OG_OWN_SSM_INNER].u * 2 + (uint64_t)hp->own[OG_OWN_SSM_GROUPS].u * hp->own[OG_OWN_SSM_STATE].u * 2 +
           hp->own[OG_OWN_SSM_HEADS].u);

static const og_hparam hparams[] = {OG_REQUIRED_U32(n_ctx_train, "context_length"), OG_REQUIRED_U32(n_embd, "embedding_length"),
                                    OG_REQUIRED_U32(n_layer, "block_count"), OG_RMS_EPSILON, OG_SSM_HPARAMS};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_VECTOR("blk.%d.attn_norm.weight", embd, 0),
    OG_MATRIX("blk.%d.ssm_in.weight", embd, in, 0),
    {.pattern = "blk.%d.ssm_conv1d.weight", .dim = {&og_dim_taps, &og_dim_channels}, .use = OG_USE_VECTOR},
    OG_VECTOR("blk.%d.ssm_conv1d.bias", channels, 0),
    OG_VECTOR("blk.%d.ssm_dt.bias", heads, 0),
    {.pattern = "blk.%d.ssm_a", .dim = {NULL, &og_dim_heads}, .use = OG_USE_VECTOR},
    {.pattern = "blk.%d.ssm_d", .dim = {NULL, &og_dim_heads}, .use = OG_USE_VECTOR},
    {.pattern = "blk.%d.ssm_norm.weight", .dim = {&og_dim_group, &og_dim_groups}, .use = OG_USE_VECTOR},
    OG_MATRIX("blk.%d.ssm_out.weight", inner, embd, 0),
};

static const og_block blocks[] = {{.build = og_block_mamba2, .norm = "attn_norm"}};

const og_arch og_arch_mamba2 = {
    .name = "mamba2",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {.n_vocab = 96,
             .n_ctx_train = 256,
             .n_layer = 2,
             .n_embd = 64,
             .norm_eps = 1e-5f,
             .rope_base = 10000.0f,
             .causal = 1,
             .n_types = 1,
             .n_labels = 1,
             .pooling_rank = OG_POOLING_LAST,
             OG_TINY_SSM(256, 16, 8, 2)},
};
