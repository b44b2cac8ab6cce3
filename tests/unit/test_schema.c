/* JSON Schema: the shared vectors; what schemas accept and reject; what cannot be expressed is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "text/grammar/grammar.h"

static bool matches(og_grammar *g, const char *text, size_t len) {
    bool yes;
    og_error err = {0};
    if (og_grammar_check(g, text, len, &yes, NULL, &err) != OG_OK) fail_msg("%.200s: %s", text, err.text);
    return yes;
}

static og_grammar *schema(const char *text, size_t len) {
    og_grammar *g = NULL;
    og_error err = {0};
    if (og_grammar_schema(text, len, NULL, &g, &err) != OG_OK) fail_msg("%.300s: %s", text, err.text);
    return g;
}

/* ---- shared vectors ---- */

/* The text of a member's value, as it stands in the file. */
static const char *raw(const char *text, size_t len, const char *key, size_t *n) {
    og_jread r;
    og_jread_open(&r, text, len);
    og_jevent e = og_jread_next(&r);
    while ((e = og_jread_next(&r)) == OG_JSON_KEY) {
        const bool hit = r.len == strlen(key) && memcmp(r.str, key, r.len) == 0;
        while (strchr(" \n\r\t", text[r.at])) r.at++;
        const size_t from = r.at;
        og_jread_skip(&r, og_jread_next(&r));
        *n = r.at - from;
        if (hit) return text + from;
    }
    return NULL;
}

static int try_list(const og_jval *c, og_grammar *g, const char *key, bool accept) {
    const og_jval *list = og_jval_get(c, key);
    int wrong = 0;
    for (const og_jval *t = list ? list->u.first : NULL; t; t = t->next)
        if (matches(g, t->u.s, t->n) != accept) {
            printf("%s: %s: %s is %s\n", og_jval_get(c, "id")->u.s, og_jval_get(c, "description")->u.s, t->u.s,
                   accept ? "not accepted" : "accepted");
            wrong++;
        }
    return wrong;
}

static void shared_vectors(void **state) {
    (void)state;
    char path[1024];
    const char *dir = getenv("OG_SHARED");
    og_jdoc *doc;
    snprintf(path, sizeof path, "%s/vectors/grammar/json_schema_cases.json", dir ? dir : OG_SOURCE_DIR "/../shared");
    FILE *f = fopen(path, "rb");
    if (!f || og_jdoc_open_file(path, 1 << 24, &doc, NULL) != OG_OK) {
        printf("skipped: %s is not there\n", path);
        skip();
    }
    static char text[1 << 18];
    const size_t len = fread(text, 1, sizeof text, f);
    fclose(f);
    og_jread r; /* the same list again, for the schemas' own texts */
    og_jread_open(&r, text, len);
    og_jread_next(&r);
    int wrong = 0, tried = 0, refused = 0;
    for (const og_jval *c = og_jdoc_root(doc)->u.first; c; c = c->next, tried++) {
        size_t from = r.at;
        while (strchr(" \n\r\t,", text[from])) from++;
        og_jread_skip(&r, og_jread_next(&r));
        size_t n = 0;
        const char *s = raw(text + from, r.at - from, "schema", &n);
        og_grammar *g = NULL;
        og_error err = {0};
        assert_non_null(s);
        if (og_grammar_schema(s, n, NULL, &g, &err) != OG_OK) {
            if (!strstr(err.text, "uniqueItems") && !strstr(err.text, "multipleOf"))
                printf("%s: %s\n", og_jval_get(c, "id")->u.s, err.text), wrong++;
            refused++;
            continue;
        }
        wrong += try_list(c, g, "accepts", true) + try_list(c, g, "accepts_other_type", true) + try_list(c, g, "rejects", false);
        og_grammar_close(g);
    }
    assert_true(tried >= 160);
    assert_int_equal(wrong, 0);
    assert_true(refused <= 4); /* elements without end that must differ; a step of nine digits */
    og_jdoc_close(doc);
}

/* ---- own cases ---- */

typedef struct own_case {
    const char *schema, *accepts[8], *rejects[8];
} own_case;

