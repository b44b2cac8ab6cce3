/* messages.c: see messages.h. */
#include "server/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The text of one part; NULL with a problem. */
static const json_t *part_text(const json_t *part, const char *where, size_t i, og_problem *problem) {
    const char *type = og_js_get_text(part, "type");
    if (!type) {
        og_refuse(problem, 400, "invalid_type", where, "part %zu of \"%s\" has to be an object with a \"type\"", i, where);
        return NULL;
    }
    static const struct {
        const char *type, *what;
    } senses[] = {{"image", "see"},  {"input_image", "see"}, {"image_url", "see"}, {"input_audio", "hear"},
                  {"audio", "hear"}, {"video", "see"},       {"video_url", "see"}};
    for (size_t k = 0; k < sizeof senses / sizeof *senses; k++) {
        if (strcmp(type, senses[k].type) != 0) continue;
        og_refuse(problem, 400, "unsupported_content", where, "this model cannot %s: part %zu of \"%s\" is \"%s\", and only text is read",
                  senses[k].what, i, where, type);
        return NULL;
    }
    const json_t *text = json_object_get(part, strcmp(type, "refusal") == 0    ? "refusal"
                                               : strcmp(type, "thinking") == 0 ? "thinking"
                                                                               : "text");
    if (json_is_string(text)) return text;
    og_refuse(problem, 400, "unsupported_content", where, "part %zu of \"%s\" is \"%.40s\" without text; only text is read", i, where,
              type);
    return NULL;
}

const char *og_content_text(og_exchange *ex, const json_t *content, const char *where, size_t *len, og_problem *problem) {
    *len = 0;
    if (!content || json_is_null(content)) return "";
    if (json_is_string(content)) return *len = json_string_length(content), json_string_value(content);
    if (!json_is_array(content)) {
        og_refuse(problem, 400, "invalid_type", where, "\"%s\" has to be a string or a list of parts, not %s", where, og_js_kind(content));
        return NULL;
    }
    size_t i, total = 0;
    json_t *part;
    json_array_foreach(content, i, part) {
        const json_t *text = part_text(part, where, i, problem);
        if (!text) return NULL;
        total += json_string_length(text);
    }
    char *out = og_keep(ex, total + 1);
    if (!out) return og_refuse(problem, 503, "out_of_memory", where, "out of memory for \"%s\"", where), NULL;
    json_array_foreach(content, i, part) {
        const json_t *text = part_text(part, where, i, problem);
        memcpy(out + *len, json_string_value(text), json_string_length(text));
        *len += json_string_length(text);
    }
    return out;
}

/* One call with its arguments as text, as OpenAI has them; Ollama has them as JSON. */
static json_t *call_of(const json_t *call, size_t i) {
    const json_t *function = json_object_get(call, "function"), *arguments = json_object_get(function, "arguments");
    char *text = json_is_string(arguments) ? NULL : arguments ? og_js_dump(arguments, NULL) : NULL, made_up[32];
    const char *id = og_js_get_text(call, "id");
    snprintf(made_up, sizeof made_up, "call_%zu", i);
    json_t *out = json_pack("{s:s, s:s, s:{s:O, s:o}}", "id", id ? id : made_up, "type", "function", "function", "name",
                            json_object_get(function, "name"), "arguments",
                            json_is_string(arguments) ? json_copy((json_t *)(uintptr_t)arguments) : json_string(text ? text : "{}"));
    free(text);
    return out;
}

static bool read_calls(og_exchange *ex, const json_t *calls, const char *where, og_message *out, og_problem *problem) {
    if (!calls || json_is_null(calls)) return true;
    if (!json_is_array(calls)) return og_refuse(problem, 400, "invalid_type", where, "\"%s.tool_calls\" has to be an array", where);
    size_t i;
    json_t *call, *list = json_array();
    json_array_foreach(calls, i, call) {
        if (!og_js_get_text(json_object_get(call, "function"), "name")) {
            json_decref(list);
            return og_refuse(problem, 400, "invalid_value", where, "\"%s.tool_calls[%zu]\" has no function with a name", where, i);
        }
        json_array_append_new(list, call_of(call, i));
    }
    if (json_array_size(list) > 0) out->tool_calls = og_keep_json(ex, list);
    const bool good = json_array_size(list) == 0 || out->tool_calls;
    json_decref(list);
    return good;
}

