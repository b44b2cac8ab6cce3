/* Grammars: the shared vectors; sets, repetitions and depth against what they must be; masks against trying every token; refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/utf8.h"
#include "text/grammar/grammar.h"
#include "tiny_session.h"

static og_grammar *grammar(const char *text) {
    og_grammar *g;
    og_error err = {0};
    if (og_grammar_gbnf(text, strlen(text), NULL, &g, &err) != OG_OK) fail_msg("%s: %s", text, err.text);
    return g;
}

static bool matches(og_grammar *g, const char *text, size_t len) {
    bool yes;
    og_error err = {0};
    if (og_grammar_check(g, text, len, &yes, NULL, &err) != OG_OK) fail_msg("%s", err.text);
    return yes;
}

/* ---- shared vectors ---- */

static void try_case(const og_jval *c, size_t *tried) {
    const og_jval *text = og_jval_get(c, "grammar"), *root = og_jval_get(c, "root");
    og_grammar *g = NULL;
    og_error err = {0};
    const og_status status = og_grammar_gbnf(text->u.s, text->n, root ? root->u.s : NULL, &g, &err);
    if (og_jval_get(c, "invalid_grammar")) {
        assert_int_equal(status, OG_ERR_FORMAT);
        ++*tried;
        return;
    }
    if (status != OG_OK) fail_msg("%s", err.text);
    for (int rejects = 0; rejects < 2; rejects++) {
        const og_jval *list = og_jval_get(c, rejects ? "rejects" : "accepts");
        for (const og_jval *t = list ? list->u.first : NULL; t; t = t->next, ++*tried)
            if (matches(g, t->u.s, t->n) == (bool)rejects) fail_msg("%s: \"%s\"", og_jval_get(c, "description")->u.s, t->u.s);
    }
    og_grammar_close(g);
}

static void shared_vectors(void **state) {
    (void)state;
    char path[1024];
    const char *dir = getenv("OG_SHARED");
    og_jdoc *doc;
    snprintf(path, sizeof path, "%s/vectors/grammar/gbnf_cases.json", dir ? dir : OG_SOURCE_DIR "/../shared");
    if (og_jdoc_open_file(path, 1 << 24, &doc, NULL) != OG_OK) {
        printf("skipped: %s is not there\n", path);
        skip();
    }
    size_t tried = 0;
    for (const og_jval *c = og_jdoc_root(doc)->u.first; c; c = c->next) try_case(c, &tried);
    assert_true(tried >= 60);
    og_jdoc_close(doc);
}

/* ---- sets, repetitions, depth ---- */

static uint32_t next_random(uint32_t *state) {
    return *state = *state * 1664525u + 1013904223u;
}

static void sets_hold_exactly_their_characters(void **state) {
    (void)state;
    static const uint32_t edge[] = {0,      0x7e,   0x80,   0x7ff,   0x800,   0xfff,    0x1000,
                                    0xd7ff, 0xe000, 0xffff, 0x10000, 0x3ffff, 0x100000, 0x10ffff};
    uint32_t seed = 1;
    for (int round = 0; round < 60; round++) {
        uint32_t bound[4];
        char text[128];
        for (int i = 0; i < 4; i++) {
            bound[i] = round < 30 ? edge[next_random(&seed) >> 8 & 15 ? (next_random(&seed) >> 8) % OG_LEN(edge) : 0]
                                  : (next_random(&seed) >> 8) % 0x110000;
            if (bound[i] >= 0xd800 && bound[i] < 0xe000) bound[i] = 0xe000;
        }
        for (int i = 0; i < 4; i += 2)
            if (bound[i] > bound[i + 1]) {
                uint32_t t = bound[i];
                bound[i] = bound[i + 1];
                bound[i + 1] = t;
            }
        const bool negated = round & 1;
        snprintf(text, sizeof text, "root ::= [%s\\U%08X-\\U%08X\\U%08X-\\U%08X]", negated ? "^" : "", bound[0], bound[1], bound[2],
                 bound[3]);
        og_grammar *g = grammar(text);
        for (int i = 0; i < 300; i++) {
            uint32_t c = i < 12 ? bound[i % 4] + (uint32_t)(i / 4) - 1 : (next_random(&seed) >> 8) % 0x110000;
            if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) continue;
            char utf8[4];
            const size_t n = (size_t)og_utf8_encode(c, utf8);
            const bool in = (c >= bound[0] && c <= bound[1]) || (c >= bound[2] && c <= bound[3]);
            if (matches(g, utf8, n) != (in != negated)) fail_msg("%s and U+%04X", text, c);
            assert_false(matches(g, utf8, n - 1));
        }
        assert_false(matches(g, "\xed\xa0\x80", 3)); /* a surrogate is no character */
        assert_false(matches(g, "\xc0\x80", 2));
        og_grammar_close(g);
    }
}

