/* arch.h: what an architecture is made of. Its file holds constant tables of these types; one binder, one graph builder and the tests
 * read them. Names of hyperparameters and tensors follow the GGUF format document.
 *
 * Nothing here is a list that a new architecture must be added to: tensors are known by their names, dimensions are constants that any
 * file may define, and what only one architecture reads goes into og_hparams.own. usual.h has the rows that most of them share. */
#ifndef OG_MODEL_ARCH_H
#define OG_MODEL_ARCH_H

#include "offgrid/file.h"
#include "base/base.h"
#include "tensor/tensor.h"

enum {
    OG_OWN_MAX = 24, /* hyperparameters of one architecture's own */
    OG_KIND_MAX = 4, /* kinds of layers in one architecture */
    OG_ROPE_SETS = 2 /* tables of rotations: the main one, and that of local layers */
};

/* ---- hyperparameters ---- */

typedef union og_number {
    uint32_t u;
    float f;
} og_number;

typedef struct og_hparams {
    uint32_t n_vocab; /* length of the vocabulary in the file */
    uint32_t n_ctx_train;
    uint32_t n_layer, n_embd;
    uint32_t n_ff, n_head, n_head_kv; /* where layers differ: the largest */
    uint32_t head_dim;                /* of keys */
    uint32_t head_dim_v;              /* of values; 0: as keys */
    uint32_t n_rot;                   /* how many of head_dim are rotated */
    uint32_t window;                  /* positions that a local layer sees, its own among them; 0: there are no local layers */
    uint32_t window_period;           /* layer i is local unless i % window_period == window_period - 1; 0: all are */
    float norm_eps;
    float rope_base, rope_base_local;
    /* Factors; 0: not there. */
    float scale_embd, scale_residual, scale_logits, scale_attn;
    float query_growth;         /* times log(1 + floor(position / original context)), plus 1: a factor of queries; 0: none */
    float cap_attn, cap_logits; /* x becomes cap * tanh(x / cap) */
    /* Mixtures of experts; n_expert 0: there are none. */
    uint32_t n_expert, n_expert_used;
    uint32_t n_expert_shared;      /* experts that every token goes to, in one tensor */
    uint32_t n_ff_exp, n_ff_shexp; /* widths of an expert and of the shared ones together */
    uint32_t n_dense;              /* layers without experts before those that have them */
    uint32_t expert_score;         /* og_score */
    uint32_t expert_norm;          /* weights are divided by their sum */
    uint32_t n_expert_group, n_expert_group_used;
    float expert_scale;         /* of weights; 0: 1 */
    uint32_t causal;            /* whether a token sees only those before it */
    uint32_t pooling;           /* og_pooling */
    uint32_t pooling_rank;      /* what a ranking head sees: og_pooling */
    float alibi;                /* largest exponent of slopes that make scores fall with distance; 0: there are none */
    uint32_t n_types, n_labels; /* kinds of tokens (first or second text of a pair); scores of a ranking head */
    og_number own[OG_OWN_MAX];  /* what only one architecture reads, by its own numbers */
} og_hparams;

/* What may differ from layer to layer. */
typedef struct og_layer {
    uint32_t n_ff, n_head, n_head_kv; /* n_head_kv 0: no attention cache */
    uint32_t head_dim, head_dim_v, n_rot;
    uint32_t local;  /* whether the window holds */
    uint32_t window; /* 0: sees everything before it */
    int32_t rope;    /* which table of rotations; -1: positions are not rotated */
    uint32_t kind;   /* which recipe */
} og_layer;

typedef enum og_hparam_type { OG_HPARAM_U32, OG_HPARAM_F32, OG_HPARAM_BOOL } og_hparam_type;

/* One row: the field and the key that fills it. An optional one that is absent keeps `fallback`; 0 there leaves the field to
 * og_hparams_read (KV heads as many as heads, head size from the width, all of a head rotated). A row with a layer field may be an array
 * in the file, one entry a layer. */
