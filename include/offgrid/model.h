/* offgrid/model.h: weights, ready to compute. Part of offgrid.h. */
#ifndef OFFGRID_MODEL_H
#define OFFGRID_MODEL_H

#include "offgrid/engine.h"
#include "offgrid/tokenizer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct og_model og_model;

/* A low-rank adapter (LoRA), a GGUF file as og_convert writes it: `scale` goes before what it adds to the model's products. */
typedef struct og_adapter {
    const char *path;
    float scale; /* 1: as it was trained */
} og_adapter;

typedef struct og_model_params {
    og_progress_fn *progress; /* may be NULL */
    void *user;
    const og_adapter *adapters; /* n_adapters, added to each other; an adapter for another model is refused, naming the tensor */
    size_t n_adapters;
} og_model_params;

OG_API og_model_params og_model_defaults(void);
/* Loads a model for computing. Refuses with OG_ERR_MEMORY, before touching the weights, what would not fit the budget. */
OG_API og_status og_model_open(og_engine *engine, const char *path, const og_model_params *params, og_model **out, og_error *err);
OG_API void og_model_close(og_model *model);
OG_API const og_tok *og_model_tok(const og_model *model);
OG_API const og_file *og_model_file(const og_model *model);

/* How the states of a text's tokens become one vector. Numbers as <arch>.pooling_type has them in GGUF files. */
typedef enum og_pooling {
    OG_POOLING_NONE = 0, /* of a model: it does not say; as a parameter: the model's own */
    OG_POOLING_MEAN,     /* the mean over all tokens */
    OG_POOLING_CLS,      /* the first token's */
    OG_POOLING_LAST,     /* the last token's */
    OG_POOLING_RANK,     /* a classifier's score of a pair: og_rerank */
} og_pooling;

OG_API const char *og_pooling_name(og_pooling pooling); /* "none", "mean", "cls", "last", "rank" */

typedef struct og_model_info {
    const char *arch; /* "llama" */
    const char *name; /* general.name, or "" */
    const char *chat; /* the format of its og_chat: "template", "chatml", ... or "plain" */
    int32_t n_vocab;
    uint32_t n_ctx_train; /* context it was trained for */
    uint32_t n_layer, n_embd, n_head, n_head_kv;
    uint32_t n_expert, n_expert_used; /* of a mixture of experts, and how many of them a token meets in a layer; else 0 */
    uint64_t n_params;                /* weights, counted */
    uint64_t tensor_bytes;            /* in the file */
    uint64_t weight_bytes;            /* resident, as packed for this CPU */
    uint64_t kv_bytes_token;          /* f16 cache; og_model_predict knows the other types */
    bool weights_kept;                /* packed weights came from og_engine_params.packed_dir */
    uint64_t state_bytes;             /* recurrent state of a session, with the snapshots it keeps; 0: the model has none */
    og_pooling pooling;               /* of an embedding or ranking model; NONE: the model writes text */
} og_model_info;

OG_API void og_model_describe(const og_model *model, og_model_info *out);

typedef struct og_session_params {
    uint32_t n_ctx;   /* tokens the cache can hold; 0: the smaller of the model's and 4096 */
    uint32_t n_chunk; /* tokens evaluated at once in prefill; 0: 512 */
    /* How the cache keeps keys and values: "f16" (NULL), "q8_0" (about half the memory), "q4_0" (about 0.3 of it; answers get worse).
     * Products are computed in float32 whatever it is. */
    const char *kv_type;
} og_session_params;

OG_API og_session_params og_session_defaults(void);

/* What running a file's model would take, without loading it. */
typedef struct og_model_needs {
    uint32_t n_ctx, n_ctx_train;
    uint64_t weights, cache, activations; /* bytes, all in memory at once; the cache for n_ctx tokens */
} og_model_needs;

/* With a session of these parameters (NULL: defaults). Refuses what og_model_open would refuse, but for the budget: an unknown architecture
 * with the names of those that are known. */
OG_API og_status og_model_predict(og_engine *engine, const og_file *file, const og_session_params *params, og_model_needs *out,
                                  og_error *err);

#ifdef __cplusplus
}
#endif
#endif