static void repetitions_count(void **state) {
    (void)state;
    static const struct {
        const char *text, *unit;
        size_t min, max;
    } c[] = {{"root ::= \"ab\"{3,1000}", "ab", 3, 1000},
             {"root ::= [a] [b]{0}", "a", 1, 1},
             {"root ::= (\"a\" \"b\"){777}", "ab", 777, 777},
             {"root ::= \"a\"{0,64}", "a", 0, 64},
             {"root ::= (\"a\"{2}){0,33} ", "aa", 0, 33},
             {"root ::= \"abcdefghijabcdefghij\"{17,}", "abcdefghijabcdefghij", 17, SIZE_MAX},
             {"root ::= x{1,127}\nx ::= \"abc\"", "abc", 1, 127}};
    static char text[40000];
    for (size_t i = 0; i < OG_LEN(c); i++) {
        og_grammar *g = grammar(c[i].text);
        const size_t unit = strlen(c[i].unit);
        for (size_t k = 0; k < sizeof text; k++) text[k] = c[i].unit[k % unit];
        const size_t try[] = {0, 1, c[i].min - 1, c[i].min, c[i].min + 1, c[i].max / 2, c[i].max - 1, c[i].max, c[i].max + 1};
        for (size_t k = 0; k < OG_LEN(try); k++) {
            if (try[k] > sizeof text / unit) continue;
            const bool fits = try[k] >= c[i].min && try[k] <= c[i].max;
            if (matches(g, text, try[k] * unit) != fits) fail_msg("%s with %zu", c[i].text, try[k]);
        }
        og_grammar_close(g);
    }
}

static void depth_has_no_limit_but_memory(void **state) {
    (void)state;
    enum { DEPTH = 300000 }; /* past what a machine keeps before it tidies up */
    og_grammar *g = grammar("root ::= \"[\" root? \"]\"");
    char *text = malloc(2 * DEPTH);
    memset(text, '[', DEPTH);
    memset(text + DEPTH, ']', DEPTH);
    assert_true(matches(g, text, 2 * DEPTH));
    assert_false(matches(g, text, 2 * DEPTH - 1));
    free(text);
    og_grammar_close(g);
}

/* ---- masks ---- */

enum { WORDS = 400 };

typedef struct words {
    char text[WORDS][8];
    size_t len[WORDS];
} words;

static const char *word_at(void *user, int32_t id, size_t *len) {
    words *w = user;
    *len = w->len[id];
    return w->text[id];
}

static const char json_like[] = "root ::= object\n"
                                "value ::= object | \"[\" (value (\",\" value)*)? \"]\" | string | [0-9]{1,3} | \"true\"\n"
                                "object ::= \"{\" (string \":\" value (\",\" string \":\" value)*)? \"}\"\n"
                                "string ::= \"\\\"\" [a-cé]{0,70} \"\\\"\"\n";

