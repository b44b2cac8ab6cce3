/* json.c: JSON output over jansson, or its absence. */
#include "cli/json.h"

#ifdef OG_WITH_JANSSON

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/utf8.h"

bool og_json_built(void) {
    return true;
}

og_json *og_json_object(void) {
    return json_object();
}
og_json *og_json_array(void) {
    return json_array();
}

og_json *og_json_text(const char *text, size_t len) {
    og_json *value = json_stringn(text, len);
    if (value != NULL) return value;
    size_t n;
    char *mended = og_cli_utf8_mend(text, len, &n);
    if (mended == NULL) return NULL;
    value = json_stringn(mended, n);
    free(mended);
    return value;
}

og_json *og_json_string(const char *text) {
    return text ? og_json_text(text, strlen(text)) : json_null();
}
og_json *og_json_int(int64_t v) {
    return json_integer(v);
}
og_json *og_json_real(double v) {
    return isfinite(v) ? json_real(v) : json_null();
}
og_json *og_json_bool(bool v) {
    return json_boolean(v);
}

void og_json_set(og_json *object, const char *key, og_json *value) {
    size_t n;
    if (json_object_set_new(object, key, value) == 0 || value == NULL) return;
    char *mended = og_cli_utf8_mend(key, strlen(key), &n); /* the only other failure: a key that is not UTF-8 */
    if (mended != NULL) json_object_set_new(object, mended, value);
    free(mended);
}

void og_json_add(og_json *array, og_json *value) {
    json_array_append_new(array, value);
}

bool og_json_write(og_json *value, int digits, FILE *f) {
    bool ok = value != NULL && json_dumpf(value, f, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(digits)) == 0;
    ok = fputc('\n', f) != EOF && fflush(f) == 0 && ok;
    json_decref(value);
    return ok;
}

#else

bool og_json_built(void) {
    return false;
}
og_json *og_json_object(void) {
    return NULL;
}
og_json *og_json_array(void) {
    return NULL;
}
og_json *og_json_text(const char *text, size_t len) {
    return (void)text, (void)len, NULL;
}
og_json *og_json_string(const char *text) {
    return (void)text, NULL;
}
og_json *og_json_int(int64_t v) {
    return (void)v, NULL;
}
og_json *og_json_real(double v) {
    return (void)v, NULL;
}
og_json *og_json_bool(bool v) {
    return (void)v, NULL;
}
void og_json_set(og_json *object, const char *key, og_json *value) {
    (void)object, (void)key, (void)value;
}
void og_json_add(og_json *array, og_json *value) {
    (void)array, (void)value;
}
bool og_json_write(og_json *value, int digits, FILE *f) {
    return (void)value, (void)digits, (void)f, false;
}

#endif

bool og_json_print(og_json *value, int digits) {
    return og_json_write(value, digits, stdout);
}