static bool read_message(og_exchange *ex, const json_t *m, const char *where, og_message *out, og_problem *problem) {
    char field[64];
    out->role = og_js_get_text(m, "role");
    if (!out->role || !*out->role)
        return og_refuse(problem, 400, "invalid_type", where, "\"%s.role\" has to be a string such as \"user\"", where);
    if (strcmp(out->role, "developer") == 0) out->role = "system";
    if (strcmp(out->role, "function") == 0) out->role = "tool";
    snprintf(field, sizeof field, "%.50s.content", where);
    out->content = og_content_text(ex, json_object_get(m, "content"), field, &out->content_len, problem);
    if (!out->content) return false;
    out->reasoning = og_js_get_text(m, "reasoning_content");
    if (!out->reasoning) out->reasoning = og_js_get_text(m, "reasoning");
    if (!out->reasoning) out->reasoning = og_js_get_text(m, "thinking");
    out->tool_call_id = og_js_get_text(m, "tool_call_id");
    out->name = og_js_get_text(m, "name");
    if (!out->name) out->name = og_js_get_text(m, "tool_name");
    return read_calls(ex, json_object_get(m, "tool_calls"), where, out, problem);
}

bool og_messages_read(og_exchange *ex, const json_t *list, const char *where, og_message **out, size_t *n, og_problem *problem) {
    *n = json_array_size(list);
    if (*n == 0) return og_refuse(problem, 400, "invalid_value", where, "\"%s\" has to be a list of one message at least", where);
    *out = og_keep(ex, *n * sizeof **out);
    if (!*out) return false;
    size_t i;
    json_t *m;
    json_array_foreach(list, i, m) {
        char field[64];
        snprintf(field, sizeof field, "%.30s[%zu]", where, i);
        if (!json_is_object(m))
            return og_refuse(problem, 400, "invalid_type", field, "\"%s\" has to be an object, not %s", field, og_js_kind(m));
        if (!read_message(ex, m, field, &(*out)[i], problem)) return false;
    }
    return true;
}

/* ---- inputs ---- */

static bool read_ids(og_exchange *ex, const json_t *list, const char *where, og_input *out, og_problem *problem) {
    int32_t *ids = og_keep(ex, (json_array_size(list) + 1) * sizeof *ids);
    if (!ids) return false;
    size_t i;
    json_t *id;
    json_array_foreach(list, i, id) {
        const json_int_t v = json_is_integer(id) ? json_integer_value(id) : -1;
        if (v < 0 || v > INT32_MAX)
            return og_refuse(problem, 400, "invalid_value", where, "\"%s\" has to be a string or a list of token numbers", where);
        ids[i] = (int32_t)v;
    }
    *out = (og_input){.ids = ids, .n_ids = json_array_size(list)};
    return true;
}

static bool read_input(og_exchange *ex, const json_t *v, const char *where, og_input *out, og_problem *problem) {
    if (json_is_string(v)) return *out = (og_input){.text = json_string_value(v), .len = json_string_length(v)}, true;
    if (json_is_array(v)) return read_ids(ex, v, where, out, problem);
    return og_refuse(problem, 400, "invalid_type", where, "\"%s\" has to be a string, a list of strings, or tokens, not %s", where,
                     og_js_kind(v));
}

bool og_inputs_read(og_exchange *ex, const json_t *value, const char *where, og_input **out, size_t *n, og_problem *problem) {
    const bool list = json_is_array(value) && !json_is_integer(json_array_get(value, 0));
    *n = list ? json_array_size(value) : 1;
    if (json_is_array(value) && json_array_size(value) == 0)
        return og_refuse(problem, 400, "invalid_value", where, "\"%s\" is empty", where);
    *out = og_keep(ex, *n * sizeof **out);
    if (!*out) return false;
    for (size_t i = 0; i < *n; i++)
        if (!read_input(ex, list ? json_array_get(value, i) : value, where, &(*out)[i], problem)) return false;
    return true;
}

bool og_inputs_check(const og_input *input, size_t n, int32_t n_vocab, const char *where, og_problem *problem) {
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < input[i].n_ids; j++)
            if (input[i].ids[j] >= n_vocab)
                return og_refuse(problem, 400, "invalid_value", where, "\"%s\" holds the token %d; this vocabulary ends at %d", where,
                                 input[i].ids[j], n_vocab - 1);
    return true;
}
