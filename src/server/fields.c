/* fields.c: see fields.h. */
#include "server/fields.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {
    [OG_FIELD_TEXT] = "a string",    [OG_FIELD_BOOL] = "true or false", [OG_FIELD_INT] = "an integer",
    [OG_FIELD_SEED] = "an integer",  [OG_FIELD_REAL] = "a number",      [OG_FIELD_FLOAT] = "a number",
    [OG_FIELD_OBJECT] = "an object", [OG_FIELD_ARRAY] = "an array",     [OG_FIELD_ANY] = "something",
};

const char *og_js_kind(const json_t *v) {
    switch (v ? json_typeof(v) : JSON_NULL) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
        return "an integer";
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "true or false";
    default:
        return "null";
    }
}

static bool fits(const og_field *f, const json_t *v) {
    switch (f->kind) {
    case OG_FIELD_TEXT:
        return json_is_string(v);
    case OG_FIELD_BOOL:
        return json_is_boolean(v);
    case OG_FIELD_INT:
    case OG_FIELD_SEED:
        return json_is_integer(v) || (json_is_real(v) && json_real_value(v) == floor(json_real_value(v)));
    case OG_FIELD_REAL:
    case OG_FIELD_FLOAT:
        return json_is_number(v);
    case OG_FIELD_OBJECT:
        return json_is_object(v);
    case OG_FIELD_ARRAY:
        return json_is_array(v);
    default:
        return true;
    }
}

static void store(const og_field *f, const json_t *v, char *at) {
    const double number = json_number_value(v);
    switch (f->kind) {
    case OG_FIELD_TEXT:
        *(const char **)at = json_string_value(v);
        break;
    case OG_FIELD_BOOL:
        *(bool *)at = json_is_true(v);
        break;
    case OG_FIELD_INT:
        *(int32_t *)at = (int32_t)number;
        break;
    case OG_FIELD_SEED: {
        const json_int_t i = json_is_integer(v) ? json_integer_value(v) : (json_int_t)fmin(fmax(number, -1), 9e15);
        *(og_field_seed *)at = (og_field_seed){(uint64_t)i, i >= 0};
        break;
    }
    case OG_FIELD_REAL:
        *(double *)at = number;
        break;
    case OG_FIELD_FLOAT:
        *(float *)at = (float)number;
        break;
    default:
        *(const json_t **)at = v;
        break;
    }
}

bool og_fields_read(const og_field *field, size_t n, const json_t *body, void *into, og_problem *problem) {
    for (const og_field *f = field; f < field + n; f++) {
        const json_t *v = json_object_get(body, f->name);
        if (!v || json_is_null(v)) {
            if (f->needed)
                return og_refuse(problem, 400, "missing_required_parameter", f->name, "\"%s\" is missing; it is %s", f->name,
                                 kinds[f->kind]);
            continue;
        }
        if (!fits(f, v))
            return og_refuse(problem, 400, "invalid_type", f->name, "\"%s\" has to be %s, not %s", f->name, kinds[f->kind], og_js_kind(v));
        if (f->kind == OG_FIELD_INT || f->kind == OG_FIELD_REAL || f->kind == OG_FIELD_FLOAT) {
            const double number = json_number_value(v);
            if (!(number >= f->min && number <= f->max))
                return og_refuse(problem, 400, "invalid_value", f->name, "\"%s\" is %.12g; it can be %.12g to %.12g", f->name, number,
                                 f->min, f->max);
        }
        if (f->kind == OG_FIELD_TEXT && strlen(json_string_value(v)) != json_string_length(v))
            return og_refuse(problem, 400, "invalid_value", f->name, "\"%s\" holds a NUL character", f->name);
        store(f, v, (char *)into + f->at);
    }
    return true;
}

