/* JSON: events, trees, and texts that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

static og_status tree(const char *text, og_jdoc **doc, og_error *err) {
    size_t len = strlen(text);
    char *copy = og_alloc(len);
    memcpy(copy, text, len);
    return og_jdoc_open(copy, len, "the text", doc, err);
}

static void values(void **state) {
    (void)state;
    og_jdoc *doc;
    assert_int_equal(tree(" {\"a\": [1, -2.5e1, \"x\\u00e9\\n\\ud83d\\ude00\", true, false, null, []], \"b\":{\"a\":7},\"a\\u0062\" : "
                          "9223372036854775808, "
                          "\"b\":{\"a\":8}, \"half\":\"\\ud83d-\\udE00\"} ",
                          &doc, NULL),
                     OG_OK);
    const og_jval *root = og_jdoc_root(doc), *v = og_jval_get(root, "a")->u.first;
    double number = 0;
    assert_int_equal(og_jval_get(root, "a")->n, 7);
    assert_int_equal(root->n, 5);
    assert_true(v->kind == OG_JSON_INT && v->u.i == 1);
    v = v->next;
    assert_true(og_jval_number(v, &number) && number == -25);
    v = v->next;
    assert_true(og_jval_is(v, "x\xc3\xa9\n\xf0\x9f\x98\x80"));
    assert_int_equal(strlen(v->u.s), v->n);
    v = v->next;
    assert_int_equal(v->kind, OG_JSON_TRUE);
    v = v->next;
    assert_int_equal(v->kind, OG_JSON_FALSE);
    v = v->next;
    assert_int_equal(v->kind, OG_JSON_NULL);
    assert_false(og_jval_number(v, &number));
    v = v->next;
    assert_true(v->kind == OG_JSON_ARRAY && v->n == 0 && !v->next);
    assert_int_equal(og_jval_get(og_jval_get(root, "b"), "a")->u.i, 8); /* the last of equal keys */
    assert_true(og_jval_number(og_jval_get(root, "ab"), &number) && number == 9223372036854775808.0);
    assert_true(og_jval_is(og_jval_get(root, "half"), "\xef\xbf\xbd-\xef\xbf\xbd"));
    assert_null(og_jval_get(root, "c"));
    assert_null(og_jval_get(v, "a"));
    assert_null(og_jval_get(NULL, "a"));
    og_jdoc_close(doc);
}

static void broken(void **state) {
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "the text ends at byte 0"},
        {"  ", "the text ends"},
        {"{", "expected a key at byte 1"},
        {"{\"a\"", "expected ':'"},
        {"{\"a\" 1}", "expected ':' at byte 5"},
        {"{\"a\":}", "an unexpected character"},
        {"{\"a\":1,}", "expected a key at byte 7"},
        {"{\"a\":1 \"b\":2}", "expected ',' or '}' at byte 7"},
        {"[1,]", "an unexpected character at byte 3"},
        {"[1 2]", "expected ',' or ']'"},
        {"[1}", "expected ',' or ']'"},
        {"[", "the text ends"},
        {"]", "an unexpected character"},
        {"1 2", "something follows the value at byte 2"},
        {"nul", "an unexpected character"},
        {"NaN", "an unexpected character"},
        {"Infinity", "an unexpected character"},
        {"'a'", "an unexpected character"},
        {"01", "something follows the value"},
        {"-", "an unexpected character"},
        {"1.", "a number ends after its point"},
        {"1e+", "a number ends in its exponent"},
        {".5", "an unexpected character"},
        {"+1", "an unexpected character"},
        {"\"a", "a string has no end"},
        {"\"\\", "a string has no end"},
        {"\"\\x41\"", "a bad escape at byte 2"},
        {"\"\\u12g4\"", "a bad escape"},
        {"\"\\u12\"", "a bad escape"},
        {"\"a\nb\"", "a control character in a string at byte 2"},
        {"\"\xff\"", "a string that is not UTF-8"},
        {"\"\xed\xa0\x80\"", "a string that is not UTF-8"},
        {"// c\n1", "an unexpected character"},
    };
    for (size_t i = 0; i < OG_LEN(cases); i++) {
        og_jdoc *doc = NULL;
        og_error err = {0};
        og_status status = tree(cases[i].text, &doc, &err);
        if (status != OG_ERR_FORMAT || !strstr(err.text, cases[i].why) || !strstr(err.text, "the text is not JSON"))
            fail_msg("%s: %s", cases[i].text, err.text);
    }
}

static void deep(void **state) {
    (void)state;
    char text[2 * OG_JSON_DEPTH + 8];
    for (int n = OG_JSON_DEPTH; n <= OG_JSON_DEPTH + 1; n++) {
        memset(text, '[', (size_t)n);
        memset(text + n, ']', (size_t)n);
        text[2 * n] = '\0';
        og_jdoc *doc = NULL;
        og_error err = {0};
        og_status status = tree(text, &doc, &err);
        assert_int_equal(status, n == OG_JSON_DEPTH ? OG_OK : OG_ERR_FORMAT);
        if (status == OG_OK)
            og_jdoc_close(doc);
        else
            assert_non_null(strstr(err.text, "nested too deeply"));
    }
}

static void skipping(void **state) {
    (void)state;
    static const char text[] = "{\"a\":{\"b\":[1,{\"c\":[]}]},\"d\":\"e\"}";
    og_jread r;
    og_jread_open(&r, text, sizeof text - 1);
    assert_int_equal(og_jread_next(&r), OG_JSON_OBJECT);
    assert_int_equal(og_jread_next(&r), OG_JSON_KEY);
    assert_int_equal(og_jread_skip(&r, og_jread_next(&r)), OG_JSON_OBJECT_END);
    assert_int_equal(og_jread_next(&r), OG_JSON_KEY);
    assert_memory_equal(r.str, "d", r.len);
    assert_int_equal(og_jread_skip(&r, og_jread_next(&r)), OG_JSON_STRING);
    assert_int_equal(og_jread_next(&r), OG_JSON_OBJECT_END);
    assert_int_equal(og_jread_next(&r), OG_JSON_END);
    assert_int_equal(og_jread_next(&r), OG_JSON_END);
    og_jread_open(&r, "[[1,", 4);
    assert_int_equal(og_jread_skip(&r, og_jread_next(&r)), OG_JSON_BAD);
    assert_int_equal(og_jread_next(&r), OG_JSON_BAD);
}

static void without_memory(void **state) {
    (void)state;
    for (uint64_t n = 2; n < 4; n++) {
        og_jdoc *doc = NULL;
        og_error err = {0};
        og_alloc_fail_after(n); /* the first is the text's */
        og_status status = tree("[1]", &doc, &err);
        og_alloc_fail_after(0);
        assert_int_equal(status, OG_ERR_MEMORY);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),   cmocka_unit_test(broken),         cmocka_unit_test(deep),
        cmocka_unit_test(skipping), cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