typedef struct og_hparam {
    const char *key;     /* what follows "<arch>." */
    size_t field;        /* offset in og_hparams */
    int32_t layer_field; /* offset in og_layer, or -1 */
    og_hparam_type type;
    bool required;
    og_number fallback;
} og_hparam;

#define OG_REQUIRED_U32(field, key)                                  \
    {                                                                \
        key, offsetof(og_hparams, field), -1, OG_HPARAM_U32, true, { \
            .u = 0                                                   \
        }                                                            \
    }
#define OG_OPTIONAL_U32(field, key, fallback)                         \
    {                                                                 \
        key, offsetof(og_hparams, field), -1, OG_HPARAM_U32, false, { \
            .u = (fallback)                                           \
        }                                                             \
    }
#define OG_REQUIRED_F32(field, key)                                  \
    {                                                                \
        key, offsetof(og_hparams, field), -1, OG_HPARAM_F32, true, { \
            .f = 0                                                   \
        }                                                            \
    }
#define OG_OPTIONAL_F32(field, key, fallback)                         \
    {                                                                 \
        key, offsetof(og_hparams, field), -1, OG_HPARAM_F32, false, { \
            .f = (fallback)                                           \
        }                                                             \
    }
#define OG_OPTIONAL_BOOL(field, key, fallback)                         \
    {                                                                  \
        key, offsetof(og_hparams, field), -1, OG_HPARAM_BOOL, false, { \
            .u = (fallback)                                            \
        }                                                              \
    }
#define OG_LAYERED_U32(field, layer_field, key, required, fallback)                                            \
    {                                                                                                          \
        key, offsetof(og_hparams, field), (int32_t)offsetof(og_layer, layer_field), OG_HPARAM_U32, required, { \
            .u = (fallback)                                                                                    \
        }                                                                                                      \
    }

/* ---- tensors ---- */

/* A symbolic dimension: how messages spell it, and its value in a layer (of a trunk's row: the first layer). */
typedef struct og_dim {
    const char *text;
    uint64_t (*value)(const og_hparams *hp, const og_layer *layer);
} og_dim;

/* Dimensions that many share, defined in dims.c as og_dim_<name>. */
#define OG_DIMS(DIM)                                                               \
    DIM(embd, "n_embd", hp->n_embd)                                                \
    DIM(vocab, "n_vocab", hp->n_vocab)                                             \
    DIM(ctx, "n_ctx", hp->n_ctx_train)                                             \
    DIM(ff, "n_ff", layer->n_ff)                                                   \
    DIM(head, "head_dim", layer->head_dim)                                         \
    DIM(n_head, "n_head", layer->n_head)                                           \
    DIM(n_head_kv, "n_head_kv", layer->n_head_kv)                                  \
    DIM(q, "n_head*head_dim", (uint64_t)layer->n_head * layer->head_dim)           \
    DIM(k, "n_head_kv*head_dim", (uint64_t)layer->n_head_kv * layer->head_dim)     \
    DIM(v, "n_head_kv*head_dim_v", (uint64_t)layer->n_head_kv * layer->head_dim_v) \
    DIM(attn, "n_head*head_dim_v", (uint64_t)layer->n_head * layer->head_dim_v)    \
    DIM(expert, "n_expert", hp->n_expert)                                          \
    DIM(ff_exp, "n_ff_exp", hp->n_ff_exp)                                          \
    DIM(ff_shexp, "n_ff_shexp", hp->n_ff_shexp)                                    \
    DIM(rot_half, "n_rot/2", hp->n_rot / 2)                                        \
    DIM(types, "n_types", hp->n_types)                                             \
    DIM(labels, "n_labels", hp->n_labels)

#define DIM(name, text, value) extern const og_dim og_dim_##name;
OG_DIMS(DIM)
#undef DIM

/* A dimension of one file's own: OG_DIM(state, "ssm.state_size", hp->own[STATE].u), used as `state` in its rows. */
#define OG_DIM(name, text, expression)                                              \
    static uint64_t dim_value_##name(const og_hparams *hp, const og_layer *layer) { \
        (void)hp;                                                                   \
        (void)layer;                                                                \
        return expression;                                                          \
    }                                                                               \
    static const og_dim og_dim_##name = {text, dim_value_##name}

