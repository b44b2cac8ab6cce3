/* info_model.c: what the model of a file is and can, and what it takes to run. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/human.h"
#include "cli/info.h"
#include "cli/terminal.h"

typedef struct about {
    char *arch, *name; /* "" if the file does not say */
    const char *type;  /* of most of the weights' bytes; NULL: no weights */
    double bits;       /* per weight */
    bool has_chat;     /* of what follows */
    og_tok *tok;
    og_chat *chat;
    og_chat_info can;
    bool runs; /* of what follows, else why not */
    og_model_needs needs;
    og_error why;
} about;

static char *text_of(const og_file *file, const char *key) {
    og_value v;
    bool has = og_file_find(file, key, &v) && v.type == OG_VALUE_STRING;
    return has ? og_cli_escape(v.str, v.len, 80) : strdup("");
}

static void look_at_weights(const og_file *file, about *a) {
    enum { MAX = 64 };
    const char *type[MAX];
    uint64_t bytes[MAX], all = 0, weights = 0;
    size_t n = 0, most = 0;
    og_tensor_info t;
    for (uint64_t i = 0; og_file_tensor(file, i, &t); i++) {
        size_t k = 0;
        while (k < n && strcmp(type[k], t.type) != 0) k++;
        if (k == MAX) continue;
        if (k == n) type[n] = t.type, bytes[n++] = 0;
        bytes[k] += t.bytes;
        all += t.bytes;
        weights += t.dim[0] * t.dim[1] * t.dim[2] * t.dim[3];
        if (bytes[k] > bytes[most]) most = k;
    }
    a->type = weights > 0 ? type[most] : NULL;
    a->bits = weights > 0 ? 8.0 * (double)all / (double)weights : 0;
}

static void look(const og_file *file, const og_session_params *session, about *a) {
    *a = (about){.arch = text_of(file, "general.architecture"), .name = text_of(file, "general.name")};
    look_at_weights(file, a);
    a->has_chat = og_tok_open(file, &a->tok, NULL) == OG_OK && og_chat_open(file, a->tok, &a->chat, NULL) == OG_OK;
    if (a->has_chat) og_chat_describe(a->chat, &a->can);
    if (a->type == NULL) return;
    og_engine_params params = {.threads = 1};
    og_engine *engine = NULL;
    a->runs = og_engine_open(&params, &engine, &a->why) == OG_OK && og_model_predict(engine, file, session, &a->needs, &a->why) == OG_OK;
    og_engine_close(engine);
}

static void forget(about *a) {
    og_chat_close(a->chat);
    og_tok_close(a->tok);
    free(a->arch);
    free(a->name);
}

/* ---- for people ---- */

static void row(og_cli_table *t, const char *what, const char *text) {
    og_cli_cell(t, "%s", what);
    og_cli_cell(t, "%s", text);
}

static void chat_rows(const about *a, og_cli_table *t) {
    const og_chat_info *can = &a->can;
    char *problem = og_cli_escape(can->problem, strlen(can->problem), 160);
    og_cli_cell(t, "chat");
    if (strcmp(can->format, "template") == 0)
        og_cli_cell(t, "the file's own template");
    else if (strcmp(can->format, "plain") == 0)
        og_cli_cell(t, "none: prompts are continued (%s)", problem ? problem : "");
    else
        og_cli_cell(t, "built-in format %s (%s)", can->format, problem ? problem : "");
    free(problem);
    row(t, "tools", can->tools && can->tool_calls ? "yes" : can->tools ? "definitions only" : can->tool_calls ? "calls only" : "no");
    row(t, "reasoning", can->reasoning_switch ? "yes, can be switched" : can->reasoning ? "yes" : "no");
    row(t, "vision", can->images ? "the template has a place for pictures" : "no");
}

static void memory_row(const og_model_needs *n, og_cli_table *t) {
    char all[OG_HUMAN], weights[OG_HUMAN], cache[OG_HUMAN], activations[OG_HUMAN];
    og_cli_human_bytes(all, n->weights + n->cache + n->activations);
    og_cli_human_bytes(weights, n->weights);
    og_cli_human_bytes(cache, n->cache);
    og_cli_human_bytes(activations, n->activations);
    og_cli_cell(t, "memory");
    og_cli_cell(t, "%s for a context of %" PRIu32 " tokens: weights %s, cache %s, activations %s", all, n->n_ctx, weights, cache,
                activations);
}

void og_info_model_print(const og_file *file, const og_session_params *session) {
    about a;
    look(file, session, &a);
    og_cli_table t = {.align = "ll"};
    if (a.arch && *a.arch) row(&t, "family", a.arch);
    if (a.name && *a.name) row(&t, "name", a.name);
    if (a.type) {
        og_cli_cell(&t, "quantization");
        og_cli_cell(&t, "mostly %s, %.2f bits per weight", a.type, a.bits);
    }
    if (a.runs) {
        og_cli_cell(&t, "context");
        og_cli_cell(&t, "trained for %" PRIu32 " tokens", a.needs.n_ctx_train);
    }
    if (a.has_chat) chat_rows(&a, &t);
    if (a.runs) memory_row(&a.needs, &t);
    if (a.type && !a.runs) row(&t, "does not run", a.why.text);
    if (t.n > 0) printf("\n%sModel%s\n", og_cli_style(stdout, OG_STYLE_BOLD), og_cli_style(stdout, OG_STYLE_NONE));
    og_cli_table_print(&t, stdout, 2);
    forget(&a);
}

/* ---- for programs ---- */

static og_json *chat_json(const og_chat_info *can) {
    og_json *o = og_json_object();
    og_json_set(o, "format", og_json_string(can->format));
    og_json_set(o, "problem", og_json_string(*can->problem ? can->problem : NULL));
    og_json_set(o, "system", og_json_bool(can->system));
    og_json_set(o, "tools", og_json_bool(can->tools));
    og_json_set(o, "tool_calls", og_json_bool(can->tool_calls));
    og_json_set(o, "reasoning", og_json_bool(can->reasoning));
    og_json_set(o, "reasoning_switch", og_json_bool(can->reasoning_switch));
    og_json_set(o, "images", og_json_bool(can->images));
    return o;
}

static og_json *memory_json(const og_model_needs *n) {
    og_json *o = og_json_object();
    og_json_set(o, "context", og_json_int(n->n_ctx));
    og_json_set(o, "weights", og_json_int((int64_t)n->weights));
    og_json_set(o, "cache", og_json_int((int64_t)n->cache));
    og_json_set(o, "activations", og_json_int((int64_t)n->activations));
    return o;
}

og_json *og_info_model_json(const og_file *file, const og_session_params *session) {
    about a;
    look(file, session, &a);
    og_json *o = og_json_object();
    og_json_set(o, "family", og_json_string(a.arch));
    og_json_set(o, "name", og_json_string(a.name));
    og_json_set(o, "quantization", og_json_string(a.type));
    og_json_set(o, "bits_per_weight", og_json_real(a.bits));
    og_json_set(o, "chat", a.has_chat ? chat_json(&a.can) : og_json_string(NULL));
    og_json_set(o, "context", a.runs ? og_json_int(a.needs.n_ctx_train) : og_json_string(NULL));
    og_json_set(o, "memory", a.runs ? memory_json(&a.needs) : og_json_string(NULL));
    og_json_set(o, "problem", og_json_string(a.type && !a.runs ? a.why.text : NULL));
    forget(&a);
    return o;
}
