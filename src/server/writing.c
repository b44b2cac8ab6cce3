/* writing.c: running answers: from the scheduler's thread to the thread of events, through the reader of replies to a dialect. */
#include "server/writing.h"
#include "server/models.h"
#include "server/state.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- text ---- */

static bool add_text(og_text *t, const char *s, size_t n) {
    if (t->len + n + 1 > t->cap) {
        const size_t cap = (t->len + n + 1) * 2;
        char *grown = realloc(t->s, cap);
        if (!grown) return false;
        t->s = grown;
        t->cap = cap;
    }
    memcpy(t->s + t->len, s, n);
    t->len += n;
    t->s[t->len] = '\0';
    return true;
}

/* ---- what the scheduler's thread says ---- */

typedef struct piece {
    og_choice *choice;
    char *text;
    size_t len, n_tokens, n_top;
    struct {
        int32_t id;
        float logprob;
    } * token; /* [n_tokens][1 + n_top]: the token, then what was likeliest */
} piece;

static void tell_piece(void *user);
static void tell_done(void *user);

static bool on_piece(void *user, const og_request_piece *in) {
    og_choice *c = user;
    const og_writing *a = c->ex->writing;
    const size_t n_top = a->ask->n_top > 0 ? (size_t)a->ask->n_top : 0, n = a->ask->n_top >= 0 ? in->n_tokens : 0;
    piece *p = calloc(1, sizeof *p);
    if (!p) return false;
    *p = (piece){.choice = c, .text = malloc(in->len + 1), .len = in->len, .n_tokens = n, .n_top = n_top};
    p->token = malloc((n * (1 + n_top) + 1) * sizeof *p->token);
    if (p->text && p->token) {
        memcpy(p->text, in->text, in->len);
        for (size_t i = 0; i < n; i++) {
            p->token[i * (1 + n_top)].id = in->token[i].id;
            p->token[i * (1 + n_top)].logprob = in->token[i].logprob;
            for (size_t k = 0; k < n_top; k++) {
                const bool there = k < in->token[i].n_top;
                p->token[i * (1 + n_top) + 1 + k].id = there ? in->token[i].top[k].id : -1;
                p->token[i * (1 + n_top) + 1 + k].logprob = there ? in->token[i].top[k].logprob : 0;
            }
        }
        if (og_loop_post(c->ex->server->loop, tell_piece, p)) return true;
    }
    free(p->text);
    free(p->token);
    free(p);
    return false;
}

/* The note of the end is there before the beginning, so that no answer is lost for want of memory. */
static void on_done(void *user, const og_request_result *result) {
    og_choice *c = user;
    c->result = *result; /* nobody else looks before tell_done */
    og_loop_post_kept(c->ex->server->loop, c->note, tell_done, c);
}

/* ---- on the thread of events ---- */

static void event(og_choice *c, const og_event *e) {
    og_exchange *ex = c->ex;
    if (ex->writing->ask->stream && ex->conn) ex->endpoint->voice->event(ex, c, e);
}

/* The tokens that came since the last event, for the next one. */
static json_t *take_tokens(og_choice *c) {
    if (!c->ex->writing->ask->stream || json_array_size(c->tokens) == 0) return NULL;
    json_t *tokens = c->tokens;
    c->tokens = json_array();
    return tokens;
}

static bool on_reply(void *user, const og_reply_event *in) {
    og_choice *c = user;
    og_event e = {.kind = in->kind, .text = in->text, .len = in->len, .call_index = in->index, .tokens = take_tokens(c)};
    bool kept = true;
    if (in->kind == OG_REPLY_CONTENT) kept = add_text(&c->content, in->text, in->len);
    if (in->kind == OG_REPLY_REASONING) kept = add_text(&c->reasoning, in->text, in->len);
    if (in->kind == OG_REPLY_BROKEN) c->broken = og_keep_text(c->ex, in->text, in->len);
    if (in->kind == OG_REPLY_CALL) {
        og_call *grown = realloc(c->calls, (c->n_calls + 1) * sizeof *grown);
        kept = grown != NULL;
        if (grown) {
            c->calls = grown;
            c->calls[c->n_calls++] = (og_call){.id = strdup(in->id), .name = strdup(in->name)};
        }
    }
    if (in->kind == OG_REPLY_ARGUMENTS && c->n_calls > 0) kept = add_text(&c->calls[c->n_calls - 1].arguments, in->text, in->len);
    if (c->n_calls > 0) e.call = &c->calls[c->n_calls - 1];
    if (kept && in->kind != OG_REPLY_BROKEN) event(c, &e);
    json_decref(e.tokens);
    return kept;
}

