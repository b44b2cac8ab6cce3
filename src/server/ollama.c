/* ollama.c: Ollama's errors, and what of its API needs no generation: models and embeddings. */
#include "server/ollama.h"
#include "server/base64.h"
#include "server/messages.h"
#include "server/models.h"
#include "server/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *error(const og_problem *p) {
    return json_pack("{s:o}", "error", og_js_text(p->text, strlen(p->text)));
}

static void stream_error(og_exchange *ex, const og_problem *p) {
    og_send_line(ex, error(p));
}

const og_dialect og_dialect_ollama = {"ollama", error, "application/x-ndjson", stream_error};

json_t *og_ollama_time(time_t when) {
    struct tm tm;
    char text[40];
    gmtime_r(&when, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return json_string(text);
}

bool og_ollama_keep(og_exchange *ex, const json_t *value, og_problem *problem) {
    if (!value || json_is_null(value)) return true;
    double seconds = json_number_value(value);
    if (json_is_string(value)) {
        const char *s = json_string_value(value);
        char *end = NULL;
        seconds = 0;
        while (*s) { /* as Go writes durations: "1h30m", "-1m" */
            const double n = strtod(s, &end);
            static const struct {
                const char *unit;
                double seconds;
            } units[] = {{"ms", 1e-3}, {"h", 3600}, {"m", 60}, {"s", 1}};
            size_t u = 0;
            while (end > s && u < 4 && strncmp(end, units[u].unit, strlen(units[u].unit)) != 0) u++;
            if (end == s || (u == 4 && *end))
                return og_refuse(problem, 400, NULL, "keep_alive", "\"keep_alive\" is a duration such as \"5m\", or seconds");
            seconds += n * (u < 4 ? units[u].seconds : 1);
            s = u < 4 ? end + strlen(units[u].unit) : end;
        }
    } else if (!json_is_number(value)) {
        return og_refuse(problem, 400, NULL, "keep_alive", "\"keep_alive\" has to be a string or a number, not %s", og_js_kind(value));
    }
    ex->keep = seconds < 0 ? -1 : seconds;
    return true;
}

/* ---- what there is ---- */

static bool root(og_exchange *ex, og_problem *problem) {
    (void)problem;
    static const char word[] = "offgrid is running\n";
    og_exchange_say_text(ex, 200, "text/plain; charset=utf-8", word, sizeof word - 1);
    return true;
}

static bool version(og_exchange *ex, og_problem *problem) {
    (void)problem;
    og_exchange_say(ex, 200, json_pack("{s:s}", "version", og_version()));
    return true;
}

static json_t *text_of(const og_entry *e, const char *key) {
    og_value v;
    return og_file_find(e->file, key, &v) && v.type == OG_VALUE_STRING ? og_js_text(v.str, v.len) : json_string("");
}

static json_t *details(const og_entry *e) {
    og_value size;
    json_t *parameters =
        og_file_find(e->file, "general.size_label", &size) && size.type == OG_VALUE_STRING ? og_js_text(size.str, size.len) : NULL;
    og_tensor_info t = {0};
    const char *type = ""; /* of the largest tensor */
    uint64_t most = 0;
    for (uint64_t i = 0; i < og_file_n_tensors(e->file); i++)
        if (og_file_tensor(e->file, i, &t) && t.bytes > most) most = t.bytes, type = t.type;
    return json_pack("{s:s, s:s, s:o, s:[o], s:o, s:s}", "parent_model", "", "format", "gguf", "family", text_of(e, "general.architecture"),
                     "families", text_of(e, "general.architecture"), "parameter_size", parameters ? parameters : json_string(""),
                     "quantization_level", type);
}

static json_t *tag(const og_entry *e) {
    return json_pack("{s:s, s:s, s:o, s:I, s:s, s:o}", "name", e->name, "model", e->name, "modified_at", og_ollama_time(e->modified),
                     "size", (json_int_t)og_file_bytes(e->file), "digest", e->digest, "details", details(e));
}

static bool tags(og_exchange *ex, og_problem *problem) {
    (void)problem;
    json_t *list = json_array();
    for (size_t i = 0; i < og_models_n(ex->server->models); i++) json_array_append_new(list, tag(og_models_at(ex->server->models, i)));
    og_exchange_say(ex, 200, json_pack("{s:o}", "models", list));
    return true;
}

static bool ps(og_exchange *ex, og_problem *problem) {
    (void)problem;
    json_t *list = json_array();
    for (size_t i = 0; i < og_models_n(ex->server->models); i++) {
        const og_entry *e = og_models_at(ex->server->models, i);
        if (e->state != OG_ENTRY_READY) continue;
        json_t *one = tag(e);
        const double left = e->keep < 0 ? 3600.0 * 24 * 365 * 100 : e->keep - (e->users ? 0 : og_clock() - e->idle_since);
        json_object_del(one, "modified_at");
        json_object_set_new(one, "expires_at", og_ollama_time(time(NULL) + (time_t)left));
        json_object_set_new(one, "size_vram", json_integer(0));
        json_object_set_new(one, "context_length", json_integer(e->info.n_ctx_train));
        json_array_append_new(list, one);
    }
    og_exchange_say(ex, 200, json_pack("{s:o}", "models", list));
    return true;
}

const og_endpoint og_endpoint_ollama_root = {.ready = root};
const og_endpoint og_endpoint_ollama_version = {.ready = version};
const og_endpoint og_endpoint_ollama_tags = {.ready = tags};
const og_endpoint og_endpoint_ollama_ps = {.ready = ps};

/* ---- one model ---- */

typedef struct show {
    const char *model, *name;
    bool verbose;
} show;

#define AT(member) offsetof(show, member)
static const og_field show_fields[] = {
    {"model", OG_FIELD_TEXT, AT(model), 0, 0, false, "which model"},
    {"name", OG_FIELD_TEXT, AT(name), 0, 0, false, "the same, as it was called before"},
    {"verbose", OG_FIELD_BOOL, AT(verbose), 0, 0, false, "not used: long lists are left out"},
};
#undef AT

static json_t *value_of(const og_value *v) {
    switch (v->type) {
    case OG_VALUE_STRING:
        return og_js_text(v->str, v->len);
    case OG_VALUE_BOOL:
        return json_boolean(v->i);
    case OG_VALUE_F32:
    case OG_VALUE_F64:
        return json_real(v->f);
    case OG_VALUE_ARRAY:
        return json_null(); /* vocabularies: as Ollama has it unless asked for all */
    default:
        return json_integer(v->i);
    }
}

static json_t *capabilities(const og_entry *e) {
    json_t *list = json_array();
    og_tok *tok = NULL;
    og_chat *chat = NULL;
    og_error err;
    og_chat_info info = {0};
    og_value pooling, arch;
    char key[96] = "";
    if (og_file_find(e->file, "general.architecture", &arch) && arch.type == OG_VALUE_STRING)
        snprintf(key, sizeof key, "%.*s.pooling_type", (int)(arch.len < 64 ? arch.len : 64), arch.str);
    const bool embeds = og_file_find(e->file, key, &pooling) && pooling.i != OG_POOLING_NONE;
    json_array_append_new(list, json_string(embeds ? "embedding" : "completion"));
    if (!embeds && og_tok_open(e->file, &tok, &err) == OG_OK && og_chat_open(e->file, tok, &chat, &err) == OG_OK)
        og_chat_describe(chat, &info);
    if (info.tools && info.tool_calls) json_array_append_new(list, json_string("tools"));
    if (info.reasoning) json_array_append_new(list, json_string("thinking"));
    og_chat_close(chat);
    og_tok_close(tok);
    return list;
}

/* On a worker: the template is read for it. Entries' files are there from the start to the end. */
static bool show_work(og_exchange *ex, og_problem *problem) {
    const show *s = ex->own;
    const char *name = s->model ? s->model : s->name;
    const og_entry *e = og_models_find(ex->server->models, name);
    if (!name) return og_refuse(problem, 400, NULL, "model", "\"model\" is missing; it is a string");
    if (!e) return og_refuse(problem, 404, NULL, "model", "model '%.100s' not found", name);
    json_t *info = json_object();
    og_value v;
    for (uint64_t i = 0; i < og_file_n_meta(e->file); i++) {
        const char *key = og_file_meta(e->file, i, &v);
        if (strcmp(key, "tokenizer.chat_template") != 0) json_object_set_new(info, key, value_of(&v));
    }
    ex->reply = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "modelfile", "", "parameters", "", "license",
                          text_of(e, "general.license"), "template", text_of(e, "tokenizer.chat_template"), "details", details(e),
                          "model_info", info, "capabilities", capabilities(e), "modified_at", og_ollama_time(e->modified));
    return ex->reply != NULL;
}

