/* openai.c: OpenAI's errors, and what of its API needs no generation: models and embeddings. Names and shapes as in its OpenAPI document.
 */
#include "server/base64.h"
#include "server/messages.h"
#include "server/models.h"
#include "server/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *error_type(int status) {
    switch (status) {
    case 401:
        return "authentication_error";
    case 403:
        return "permission_error";
    case 500:
    case 503:
        return "server_error";
    default:
        return "invalid_request_error";
    }
}

static json_t *error(const og_problem *p) {
    return json_pack("{s:{s:o, s:s, s:o, s:o}}", "error", "message", og_js_text(p->text, strlen(p->text)), "type", error_type(p->status),
                     "param", p->param[0] ? json_string(p->param) : json_null(), "code", p->code ? json_string(p->code) : json_null());
}

static void stream_error(og_exchange *ex, const og_problem *p) {
    og_send_event(ex, NULL, error(p));
}

const og_dialect og_dialect_openai = {"openai", error, "text/event-stream", stream_error};

/* ---- models ---- */

static json_t *model_object(const og_entry *e) {
    og_value n_ctx = {0};
    char key[96];
    og_value arch;
    if (og_file_find(e->file, "general.architecture", &arch) && arch.type == OG_VALUE_STRING) {
        snprintf(key, sizeof key, "%.*s.context_length", (int)(arch.len < 64 ? arch.len : 64), arch.str);
        og_file_find(e->file, key, &n_ctx);
    }
    return json_pack("{s:s, s:s, s:I, s:s, s:{s:I, s:I, s:b}}", "id", e->name, "object", "model", "created", (json_int_t)e->modified,
                     "owned_by", "offgrid", "meta", "n_ctx_train", (json_int_t)n_ctx.i, "size", (json_int_t)og_file_bytes(e->file),
                     "loaded", e->state == OG_ENTRY_READY);
}

static bool models_ready(og_exchange *ex, og_problem *problem) {
    (void)problem;
    json_t *list = json_array();
    for (size_t i = 0; i < og_models_n(ex->server->models); i++)
        json_array_append_new(list, model_object(og_models_at(ex->server->models, i)));
    og_exchange_say(ex, 200, json_pack("{s:s, s:o}", "object", "list", "data", list));
    return true;
}

static bool model_ready(og_exchange *ex, og_problem *problem) {
    const og_entry *e = og_models_find(ex->server->models, ex->param);
    if (!e) return og_refuse(problem, 404, "model_not_found", "model", "there is no model \"%.100s\" here", ex->param);
    og_exchange_say(ex, 200, model_object(e));
    return true;
}

const og_endpoint og_endpoint_openai_models = {.ready = models_ready};
const og_endpoint og_endpoint_openai_model = {.ready = model_ready};

/* ---- embeddings ---- */

typedef struct embeddings {
    const char *model, *encoding, *user;
    const json_t *wanted;
    int32_t dimensions;
    og_input *input;
    size_t n;
} embeddings;

#define AT(member) offsetof(embeddings, member)
static const og_field fields[] = {
    {"model", OG_FIELD_TEXT, AT(model), 0, 0, false, "which model; the first of those served if it is left out"},
    {"input", OG_FIELD_ANY, AT(wanted), 0, 0, true, "a text, tokens, or a list of either"},
    {"encoding_format", OG_FIELD_TEXT, AT(encoding), 0, 0, false, "float, or base64 of little-endian float32"},
    {"dimensions", OG_FIELD_INT, AT(dimensions), 1, 1 << 20, false, "the first so many numbers only, of models trained for that"},
    {"user", OG_FIELD_TEXT, AT(user), 0, 0, false, "not used"},
};
#undef AT

static bool embeddings_read(og_exchange *ex, og_problem *problem) {
    embeddings *e = ex->own;
    if (e->encoding && strcmp(e->encoding, "float") != 0 && strcmp(e->encoding, "base64") != 0)
        return og_refuse(problem, 400, "invalid_value", "encoding_format", "\"encoding_format\" is \"%.40s\"; it can be float or base64",
                         e->encoding);
    return og_inputs_read(ex, e->wanted, "input", &e->input, &e->n, problem);
}

static const char *embeddings_model(const og_exchange *ex) {
    return ((const embeddings *)ex->own)->model;
}

static bool embeddings_work(og_exchange *ex, og_problem *problem) {
    const embeddings *e = ex->own;
    og_embed_params params = og_embed_defaults();
    params.dimensions = (uint32_t)e->dimensions;
    og_embed_result result;
    og_error err = {0};
    float *x = NULL;
    if (!og_inputs_check(e->input, e->n, ex->entry->info.n_vocab, "input", problem)) return false;
    if (og_embed(ex->entry->model, e->input, e->n, &params, &x, &result, &err) != OG_OK) return og_refuse_error(problem, &err);
    json_t *list = json_array();
    const bool base64 = e->encoding && strcmp(e->encoding, "base64") == 0;
    for (size_t i = 0; i < e->n; i++)
        json_array_append_new(list, json_pack("{s:s, s:I, s:o}", "object", "embedding", "index", (json_int_t)i, "embedding",
                                              og_js_vector(x + i * result.dim, result.dim, base64)));
    og_free(x);
    ex->reply = json_pack("{s:s, s:o, s:s, s:{s:I, s:I}, s:{s:f}}", "object", "list", "data", list, "model", ex->entry->name, "usage",
                          "prompt_tokens", (json_int_t)result.n_tokens, "total_tokens", (json_int_t)result.n_tokens, "timings", "prompt_ms",
                          result.seconds * 1e3);
    return ex->reply != NULL;
}

const og_endpoint og_endpoint_openai_embeddings = {
    .field = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .own_size = sizeof(embeddings),
    .read = embeddings_read,
    .model = embeddings_model,
    .work = embeddings_work,
};
