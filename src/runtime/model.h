/* model.h: og_model inside the runtime. */
#ifndef OG_RUNTIME_MODEL_H
#define OG_RUNTIME_MODEL_H

#include "offgrid/model.h"
#include "model/lm.h"
#include "runtime/engine.h"
#include "runtime/packed.h"
#include "text/grammar/grammar.h"
#include "text/chat.h"

struct og_model {
    atomic_int refs;
    og_engine *engine;
    og_file *file;
    og_file **adapter; /* [n_adapters] */
    size_t n_adapters;
    og_tok *tok;
    og_lm *lm;
    og_chat *chat;
    char *name;
    uint64_t weight_bytes; /* reserved from the budget */
    og_packed *packed;     /* where packed weights are kept, or NULL */
    og_pieces *pieces;     /* of the vocabulary, for grammars; made when first needed, under the engine's lock */
    bool loaded, adopted;  /* adopted: from there */
};

og_model *og_model_hold(og_model *model);
/* As og_model_open, over a file that is open already: on failure too, the model takes it over. `name` is for messages. */
og_status og_model_open_file(og_engine *engine, og_file *file, const char *name, const og_model_params *params, og_model **out,
                             og_error *err);

/* Tells models apart: a hash of the file's header and of some of every tensor. */
og_status og_model_identity(const og_model *model, uint64_t *out, og_error *err);

/* Shape of a cache of n_ctx positions. */
og_kv_shape og_lm_kv_shape(const og_lm *lm, uint32_t n_ctx, og_type type);
/* The type of a cache, by its name in og_session_params. */
og_status og_kv_type_named(const char *name, og_type *out, og_error *err);

/* What a model and one session take in a backend, in bytes, before anything is allocated: what the plans keep beside their
 * intermediates (some KiB) is left out. */
typedef struct og_memory {
    uint64_t weights;
    uint64_t kv;          /* n_ctx positions; recurrent states and their snapshots */
    uint64_t activations; /* the larger batch's and the single token's */
} og_memory;
og_status og_memory_predict(const og_lm *lm, const og_backend *be, uint32_t n_ctx, int n_chunk, og_type kv_type, og_memory *out,
                            og_error *err);

#endif