/* A vocabulary may leave out the blank before a text's first token, so it is read as the second of two. */
char *og_piece_text(const og_choice *c, int32_t id, size_t *len) {
    const og_tok *tok = og_model_tok(c->ex->entry->model);
    const int32_t twice[2] = {id, id};
    char *text = NULL, *once = NULL;
    size_t n = 0;
    og_error err;
    if (og_tok_decode(tok, &id, 1, true, &once, &n, &err) == OG_OK && og_tok_decode(tok, twice, 2, true, &text, len, &err) == OG_OK &&
        *len >= n) {
        *len -= n;
        memmove(text, text + n, *len + 1);
    }
    og_free(once);
    return text;
}

static json_t *token_json(const og_choice *c, int32_t id, float logprob) {
    size_t len = 0;
    char *text = og_piece_text(c, id, &len);
    json_t *bytes = json_array();
    for (size_t i = 0; i < len; i++) json_array_append_new(bytes, json_integer((unsigned char)text[i]));
    json_t *token = json_pack("{s:i, s:o, s:o, s:o}", "id", id, "token", og_js_text(text ? text : "", len), "bytes", bytes, "logprob",
                              isnan(logprob) ? json_null() : json_real((double)fmaxf(logprob, -9999)));
    og_free(text);
    return token;
}

static void keep_tokens(og_choice *c, const piece *p) {
    for (size_t i = 0; i < p->n_tokens; i++) {
        json_t *token = token_json(c, p->token[i * (1 + p->n_top)].id, p->token[i * (1 + p->n_top)].logprob), *top = json_array();
        for (size_t k = 1; k <= p->n_top; k++) {
            const int32_t id = p->token[i * (1 + p->n_top) + k].id;
            if (id >= 0) json_array_append_new(top, token_json(c, id, p->token[i * (1 + p->n_top) + k].logprob));
        }
        json_object_set_new(token, "top", top);
        json_array_append_new(c->tokens, token);
    }
}

/* The text of a piece, read as a reply, or as it is. */
static bool read_piece(og_choice *c, const char *text, size_t len) {
    og_error err;
    if (c->reader) return og_reply_feed(c->reader, text, len, &err) == OG_OK;
    if (len == 0) return true;
    const og_reply_event plain = {.kind = OG_REPLY_CONTENT, .text = text, .len = len};
    return on_reply(c, &plain);
}

static void tell_piece(void *user) {
    piece *p = user;
    og_choice *c = p->choice;
    if (c->ex->conn && !c->ex->writing->ended) {
        keep_tokens(c, p);
        if (!read_piece(c, p->text, p->len)) og_request_cancel(c->request);
    }
    free(p->text);
    free(p->token);
    free(p);
}

/* An answer that cannot be finished: said once, the others are left. */
static void give_up(og_writing *a, const og_problem *problem) {
    if (a->ended) return;
    a->ended = true;
    og_writing_cancel(a);
    og_exchange_refuse(a->ex, problem);
}

static void end(og_writing *a) {
    og_exchange *ex = a->ex;
    if (a->ended) return;
    a->ended = true;
    if (!ex->conn) return;
    if (!a->ask->stream) {
        og_exchange_say(ex, 200, ex->endpoint->voice->whole(ex));
        return;
    }
    ex->endpoint->voice->end(ex);
    og_send_end(ex);
}

