/* turn.c: one prompt evaluated, one answer written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/human.h"
#include "cli/json.h"
#include "cli/run.h"
#include "cli/terminal.h"

/* ---- prompt to tokens ---- */

static bool put_first(int32_t **ids, size_t *n, int32_t id) {
    int32_t *more = malloc((*n + 1) * sizeof *more);
    if (more == NULL) return false;
    more[0] = id;
    if (*n > 0) memcpy(more + 1, *ids, *n * sizeof *more);
    og_free(*ids);
    *ids = more;
    (*n)++;
    return true;
}

static og_status set_error(og_error *err, og_status status, const char *text) {
    err->status = status;
    snprintf(err->text, sizeof err->text, "%s", text);
    return status;
}

/* Tokens that go on from what is in the cache. The empty prompt begins with the token that begins a text. */
static og_status raw_tokens(og_run *r, const char *text, size_t len, int32_t **ids, size_t *n, og_error *err) {
    const og_tok *tok = og_model_tok(r->model);
    bool first = og_session_n_past(r->session) == 0;
    int flags = (first ? OG_TOK_ADD_SPECIAL : 0) | (r->opts->raw ? OG_TOK_PARSE_SPECIAL : 0);
    r->format = "plain";
    og_tools_close(r->tools);
    r->tools = NULL;
    og_status status = og_tok_encode(tok, text, len, flags, ids, n, err);
    if (status != OG_OK || *n > 0) return status;
    int32_t start = og_tok_bos(tok) >= 0 ? og_tok_bos(tok) : og_tok_eos(tok);
    if (start < 0)
        return set_error(err, OG_ERR_ARG, "the prompt is empty, and this vocabulary has no token that begins a text; give a prompt");
    return put_first(ids, n, start) ? OG_OK : set_error(err, OG_ERR_MEMORY, "out of memory for the prompt");
}

/* Tokens of the whole conversation, the question being its last message. */
static og_status chat_tokens(og_run *r, const char *text, size_t len, int32_t **ids, size_t *n, og_error *err) {
    og_talk *talk = &r->talk;
    bool ok = talk->n > 0 || r->system == NULL || og_talk_add(talk, "system", r->system, strlen(r->system));
    if (!ok || !og_talk_add(talk, "user", text, len)) return set_error(err, OG_ERR_MEMORY, "out of memory for the conversation");
    og_chat_params how = r->chat_how;
    how.messages = talk->message;
    how.n_messages = talk->n;
    og_chat_result chat;
    og_status status = og_chat_render(og_model_chat(r->model), &how, &chat, err);
    if (status != OG_OK) return status;
    if (strcmp(chat.notice, r->notice) != 0) {
        memcpy(r->notice, chat.notice, sizeof r->notice);
        if (*r->notice != '\0') og_cli_note(r->opts->json, r->notice);
    }
    r->format = chat.format;
    og_tools_close(r->tools);
    r->tools = NULL;
    const og_tools_params parts = {.prompt = chat.text, .prompt_len = chat.len};
    status = og_tools_open(og_model_chat(r->model), &parts, &r->tools, err);
    if (status != OG_OK) {
        og_chat_result_free(&chat);
        return status;
    }
    *ids = chat.ids;
    *n = chat.n;
    chat.ids = NULL;
    og_chat_result_free(&chat);
    return OG_OK;
}

/* ---- events ---- */

static void print_start(const og_run *r) {
    og_engine_info machine;
    og_engine_describe(r->engine, &machine);
    og_json *o = og_json_object();
    og_json_set(o, "event", og_json_string("start"));
    og_json_set(o, "arch", og_json_string(r->info.arch));
    og_json_set(o, "name", og_json_string(r->info.name));
    og_json_set(o, "chat", og_json_string(r->format));
    og_json_set(o, "prompt_tokens", og_json_int((int64_t)r->n_prompt));
    og_json_set(o, "context", og_json_int(og_session_n_ctx(r->session)));
    og_json_set(o, "threads", og_json_int(machine.threads));
    og_json_set(o, "cpu", og_json_string(machine.cpu));
    og_json_set(o, "seed", og_json_int((int64_t)r->params.sampling.seed));
    og_json_print(o, OG_JSON_SHORT);
}

static double per_second(double n, double seconds) {
    return seconds > 0 ? n / seconds : 0;
}

static double prefill_rate(const og_run *r) {
    return per_second((double)r->n_prompt - r->n_reused, r->prefill_seconds);
}

