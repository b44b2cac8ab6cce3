/* arch.h: what an architecture is made of. Its file holds constant tables of these types; one binder, one graph builder and the tests
 * read them. Names of hyperparameters and tensors follow the GGUF format document. */
#ifndef OG_MODEL_ARCH_H
#define OG_MODEL_ARCH_H

#include "base/base.h"
#include "tensor/tensor.h"

/* ---- hyperparameters ---- */

typedef struct og_hparams {
    uint32_t n_vocab; /* length of the vocabulary in the file */
    uint32_t n_ctx_train;
    uint32_t n_layer, n_embd, n_ff;
    uint32_t n_head, n_head_kv;
    uint32_t head_dim; /* of keys and values */
    uint32_t n_rot;    /* how many of head_dim are rotated */
    float norm_eps;
    float rope_base;
} og_hparams;

/* One row: the field and the key that fills it. An optional one that is absent keeps `fallback`; 0 there leaves the field to
 * og_hparams_derive (KV heads as many as heads, head size from the width, all of a head rotated). */
typedef struct og_hparam {
    const char *key; /* what follows "<arch>." */
    size_t field;    /* offset in og_hparams */
    bool is_float, required;
    float fallback;
} og_hparam;

#define OG_REQUIRED_U32(field, key) \
    { key, offsetof(og_hparams, field), false, true, 0 }
#define OG_OPTIONAL_U32(field, key) \
    { key, offsetof(og_hparams, field), false, false, 0 }
#define OG_REQUIRED_F32(field, key) \
    { key, offsetof(og_hparams, field), true, true, 0 }
#define OG_OPTIONAL_F32(field, key, fallback) \
    { key, offsetof(og_hparams, field), true, false, fallback }

/* ---- tensors ---- */

/* Symbolic dimensions: DIM(name, how messages spell it, value from og_hparams *hp). */
#define OG_DIMS(DIM)                                                            \
    DIM(NONE, "1", 1)                                                           \
    DIM(EMBD, "n_embd", hp->n_embd)                                             \
    DIM(VOCAB, "n_vocab", hp->n_vocab)                                          \
    DIM(FF, "n_ff", hp->n_ff)                                                   \
    DIM(HEADS, "n_head*head_dim", (uint64_t)hp->n_head * hp->head_dim)          \
    DIM(HEADS_KV, "n_head_kv*head_dim", (uint64_t)hp->n_head_kv * hp->head_dim) \
    DIM(ROT_HALF, "n_rot/2", hp->n_rot / 2)

typedef enum og_dim {
#define DIM(name, text, value) OG_DIM_##name,
    OG_DIMS(DIM)
#undef DIM
} og_dim;

/* Where a block looks for its weights. Slots of the trunk exist once, the others in each layer. */
typedef enum og_slot {
    OG_SLOT_TOKEN_EMBD,
    OG_SLOT_OUTPUT_NORM,
    OG_SLOT_OUTPUT,
    OG_SLOT_ROPE_FACTORS,
    OG_SLOT_ATTN_NORM,
    OG_SLOT_ATTN_Q,
    OG_SLOT_ATTN_K,
    OG_SLOT_ATTN_V,
    OG_SLOT_ATTN_OUT,
    OG_SLOT_ATTN_Q_BIAS,
    OG_SLOT_ATTN_K_BIAS,
    OG_SLOT_ATTN_V_BIAS,
    OG_SLOT_ATTN_OUT_BIAS,
    OG_SLOT_FFN_NORM,
    OG_SLOT_FFN_GATE,
    OG_SLOT_FFN_UP,
    OG_SLOT_FFN_DOWN,
    OG_SLOT_COUNT
} og_slot;

enum {
    OG_TENSOR_OPTIONAL = 1, /* may be absent; its slot is then empty, and a block does without */
    OG_TENSOR_TIED = 2,     /* if absent, the token embedding takes its place */
    OG_TENSOR_READ = 4,     /* read while binding (rope factors); no backend gets it */
    OG_TENSOR_IGNORE = 8,   /* known, and not needed */
};

typedef struct og_tensor_row {
    og_slot slot;
    const char *pattern; /* "blk.%d.attn_q.weight": once a layer if there is a %d */
    og_dim dim[2];       /* dim[0] is contiguous */
    int use;             /* og_use bits */
    int flags;
} og_tensor_row;

/* ---- layers ---- */

typedef enum og_rope_kind { OG_ROPE_PAIRS = 0, OG_ROPE_HALVES = 1 } og_rope_kind;  /* numbers of og_g_rope */
typedef og_tensor *og_norm_fn(og_graph *g, og_tensor *x, og_tensor *w, float eps); /* og_g_rms_norm */
typedef og_tensor *og_gate_fn(og_graph *g, og_tensor *gate, og_tensor *up);        /* og_g_silu_mul, og_g_gelu_mul */

typedef struct og_build og_build; /* blocks/blocks.h */
typedef struct og_block og_block;
typedef og_tensor *og_block_fn(og_build *b, const og_block *block, int layer, og_tensor *x);

/* One block of the recipe and its switches. Biases have none: a block adds those whose slots are bound. */
struct og_block {
    og_block_fn *build;
    og_norm_fn *norm;
    og_rope_kind rope; /* attention */
    og_gate_fn *gate;  /* feed-forward */
};

typedef struct og_arch {
    const char *name;
    const og_hparam *hparam;
    int n_hparam;
    const og_tensor_row *tensor;
    int n_tensor;
    const og_block *block; /* the blocks of every layer, in order */
    int n_block;
    og_norm_fn *output_norm;
    og_hparams tiny; /* a small size for tests: all fields set */
} og_arch;

/* Rows in the order of models.def; NULL past the end. */
const og_arch *og_arch_at(int i);
const og_arch *og_arch_named(const char *name, size_t len);

/* Reads the hyperparameters of an architecture, derives what the file leaves out, and refuses sizes that make no sense. */
og_status og_hparams_read(const og_arch *arch, const og_file *file, og_hparams *out, og_error *err);

uint64_t og_dim_value(og_dim dim, const og_hparams *hp);
const char *og_dim_text(og_dim dim);
/* Whether a row stands for one tensor in every layer. */
bool og_tensor_row_is_layered(const og_tensor_row *row);
/* The tensor's name in layer `layer` (any, for a row of the trunk), NUL-terminated. */
void og_tensor_row_name(const og_tensor_row *row, int layer, char *out, size_t size);

#define MODEL(name, families) extern const og_arch og_arch_##name;
#include "model/models.def"

#endif
