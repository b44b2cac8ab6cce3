/* embed.h: whole texts through a model, several in one batch, each to one row. Nothing is kept between two batches. */
#ifndef OG_RUNTIME_EMBED_H
#define OG_RUNTIME_EMBED_H

#include "offgrid/embed.h"
#include "runtime/model.h"

/* Tokens of a text, or of a pair. */
typedef struct og_embed_text {
    int32_t *ids; /* owned by whoever made the list */
    uint32_t n;
    uint32_t second; /* from this token on they are of the pair's second text (n: there is none) */
} og_embed_text;

/* The tokens of inputs[0..n) as the model wants them, or of pairs (first, inputs[i]) if `first` is not NULL. What is longer than the
 * model's context is refused, or cut with `truncate`, the closing special token kept. *out is released with og_embed_texts_free. */
og_status og_embed_texts(const og_model *model, const og_input *first, const og_input *inputs, size_t n, bool truncate, og_embed_text **out,
                         size_t *n_truncated, og_error *err);
void og_embed_texts_free(og_embed_text *text, size_t n);

/* Evaluates the texts in batches of up to n_batch tokens and writes a row of `width` floats for each: n_embd of them, or the ranking
 * head's score alone for OG_POOLING_RANK. */
og_status og_embed_run(og_model *model, const og_embed_text *text, size_t n, og_pooling pooling, const og_embed_params *params, float *out,
                       size_t width, og_error *err);

#endif