static const own_case cases[] = {
    {"{\"type\":\"integer\",\"minimum\":-12,\"exclusiveMaximum\":105}",
     {"-12", "-0", "0", "7", "99", "104", "104.0", "-3.00"},
     {"-13", "105", "105.0", "104.5", "1e1", "007", "-", "1000"}},
    {"{\"type\":\"number\",\"minimum\":0.25,\"maximum\":10,\"multipleOf\":0.25}",
     {"0.25", "0.250", "9.75", "10", "10.00", "3.5"},
     {"0", "0.2", "0.26", "10.25", "-0.25", "1.125", "11"}},
    {"{\"properties\":{\"a\":{\"type\":\"integer\"},\"b\":{},\"c\":{\"type\":\"null\"}},\"required\":[\"b\"],\"additionalProperties\":"
     "false}",
     {"{\"b\":1}", "{\"c\":null,\"b\":[],\"a\":3}", "{\"a\":1,\"b\":{}}", "[1]", "\"x\""},
     {"{}", "{\"a\":1}", "{\"b\":1,\"b\":2}", "{\"b\":1,\"d\":2}", "{\"b\":1,}", "{\"a\":1.5,\"b\":0}"}},
    {"{\"type\":\"object\",\"minProperties\":2,\"maxProperties\":3,\"propertyNames\":{\"pattern\":\"^[a-d]$\"},\"required\":[\"a\",\"b\"]}",
     {"{\"a\":1,\"b\":2}", "{\"c\":0,\"b\":2,\"a\":1}"},
     {"{\"a\":1}", "{\"a\":1,\"c\":1,\"d\":1}", "{\"a\":1,\"b\":2,\"x\":1}", "{\"a\":1,\"b\":2,\"c\":3,\"d\":4}"}},
    {"{\"type\":\"array\",\"items\":{\"enum\":[\"x\",\"y\",3]},\"uniqueItems\":true,\"minItems\":2}",
     {"[\"x\",\"y\"]", "[3,\"x\"]", "[\"y\",3.0,\"x\"]"},
     {"[\"x\"]", "[\"x\",\"x\"]", "[3,3.0]", "[\"x\",\"y\",3,\"x\"]", "[\"z\",\"x\"]"}},
    {"{\"type\":\"array\",\"items\":{\"type\":\"integer\"},\"contains\":{\"minimum\":10},\"minContains\":2,\"maxContains\":3,\"maxItems\":"
     "4}",
     {"[10,11]", "[1,10,2,11]", "[10,11,12]", "[12,1,13,14]"},
     {"[]", "[10]", "[1,2,3,10]", "[10,11,12,13]", "[1,2,3,4]"}},
    {"{\"type\":\"array\",\"prefixItems\":[{\"const\":1}],\"items\":{\"const\":2},\"minItems\":3,\"maxItems\":200}",
     {"[1,2,2]", "[1,2,2,2,2,2,2,2]"},
     {"[1,2]", "[2,2,2]", "[1,2,1]", "[]"}},
    {"{\"type\":\"string\",\"pattern\":\"^(a|b)+\\\\d{2,3}?$\",\"maxLength\":5}",
     {"\"a12\"", "\"abb12\"", "\"aa123\""},
     {"\"a1\"", "\"abbb12\"", "\"a12x\"", "\"\\u006112\"", "\"\""}},
    {"{\"type\":\"string\",\"minLength\":2,\"maxLength\":3}",
     {"\"ab\"", "\"\\u0041\\n\"", "\"\\ud83d\\ude00x\"", "\"\xC3\xA9\xC3\xA9\xC3\xA9\""},
     {"\"a\"", "\"abcd\"", "\"\\ud83d\\ude00\"", "\"\\ud83d\"", "\"a\n\""}},
    {"{\"oneOf\":[{\"properties\":{\"kind\":{\"const\":\"a\"},\"x\":{\"type\":\"integer\"}},\"required\":[\"kind\",\"x\"]},"
     "{\"properties\":{\"kind\":{\"const\":\"b\"}},\"required\":[\"kind\"],\"maxProperties\":1}],\"type\":\"object\"}",
     {"{\"kind\":\"a\",\"x\":1}", "{\"x\":1,\"kind\":\"a\",\"y\":0}", "{\"kind\":\"b\"}"},
     {"{\"kind\":\"a\"}", "{\"kind\":\"b\",\"x\":1}", "{\"x\":1}", "{}"}},
    {"{\"$defs\":{\"tree\":{\"type\":\"object\",\"properties\":{\"v\":{\"type\":\"integer\"},\"kids\":{\"type\":\"array\",\"items\":"
     "{\"$ref\":\"#/$defs/tree\"}}},\"required\":[\"v\"],\"additionalProperties\":false}},\"$ref\":\"#/$defs/tree\"}",
     {"{\"v\":1}", "{\"v\":1,\"kids\":[{\"v\":2,\"kids\":[]},{\"kids\":[{\"v\":3}],\"v\":4}]}"},
     {"{}", "{\"v\":1,\"kids\":[{}]}", "{\"v\":1,\"kids\":[{\"v\":2,\"w\":0}]}"}},
    {"{\"not\":{\"required\":[\"a\",\"b\"]},\"type\":\"object\"}",
     {"{}", "{\"a\":1}", "{\"b\":1,\"c\":2}"},
     {"{\"a\":1,\"b\":1}", "{\"b\":0,\"x\":0,\"a\":0}"}},
    {"{\"type\":\"object\",\"dependentRequired\":{\"a\":[\"b\"]},\"dependentSchemas\":{\"c\":{\"maxProperties\":1}}}",
     {"{}", "{\"b\":1}", "{\"b\":1,\"a\":2}", "{\"c\":1}"},
     {"{\"a\":1}", "{\"c\":1,\"b\":1}", "{\"a\":0,\"x\":0}"}},
    {"{\"const\":{\"a\":[1,\"\\n\\u0001\"],\"b\":null}}",
     {"{\"a\":[1,\"\\n\\u0001\"],\"b\":null}", "{\"b\":null,\"a\":[1.0,\"\\u000a\\u0001\"]}",
      "{ \"a\": [1, \"\\n\\u0001\"],\n  \"b\": null }"},
     {"{\"a\":[1,\"\\n\"],\"b\":null}", "{\"a\":[1,\"\\n\\u0001\"]}", "{\"a\":[1,\"\\n\\u0001\"],\"b\":null,\"c\":1}"}},
    {"{\"type\":\"string\",\"format\":\"date\"}",
     {"\"2024-02-29\"", "\"2023-12-31\"", "\"2000-02-29\""},
     {"\"2023-02-29\"", "\"1900-02-29\"", "\"2023-04-31\"", "\"2023-13-01\"", "\"20230101\""}},
    {"false", {NULL}, {"1", "null", "{}", ""}},
    {"{\"type\":\"object\"}", {"{}", "{\"a\":{\"b\":[1,true,null,\"x\",1e5]}}"}, {"[]", "1", "\"\"", "{\"a\"}", "{a:1}"}},
};

