/* Chat templates: small cases with jinja2's own results, marks of what people wrote, limits, and templates that are broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "text/jinja/jinja.h"

static const char context[] =
#define CONTEXT(json) json
#define CASE(text, expected)
#include "../golden/jinja/cases.h"
    ;
#undef CONTEXT
#undef CASE

static const struct {
    const char *text, *expected;
} cases[] = {
#define CONTEXT(json)
#define CASE(text, expected) {text, expected},
#include "../golden/jinja/cases.h"
#undef CONTEXT
#undef CASE
};

static const og_jinja_syntax usual = {.trim_blocks = true, .lstrip_blocks = true};

static og_status render(const char *text, const char *json, og_jinja_limits limits, og_buf *out, og_buf *marks, og_error *err) {
    og_jinja *tmpl = NULL;
    og_jinja_input in = {.json = json, .len = strlen(json), .now = 1752148800, .mark = marks != NULL, .limits = limits};
    og_buf_init(out);
    og_status status = og_jinja_open(text, strlen(text), &usual, &tmpl, err);
    if (status == OG_OK) status = og_jinja_render(tmpl, &in, out, marks, err);
    og_jinja_close(tmpl);
    return status;
}

static void golden(void **state) {
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < OG_LEN(cases); i++) {
        og_buf out;
        og_error err = {0};
        og_status status = render(cases[i].text, context, (og_jinja_limits){0}, &out, NULL, &err);
        const char *got = status == OG_OK ? out.len ? out.data : "" : NULL;
        if (!got != !cases[i].expected || (got && strcmp(got, cases[i].expected) != 0)) {
            wrong++;
            print_message("%s\n  got      %s\n  expected %s\n", cases[i].text, got ? got : err.text,
                          cases[i].expected ? cases[i].expected : "(error)");
        }
        og_buf_free(&out);
    }
    assert_int_equal(wrong, 0);
}

static void fails(const char *text, og_jinja_limits limits, og_status expected, const char *reason) {
    og_buf out;
    og_error err = {0};
    og_status status = render(text, "{\"a\": 1}", limits, &out, NULL, &err);
    if (status != expected || !strstr(err.text, reason))
        fail_msg("%.60s: status %d, %s; expected %d and '%s'", text, status, err.text, expected, reason);
    og_buf_free(&out);
}

static void errors_name_line_and_reason(void **state) {
    (void)state;
    fails("a\nb {{ x.y }}", (og_jinja_limits){0}, OG_ERR_FORMAT, "line 2: 'x' is undefined");
    fails("{# c\n #}\n{% if a %}", (og_jinja_limits){0}, OG_ERR_FORMAT, "'elif' is missing");
    fails("\n{{ raise_exception('roles must alternate') }}", (og_jinja_limits){0}, OG_ERR_FORMAT,
          "line 2: the template refuses: roles must alternate");
    fails("{{ a | shout }}", (og_jinja_limits){0}, OG_ERR_FORMAT, "there is no filter 'shout'");
    fails("{{ a ! }}", (og_jinja_limits){0}, OG_ERR_FORMAT, "unexpected character");
}

static void limits_hold(void **state) {
    (void)state;
    og_jinja_limits none = {0};
    fails("{% for i in range(99999) %}{% for j in range(99999) %}{{ j }}{% endfor %}{% endfor %}", none, OG_ERR_MEMORY, "more");
    fails("{% set l = [1] %}{% for i in range(90000) %}{% set _ = l.extend(l) %}{% endfor %}", none, OG_ERR_MEMORY, "more");
    fails("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", none, OG_ERR_FORMAT, "deep");
    fails("{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' * 1000000000 }}", none, OG_ERR_MEMORY, "more");
    fails("{% set a = 'a' * 400000 %}{{ (a + a).rfind(a + 'b') }}", none, OG_ERR_MEMORY, "steps");
    fails("{% set a = ' ' * 1000000 %}{% for i in range(99999) %}{{ a.strip() }}{% endfor %}", (og_jinja_limits){.steps = 1000000},
          OG_ERR_MEMORY, "steps");
    fails("{{ 'a' | indent(2000000000000) }}", none, OG_ERR_MEMORY, "more");
    fails("{% set ns = namespace(s='ab') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}", none, OG_ERR_MEMORY, "more");
    fails("{% for i in range(9) %}abc{% endfor %}", (og_jinja_limits){.output = 20}, OG_ERR_MEMORY, "memory");
    fails("{% for i in range(9) %}abc{% endfor %}", (og_jinja_limits){.steps = 20}, OG_ERR_MEMORY, "steps");
    fails("{% set l = [] %}{% set _ = l.append(l) %}{{ l }}", none, OG_ERR_FORMAT, "nested");
    fails("{% set l = [] %}{% set _ = l.append(l) %}{{ l | tojson }}", none, OG_ERR_FORMAT, "nested");
    fails("{% set l = [] %}{% set m = [] %}{% set _ = l.append(m) %}{% set _ = m.append(l) %}{{ l == m }}", none, OG_ERR_FORMAT, "nested");
}

/* `open` n times, then `middle`, then `close` n times. */
static char *nest(const char *before, const char *open, const char *middle, const char *close, const char *after, size_t n) {
    og_buf b;
    og_buf_init(&b);
    og_buf_add(&b, before, strlen(before));
    for (size_t i = 0; i < n; i++) og_buf_add(&b, open, strlen(open));
    og_buf_add(&b, middle, strlen(middle));
    for (size_t i = 0; i < n; i++) og_buf_add(&b, close, strlen(close));
    og_buf_add(&b, after, strlen(after));
    return b.data;
}

