/* session.h: og_session inside the runtime. */
#ifndef OG_RUNTIME_SESSION_H
#define OG_RUNTIME_SESSION_H

#include "offgrid/session.h"
#include "runtime/model.h"
#include "runtime/pages.h"
#include "runtime/plans.h"
#include "runtime/sampler.h"
#include "runtime/snapshots.h"

struct og_session {
    og_model *model;
    uint32_t n_ctx, n_chunk, n_all; /* n_all: tokens at once when all logits are wanted */
    uint32_t n_past;
    uint32_t n_ready; /* of these, how many the caches stand for: fewer after a rewind to where no state was kept */
    int32_t *token;   /* [n_ctx] what the cache holds */
    og_kv *kv;
    og_type kv_type;
    og_pages pages;
    int32_t *page; /* [P] page numbers in order of position */
    og_snapshots states;
    og_plans plans;
    uint64_t reserved; /* from the engine's budget */

    /* inputs of a batch; see og_lm_input */
    int32_t *pos, *place, *span, *state; /* [n_chunk], [n_chunk], [2, n_chunk], [2, n_chunk] */
    int32_t out_row;

    float *logits; /* [n_vocab] after token logits_past - 1 */
    uint32_t logits_past;
    og_sampler_room sampling;
    og_buf text; /* of og_session_generate: what is held back */
    volatile int cancel;
    og_observe_fn *observe; /* of the products' inputs, while an importance matrix is collected; else NULL */
    void *observe_user;
    og_stats stats;
};

/* Evaluates n <= n_chunk tokens as one batch and adds them to the cache. n_out is 1 (the last) or n; their logits go to `logits`
 * [n_vocab, n_out] too, if that is not NULL. On failure the cache is as before. */
og_status og_session_batch(og_session *s, const int32_t *ids, int n, int n_out, float *logits, og_error *err);
/* Evaluates what a rewind left to be evaluated again. */
og_status og_session_catch_up(og_session *s, og_error *err);
/* Pages for positions up to `end`, beside those of n_past. There are as many as the context needs: it must fit. */
void og_session_take_pages(og_session *s, uint32_t end);
/* As og_session_restore, from a source. */
og_status og_session_restore_source(og_session *s, const og_source *src, og_error *err);
/* Refuses ids past the vocabulary, and more tokens than the context has room for. */
og_status og_session_check(const og_session *s, const int32_t *ids, size_t n, og_error *err);

#endif