static void schemas_mean_what_they_say(void **state) {
    (void)state;
    for (size_t i = 0; i < OG_LEN(cases); i++) {
        og_grammar *g = schema(cases[i].schema, strlen(cases[i].schema));
        for (size_t k = 0; k < OG_LEN(cases[i].accepts); k++) {
            const char *yes = cases[i].accepts[k], *no = cases[i].rejects[k];
            if (yes && !matches(g, yes, strlen(yes))) fail_msg("%s does not accept %s", cases[i].schema, yes);
            if (no && matches(g, no, strlen(no))) fail_msg("%s accepts %s", cases[i].schema, no);
        }
        og_grammar_close(g);
    }
}

static void compact_documents_have_no_blanks(void **state) {
    (void)state;
    static const char text[] = "{\"type\":\"object\"}";
    const og_schema_options options = {.compact = true};
    og_grammar *g;
    og_error err = {0};
    assert_int_equal(og_grammar_schema(text, strlen(text), &options, &g, &err), OG_OK);
    assert_true(matches(g, "{\"a\":[1,2]}", 11));
    assert_false(matches(g, "{\"a\": [1,2]}", 12));
    og_grammar_close(g);
}

/* Every text that a machine can be led to is the beginning of a document: walks of random bytes never get stuck. */
static void nothing_leads_astray(void **state) {
    (void)state;
    uint32_t seed = 7;
    for (size_t i = 0; i < OG_LEN(cases); i++) {
        og_grammar *g = schema(cases[i].schema, strlen(cases[i].schema));
        og_machine *m;
        og_error err = {0};
        assert_int_equal(og_machine_open(g, &m, &err), OG_OK);
        for (int walk = 0; walk < 40 && strcmp(cases[i].schema, "false") != 0; walk++) {
            char text[600];
            size_t len = 0, taken = 0;
            og_machine_start(m);
            while (len < sizeof text && !(og_machine_may_end(m) && (seed >> 20 & 3) == 0)) {
                const size_t before = len;
                for (int byte = 0, at = (int)((seed = seed * 1664525u + 1013904223u) >> 24); byte < 256 && len == before; byte++) {
                    text[len] = (char)(at + byte);
                    assert_int_equal(og_machine_feed(m, text + len, 1, &taken, &err), OG_OK);
                    len += taken;
                }
                if (len == before && !og_machine_may_end(m)) fail_msg("%s: nothing can follow %.*s", cases[i].schema, (int)len, text);
                if (len == before) break;
            }
        }
        og_machine_close(m);
        og_grammar_close(g);
    }
}

