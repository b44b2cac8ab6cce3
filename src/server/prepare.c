/* prepare.c: what a model needs to begin: the conversation rendered, texts as tokens, grammars compiled. On a worker. */
#include "server/writing.h"
#include "server/messages.h"
#include "server/models.h"
#include "server/state.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHOICES_MAX = 128 };

void og_ask_defaults(void *own) {
    og_ask *ask = own;
    ask->sampling = og_sampling_defaults();
    ask->max_tokens = -1;
    ask->n = 1;
    ask->n_top = -1;
}

const char *og_ask_model(const og_exchange *ex) {
    return ((const og_ask *)ex->own)->model;
}

bool og_ask_stops(og_exchange *ex, const json_t *value, const char *where, size_t max, og_problem *problem) {
    og_ask *ask = ex->own;
    if (!value || json_is_null(value)) return true;
    const size_t n = json_is_string(value) ? 1 : json_array_size(value);
    if (!json_is_string(value) && !json_is_array(value))
        return og_refuse(problem, 400, "invalid_type", where, "\"%s\" has to be a string or a list of strings, not %s", where,
                         og_js_kind(value));
    if (n > max)
        return og_refuse(problem, 400, "invalid_value", where, "\"%s\" has %zu strings; at most %zu are looked for", where, n, max);
    ask->stops = og_keep(ex, (n + 1) * sizeof *ask->stops);
    if (!ask->stops) return false;
    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_is_string(value) ? value : json_array_get(value, i);
        const char *text = json_string_value(one);
        if (!text)
            return og_refuse(problem, 400, "invalid_type", where, "\"%s[%zu]\" has to be a string, not %s", where, i, og_js_kind(one));
        if (*text) ask->stops[ask->n_stops++] = text;
    }
    return true;
}

static bool render(og_writing *a, og_problem *problem) {
    const og_ask *ask = a->ask;
    const og_chat *chat = og_model_chat(a->ex->entry->model);
    og_chat_params p = og_chat_defaults();
    p.messages = ask->messages;
    p.n_messages = ask->n_messages;
    p.tools = ask->choice == OG_TOOLS_NONE ? NULL : ask->tools;
    p.variables = ask->variables;
    p.reasoning = ask->reasoning;
    og_error err = {0};
    if (og_chat_render(chat, &p, &a->rendered, &err) != OG_OK) return og_refuse_error(problem, &err);
    const og_tools_params tp = {.tools = p.tools,
                                .choice = ask->choice,
                                .name = ask->tool_name,
                                .single = ask->single,
                                .schema = ask->schema,
                                .prompt = a->rendered.text,
                                .prompt_len = a->rendered.len};
    if (og_tools_open(chat, &tp, &a->tools, &err) != OG_OK) return og_refuse_error(problem, &err);
    og_tools_describe(a->tools, &a->info);
    a->prompt[0].ids = a->rendered.ids;
    a->prompt[0].n = a->rendered.n;
    a->rendered.ids = NULL;
    return true;
}

static bool encode(const og_tok *tok, const og_input *in, int flags, int32_t **ids, size_t *n, og_problem *problem) {
    og_error err = {0};
    if (in->ids) { /* as they come; a copy, for they are released alike */
        char none[1] = "";
        if (og_tok_encode(tok, none, 0, 0, ids, n, &err) != OG_OK) return og_refuse_error(problem, &err);
        og_free(*ids);
        *ids = malloc((in->n_ids + 1) * sizeof **ids);
        if (!*ids) return og_refuse(problem, 503, "out_of_memory", NULL, "out of memory");
        memcpy(*ids, in->ids, in->n_ids * sizeof **ids);
        *n = in->n_ids;
        return true;
    }
    return og_tok_encode(tok, in->text, in->len, flags, ids, n, &err) == OG_OK || og_refuse_error(problem, &err);
}

/* The token that marks a part of what is to be filled in: of the file's keys, or by the names that vocabularies have for it. */
static int32_t infill_mark(const og_entry *e, const char *key, const char *const *names) {
    og_value v;
    const og_tok *tok = og_model_tok(e->model);
    og_error err;
    if (og_file_find(e->file, key, &v) && v.i >= 0 && v.i < e->info.n_vocab) return (int32_t)v.i;
    for (; *names; names++) {
        int32_t *ids, id = -1;
        size_t n;
        if (og_tok_encode(tok, *names, strlen(*names), OG_TOK_PARSE_SPECIAL, &ids, &n, &err) != OG_OK) continue;
        if (n == 1) id = ids[0];
        og_free(ids);
        if (id >= 0) return id;
    }
    return -1;
}

