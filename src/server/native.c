/* native.c: what llama-server's clients ask for besides generation: health, tokens, templates, ranking. Field names as llama-server
 * documents them. */
#include "server/messages.h"
#include "server/models.h"
#include "server/state.h"

#include <stdlib.h>
#include <string.h>

static json_t *error(const og_problem *p) {
    return json_pack("{s:{s:i, s:o, s:s, s:o}}", "error", "code", p->status, "message", og_js_text(p->text, strlen(p->text)), "type",
                     p->code            ? p->code
                     : p->status >= 500 ? "server_error"
                                        : "invalid_request_error",
                     "param", p->param[0] ? json_string(p->param) : json_null());
}

static void stream_error(og_exchange *ex, const og_problem *p) {
    og_send_event(ex, NULL, error(p));
}

const og_dialect og_dialect_native = {"native", error, "text/event-stream", stream_error};

static bool health(og_exchange *ex, og_problem *problem) {
    (void)problem;
    og_exchange_say(ex, 200, json_pack("{s:s}", "status", "ok"));
    return true;
}

const og_endpoint og_endpoint_health = {.ready = health};

/* ---- tokens ---- */

typedef struct tokens {
    const char *model;
    const json_t *content, *tokens;
    bool add_special, parse_special, with_pieces;
} tokens;

static void tokens_defaults(void *own) {
    ((tokens *)own)->parse_special = true;
}

static const char *tokens_model(const og_exchange *ex) {
    return ((const tokens *)ex->own)->model;
}

#define AT(member) offsetof(tokens, member)
static const og_field tokenize_fields[] = {
    {"model", OG_FIELD_TEXT, AT(model), 0, 0, false, "which model; the first if it is left out"},
    {"content", OG_FIELD_ANY, AT(content), 0, 0, true, "the text"},
    {"add_special", OG_FIELD_BOOL, AT(add_special), 0, 0, false, "add the tokens that the vocabulary puts before and after texts (false)"},
    {"parse_special", OG_FIELD_BOOL, AT(parse_special), 0, 0, false, "text like <|im_end|> is that token (true)"},
    {"with_pieces", OG_FIELD_BOOL, AT(with_pieces), 0, 0, false, "tell each token's text too"},
};
static const og_field detokenize_fields[] = {
    {"model", OG_FIELD_TEXT, AT(model), 0, 0, false, "which model; the first if it is left out"},
    {"tokens", OG_FIELD_ARRAY, AT(tokens), 0, 0, true, "token numbers"},
};
#undef AT

static json_t *piece_of(const og_tok *tok, int32_t id) {
    char *text;
    size_t len;
    og_error err;
    if (og_tok_decode(tok, &id, 1, true, &text, &len, &err) != OG_OK) return json_null();
    json_t *v = json_stringn(text, len);
    if (!v) { /* a part of a character: its bytes */
        v = json_array();
        for (size_t i = 0; i < len; i++) json_array_append_new(v, json_integer((unsigned char)text[i]));
    }
    og_free(text);
    return v;
}

static bool tokenize(og_exchange *ex, og_problem *problem) {
    const tokens *t = ex->own;
    const og_tok *tok = og_model_tok(ex->entry->model);
    if (!json_is_string(t->content))
        return og_refuse(problem, 400, "invalid_type", "content", "\"content\" has to be a string, not %s", og_js_kind(t->content));
    int32_t *ids;
    size_t n;
    og_error err = {0};
    const int flags = (t->add_special ? OG_TOK_ADD_SPECIAL : 0) | (t->parse_special ? OG_TOK_PARSE_SPECIAL : 0);
    if (og_tok_encode(tok, json_string_value(t->content), json_string_length(t->content), flags, &ids, &n, &err) != OG_OK)
        return og_refuse_error(problem, &err);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, t->with_pieces ? json_pack("{s:i, s:o}", "id", ids[i], "piece", piece_of(tok, ids[i]))
                                                   : json_integer(ids[i]));
    og_free(ids);
    return (ex->reply = json_pack("{s:o}", "tokens", list)) != NULL;
}