static void deep_templates_are_refused(void **state) {
    (void)state;
    static const char *const parts[][5] = {
        {"{{ ", "(", "1", ")", " }}"},
        {"{{ ", "[", "1", "]", " }}"},
        {"{{ ", "-", "1", "", " }}"},
        {"{{ ", "not ", "1", "", " }}"},
        {"{{ ", "a[", "1", "]", " }}"},
        {"{{ ", "f(", "1", ")", " }}"},
        {"{{ ", "1 if 1 else ", "1", "", " }}"},
        {"", "{% if a %}", "x", "{% endif %}", ""},
        {"{% set ", "(", "x", ")", " = 1 %}"},
        {"{{ ", "{1:", "1", "}", " }}"},
    };
    for (size_t i = 0; i < OG_LEN(parts); i++) {
        char *text = nest(parts[i][0], parts[i][1], parts[i][2], parts[i][3], parts[i][4], 60000);
        fails(text, (og_jinja_limits){0}, OG_ERR_FORMAT, "");
        og_free(text);
    }
    char *chain = nest("{{ 1", "+1", "", "", " }}", 60000), *json = nest("{\"a\":", "[", "1", "]", "}", 60000);
    fails(chain, (og_jinja_limits){0}, OG_ERR_FORMAT, "deep");
    og_buf out;
    og_error err = {0};
    assert_int_equal(render("x", json, (og_jinja_limits){0}, &out, NULL, &err), OG_ERR_FORMAT);
    assert_non_null(strstr(err.text, "nested too deeply"));
    og_buf_free(&out);
    og_free(chain);
    og_free(json);
}

static void a_megabyte_renders(void **state) {
    (void)state;
    char *text = nest("", "{{ a }}{% if a %}\n", "", "{% endif %}", "", 150); /* within the nesting that is allowed */
    char *long_text = nest(text, "{{ a }} {# c #}{% set b = 1 %} word\n", "", "", "", 30000);
    og_buf out;
    og_error err = {0};
    assert_true(strlen(long_text) > 1000000);
    if (render(long_text, "{\"a\": 1}", (og_jinja_limits){0}, &out, NULL, &err) != OG_OK) fail_msg("%s", err.text);
    assert_int_equal(out.len, 150 + 30000 * 8 - 1); /* the last newline goes */
    og_buf_free(&out);
    og_free(text);
    og_free(long_text);
}

/* Every prefix of the cases, and every case with a byte gone: an error or a text, never a crash. */
static void damaged_templates_do_no_harm(void **state) {
    (void)state;
    for (size_t i = 0; i < OG_LEN(cases); i++) {
        size_t len = strlen(cases[i].text);
        for (size_t cut = 0; cut < 2 * len; cut++) {
            char text[2000];
            og_buf out;
            memcpy(text, cases[i].text, len + 1);
            if (cut < len)
                text[cut] = '\0';
            else
                memmove(text + cut - len, text + cut - len + 1, 2 * len - cut);
            render(text, context, (og_jinja_limits){.steps = 100000, .memory = 1 << 20}, &out, NULL, NULL);
            og_buf_free(&out);
        }
    }
}