enum {
    OG_TENSOR_OPTIONAL = 1, /* may be absent; a block does without */
    OG_TENSOR_TIED = 2,     /* if absent, the token embedding takes its place */
    OG_TENSOR_READ = 4,     /* read while binding (rope factors); no backend gets it */
    OG_TENSOR_IGNORE = 8,   /* known, and not needed */
    OG_TENSOR_FUSED = 16,   /* the rows of several tensors in one: those named in `parts`, whose rows have OG_TENSOR_PART */
    OG_TENSOR_PART = 32     /* comes in a fused tensor, or by itself */
};

typedef struct og_tensor_row {
    const char *pattern;  /* "blk.%d.attn_q.weight": once a layer if there is a %d. Blocks ask for it by what follows "blk.%d." */
    const og_dim *dim[3]; /* dim[0] is contiguous; NULL: 1. A fused tensor's dim[1] (a fused bias's dim[0]) follows from its parts */
    int use;              /* og_use bits */
    int flags;
    uint32_t kinds;    /* bit k: layers of kind k have it; 0: all */
    const char *parts; /* of a fused tensor: patterns without "blk.%d.", divided by blanks */
} og_tensor_row;

/* OG_MATRIX(pattern, dim0, dim1, flags) and so on; more fields may follow: OG_MATRIX(pattern, dim0, dim1, flags, .kinds = 2). */
#define OG_MATRIX(name, d0, d1, ...) \
    { .pattern = name, .dim = {&og_dim_##d0, &og_dim_##d1}, .use = OG_USE_MATMUL, .flags = __VA_ARGS__ }
#define OG_EXPERTS(name, d0, d1, ...) \
    { .pattern = name, .dim = {&og_dim_##d0, &og_dim_##d1, &og_dim_expert}, .use = OG_USE_MATMUL, .flags = __VA_ARGS__ }
/* Of each expert: [d0, n_expert]. */
#define OG_EXPERT_BIAS(name, d0) \
    { .pattern = name, .dim = {&og_dim_##d0, &og_dim_expert}, .use = OG_USE_VECTOR }
#define OG_TABLE(name, d0, d1, ...) \
    { .pattern = name, .dim = {&og_dim_##d0, &og_dim_##d1}, .use = OG_USE_ROWS, .flags = __VA_ARGS__ }
#define OG_VECTOR(name, d0, ...) \
    { .pattern = name, .dim = {&og_dim_##d0}, .use = OG_USE_VECTOR, .flags = __VA_ARGS__ }
#define OG_FUSED_MATRIX(name, d0, of) \
    { .pattern = name, .dim = {&og_dim_##d0}, .use = OG_USE_MATMUL, .flags = OG_TENSOR_FUSED, .parts = of }
#define OG_FUSED_VECTOR(name, more, of) \
    { .pattern = name, .use = OG_USE_VECTOR, .flags = OG_TENSOR_FUSED | (more), .parts = of }
#define OG_IGNORED(name) \
    { .pattern = name, .flags = OG_TENSOR_IGNORE }

/* ---- layers ---- */

typedef enum og_norm_kind { OG_NORM_RMS, OG_NORM_LAYER } og_norm_kind;
typedef enum og_rope_kind { OG_ROPE_PAIRS = 0, OG_ROPE_HALVES = 1 } og_rope_kind; /* numbers of og_g_rope */
typedef og_tensor *og_gate_fn(og_graph *g, og_tensor *gate, og_tensor *up);       /* og_g_silu_mul, og_g_gelu_mul */

typedef struct og_build og_build; /* blocks/blocks.h */
typedef struct og_block og_block;
typedef og_tensor *og_block_fn(og_build *b, const og_block *block, int layer, og_tensor *x);

/* One block of a recipe and its switches. What tensors tell has none: a block adds the biases and norms that are bound. */
struct og_block {
    og_block_fn *build;
    const char *norm;      /* name of the norm before the block, without ".weight"; NULL: none */
    const char *post_norm; /* after it, before the residual is added; NULL: none */
    og_rope_kind rope;     /* attention */
    bool late_norm;        /* attention: norms of queries and keys come after the rotation */
    og_gate_fn *gate;      /* feed-forward */
    og_op act;             /* feed-forward without a gate: an operation of og_g_unary */
    const char *ffn_norm;  /* parallel blocks: the feed-forward's own norm; NULL, or not bound: what attention sees */
    const void *own;       /* switches of a block of one architecture's own */
};

typedef struct og_layer_recipe {
    const og_block *block;
    int n_block;
} og_layer_recipe;
#define OG_RECIPE(blocks) \
    { blocks, OG_LEN(blocks) }

typedef struct og_arch {
    const char *name;
    const og_hparam *hparam;
    int n_hparam;
    const og_tensor_row *tensor;
    int n_tensor;
    og_norm_kind norm;
    const char *output_norm;             /* name of the norm before the output, without ".weight"; NULL: "output_norm" */
    bool encoder;                        /* reads whole texts and predicts nothing: no logits, no cache that lasts */
    bool speech;                         /* hears: an encoder and a decoder, whose graphs are made in speech/ */
    og_layer_recipe recipe[OG_KIND_MAX]; /* the blocks of a layer, in order, by the layer's kind */
    bool rope_unscaled;                  /* YaRN's factor of attention is in its scores, which its blocks see to, not in its rotations */
    /* Sets hyperparameters that follow from others, after the file's are read; NULL: none do. */
    void (*derive)(og_hparams *hp);
    /* Changes what is particular to layer i (its kind, window, rotations, sizes), after the file's arrays are read; NULL: nothing. */
    void (*layer)(const og_hparams *hp, int i, og_layer *layer);
    og_op head_act;  /* after a ranking head's first product: an operation of og_g_unary; 0: tanh */
    og_hparams tiny; /* a small size for tests: all fields set that the rows fill */
} og_arch;

/* Rows in the order of models.def, then those added; NULL past the end. */
const og_arch *og_arch_at(int i);
const og_arch *og_arch_named(const char *name, size_t len);
/* Adds an architecture that is not in models.def (a program's own, a test's). Before any model is opened: it is not thread-safe. The row
 * must outlive the program. False if there is no room for it. */
bool og_arch_add(const og_arch *arch);

/* Reads the hyperparameters of an architecture, derives what the file leaves out, and refuses sizes that make no sense. */
og_status og_hparams_read(const og_arch *arch, const og_file *file, og_hparams *out, og_error *err);
/* The same for each of its layers: layer[hp->n_layer]. */
og_status og_layers_read(const og_arch *arch, const og_file *file, const og_hparams *hp, og_layer *layer, og_error *err);
/* Without a file: what og_layers_read gives for one without arrays. */
void og_layers_plain(const og_arch *arch, const og_hparams *hp, og_layer *layer);

/* 1 for NULL. */
uint64_t og_dim_value(const og_dim *dim, const og_hparams *hp, const og_layer *layer);
const char *og_dim_text(const og_dim *dim);
/* Whether a row stands for one tensor in every layer. */
bool og_tensor_row_is_layered(const og_tensor_row *row);
/* Whether layers of this kind have the row. */
static inline bool og_tensor_row_in(const og_tensor_row *row, const og_layer *layer) {
    return row->kinds == 0 || (row->kinds >> layer->kind & 1);
}
/* The tensor's name in layer `layer` (any, for a row of the trunk), NUL-terminated. */
void og_tensor_row_name(const og_tensor_row *row, int layer, char *out, size_t size);
/* The row with this pattern that blocks ask for (not a fused one): `stem` alone, or "blk.%d." and it; NULL if there is none. */
const og_tensor_row *og_arch_row(const og_arch *arch, bool layered, const char *stem, size_t len);

#define MODEL(name, families) extern const og_arch og_arch_##name;
#include "model/models.def"

#endif