static void agree(og_grammar *g, int steps) {
    static words w;
    static const char alphabet[] = "{}[]\",:abc019true\xc3\xa9";
    uint32_t seed = 5;
    for (int i = 0; i < WORDS; i++) {
        w.len[i] = i < 20 ? 1 : next_random(&seed) >> 16 & 7;
        for (size_t k = 0; k < w.len[i]; k++)
            w.text[i][k] = i < 20 ? alphabet[i] : alphabet[(next_random(&seed) >> 16) % (sizeof alphabet - 1)];
    }
    og_machine *m, *other;
    og_pieces *pieces;
    og_error err = {0};
    assert_int_equal(og_pieces_open(WORDS, word_at, &w, &pieces, &err), OG_OK);
    assert_int_equal(og_machine_open(g, &m, &err), OG_OK);
    assert_int_equal(og_machine_open(g, &other, &err), OG_OK);
    char text[4096];
    size_t len = 0, taken;
    int ends = 0;
    for (int step = 0; step < steps; step++) {
        const uint32_t *bits;
        int32_t fit[WORDS];
        size_t n = 0;
        assert_int_equal(og_machine_allowed(m, pieces, &bits, &err), OG_OK);
        for (int32_t id = 0; id < WORDS; id++) {
            og_machine_start(other);
            assert_int_equal(og_machine_feed(other, text, len, &taken, &err), OG_OK);
            assert_int_equal(taken, len);
            assert_int_equal(og_machine_feed(other, w.text[id], w.len[id], &taken, &err), OG_OK);
            const bool fits = w.len[id] > 0 && taken == w.len[id];
            assert_int_equal(bits[id / 32] >> id % 32 & 1, fits);
            if (fits) fit[n++] = id;
        }
        const int forced = og_machine_forced(m);
        if (og_machine_may_end(m)) {
            ends++;
            assert_true(matches(g, text, len));
            og_machine_start(m);
            len = 0;
            continue;
        }
        assert_true(n > 0);
        for (size_t i = 0; forced >= 0 && i < n; i++) assert_int_equal((unsigned char)w.text[fit[i]][0], forced);
        const int32_t id = fit[(next_random(&seed) >> 8) % n];
        memcpy(text + len, w.text[id], w.len[id]);
        len += w.len[id];
        assert_int_equal(og_machine_feed(m, w.text[id], w.len[id], &taken, &err), OG_OK);
        assert_int_equal(taken, w.len[id]);
    }
    assert_true(ends > 0);
    og_machine_close(m);
    og_machine_close(other);
    og_pieces_close(pieces);
    og_grammar_close(g);
}

static void masks_agree_with_trying(void **state) {
    (void)state;
    static const char schema[] =
        "{\"type\":\"object\",\"properties\":{\"r\":{\"type\":\"array\",\"items\":{\"enum\":[0,1,9,true]},\"minItems\":6,"
        "\"maxItems\":11},\"u\":{\"$ref\":\"#\"},\"e\":{\"type\":\"string\",\"maxLength\":30}},\"required\":[\"e\",\"r\"],"
        "\"additionalProperties\":{\"type\":\"string\"},\"maxProperties\":4}";
    og_grammar *g;
    assert_int_equal(og_grammar_schema(schema, strlen(schema), NULL, &g, NULL), OG_OK);
    agree(g, 250);
    agree(grammar(json_like), 300);
}

/* ---- generation ---- */

typedef struct heard {
    char text[4096];
    size_t len;
} heard;

static bool hear(void *user, const char *text, size_t len) {
    heard *h = user;
    assert_true(h->len + len < sizeof h->text);
    memcpy(h->text + h->len, text, len);
    h->len += len;
    return true;
}

static void generated_text_matches(void **state) {
    (void)state;
    tiny t = tiny_open(og_arch_at(0), OG_F32, 2, 128, 0);
    og_grammar *g = grammar("root ::= [^ ]{3,9} \" \"? [a-z0-9<>_]+ .{2}");
    int32_t *ids = tiny_tokens(&t, 4);
    int complete = 0;
    for (uint64_t seed = 0; seed < 12; seed++) {
        heard h = {0};
        og_error err = {0};
        og_generate_result result;
        og_generate_params p = og_generate_defaults();
        p.grammar = g;
        p.max_tokens = 40;
        p.sampling.temperature = seed % 3 ? 1.5f : 0;
        p.sampling.repeat_penalty = seed % 2 ? 1.3f : 1;
        p.sampling.top_k = seed % 4 ? 40 : 0;
        p.sampling.seed = seed;
        p.on_text = hear;
        p.user = &h;
        tiny_rewind(t.session, 0);
        tiny_eval(t.session, ids, 4);
        if (og_session_generate(t.session, &p, &result, &err) != OG_OK) fail_msg("%s", err.text);
        bool whole;
        size_t good;
        assert_int_equal(og_grammar_check(g, h.text, h.len, &whole, &good, &err), OG_OK);
        assert_int_equal(good, h.len);
        if (result.stop == OG_STOP_END) assert_true(whole);
        complete += result.stop == OG_STOP_END;
    }
    assert_true(complete > 0);
    og_grammar *fixed = grammar("root ::= \"heoheoheo\" [eo]"); /* many tokens that must come, evaluated at once */
    heard h = {0};
    og_generate_params f = og_generate_defaults();
    og_generate_result result;
    og_error e = {0};
    f.grammar = fixed;
    f.on_text = hear;
    f.user = &h;
    tiny_rewind(t.session, 0);
    tiny_eval(t.session, ids, 4);
    assert_int_equal(og_session_generate(t.session, &f, &result, &e), OG_OK);
    assert_int_equal(h.len, 10);
    assert_memory_equal(h.text, "heoheoheo", 9);
    f.max_tokens = 2;
    h.len = 0;
    tiny_rewind(t.session, 0);
    tiny_eval(t.session, ids, 4);
    assert_int_equal(og_session_generate(t.session, &f, &result, &e), OG_OK);
    assert_int_equal(result.n_tokens, 2);
    assert_int_equal(result.stop, OG_STOP_LENGTH);
    assert_int_equal(og_session_n_past(t.session), 6);
    og_grammar_close(fixed);
    og_grammar *never = grammar("root ::= \"\\U0001F600\""); /* no such pieces in this vocabulary */
    og_generate_params p = og_generate_defaults();
    og_error err = {0};
    p.grammar = never;
    tiny_rewind(t.session, 0);
    tiny_eval(t.session, ids, 4);
    assert_int_equal(og_session_generate(t.session, &p, NULL, &err), OG_ERR_UNSUPPORTED);
    assert_non_null(strstr(err.text, "vocabulary"));
    og_grammar_close(never);
    og_grammar_close(g);
    free(ids);
    tiny_close(&t);
}

