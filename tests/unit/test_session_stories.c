/* A trained model of 260 K parameters (../shared/models, skipped where it is absent): greedy decoding gives exactly the text that its
 * author published, and logits near those of a float64 computation, at every CPU level and with 1, 2 and 3 threads. */
#include "offgrid.h"
#include "base/base.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { TOKENS = 256 };
static const char *const levels[] = {"scalar", "avx2", "avx512", "avx512vnni", "neon", "dotprod", "i8mm"};

/* A file of the shared folder, NUL-terminated; skips the test if it is absent. */
static char *shared(const char *name, char path[512]) {
    const char *root = getenv("OG_SHARED");
    snprintf(path, 512, "%s/%s", root ? root : OG_SOURCE_DIR "/../shared", name);
    FILE *f = fopen(path, "rb");
    if (!f) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    fseek(f, 0, SEEK_END);
    size_t size = (size_t)ftell(f);
    rewind(f);
    char *data = calloc(1, size + 1);
    assert_int_equal(fread(data, 1, size, f), size);
    fclose(f);
    return data;
}

static og_session *open_stories(int threads, const char *level) {
    char path[512];
    og_engine *engine;
    og_model *model;
    og_session *session;
    og_error err = {0};
    free(shared("models/stories260K.gguf", path));
    og_engine_params params = {.threads = threads, .cpu = level};
    if (og_engine_open(&params, &engine, &err) != OG_OK) return NULL; /* not a level of this CPU */
    if (og_model_open(engine, path, NULL, &model, &err) != OG_OK) fail_msg("%s", err.text);
    if (og_session_open(model, NULL, &session, &err) != OG_OK) fail_msg("%s", err.text);
    const int32_t bos = og_tok_bos(og_model_tok(model));
    if (og_session_eval(session, &bos, 1, NULL, NULL, &err) != OG_OK) fail_msg("%s", err.text);
    og_model_close(model);
    og_engine_close(engine);
    return session;
}

static bool append(void *user, const char *text, size_t len) {
    return og_buf_add(user, text, len);
}

static void the_published_text(void **state) {
    (void)state;
    char path[512];
    char *expect = shared("models/stories260K.expected.txt", path);
    for (size_t l = 0; l < OG_LEN(levels); l++) {
        for (int threads = 1; threads <= 3; threads++) {
            og_session *session = open_stories(threads, levels[l]);
            if (!session) continue;
            og_error err = {0};
            og_buf text;
            og_buf_init(&text);
            og_generate_params params = og_generate_defaults();
            params.sampling.temperature = 0;
            params.max_tokens = TOKENS;
            params.on_text = append;
            params.user = &text;
            if (og_session_generate(session, &params, NULL, &err) != OG_OK) fail_msg("%s", err.text);
            if (strlen(expect) != text.len || strcmp(text.data, expect) != 0)
                fail_msg("%s with %d threads wrote:\n%s", levels[l], threads, text.data);
            og_buf_free(&text);
            og_session_close(session);
        }
    }
    free(expect);
}

/* Reads numbers of a JSON array that follows `after` in *at; returns how many. */
static size_t numbers(const char **at, const char *after, double *out, size_t max) {
    size_t n = 0;
    *at = strstr(*at, after);
    assert_non_null(*at);
    *at = strchr(*at + strlen(after), '[');
    assert_non_null(*at);
    for (const char *p = *at + 1; n < max; p++) {
        char *end;
        out[n] = strtod(p, &end);
        if (end == p) break;
        n++;
        p = end;
        if (*p != ',') break;
    }
    return n;
}

/* The reference keeps its cache in double, ours is half precision: 2e-3 is its tolerance for float32 engines with a float32 cache. */
static void the_logits_of_a_float64_computation(void **state) {
    (void)state;
    char path[512];
    char *json = shared("vectors/llm/stories260K.logits.json", path);
    og_session *session = open_stories(1, "scalar");
    const char *at = json;
    double greedy[TOKENS], expect[512];
    assert_int_equal(numbers(&at, "\"greedy_ids\":", greedy, TOKENS), TOKENS);
    at = strstr(json, "\"full_logits\"");
    assert_non_null(at);
    for (int step = 0; step < TOKENS; step++) {
        char key[16];
        const char *here = at;
        const float *logits = og_session_logits(session);
        int best = 0;
        for (int v = 1; v < 512; v++)
            if (logits[v] > logits[best]) best = v;
        assert_int_equal(best, (int)greedy[step]);
        snprintf(key, sizeof key, "\"%d\":", step);
        if (strstr(at, key)) {
            double dot = 0, a = 0, b = 0, worst = 0;
            assert_int_equal(numbers(&here, key, expect, 512), 512);
            for (int v = 0; v < 512; v++) {
                dot += (double)logits[v] * expect[v];
                a += (double)logits[v] * (double)logits[v];
                b += expect[v] * expect[v];
                worst = fmax(worst, fabs((double)logits[v] - expect[v]));
            }
            print_message("step %3d: cosine 1 - %.1e, largest error %.1e\n", step, 1 - dot / sqrt(a * b), worst);
            assert_true(dot / sqrt(a * b) > 0.999999 && worst < 2e-2);
        }
        og_error err = {0};
        int32_t id = best;
        if (og_session_eval(session, &id, 1, NULL, NULL, &err) != OG_OK) fail_msg("%s", err.text);
    }
    og_session_close(session);
    free(json);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_text),
        cmocka_unit_test(the_logits_of_a_float64_computation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
