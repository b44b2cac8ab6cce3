/* generate.c: an answer out of a session. */
#include "runtime/answer.h"
#include "runtime/session.h"

typedef struct generation {
    og_session *s;
    const og_generate_params *params;
    og_answer answer;
    bool refused; /* on_text wants no more */
} generation;

static void deliver(generation *g) {
    const size_t n = og_answer_ready(&g->answer);
    if (n > 0 && g->params->on_text && !g->refused && !g->params->on_text(g->params->user, g->s->text.data, n)) {
        g->refused = true;
        og_answer_stop(&g->answer, OG_STOP_CANCELLED);
    }
    og_answer_given(&g->answer, n);
}

static og_status evaluate(generation *g, const int32_t *ids, int n, og_error *err) {
    if (n == 0) return OG_OK;
    double start = og_now();
    og_status status = og_session_batch(g->s, ids, n, 1, NULL, err);
    g->s->stats.decode_seconds += og_now() - start;
    if (status == OG_OK) g->s->stats.decode_tokens += (uint64_t)n;
    if (status != OG_ERR_CANCELLED) return status;
    og_answer_stop(&g->answer, OG_STOP_CANCELLED);
    return OG_OK;
}

/* One token, chosen and spoken, and those that must follow it; evaluated together. */
static og_status step(generation *g, og_error *err) {
    enum { TOGETHER = 32 };
    og_session *s = g->s;
    og_answer *a = &g->answer;
    int32_t ids[TOGETHER];
    uint32_t n = 0;
    if (__atomic_load_n(&s->cancel, __ATOMIC_RELAXED)) return og_answer_stop(a, OG_STOP_CANCELLED), OG_OK;
    do {
        int32_t id;
        double start = og_now();
        OG_TRY(og_answer_next(a, s->logits, s->token, s->n_past, &id, err));
        s->stats.decode_seconds += og_now() - start;
        const bool room = s->n_past + n < s->n_ctx;
        if (a->stopped && room && id >= 0) ids[n++] = id;
        if (a->stopped) break;
        if (!room) {
            og_answer_stop(a, OG_STOP_CONTEXT);
            break;
        }
        OG_TRY(og_answer_take(a, id, err));
        ids[n++] = id;
        deliver(g);
    } while (n < OG_MIN((uint32_t)TOGETHER, s->n_chunk) && og_answer_knows_next(a));
    return evaluate(g, ids, (int)n, err);
}

og_status og_session_generate(og_session *s, const og_generate_params *params, og_generate_result *out, og_error *err) {
    if (!s) return og_fail(err, OG_ERR_ARG, "og_session_generate needs a session");
    if (!og_session_logits(s)) return og_fail(err, OG_ERR_ARG, "there is nothing to go on from: evaluate a prompt before generating");
    og_generate_params defaults = og_generate_defaults();
    generation g = {.s = s, .params = params ? params : &defaults};
    __atomic_store_n(&s->cancel, 0, __ATOMIC_RELAXED);
    double begin = og_now();
    og_answer *a = &g.answer;
    og_status status = og_answer_open(a, s->model, &s->sampling, g.params, s->token[s->n_past - 1], &s->text, err);
    if (status != OG_OK) {
        og_answer_close(a);
        return status;
    }
    while (status == OG_OK && !a->stopped) status = step(&g, err);
    og_answer_close(a);
    if (a->stop != OG_STOP_STRING) deliver(&g);
    if (out)
        *out = (og_generate_result){.stop = a->stop, .stop_string = a->stop_string, .n_tokens = a->n_tokens, .seconds = og_now() - begin};
    return status;
}
