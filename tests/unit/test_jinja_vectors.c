/* Chat templates against jinja2's own renderings: the shared vectors. Every case of the tiers chat and syntax-error, nine tenths of general
 * (the others are printed), and the renderings of whole templates, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "text/jinja/jinja.h"

#ifdef OG_TEST_JSON
#include <jansson.h>

enum { NOW = 1752148800 }; /* 2025-07-10T12:00:00 */

static const char *shared(void) {
    const char *dir = getenv("OG_SHARED");
    return dir ? dir : OG_SOURCE_DIR "/../shared";
}

static char *read_text(const char *name, size_t *len) {
    char path[1000];
    snprintf(path, sizeof path, "%s/vectors/%s", shared(), name);
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    char *text = malloc(1 << 20);
    *len = fread(text, 1, (1 << 20) - 1, f);
    text[*len] = '\0';
    fclose(f);
    return text;
}

/* jansson takes no NUL in a key, which one case has: there and in what is expected it becomes U+0001, which is printed in the same way. */
static json_t *load(const char *name) {
    size_t len;
    char *text = read_text(name, &len);
    if (!text) return NULL;
    for (char *p = text; (p = strstr(p, "u0000"));) p[4] = '1';
    json_t *v = json_loads(text, JSON_ALLOW_NUL, NULL);
    free(text);
    assert_non_null(v);
    return v;
}

static og_status render(const char *text, size_t len, const json_t *context, og_jinja_syntax syntax, og_buf *out, og_error *err) {
    char *json = json_dumps(context, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
    og_jinja *tmpl = NULL;
    og_jinja_input in = {.json = json, .len = strlen(json), .now = NOW};
    og_buf_init(out);
    og_status status = og_jinja_open(text, len, &syntax, &tmpl, err);
    if (status == OG_OK) status = og_jinja_render(tmpl, &in, out, NULL, err);
    og_jinja_close(tmpl);
    free(json);
    return status;
}

/* Whether the rendering is `expected`, or fails where that is NULL; says what differs. */
static bool matches(const char *id, const char *text, size_t len, const json_t *context, og_jinja_syntax syntax, const json_t *expected) {
    og_buf out;
    og_error err = {0};
    og_status status = render(text, len, context, syntax, &out, &err);
    bool ok = expected ? status == OG_OK && out.len == json_string_length(expected) &&
                             (out.len == 0 || memcmp(out.data, json_string_value(expected), out.len) == 0)
                       : status != OG_OK;
    if (!ok)
        print_message("%s: %.300s\n  got      %s%.600s\n  expected %.600s\n", id, text, status == OG_OK ? "" : err.text,
                      status == OG_OK && out.data ? out.data : "", expected ? json_string_value(expected) : "(an error)");
    og_buf_free(&out);
    return ok;
}

static og_jinja_syntax syntax_of(const json_t *options) {
    return (og_jinja_syntax){.trim_blocks = json_is_true(json_object_get(options, "trim_blocks")),
                             .lstrip_blocks = json_is_true(json_object_get(options, "lstrip_blocks")),
                             .keep_trailing_newline = json_is_true(json_object_get(options, "keep_trailing_newline"))};
}

static void cases(void **state) {
    (void)state;
    static const char *const tiers[] = {"chat", "syntax-error", "general"};
    int good[3] = {0}, all[3] = {0};
    json_t *list = load("jinja/cases.json"), *c;
    size_t i;
    if (!list) {
        print_message("skipped: the shared vectors are not here\n");
        skip();
    }
    json_array_foreach(list, i, c) {
        const json_t *text = json_object_get(c, "template");
        for (int t = 0; t < 3; t++) {
            if (strcmp(json_string_value(json_object_get(c, "tier")), tiers[t]) != 0) continue;
            all[t]++;
            good[t] += matches(json_string_value(json_object_get(c, "id")), json_string_value(text), json_string_length(text),
                               json_object_get(c, "context"), syntax_of(json_object_get(c, "options")), json_object_get(c, "expected"));
        }
    }
    for (int t = 0; t < 3; t++) print_message("%s: %d of %d\n", tiers[t], good[t], all[t]);
    json_decref(list);
    assert_int_equal(good[0], all[0]);
    assert_int_equal(good[1], all[1]);
    assert_true(good[2] * 10 >= all[2] * 9);
}

static const char *const templates[] = {
#define NAME(s) s,
#include "jinja_templates.h"
#undef NAME
};

/* One template over all conversations. Cases that break in Python itself need only not crash here. */
static void check_template(const char *name, const json_t *conversations, int *good, int *all) {
    char file[300];
    size_t len = 0, i;
    snprintf(file, sizeof file, "templates/%s.jinja", name);
    char *text = read_text(file, &len);
    snprintf(file, sizeof file, "templates/expected/%s.json", name);
    json_t *expected = load(file), *c;
    assert_non_null(text);
    assert_non_null(expected);
    json_array_foreach(json_object_get(expected, "cases"), i, c) {
        const char *conversation = json_string_value(json_object_get(c, "conversation"));
        const char *kind = json_string_value(json_object_get(c, "error_kind"));
        char id[400];
        snprintf(id, sizeof id, "%s / %s", name, conversation);
        og_jinja_syntax syntax = {.trim_blocks = true, .lstrip_blocks = true};
        const json_t *context = json_object_get(conversations, conversation);
        if (kind && strcmp(kind, "python") == 0) {
            og_buf out;
            render(text, len, context, syntax, &out, NULL);
            og_buf_free(&out);
            continue;
        }
        ++*all;
        *good += matches(id, text, len, context, syntax, json_object_get(c, "expected"));
    }
    json_decref(expected);
    free(text);
}

static void whole_templates(void **state) {
    (void)state;
    int good = 0, all = 0;
    json_t *conversations = load("templates/conversations.json");
    if (!conversations) {
        print_message("skipped: the shared vectors are not here\n");
        skip();
    }
    for (size_t i = 0; i < OG_LEN(templates); i++)
        check_template(templates[i], json_object_get(conversations, "conversations"), &good, &all);
    print_message("renderings: %d of %d, %zu templates\n", good, all, OG_LEN(templates));
    json_decref(conversations);
    assert_int_equal(good, all);
}

static void published(void **state) {
    (void)state;
    int good = 0, all = 0;
    json_t *list = load("templates/published_renderings.json"), *c;
    size_t i;
    if (!list) {
        print_message("skipped: the shared vectors are not here\n");
        skip();
    }
    json_array_foreach(list, i, c) {
        const json_t *text = json_object_get(c, "template");
        all++;
        good += matches(json_string_value(json_object_get(c, "name")), json_string_value(text), json_string_length(text),
                        json_object_get(c, "context"), syntax_of(json_object_get(c, "options")), json_object_get(c, "expected"));
    }
    print_message("published: %d of %d\n", good, all);
    json_decref(list);
    assert_int_equal(good, all);
}

#else

static void no_json(void **state) {
    (void)state;
    print_message("skipped: built without jansson, which reads the vectors\n");
    skip();
}
#endif

int main(void) {
#ifdef OG_TEST_JSON
    const struct CMUnitTest tests[] = {cmocka_unit_test(cases), cmocka_unit_test(whole_templates), cmocka_unit_test(published)};
#else
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_json)};
#endif
    return cmocka_run_group_tests(tests, NULL, NULL);
}
