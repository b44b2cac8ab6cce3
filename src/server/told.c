/* told.c: what happened, for every answer. */
#include "server/writing.h"
#include "server/models.h"

#include <string.h>

og_tally og_writing_tally(const og_writing *a) {
    og_tally t = {0};
    for (size_t i = 0; i < a->n_choices; i++) {
        const og_choice *c = &a->choice[i];
        const bool first = i == 0 || a->choice[i - 1].prompt != c->prompt; /* a prompt counts once, however many answers it has */
        if (first) t.prompt += c->result.n_prompt;
        if (first) t.cached += c->result.n_cached;
        t.reply += c->result.n_tokens;
    }
    return t;
}

static double rate(double n, double seconds) {
    return seconds > 0 ? n / seconds : 0;
}

json_t *og_told_timings(const og_choice *c) {
    const og_request_result *r = &c->result;
    const uint32_t fresh = r->n_prompt - r->n_cached;
    json_t *t =
        json_pack("{s:I, s:I, s:f, s:f, s:f, s:I, s:f, s:f, s:f, s:f}", "cache_n", (json_int_t)r->n_cached, "prompt_n", (json_int_t)fresh,
                  "prompt_ms", r->prompt_seconds * 1e3, "prompt_per_token_ms", fresh ? r->prompt_seconds * 1e3 / fresh : 0,
                  "prompt_per_second", rate(fresh, r->prompt_seconds), "predicted_n", (json_int_t)r->n_tokens, "predicted_ms",
                  r->reply_seconds * 1e3, "predicted_per_token_ms", r->n_tokens ? r->reply_seconds * 1e3 / r->n_tokens : 0,
                  "predicted_per_second", rate(r->n_tokens, r->reply_seconds), "wait_ms", r->wait_seconds * 1e3);
    if (r->n_drafted > 0) {
        json_object_set_new(t, "draft_n", json_integer(r->n_drafted));
        json_object_set_new(t, "draft_n_accepted", json_integer(r->n_accepted));
    }
    return t;
}

json_t *og_told(const og_choice *c) {
    const og_writing *a = c->ex->writing;
    const og_sampling *s = &a->ask->sampling;
    json_t *notices = json_array();
    if (a->rendered.notice[0]) json_array_append_new(notices, og_js_text(a->rendered.notice, strlen(a->rendered.notice)));
    if (c->broken) json_array_append_new(notices, og_js_text(c->broken, strlen(c->broken)));
    if (c->result.n_dropped > 0) json_array_append_new(notices, json_string("the context was full: its older half was forgotten"));
    json_t *o = json_pack("{s:s, s:I, s:I, s:f, s:o, s:{s:f, s:i, s:f, s:f, s:f, s:f, s:f}}", "stop", og_stop_name(c->result.stop), "seed",
                          (json_int_t)c->seed, "dropped", (json_int_t)c->result.n_dropped, "load_ms", c->ex->load_seconds * 1e3, "notices",
                          notices, "sampler", "temperature", (double)s->temperature, "top_k", s->top_k, "top_p", (double)s->top_p, "min_p",
                          (double)s->min_p, "repeat_penalty", (double)s->repeat_penalty, "presence_penalty", (double)s->presence_penalty,
                          "frequency_penalty", (double)s->frequency_penalty);
    if (a->rendered.format) json_object_set_new(o, "template", json_string(a->rendered.format));
    if (a->info.format) json_object_set_new(o, "tool_format", json_string(a->info.format));
    if (c->result.stop == OG_STOP_STRING && c->result.stop_string)
        json_object_set_new(o, "stop_string", json_string(c->result.stop_string));
    return o;
}