/* prefix mark, what comes before, suffix mark, what comes after, middle mark. */
static bool infill(og_writing *a, og_problem *problem) {
    static const char *const before[] = {"<|fim_prefix|>",
                                         "<fim_prefix>",
                                         "<PRE>",
                                         "\xE2\x96\x81<PRE>",
                                         "<|fim\xE2\x96\x81"
                                         "begin|>",
                                         "<fim-prefix>",
                                         NULL};
    static const char *const after[] = {"<|fim_suffix|>",
                                        "<fim_suffix>",
                                        "<SUF>",
                                        "\xE2\x96\x81<SUF>",
                                        "<|fim\xE2\x96\x81"
                                        "hole|>",
                                        "<fim-suffix>",
                                        NULL};
    static const char *const here[] = {"<|fim_middle|>",
                                       "<fim_middle>",
                                       "<MID>",
                                       "\xE2\x96\x81<MID>",
                                       "<|fim\xE2\x96\x81"
                                       "end|>",
                                       "<fim-middle>",
                                       NULL};
    const og_entry *e = a->ex->entry;
    const int32_t mark[3] = {infill_mark(e, "tokenizer.ggml.fim_pre_token_id", before),
                             infill_mark(e, "tokenizer.ggml.fim_suf_token_id", after),
                             infill_mark(e, "tokenizer.ggml.fim_mid_token_id", here)};
    if (mark[0] < 0 || mark[1] < 0 || mark[2] < 0)
        return og_refuse(problem, 400, "unsupported", "suffix", "the model %s has no tokens to fill in between texts", e->name);
    const og_input suffix = {.text = a->ask->suffix, .len = strlen(a->ask->suffix)};
    int32_t *pre = NULL, *suf = NULL;
    size_t n_pre = 0, n_suf = 0;
    const og_tok *tok = og_model_tok(e->model);
    bool good = encode(tok, &a->ask->prompts[0], 0, &pre, &n_pre, problem) && encode(tok, &suffix, 0, &suf, &n_suf, problem);
    int32_t *ids = good ? malloc((n_pre + n_suf + 4) * sizeof *ids) : NULL;
    size_t n = 0;
    if (ids) {
        og_value add;
        const bool bos = og_file_find(e->file, "tokenizer.ggml.add_bos_token", &add) && add.i && og_tok_bos(tok) >= 0;
        if (bos) ids[n++] = og_tok_bos(tok);
        ids[n++] = mark[0];
        memcpy(ids + n, pre, n_pre * sizeof *ids);
        n += n_pre;
        ids[n++] = mark[1];
        memcpy(ids + n, suf, n_suf * sizeof *ids);
        n += n_suf;
        ids[n++] = mark[2];
    }
    og_free(pre);
    og_free(suf);
    a->prompt[0].ids = ids;
    a->prompt[0].n = n;
    return ids || (good && og_refuse(problem, 503, "out_of_memory", NULL, "out of memory"));
}

static bool encode_prompts(og_writing *a, og_problem *problem) {
    const og_ask *ask = a->ask;
    if (!og_inputs_check(ask->prompts, ask->n_prompts, a->ex->entry->info.n_vocab, "prompt", problem)) return false;
    if (ask->suffix) return infill(a, problem);
    for (size_t i = 0; i < a->n_prompts; i++)
        if (!encode(og_model_tok(a->ex->entry->model), &ask->prompts[i], OG_TOK_ADD_SPECIAL | OG_TOK_PARSE_SPECIAL, &a->prompt[i].ids,
                    &a->prompt[i].n, problem))
            return false;
    return true;
}

static bool compile(og_writing *a, og_problem *problem) {
    const og_ask *ask = a->ask;
    og_error err = {0};
    og_status status = OG_OK;
    if (ask->grammar && (ask->schema || ask->tools))
        return og_refuse(problem, 400, "invalid_value", "grammar", "\"grammar\" excludes tools and schemas: an answer has one form");
    if (ask->grammar) status = og_grammar_gbnf(ask->grammar, strlen(ask->grammar), NULL, &a->grammar, &err);
    if (ask->schema && !a->tools) status = og_grammar_schema(ask->schema, strlen(ask->schema), NULL, &a->grammar, &err);
    if (status == OG_OK) return true;
    og_refuse_error(problem, &err);
    return og_refuse(problem, 400, "invalid_value", ask->grammar ? "grammar" : "response_format", "%s", err.text);
}

static uint64_t draw_seed(void) {
    uint64_t seed = 0;
    if (getentropy(&seed, sizeof seed) != 0) seed = (uint64_t)(og_clock() * 1e9);
    return seed >> 11; /* 53 bits: exact in every reader of JSON */
}

bool og_writing_prepare(og_exchange *ex, og_problem *problem) {
    og_ask *ask = ex->own;
    if (!ex->entry->scheduler)
        return og_refuse(problem, 400, "unsupported", "model", "%s is %s model and writes no text", ex->entry->name,
                         ex->entry->info.pooling == OG_POOLING_RANK ? "a ranking" : "an embedding");
    og_writing *a = ex->writing = calloc(1, sizeof *a);
    if (!a) return false;
    a->ex = ex;
    a->ask = ask;
    a->n_prompts = ask->messages ? 1 : ask->n_prompts;
    if (a->n_prompts * (size_t)ask->n > CHOICES_MAX)
        return og_refuse(problem, 400, "invalid_value", "n", "%zu prompts with %d answers each are more than %d", a->n_prompts, ask->n,
                         CHOICES_MAX);
    a->prompt = calloc(a->n_prompts, sizeof *a->prompt);
    a->choice = calloc(a->n_prompts * (size_t)ask->n, sizeof *a->choice);
    if (!a->prompt || !a->choice) return false;
    a->n_choices = a->n_prompts * (size_t)ask->n;
    const uint64_t seed = ask->seed.given ? ask->seed.value : draw_seed();
    for (size_t i = 0; i < a->n_choices; i++)
        a->choice[i] = (og_choice){.ex = ex, .index = (int)i, .prompt = i / (size_t)ask->n, .seed = seed + i % (size_t)ask->n};
    return (ask->messages ? render(a, problem) : encode_prompts(a, problem)) && compile(a, problem);
}
