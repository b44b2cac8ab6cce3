/* generate.c: tokens out of a session, and text out of tokens. */
#include "runtime/session.h"

#include "runtime/constrain.h"
#include "runtime/stops.h"
#include "text/tokenizer.h"

#include <string.h>

enum { TEXT_BYTES = 8192 }; /* held-back text and the longest piece fit, so that the loop allocates nothing */

const char *og_stop_name(og_stop stop) {
    static const char *const names[] = {"end", "length", "context", "stop", "cancelled"};
    return (unsigned)stop < OG_LEN(names) ? names[stop] : "?";
}

og_generate_params og_generate_defaults(void) {
    return (og_generate_params){.sampling = og_sampling_defaults(), .max_tokens = -1};
}

typedef struct generation {
    og_session *s;
    const og_generate_params *params;
    const og_tok *tok;
    og_stops stops;
    og_stream stream;
    og_constraint constraint;
    og_generate_result result;
    bool stopped; /* result.stop holds why */
    bool refused; /* on_text wants no more */
} generation;

static void stop(generation *g, og_stop why) {
    if (!g->stopped) g->result.stop = why;
    g->stopped = true;
}

/* Gives out what can be no part of a stop string; everything, with `last`. */
static void deliver(generation *g, bool last) {
    og_buf *text = &g->s->text;
    size_t safe;
    const char *found = og_stops_find(&g->stops, text->data, text->len, &safe);
    if (last && !found) safe = text->len;
    if (safe > 0 && g->params->on_text && !g->refused && !g->params->on_text(g->params->user, text->data, safe)) {
        g->refused = true;
        stop(g, OG_STOP_CANCELLED);
    }
    if (found && !g->stopped) {
        g->result.stop_string = found;
        stop(g, OG_STOP_STRING);
    }
    text->len -= safe;
    memmove(text->data, text->data + safe, text->len);
}

static og_status add_text(generation *g, int32_t id, og_error *err) {
    OG_TRY(og_stream_add(&g->stream, g->tok, id, g->params->special, &g->s->text, err));
    if (g->s->text.failed) return og_fail(err, OG_ERR_MEMORY, "out of memory for generated text");
    deliver(g, false);
    return OG_OK;
}

static og_status evaluate(generation *g, int32_t id, og_error *err) {
    double start = og_now();
    og_status status = og_session_batch(g->s, &id, 1, 1, NULL, err);
    g->s->stats.decode_seconds += og_now() - start;
    if (status == OG_OK) g->s->stats.decode_tokens++;
    if (status != OG_ERR_CANCELLED) return status;
    stop(g, OG_STOP_CANCELLED);
    return OG_OK;
}

/* One token: chosen, spoken, evaluated. */
static og_status step(generation *g, og_error *err) {
    og_session *s = g->s;
    int32_t id, max_tokens = g->params->max_tokens;
    if (__atomic_load_n(&s->cancel, __ATOMIC_RELAXED)) return stop(g, OG_STOP_CANCELLED), OG_OK;
    if (max_tokens >= 0 && g->result.n_tokens >= (uint32_t)max_tokens) return stop(g, OG_STOP_LENGTH), OG_OK;
    double start = og_now();
    if (g->constraint.machine) {
        bool over;
        OG_TRY(og_constraint_next(&g->constraint, &over, err));
        if (over) return stop(g, OG_STOP_END), OG_OK;
    }
    OG_TRY(og_sampler_next(&s->sampler, s->logits, s->token, s->n_past, g->constraint.allowed, &id, err));
    s->stats.decode_seconds += og_now() - start;
    bool room = s->n_past < s->n_ctx;
    if (!g->params->ignore_end && og_tok_is_end(g->tok, id)) {
        stop(g, OG_STOP_END);
        return room ? evaluate(g, id, err) : OG_OK;
    }
    if (!room) return stop(g, OG_STOP_CONTEXT), OG_OK;
    g->result.n_tokens++;
    if (g->constraint.machine) OG_TRY(og_constraint_take(&g->constraint, id, err));
    OG_TRY(add_text(g, id, err));
    return evaluate(g, id, err);
}

/* Whether text begins here, so that SentencePiece's leading space is dropped: after a control token it does. Such a token spells nothing; a
 * pair of any other does, whatever is dropped from the first. */
static og_status begins_text(const generation *g, bool *begins, og_error *err) {
    int32_t last = g->s->token[g->s->n_past - 1];
    const int32_t pair[2] = {last, last};
    char *text;
    size_t len;
    OG_TRY(og_tok_decode(g->tok, pair, 2, false, &text, &len, err));
    og_free(text);
    *begins = len == 0;
    return OG_OK;
}

static og_status start(generation *g, og_error *err) {
    og_session *s = g->s;
    if (!og_session_logits(s)) return og_fail(err, OG_ERR_ARG, "there is nothing to go on from: evaluate a prompt before generating");
    if (g->params->max_tokens < -1)
        return og_fail(err, OG_ERR_ARG, "max_tokens is %d; it must be -1 (no limit) or more", g->params->max_tokens);
    OG_TRY(og_stops_init(&g->stops, g->params->stops, g->params->n_stops, err));
    OG_TRY(og_sampler_start(&s->sampler, &g->params->sampling, err));
    bool begins;
    OG_TRY(begins_text(g, &begins, err));
    g->stream.started = !begins;
    s->text.len = 0;
    s->text.failed = false;
    if (!og_buf_reserve(&s->text, TEXT_BYTES)) return og_fail(err, OG_ERR_MEMORY, "out of memory for generated text");
    return OG_OK;
}

og_status og_session_generate(og_session *s, const og_generate_params *params, og_generate_result *out, og_error *err) {
    if (!s) return og_fail(err, OG_ERR_ARG, "og_session_generate needs a session");
    og_generate_params defaults = og_generate_defaults();
    generation g = {.s = s, .params = params ? params : &defaults, .tok = s->model->tok};
    __atomic_store_n(&s->cancel, 0, __ATOMIC_RELAXED);
    double begin = og_now();
    OG_TRY(start(&g, err));
    og_status status = og_constraint_open(&g.constraint, s->model, g.params->grammar, err);
    while (status == OG_OK && !g.stopped) status = step(&g, err);
    og_constraint_close(&g.constraint);
    if (g.result.stop != OG_STOP_STRING) {
        og_stream_end(&g.stream, &s->text);
        deliver(&g, true);
    }
    g.result.seconds = og_now() - begin;
    if (out) *out = g.result;
    return status;
}
