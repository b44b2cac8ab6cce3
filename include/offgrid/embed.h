/* offgrid/embed.h: embeddings and ranking. Part of offgrid.h. */
#ifndef OFFGRID_EMBED_H
#define OFFGRID_EMBED_H

#include "offgrid/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One text, or its tokens: `text` is read if `ids` is NULL, and gets the special tokens that the model wants; ids are taken as they are. */
typedef struct og_input {
    const char *text;
    size_t len;
    const int32_t *ids;
    size_t n_ids;
} og_input;

typedef struct og_embed_params {
    og_pooling pooling;       /* OG_POOLING_NONE: the model's own; an encoder that names none takes the mean */
    bool raw;                 /* as they come; else every vector gets length 1 */
    uint32_t dimensions;      /* 0: all; else the first so many, for models trained for that (Kusupati et al. 2022, Matryoshka) */
    bool truncate;            /* cut what is longer than the model's context and count it in the result; else refuse it */
    uint32_t n_batch;         /* tokens of several texts evaluated at once; 0: 512. A longer text is a batch by itself */
    og_progress_fn *progress; /* tokens; may be NULL */
    void *user;
} og_embed_params;

typedef struct og_embed_result {
    uint32_t dim;       /* floats of a vector; of og_rerank: 1 */
    uint64_t n_tokens;  /* evaluated */
    size_t n_truncated; /* texts that were cut */
    double seconds;
} og_embed_result;

OG_API og_embed_params og_embed_defaults(void);
/* Vectors of n texts: *out is float32 [n][dim], malloc'd: og_free. A vector depends on its text alone: not on the others, the size of a
 * batch, threads or the CPU. Works with encoders (BERT and its kind) and with decoders. Refuses with OG_ERR_CONTEXT a text longer than the
 * model's context, unless told to truncate. Any number of threads may embed with one model. `result` may be NULL. */
OG_API og_status og_embed(og_model *model, const og_input *inputs, size_t n, const og_embed_params *params, float **out,
                          og_embed_result *result, og_error *err);
/* How well each of n documents answers the query: scores, float32 [n], in the order of the documents; higher is better, and only the order
 * means something across models. Needs a model with a ranking head (cross-encoder). `query` NULL: each document is a whole pair already, as
 * tokens. `params` as for og_embed; pooling and dimensions are not used, and `raw` leaves the head's numbers as they are, else they are
 * squeezed into 0..1 by the logistic function. */
OG_API og_status og_rerank(og_model *model, const og_input *query, const og_input *documents, size_t n, const og_embed_params *params,
                           float *scores, og_embed_result *result, og_error *err);

#ifdef __cplusplus
}
#endif
#endif