static bool detokenize(og_exchange *ex, og_problem *problem) {
    const tokens *t = ex->own;
    og_input *input;
    size_t n;
    if (json_array_size(t->tokens) == 0) return (ex->reply = json_pack("{s:s}", "content", "")) != NULL;
    if (!json_is_integer(json_array_get(t->tokens, 0)))
        return og_refuse(problem, 400, "invalid_type", "tokens", "\"tokens\" has to be a list of integers");
    if (!og_inputs_read(ex, t->tokens, "tokens", &input, &n, problem)) return false;
    if (!og_inputs_check(input, n, ex->entry->info.n_vocab, "tokens", problem)) return false;
    char *text;
    size_t len;
    og_error err = {0};
    if (og_tok_decode(og_model_tok(ex->entry->model), input->ids, input->n_ids, true, &text, &len, &err) != OG_OK)
        return og_refuse_error(problem, &err);
    ex->reply = json_pack("{s:o}", "content", og_js_text(text, len));
    og_free(text);
    return ex->reply != NULL;
}

const og_endpoint og_endpoint_tokenize = {
    .field = tokenize_fields,
    .n_fields = sizeof tokenize_fields / sizeof *tokenize_fields,
    .own_size = sizeof(tokens),
    .defaults = tokens_defaults,
    .model = tokens_model,
    .work = tokenize,
};
const og_endpoint og_endpoint_detokenize = {
    .field = detokenize_fields,
    .n_fields = sizeof detokenize_fields / sizeof *detokenize_fields,
    .own_size = sizeof(tokens),
    .model = tokens_model,
    .work = detokenize,
};

/* ---- templates ---- */

typedef struct template_of {
    const char *model;
    const json_t *wanted, *tools, *variables;
    bool prompt;
    og_message *messages;
    size_t n;
} template_of;

#define AT(member) offsetof(template_of, member)
static const og_field template_fields[] = {
    {"model", OG_FIELD_TEXT, AT(model), 0, 0, false, "which model; the first if it is left out"},
    {"messages", OG_FIELD_ARRAY, AT(wanted), 0, 0, true, "the conversation, as in /v1/chat/completions"},
    {"tools", OG_FIELD_ARRAY, AT(tools), 0, 0, false, "tools that the model is told of"},
    {"chat_template_kwargs", OG_FIELD_OBJECT, AT(variables), 0, 0, false, "further variables for the template"},
    {"add_generation_prompt", OG_FIELD_BOOL, AT(prompt), 0, 0, false, "end where the answer begins (true)"},
};
#undef AT

static void template_defaults(void *own) {
    ((template_of *)own)->prompt = true;
}

static bool template_read(og_exchange *ex, og_problem *problem) {
    template_of *t = ex->own;
    return og_messages_read(ex, t->wanted, "messages", &t->messages, &t->n, problem);
}

static const char *template_model(const og_exchange *ex) {
    return ((const template_of *)ex->own)->model;
}

static bool template_work(og_exchange *ex, og_problem *problem) {
    const template_of *t = ex->own;
    og_chat_params params = og_chat_defaults();
    params.messages = t->messages;
    params.n_messages = t->n;
    params.add_generation_prompt = t->prompt;
    params.tools = json_array_size(t->tools) > 0 ? og_keep_json(ex, t->tools) : NULL;
    params.variables = t->variables ? og_keep_json(ex, t->variables) : NULL;
    og_chat_result result;
    og_error err = {0};
    if (og_chat_render(og_model_chat(ex->entry->model), &params, &result, &err) != OG_OK) return og_refuse_error(problem, &err);
    ex->reply = json_pack("{s:o, s:I, s:s, s:s}", "prompt", og_js_text(result.text, result.len), "n_tokens", (json_int_t)result.n, "format",
                          result.format, "notice", result.notice);
    og_chat_result_free(&result);
    return ex->reply != NULL;
}