static void print_end(const og_run *r) {
    og_json *o = og_json_object();
    og_json_set(o, "event", og_json_string("end"));
    og_json_set(o, "stop", og_json_string(og_stop_name(r->result.stop)));
    og_json_set(o, "stop_string", og_json_string(r->result.stop == OG_STOP_STRING ? r->result.stop_string : NULL));
    og_json_set(o, "prompt_tokens", og_json_int((int64_t)r->n_prompt));
    og_json_set(o, "reused_tokens", og_json_int(r->n_reused));
    og_json_set(o, "tokens", og_json_int(r->result.n_tokens));
    og_json_set(o, "load_seconds", og_json_real(r->load_seconds));
    og_json_set(o, "prefill_seconds", og_json_real(r->prefill_seconds));
    og_json_set(o, "prefill_tps", og_json_real(prefill_rate(r)));
    og_json_set(o, "decode_seconds", og_json_real(r->result.seconds));
    og_json_set(o, "decode_tps", og_json_real(per_second(r->result.n_tokens, r->result.seconds)));
    og_json_print(o, OG_JSON_SHORT);
}

static bool print_event(const char *name, const char *text, size_t len) {
    og_json *o = og_json_object();
    og_json_set(o, "event", og_json_string(name));
    og_json_set(o, "text", og_json_text(text, len));
    return og_json_print(o, OG_JSON_SHORT);
}

/* The answer itself. */
static bool on_content(og_run *r, const char *text, size_t len) {
    if (len > 0) r->last_char = text[len - 1];
    if (r->chat && !og_talk_hear(&r->talk, text, len)) return false;
    if (r->opts->json) return print_event("text", text, len);
    return og_cli_put(stdout, text, len) && fflush(stdout) == 0;
}

/* What comes before it, apart: dim on a terminal, on stderr where the answer goes elsewhere. */
static bool on_reasoning(og_run *r, const char *text, size_t len) {
    if (r->opts->json) return print_event("reasoning", text, len);
    FILE *f = og_cli_is_terminal(stdout) ? stdout : stderr;
    fputs(og_cli_style(f, OG_STYLE_DIM), f);
    const bool ok = og_cli_put(f, text, len);
    fputs(og_cli_style(f, OG_STYLE_NONE), f);
    r->reasoning = true;
    return ok && fflush(f) == 0;
}

/* An og_reply_fn. */
static bool on_part(void *user, const og_reply_event *e) {
    og_run *r = user;
    if (e->kind == OG_REPLY_REASONING) return on_reasoning(r, e->text, e->len);
    if (e->kind != OG_REPLY_CONTENT) return true;
    if (r->reasoning && !r->opts->json) fputs("\n\n", og_cli_is_terminal(stdout) ? stdout : stderr);
    r->reasoning = false;
    return on_content(r, e->text, e->len);
}

/* An og_text_fn. */
static bool on_text(void *user, const char *text, size_t len) {
    og_run *r = user;
    og_error err = {0};
    const bool ok = r->reply ? og_reply_feed(r->reply, text, len, &err) == OG_OK : on_content(r, text, len);
    return ok && !og_cli_interrupted();
}

/* ---- the turn ---- */

/* A conversation finds its beginning in the cache; any other prompt goes on from there. On failure the cache of the latter is as it was,
 * what a conversation left in it serves its next turn. */
static og_status prefill(og_run *r, const int32_t *ids, size_t n, bool conversation, og_error *err) {
    uint32_t before = og_session_n_past(r->session);
    og_cli_progress progress;
    og_cli_progress_start(&progress, "tokens");
    double start = og_cli_seconds();
    r->n_reused = 0;
    og_status status = conversation ? og_session_prompt(r->session, ids, n, &r->n_reused, og_cli_progress_step, &progress, err)
                                    : og_session_eval(r->session, ids, n, og_cli_progress_step, &progress, err);
    r->prefill_seconds = og_cli_seconds() - start;
    og_cli_progress_end(&progress);
    if (status == OG_OK || conversation) return status;
    og_error rewind_err;
    if (og_session_rewind(r->session, before, &rewind_err) != OG_OK) *err = rewind_err;
    return err->status;
}