static void out_of_memory_is_reported(void **state) {
    (void)state;
    for (uint64_t n = 1; n < 40; n++) {
        og_buf out;
        og_error err = {0};
        og_alloc_fail_after(n);
        og_status status = render(cases[0].text, context, (og_jinja_limits){0}, &out, NULL, &err);
        og_alloc_fail_after(0);
        assert_true(status == OG_OK || status == OG_ERR_MEMORY);
        og_buf_free(&out);
        if (status == OG_OK) return;
    }
    fail_msg("the rendering never had enough memory");
}

/* What people wrote stays marked through filters, slices and joins; what the template adds is not. */
static void marks_follow_text(void **state) {
    (void)state;
    static const char json[] = "{\"messages\": [{\"role\": \"user\", \"content\": \" aB<x>c \"}], \"bos_token\": \"<s>\"}";
    static const struct {
        const char *text, *expected, *marks;
    } rows[] = {
        {"{{ bos_token }}[{{ messages[0].role }}]{{ messages[0].content }}!", "<s>[user] aB<x>c !", "000000000111111110"},
        {"{{ '<' + messages[0].content | trim | upper + '>' }}", "<AB<X>C>", "01111110"},
        {"{{ messages[0]['content'][2:5] ~ '-' }}", "B<x-", "1110"},
        {"{{ messages[0].content.split('<') | join('=') }}", " aB=x>c ", "11101111"},
        {"{{ messages[0].content.strip().replace('x', 'yy') }}", "aB<yy>c", "1110011"},
        {"{{ [messages[0].content.strip()] | tojson }}", "[\"aB<x>c\"]", "0011111100"},
        {"{% set x %}<{{ messages[0].content | trim }}{% endset %}{{ x[1:] | title }}", "Ab<X>c", "111111"},
        {"{{ '%s|{}' % messages[0].content.strip() }}", "aB<x>c|{}", "111111000"},
        {"{{ '({})'.format(messages[0].content | first) }}", "( )", "010"},
    };
    for (size_t i = 0; i < OG_LEN(rows); i++) {
        og_buf out, marks;
        og_error err = {0};
        og_buf_init(&marks);
        og_status status = render(rows[i].text, json, (og_jinja_limits){0}, &out, &marks, &err);
        if (status != OG_OK) fail_msg("%s: %s", rows[i].text, err.text);
        assert_string_equal(out.data, rows[i].expected);
        assert_int_equal(marks.len, out.len);
        for (size_t k = 0; k < marks.len; k++) marks.data[k] = (char)('0' + marks.data[k]);
        assert_string_equal(marks.data, rows[i].marks);
        og_buf_free(&out);
        og_buf_free(&marks);
    }
}

static void contexts_are_strict(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      "[]",
                                      "{",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{\"a\":01}",
                                      "{\"a\":1}x",
                                      "{\"a\":\"\\q\"}",
                                      "{\"a\":\"\n\"}",
                                      "{\"a\":tru}",
                                      "{\"a\":1.}",
                                      "{\"a\":\"\xff\"}",
                                      "{a:1}",
                                      "{\"a\":\"\\u12\"}",
                                      "{\"a\":-}"};
    for (size_t i = 0; i < OG_LEN(bad); i++) {
        og_buf out;
        og_error err = {0};
        if (render("x", bad[i], (og_jinja_limits){0}, &out, NULL, &err) != OG_ERR_FORMAT) fail_msg("%s was taken", bad[i]);
        og_buf_free(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden),
        cmocka_unit_test(errors_name_line_and_reason),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(deep_templates_are_refused),
        cmocka_unit_test(a_megabyte_renders),
        cmocka_unit_test(damaged_templates_do_no_harm),
        cmocka_unit_test(out_of_memory_is_reported),
        cmocka_unit_test(marks_follow_text),
        cmocka_unit_test(contexts_are_strict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