const og_endpoint og_endpoint_ollama_show = {
    .field = show_fields,
    .n_fields = sizeof show_fields / sizeof *show_fields,
    .own_size = sizeof(show),
    .work = show_work,
};

/* ---- embeddings ---- */

typedef struct embed {
    const char *model, *prompt;
    const json_t *wanted, *keep_alive, *options;
    bool truncate;
    int32_t dimensions;
    og_input *input;
    size_t n;
} embed;

#define AT(member) offsetof(embed, member)
static const og_field embed_fields[] = {
    {"model", OG_FIELD_TEXT, AT(model), 0, 0, true, "which model"},
    {"input", OG_FIELD_ANY, AT(wanted), 0, 0, true, "a text, or a list of texts"},
    {"truncate", OG_FIELD_BOOL, AT(truncate), 0, 0, false, "cut what is too long for the model (true), else refuse it"},
    {"dimensions", OG_FIELD_INT, AT(dimensions), 1, 1 << 20, false, "the first so many numbers only"},
    {"keep_alive", OG_FIELD_ANY, AT(keep_alive), 0, 0, false, "how long the model stays loaded afterwards"},
    {"options", OG_FIELD_OBJECT, AT(options), 0, 0, false, "not used"},
};
static const og_field embeddings_fields[] = {
    {"model", OG_FIELD_TEXT, AT(model), 0, 0, true, "which model"},
    {"prompt", OG_FIELD_TEXT, AT(prompt), 0, 0, true, "the text"},
    {"keep_alive", OG_FIELD_ANY, AT(keep_alive), 0, 0, false, "how long the model stays loaded afterwards"},
    {"options", OG_FIELD_OBJECT, AT(options), 0, 0, false, "not used"},
};
#undef AT