static int fail_prefill(og_run *r, bool conversation, const og_error *err) {
    if (err->status != OG_ERR_CONTEXT) return og_cli_fail(r->opts->json, err);
    uint32_t n_ctx = og_session_n_ctx(r->session), past = conversation ? 0 : og_session_n_past(r->session);
    return og_cli_failf(r->opts->json, OG_ERR_CONTEXT,
                        "the prompt of %zu tokens does not fit: %u of the context's %u tokens are free; start again with a larger --ctx",
                        r->n_prompt, n_ctx - past, n_ctx);
}

static int answer(og_run *r) {
    og_error err = {0};
    r->last_char = 0;
    r->params.on_text = on_text;
    r->params.user = r;
    if (r->opts->json) print_start(r);
    og_tools_info info = {0};
    if (r->tools) og_tools_describe(r->tools, &info);
    og_status status = info.reasoning ? og_reply_open(r->tools, on_part, r, &r->reply, &err) : OG_OK;
    r->params.special = r->reply != NULL;
    r->params.tools = r->tools;
    r->params.reasoning_budget = (int32_t)r->opts->budget;
    r->reasoning = false;
    if (status == OG_OK) status = og_session_generate(r->session, &r->params, &r->result, &err);
    if (r->reply && status == OG_OK && r->result.stop != OG_STOP_CANCELLED) status = og_reply_finish(r->reply, &err);
    og_reply_close(r->reply);
    r->reply = NULL;
    if (status != OG_OK) return og_cli_fail(r->opts->json, &err);
    if (!r->opts->json && og_cli_is_terminal(stdout) && r->last_char != '\n') putchar('\n');
    if (r->result.stop == OG_STOP_CONTEXT) {
        og_cli_warn(r->opts->json, "the context of %u tokens is full and the answer is incomplete; start again with a larger --ctx",
                    og_session_n_ctx(r->session));
    }
    if (r->opts->json) print_end(r);
    return og_cli_finish(og_cli_interrupted() ? OG_EXIT_INTERRUPTED : OG_EXIT_OK);
}

int og_run_turn(og_run *r, const char *text, size_t len) {
    og_error err = {0};
    int32_t *ids = NULL;
    size_t before = r->talk.n;
    bool conversation = r->chat && len > 0;
    og_status status = (conversation ? chat_tokens : raw_tokens)(r, text, len, &ids, &r->n_prompt, &err);
    if (status != OG_OK) {
        og_free(ids);
        og_talk_drop(&r->talk, before);
        return og_cli_fail(r->opts->json, &err);
    }
    og_cli_cancels(r->session);
    status = prefill(r, ids, r->n_prompt, conversation, &err);
    og_free(ids);
    int code = status == OG_OK ? answer(r) : fail_prefill(r, conversation, &err);
    og_cli_cancels(NULL);
    if (status != OG_OK || (conversation && !og_talk_answered(&r->talk)))
        og_talk_drop(&r->talk, before);
    else if (conversation)
        og_run_keep_turn(r, text, len);
    return code;
}

bool og_run_forget(og_run *r) {
    og_error err = {0};
    og_talk_drop(&r->talk, 0);
    r->talk_id = 0; /* what follows is another conversation */
    if (og_session_rewind(r->session, 0, &err) == OG_OK) return true;
    og_cli_fail(r->opts->json, &err);
    return false;
}

void og_run_print_stats(const og_run *r, FILE *f) {
    og_stats stats;
    og_session_stats(r->session, &stats);
    char cache[OG_HUMAN], weights[OG_HUMAN], load[OG_HUMAN];
    og_cli_human_bytes(cache, stats.kv_bytes);
    og_cli_human_bytes(weights, r->info.weight_bytes);
    og_cli_human_time(load, r->load_seconds);
    fprintf(f, "%s", og_cli_style(f, OG_STYLE_DIM));
    fprintf(f, "prompt   %zu tokens, %u of them there already, %.1f tokens/s\n", r->n_prompt, r->n_reused, prefill_rate(r));
    fprintf(f, "answer   %u tokens, %.1f tokens/s; stopped by: %s; seed %llu\n", r->result.n_tokens,
            per_second(r->result.n_tokens, r->result.seconds), og_stop_name(r->result.stop), (unsigned long long)r->params.sampling.seed);
    fprintf(f, "context  %u of %u tokens; cache %s\n", og_session_n_past(r->session), og_session_n_ctx(r->session), cache);
    fprintf(f, "model    loaded in %s; weights %s\n", load, weights);
    fprintf(f, "%s", og_cli_style(f, OG_STYLE_NONE));
}