const og_endpoint og_endpoint_apply_template = {
    .field = template_fields,
    .n_fields = sizeof template_fields / sizeof *template_fields,
    .own_size = sizeof(template_of),
    .defaults = template_defaults,
    .read = template_read,
    .model = template_model,
    .work = template_work,
};

/* ---- ranking ---- */

typedef struct ranking {
    const char *model, *query;
    const json_t *wanted;
    int32_t top_n;
    bool texts;
    og_input *documents;
    size_t n;
} ranking;

#define AT(member) offsetof(ranking, member)
static const og_field rerank_fields[] = {
    {"model", OG_FIELD_TEXT, AT(model), 0, 0, false, "which model; the first if it is left out"},
    {"query", OG_FIELD_TEXT, AT(query), 0, 0, true, "what is asked"},
    {"documents", OG_FIELD_ARRAY, AT(wanted), 0, 0, true, "texts"},
    {"top_n", OG_FIELD_INT, AT(top_n), 1, INT32_MAX, false, "tell the best so many only"},
    {"return_documents", OG_FIELD_BOOL, AT(texts), 0, 0, false, "tell the texts too"},
};
#undef AT

static bool rerank_read(og_exchange *ex, og_problem *problem) {
    ranking *r = ex->own;
    size_t i;
    json_t *v;
    json_array_foreach(r->wanted, i, v) if (!json_is_string(v)) return og_refuse(
        problem, 400, "invalid_type", "documents", "\"documents[%zu]\" has to be a string, not %s", i, og_js_kind(v));
    return og_inputs_read(ex, r->wanted, "documents", &r->documents, &r->n, problem);
}

static const char *rerank_model(const og_exchange *ex) {
    return ((const ranking *)ex->own)->model;
}

typedef struct hit {
    size_t index;
    float score;
} hit;

static int by_score(const void *a, const void *b) {
    const hit *x = a, *y = b;
    if (x->score != y->score) return x->score < y->score ? 1 : -1;
    return (x->index > y->index) - (x->index < y->index);
}

static bool rerank_work(og_exchange *ex, og_problem *problem) {
    const ranking *r = ex->own;
    const og_input query = {.text = r->query, .len = strlen(r->query)};
    og_embed_params params = og_embed_defaults();
    og_embed_result result;
    og_error err = {0};
    float *score = og_keep(ex, r->n * sizeof *score);
    hit *hits = og_keep(ex, r->n * sizeof *hits);
    if (!score || !hits) return false;
    if (og_rerank(ex->entry->model, &query, r->documents, r->n, &params, score, &result, &err) != OG_OK)
        return og_refuse_error(problem, &err);
    for (size_t i = 0; i < r->n; i++) hits[i] = (hit){i, score[i]};
    qsort(hits, r->n, sizeof *hits, by_score);
    json_t *list = json_array();
    for (size_t i = 0; i < r->n && (r->top_n == 0 || i < (size_t)r->top_n); i++) {
        json_t *one = json_pack("{s:I, s:f}", "index", (json_int_t)hits[i].index, "relevance_score", (double)hits[i].score);
        if (r->texts) json_object_set_new(one, "document", json_pack("{s:O}", "text", json_array_get(r->wanted, hits[i].index)));
        json_array_append_new(list, one);
    }
    ex->reply = json_pack("{s:s, s:s, s:{s:I, s:I}, s:o}", "model", ex->entry->name, "object", "list", "usage", "prompt_tokens",
                          (json_int_t)result.n_tokens, "total_tokens", (json_int_t)result.n_tokens, "results", list);
    return ex->reply != NULL;
}

const og_endpoint og_endpoint_rerank = {
    .field = rerank_fields,
    .n_fields = sizeof rerank_fields / sizeof *rerank_fields,
    .own_size = sizeof(ranking),
    .read = rerank_read,
    .model = rerank_model,
    .work = rerank_work,
};