static void embed_defaults(void *own) {
    ((embed *)own)->truncate = true;
}

static bool embed_read(og_exchange *ex, og_problem *problem) {
    embed *e = ex->own;
    if (!og_ollama_keep(ex, e->keep_alive, problem)) return false;
    if (e->wanted) return og_inputs_read(ex, e->wanted, "input", &e->input, &e->n, problem);
    e->n = 1;
    e->input = og_keep(ex, sizeof *e->input);
    if (!e->input) return false;
    *e->input = (og_input){.text = e->prompt, .len = strlen(e->prompt)};
    return true;
}

static const char *embed_model(const og_exchange *ex) {
    return ((const embed *)ex->own)->model;
}

static bool embed_work(og_exchange *ex, og_problem *problem) {
    const embed *e = ex->own;
    og_embed_params params = og_embed_defaults();
    params.dimensions = (uint32_t)e->dimensions;
    params.truncate = e->truncate;
    params.raw = e->prompt != NULL; /* the older endpoint leaves lengths as they come */
    og_embed_result result;
    og_error err = {0};
    float *x = NULL;
    if (!og_inputs_check(e->input, e->n, ex->entry->info.n_vocab, "input", problem)) return false;
    if (og_embed(ex->entry->model, e->input, e->n, &params, &x, &result, &err) != OG_OK) return og_refuse_error(problem, &err);
    json_t *list = json_array();
    for (size_t i = 0; i < e->n && !e->prompt; i++) json_array_append_new(list, og_js_vector(x + i * result.dim, result.dim, false));
    if (e->prompt)
        ex->reply = json_pack("{s:o}", "embedding", og_js_vector(x, result.dim, false));
    else
        ex->reply = json_pack("{s:s, s:O, s:I, s:I, s:I, s:I}", "model", e->model, "embeddings", list, "total_duration",
                              (json_int_t)((og_clock() - ex->began) * 1e9), "load_duration", (json_int_t)(ex->load_seconds * 1e9),
                              "prompt_eval_count", (json_int_t)result.n_tokens, "truncated", (json_int_t)result.n_truncated);
    json_decref(list);
    og_free(x);
    return ex->reply != NULL;
}

const og_endpoint og_endpoint_ollama_embed = {
    .field = embed_fields,
    .n_fields = sizeof embed_fields / sizeof *embed_fields,
    .own_size = sizeof(embed),
    .defaults = embed_defaults,
    .read = embed_read,
    .model = embed_model,
    .work = embed_work,
};
const og_endpoint og_endpoint_ollama_embeddings = {
    .field = embeddings_fields,
    .n_fields = sizeof embeddings_fields / sizeof *embeddings_fields,
    .own_size = sizeof(embed),
    .defaults = embed_defaults,
    .read = embed_read,
    .model = embed_model,
    .work = embed_work,
};