/* ---- refusals ---- */

static void mistakes_are_named(void **state) {
    (void)state;
    static const struct {
        const char *text, *says;
    } c[] = {
        {"", "no rule \"root\""},
        {"root ::= \"a", "line 1: a text that does not end"},
        {"root ::= \"a\"\nother ::= [a-", "line 2"},
        {"root ::= [b-a]", "ends before it begins"},
        {"root ::= \"\\q\"", "escape"},
        {"root ::= \"\\xg0\"", "hexadecimal"},
        {"root ::= \"\\uD800\"", "no character"},
        {"root ::= (\"a\"", ") is missing"},
        {"root ::= \"a\")", "expected the end of the rule"},
        {"root ::= \"a\"{2,1}", "below its minimum"},
        {"root ::= \"a\"{9999999}", "1048576"},
        {"root ::= \"a\"{x}", "wants a number"},
        {"root = \"a\"", "::= is missing"},
        {"root ::= nothing", "\"nothing\" is used but not defined"},
        {"root ::= \"a\"\nroot ::= \"b\"", "line 2: this rule was defined before"},
        {"root ::= \"x\" root", "\"root\" never ends"},
        {"root ::= [^\\U00000000-\\U0010FFFF]", "never ends"},
        {"root ::= a | \"b\"\na ::= c\nc ::= \"\"? root", "left recursion"},
        {"root ::= <think>", "tokens"},
        {"root ::= \"\xff\"", "UTF-8"},
    };
    for (size_t i = 0; i < OG_LEN(c); i++) {
        og_grammar *g = NULL;
        og_error err = {0};
        assert_int_equal(og_grammar_gbnf(c[i].text, strlen(c[i].text), NULL, &g, &err), OG_ERR_FORMAT);
        if (!strstr(err.text, c[i].says)) fail_msg("%s: \"%s\" does not say \"%s\"", c[i].text, err.text, c[i].says);
    }
    char deep[2001];
    memset(deep, '(', 2000);
    memcpy(deep, "root ::= ", 9);
    og_grammar *g = NULL;
    og_error err = {0};
    assert_int_equal(og_grammar_gbnf(deep, 2000, NULL, &g, &err), OG_ERR_FORMAT);
    assert_non_null(strstr(err.text, "too deeply"));
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    for (uint64_t n = 1;; n++) {
        og_grammar *g = NULL;
        bool yes = false;
        og_error err = {0};
        og_alloc_fail_after(n);
        og_status status = og_grammar_gbnf(json_like, strlen(json_like), NULL, &g, &err);
        if (status == OG_OK) status = og_grammar_check(g, "{\"ab\":[1,true]}", 15, &yes, NULL, &err);
        og_alloc_fail_after(0);
        og_grammar_close(g);
        if (status == OG_OK) {
            assert_true(yes);
            break;
        }
        assert_int_equal(status, OG_ERR_MEMORY);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shared_vectors),          cmocka_unit_test(sets_hold_exactly_their_characters),
        cmocka_unit_test(repetitions_count),       cmocka_unit_test(depth_has_no_limit_but_memory),
        cmocka_unit_test(masks_agree_with_trying), cmocka_unit_test(generated_text_matches),
        cmocka_unit_test(mistakes_are_named),      cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