json_t *og_fields_schema(const og_field *field, size_t n) {
    static const char *const types[] = {
        [OG_FIELD_TEXT] = "string",   [OG_FIELD_BOOL] = "boolean", [OG_FIELD_INT] = "integer",
        [OG_FIELD_SEED] = "integer",  [OG_FIELD_REAL] = "number",  [OG_FIELD_FLOAT] = "number",
        [OG_FIELD_OBJECT] = "object", [OG_FIELD_ARRAY] = "array",  [OG_FIELD_ANY] = NULL,
    };
    json_t *properties = json_object(), *required = json_array();
    for (const og_field *f = field; f < field + n; f++) {
        json_t *one = json_object();
        if (types[f->kind]) json_object_set_new(one, "type", json_string(types[f->kind]));
        if (f->kind == OG_FIELD_ARRAY) json_object_set_new(one, "items", json_object());
        if (f->kind == OG_FIELD_INT || f->kind == OG_FIELD_REAL || f->kind == OG_FIELD_FLOAT) {
            json_object_set_new(one, "minimum", f->kind == OG_FIELD_INT ? json_integer((json_int_t)f->min) : json_real(f->min));
            json_object_set_new(one, "maximum", f->kind == OG_FIELD_INT ? json_integer((json_int_t)f->max) : json_real(f->max));
        }
        json_object_set_new(one, "description", json_string(f->about));
        json_object_set_new(properties, f->name, one);
        if (f->needed) json_array_append_new(required, json_string(f->name));
    }
    json_t *schema = json_pack("{s:s, s:o}", "type", "object", "properties", properties);
    if (json_array_size(required) > 0) json_object_set(schema, "required", required);
    json_decref(required);
    return schema;
}

/* ---- JSON ---- */

/* The depth of brackets, before anything is allocated for them. */
static bool too_deep(const char *text, size_t len, int depth) {
    bool in_string = false;
    int open = 0;
    for (size_t i = 0; i < len; i++) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') i++;
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++open > depth) return true;
        } else if (c == '}' || c == ']') {
            open--;
        }
    }
    return false;
}

json_t *og_js_parse(const char *text, size_t len, int depth, og_problem *problem) {
    json_error_t e;
    if (too_deep(text, len, depth)) {
        og_refuse(problem, 400, "invalid_json", NULL, "the body is nested more than %d deep", depth);
        return NULL;
    }
    json_t *v = json_loadb(text, len, JSON_ALLOW_NUL, &e);
    if (!v && len == 0) og_refuse(problem, 400, "invalid_json", NULL, "the body is empty; it has to be a JSON object");
    if (!v && len > 0)
        og_refuse(problem, 400, "invalid_json", NULL, "the body is not JSON: %s (line %d, column %d)", e.text, e.line, e.column);
    if (!v || json_is_object(v)) return v;
    og_refuse(problem, 400, "invalid_json", NULL, "the body has to be a JSON object, not %s", og_js_kind(v));
    json_decref(v);
    return NULL;
}

/* Bytes of the UTF-8 character at s; 0 if there is none. */
static size_t utf8_len(const unsigned char *s, size_t n) {
    if (s[0] < 0x80) return 1;
    const size_t want = s[0] >= 0xC2 && s[0] < 0xE0 ? 2 : s[0] >= 0xE0 && s[0] < 0xF0 ? 3 : s[0] >= 0xF0 && s[0] < 0xF5 ? 4 : 0;
    if (want == 0 || want > n) return 0;
    for (size_t i = 1; i < want; i++)
        if ((s[i] & 0xC0) != 0x80) return 0;
    if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F) || (s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F))
        return 0;
    return want;
}

json_t *og_js_text(const char *text, size_t len) {
    json_t *v = json_stringn(text, len);
    char *mended = v ? NULL : malloc(len * 3 + 1);
    if (!mended) return v;
    size_t n = 0;
    for (size_t i = 0, one; i < len; i += one ? one : 1) {
        one = utf8_len((const unsigned char *)text + i, len - i);
        memcpy(mended + n, one ? text + i : "\xEF\xBF\xBD", one ? one : 3);
        n += one ? one : 3;
    }
    v = json_stringn(mended, n);
    free(mended);
    return v;
}

const char *og_js_get_text(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

char *og_js_dump(const json_t *value, size_t *len) {
    const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(9);
    const size_t n = value ? json_dumpb(value, NULL, 0, flags) : 0;
    char *text = n ? malloc(n + 1) : NULL;
    if (!text) return NULL;
    json_dumpb(value, text, n, flags);
    text[n] = '\0';
    if (len) *len = n;
    return text;
}