/* ---- refusals ---- */

static void what_cannot_be_is_named(void **state) {
    (void)state;
    static const struct {
        const char *schema;
        og_status status;
        const char *says;
    } c[] = {
        {"{\"type\":\"objekt\"}", OG_ERR_FORMAT, "type at #:"},
        {"{\"properties\":{\"a/b\":{\"minimum\":\"3\"}}}", OG_ERR_FORMAT, "minimum at #/properties/a~1b:"},
        {"{\"items\":{\"unevaluatedProperties\":false}}", OG_ERR_UNSUPPORTED, "unevaluatedProperties at #/items:"},
        {"{\"anyOf\":[{},{\"pattern\":\"(?=a)\"}]}", OG_ERR_UNSUPPORTED, "pattern at #/anyOf/1: looking ahead"},
        {"{\"pattern\":\"(\"}", OG_ERR_UNSUPPORTED, "without )"},
        {"{\"format\":\"zip-code\"}", OG_ERR_UNSUPPORTED, "zip-code"},
        {"{\"$ref\":\"#/nowhere\"}", OG_ERR_FORMAT, "leads nowhere"},
        {"{\"$ref\":\"http://example.com/x\"}", OG_ERR_UNSUPPORTED, "outside"},
        {"{\"$ref\":\"#\"}", OG_ERR_FORMAT, "refers to itself"},
        {"{\"type\":\"array\",\"uniqueItems\":true,\"items\":{\"type\":\"string\"}}", OG_ERR_UNSUPPORTED, "uniqueItems"},
        {"{\"not\":{\"additionalProperties\":{\"type\":\"string\"}}}", OG_ERR_UNSUPPORTED, "additionalProperties"},
        {"{\"minLength\":-1}", OG_ERR_FORMAT, "minLength"},
        {"{\"required\":\"a\"}", OG_ERR_FORMAT, "required"},
        {"3", OG_ERR_FORMAT, "a schema is"},
        {"{\"a\":", OG_ERR_FORMAT, "not JSON"},
    };
    for (size_t i = 0; i < OG_LEN(c); i++) {
        og_grammar *g = NULL;
        og_error err = {0};
        assert_int_equal(og_grammar_schema(c[i].schema, strlen(c[i].schema), NULL, &g, &err), c[i].status);
        if (!strstr(err.text, c[i].says)) fail_msg("%s: \"%s\" does not say \"%s\"", c[i].schema, err.text, c[i].says);
    }
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    for (size_t i = 0; i < OG_LEN(cases); i += 5)
        for (uint64_t n = 1;; n += 1 + n / 16) {
            og_grammar *g = NULL;
            bool yes;
            og_error err = {0};
            og_alloc_fail_after(n);
            og_status status = og_grammar_schema(cases[i].schema, strlen(cases[i].schema), NULL, &g, &err);
            if (status == OG_OK) status = og_grammar_check(g, "{\"a\":[1,true]}", 14, &yes, NULL, &err);
            og_alloc_fail_after(0);
            og_grammar_close(g);
            if (status == OG_OK) break;
            if (status != OG_ERR_MEMORY && status != OG_ERR_UNSUPPORTED) fail_msg("%s", err.text);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shared_vectors),          cmocka_unit_test(schemas_mean_what_they_say),
        cmocka_unit_test(nothing_leads_astray),    cmocka_unit_test(compact_documents_have_no_blanks),
        cmocka_unit_test(what_cannot_be_is_named), cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
