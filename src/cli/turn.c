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

/* Tokens of the turn. The empty prompt is always continued as it is: from the token that begins a text. */
static og_status turn_tokens(const og_run *r, const char *text, size_t len, int32_t **ids, size_t *n, og_error *err) {
    const og_tok *tok = og_model_tok(r->model);
    bool first = og_session_n_past(r->session) == 0;
    og_status status;
    if (r->chat && len > 0) {
        if (memchr(text, '\0', len) != NULL)
            return set_error(err, OG_ERR_ARG, "the prompt holds a NUL byte, which no chat format can carry");
        status = og_model_chat_turn(r->model, first, r->system, text, ids, n, err);
        if (status != OG_OK) return status;
        if (!r->open_answer || first || og_tok_eos(tok) < 0 || !og_tok_is_end(tok, og_tok_eos(tok))) return OG_OK;
        return put_first(ids, n, og_tok_eos(tok)) ? OG_OK : set_error(err, OG_ERR_MEMORY, "out of memory for the prompt");
    }
    int flags = (first ? OG_TOK_ADD_SPECIAL : 0) | (r->opts->raw ? OG_TOK_PARSE_SPECIAL : 0);
    status = og_tok_encode(tok, text, len, flags, ids, n, err);
    if (status != OG_OK || *n > 0) return status;
    int32_t start = og_tok_bos(tok) >= 0 ? og_tok_bos(tok) : og_tok_eos(tok);
    if (start < 0)
        return set_error(err, OG_ERR_ARG, "the prompt is empty, and this vocabulary has no token that begins a text; give a prompt");
    return put_first(ids, n, start) ? OG_OK : set_error(err, OG_ERR_MEMORY, "out of memory for the prompt");
}

/* ---- events ---- */

static void print_start(const og_run *r) {
    og_engine_info machine;
    og_engine_describe(r->engine, &machine);
    og_json *o = og_json_object();
    og_json_set(o, "event", og_json_string("start"));
    og_json_set(o, "arch", og_json_string(r->info.arch));
    og_json_set(o, "name", og_json_string(r->info.name));
    og_json_set(o, "chat", og_json_string(r->chat ? r->info.chat : "plain"));
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

static void print_end(const og_run *r) {
    og_json *o = og_json_object();
    og_json_set(o, "event", og_json_string("end"));
    og_json_set(o, "stop", og_json_string(og_stop_name(r->result.stop)));
    og_json_set(o, "stop_string", og_json_string(r->result.stop == OG_STOP_STRING ? r->result.stop_string : NULL));
    og_json_set(o, "prompt_tokens", og_json_int((int64_t)r->n_prompt));
    og_json_set(o, "tokens", og_json_int(r->result.n_tokens));
    og_json_set(o, "load_seconds", og_json_real(r->load_seconds));
    og_json_set(o, "prefill_seconds", og_json_real(r->prefill_seconds));
    og_json_set(o, "prefill_tps", og_json_real(per_second((double)r->n_prompt, r->prefill_seconds)));
    og_json_set(o, "decode_seconds", og_json_real(r->result.seconds));
    og_json_set(o, "decode_tps", og_json_real(per_second(r->result.n_tokens, r->result.seconds)));
    og_json_print(o, OG_JSON_SHORT);
}

/* An og_text_fn. */
static bool on_text(void *user, const char *text, size_t len) {
    og_run *r = user;
    if (len > 0) r->last_char = text[len - 1];
    if (r->opts->json) {
        og_json *o = og_json_object();
        og_json_set(o, "event", og_json_string("text"));
        og_json_set(o, "text", og_json_text(text, len));
        return og_json_print(o, OG_JSON_SHORT) && !og_cli_interrupted();
    }
    return og_cli_put(stdout, text, len) && fflush(stdout) == 0 && !og_cli_interrupted();
}

/* ---- the turn ---- */

static int fail_prefill(og_run *r, uint32_t before, og_error *err) {
    og_error rewind_err;
    if (og_session_rewind(r->session, before, &rewind_err) != OG_OK) return og_cli_fail(r->opts->json, &rewind_err);
    if (err->status != OG_ERR_CONTEXT) return og_cli_fail(r->opts->json, err);
    return og_cli_failf(r->opts->json, OG_ERR_CONTEXT,
                        "the prompt of %zu tokens does not fit: %u of the context's %u tokens are free; start again with a larger --ctx",
                        r->n_prompt, og_session_n_ctx(r->session) - before, og_session_n_ctx(r->session));
}

static og_status prefill(og_run *r, const int32_t *ids, size_t n, og_error *err) {
    og_cli_progress progress;
    og_cli_progress_start(&progress, "tokens");
    double start = og_cli_seconds();
    og_status status = og_session_eval(r->session, ids, n, og_cli_progress_step, &progress, err);
    r->prefill_seconds = og_cli_seconds() - start;
    og_cli_progress_end(&progress);
    return status;
}

static int answer(og_run *r) {
    og_error err = {0};
    r->last_char = 0;
    r->params.on_text = on_text;
    r->params.user = r;
    if (r->opts->json) print_start(r);
    og_status status = og_session_generate(r->session, &r->params, &r->result, &err);
    if (status != OG_OK) return og_cli_fail(r->opts->json, &err);
    r->open_answer = r->result.stop != OG_STOP_END;
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
    if (turn_tokens(r, text, len, &ids, &r->n_prompt, &err) != OG_OK) {
        og_free(ids);
        return og_cli_fail(r->opts->json, &err);
    }
    uint32_t before = og_session_n_past(r->session);
    og_cli_cancels(r->session);
    og_status status = prefill(r, ids, r->n_prompt, &err);
    og_free(ids);
    int code = status == OG_OK ? answer(r) : fail_prefill(r, before, &err);
    og_cli_cancels(NULL);
    return code;
}

void og_run_print_stats(const og_run *r, FILE *f) {
    og_stats stats;
    og_session_stats(r->session, &stats);
    char cache[OG_HUMAN], weights[OG_HUMAN], load[OG_HUMAN];
    og_cli_human_bytes(cache, stats.kv_bytes);
    og_cli_human_bytes(weights, r->info.weight_bytes);
    og_cli_human_time(load, r->load_seconds);
    fprintf(f, "%s", og_cli_style(f, OG_STYLE_DIM));
    fprintf(f, "prompt   %zu tokens, %.1f tokens/s\n", r->n_prompt, per_second((double)r->n_prompt, r->prefill_seconds));
    fprintf(f, "answer   %u tokens, %.1f tokens/s; stopped by: %s; seed %llu\n", r->result.n_tokens,
            per_second(r->result.n_tokens, r->result.seconds), og_stop_name(r->result.stop), (unsigned long long)r->params.sampling.seed);
    fprintf(f, "context  %u of %u tokens; cache %s\n", og_session_n_past(r->session), og_session_n_ctx(r->session), cache);
    fprintf(f, "model    loaded in %s; weights %s\n", load, weights);
    fprintf(f, "%s", og_cli_style(f, OG_STYLE_NONE));
}