static void tell_done(void *user) {
    og_choice *c = user;
    og_exchange *ex = c->ex;
    og_writing *a = ex->writing;
    c->note = NULL;
    c->done = true;
    a->n_done++;
    if (c->result.status != OG_OK) {
        og_problem problem;
        og_refuse_error(&problem, &c->result.error);
        if (c->result.stop != OG_STOP_CANCELLED && problem.status < 500) problem.status = 500;
        give_up(a, &problem);
    }
    og_error err;
    if (!a->ended && ex->conn) {
        if (c->reader) og_reply_finish(c->reader, &err);
        if (a->ask->stream) ex->endpoint->voice->done(ex, c);
    }
    if (a->n_done == a->n_choices) end(a);
    og_exchange_unref(ex);
}

/* ---- starting ---- */

static bool submit(og_writing *a, og_choice *c, og_problem *problem) {
    const og_ask *ask = a->ask;
    og_exchange *ex = c->ex;
    og_error err = {0};
    if (a->tools && og_reply_open(a->tools, on_reply, c, &c->reader, &err) != OG_OK) return og_refuse_error(problem, &err);
    c->tokens = ask->n_top >= 0 ? json_array() : NULL;
    c->note = og_loop_note();
    if (!c->note) return og_refuse(problem, 503, "out_of_memory", NULL, "out of memory");
    og_request_params p = og_request_defaults();
    p.ids = a->prompt[c->prompt].ids;
    p.n = a->prompt[c->prompt].n;
    p.generate = og_generate_defaults();
    p.generate.sampling = ask->sampling;
    p.generate.sampling.seed = c->seed;
    p.generate.max_tokens = ask->max_tokens;
    p.generate.ignore_end = ask->ignore_end;
    p.generate.special = a->tools != NULL;
    p.generate.stops = ask->stops;
    p.generate.n_stops = ask->n_stops;
    p.generate.grammar = a->tools && og_tools_grammar(a->tools) ? og_tools_grammar(a->tools) : a->grammar;
    p.n_top = ask->n_top;
    p.echo = ask->echo;
    p.speculate = !ask->no_speculation;
    p.shift = ask->shift;
    p.n_keep = (uint32_t)ask->n_keep;
    p.deadline = ex->server->params.deadline;
    p.on_piece = on_piece;
    p.on_done = on_done;
    p.user = c;
    if (og_scheduler_submit(ex->entry->scheduler, &p, &c->request, &err) == OG_OK) return true;
    return og_refuse_error(problem, &err);
}

void og_writing_start(og_exchange *ex) {
    og_writing *a = ex->writing;
    og_problem problem = {0};
    if (!ex->conn) return;
    for (size_t i = 0; i < a->n_choices; i++) {
        og_exchange_ref(ex); /* until it is done */
        if (submit(a, &a->choice[i], &problem)) continue;
        og_exchange_unref(ex);
        give_up(a, &problem);
        return;
    }
    if (!a->ask->stream) return;
    og_send_begin(ex);
    if (ex->endpoint->voice->begin) ex->endpoint->voice->begin(ex);
}

void og_writing_cancel(og_writing *a) {
    for (size_t i = 0; i < a->n_choices; i++)
        if (a->choice[i].request && !a->choice[i].done) og_request_cancel(a->choice[i].request);
}

void og_writing_close(og_writing *a) {
    if (!a) return;
    for (size_t i = 0; i < a->n_choices; i++) {
        og_choice *c = &a->choice[i];
        og_request_close(c->request);
        og_reply_close(c->reader);
        og_loop_drop(c->note);
        json_decref(c->tokens);
        for (size_t k = 0; k < c->n_calls; k++) {
            free(c->calls[k].id);
            free(c->calls[k].name);
            free(c->calls[k].arguments.s);
        }
        free(c->calls);
        free(c->content.s);
        free(c->reasoning.s);
    }
    for (size_t i = 0; i < a->n_prompts; i++) og_free(a->prompt[i].ids);
    og_chat_result_free(&a->rendered);
    og_grammar_close(a->grammar);
    og_tools_close(a->tools);
    free(a->prompt);
    free(a->choice);
    free(a);
}
