/* Tiny random Whisper models against transformers (make_whisper.py): what the encoder finds, logits, cross attention, and the text of
 * greedy decoding under the rules of times, at every CPU level that this machine has. */
#include "offgrid.h"
#include "runtime/speech/decode.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIN_COSINE 0.99999 /* the cache holds keys and values as halves */

static const char *const names[] = {"multilingual-80", "multilingual-128", "english-80"};
static const char *const levels[] = {"scalar", "avx2", "avx512", "avx512vnni", "neon", "dotprod", "i8mm"};

typedef struct golden {
    int32_t n_mel, frames, n_embd, n_audio, n_vocab, n_prompt, n_text, layers, heads;
    const float *mel, *encoded, *logits, *cross;
    const int32_t *ids; /* [n_prompt + n_text] */
    int32_t *data;
} golden;

static golden read_golden(const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/tests/golden/whisper/%s.heard", OG_SOURCE_DIR, name);
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("cannot open %s", path);
    golden g = {.data = malloc(1 << 20)};
    assert_non_null(g.data);
    const size_t bytes = fread(g.data, 1, 1 << 20, f);
    fclose(f);
    memcpy(&g.n_mel, g.data, 9 * sizeof(int32_t));
    const int32_t *at = g.data + 9;
    g.mel = (const float *)(const void *)at;
    at += g.frames * g.n_mel;
    g.encoded = (const float *)(const void *)at;
    at += g.n_audio * g.n_embd;
    g.ids = at;
    at += g.n_prompt + g.n_text;
    g.logits = (const float *)(const void *)at;
    at += (g.n_prompt + g.n_text) * g.n_vocab;
    g.cross = (const float *)(const void *)at;
    at += (g.n_prompt + g.n_text) * g.heads * g.layers * g.n_audio;
    assert_int_equal(bytes, (size_t)(at - g.data) * 4);
    return g;
}

static double cosine(const float *a, const float *b, size_t n) {
    double ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < n; i++) {
        ab += (double)a[i] * (double)b[i];
        aa += (double)a[i] * (double)a[i];
        bb += (double)b[i] * (double)b[i];
    }
    return ab / sqrt(aa * bb);
}

static void check_cosine(const char *name, const char *what, const float *a, const float *b, size_t n) {
    const double c = cosine(a, b, n);
    if (!(c > MIN_COSINE)) fail_msg("%s: %s agree to a cosine of %.7f only", name, what, c);
}

/* Probabilities of cross attention from its scores, in place of another's. */
static void check_cross(const char *name, const golden *g, const float *scores) {
    const int rows = (g->n_prompt + g->n_text) * g->heads * g->layers;
    float *p = malloc((size_t)(rows * g->n_audio) * sizeof *p);
    assert_non_null(p);
    for (int r = 0; r < rows; r++) {
        const float *s = scores + r * g->n_audio;
        const double sum = og_hear_log_sum(s, g->n_audio);
        for (int i = 0; i < g->n_audio; i++) p[r * g->n_audio + i] = (float)exp((double)s[i] - sum);
    }
    check_cosine(name, "cross attentions", p, g->cross, (size_t)(rows * g->n_audio));
    free(p);
}

static void check_all_tokens(const char *name, const golden *g, og_hearing *h) {
    const int n = g->n_prompt + g->n_text;
    int32_t row[128];
    int seq[128] = {0};
    const float *logits, *scores;
    og_error err = {0};
    for (int i = 0; i < n; i++) row[i] = i;
    const og_hear_batch batch = {.id = g->ids, .seq = seq, .n = n, .row = row, .n_rows = n, .scores = g->layers};
    og_hearing_rewind(h, 0, 0);
    if (og_hearing_decode(h, &batch, NULL, &logits, &scores, &err) != OG_OK) fail_msg("%s: %s", name, err.text);
    for (int i = 0; i < n; i++) check_cosine(name, "logits", logits + i * g->n_vocab, g->logits + i * g->n_vocab, (size_t)g->n_vocab);
    check_cross(name, g, scores);
}

static void check_greedy(const char *name, const golden *g, og_speech *speech, og_hearing *h) {
    og_error err = {0};
    og_transcribe_params params = og_transcribe_defaults();
    params.keep_symbols = true;
    og_hear_rules rules;
    og_hear_result r;
    uint64_t decoded = 0;
    assert_int_equal(og_hear_rules_open(speech, &params, &rules, &err), OG_OK);
    const og_hear_search search = {
        .hearing = h, .rules = &rules, .prompt = g->ids, .n_prompt = g->n_prompt, .beams = 1, .best_of = 1, .n_decoded = &decoded};
    if (og_hear_search_run(&search, &r, &err) != OG_OK) fail_msg("%s: %s", name, err.text);
    assert_true(r.n >= g->n_text);
    for (int i = 0; i < g->n_text; i++)
        if (r.id[i] != g->ids[g->n_prompt + i])
            fail_msg("%s: token %d is %d, transformers says %d", name, i, r.id[i], g->ids[g->n_prompt + i]);
    og_hear_result_free(&r);
    og_hear_rules_close(&rules);
}

static void check_model(const char *name, const char *level) {
    char path[512];
    og_error err = {0};
    og_engine *engine = NULL;
    og_speech *speech = NULL;
    og_hearing *h = NULL;
    og_engine_params params = og_engine_defaults();
    params.threads = 2;
    params.cpu = level;
    if (og_engine_open(&params, &engine, &err) != OG_OK) return; /* not this machine's */
    golden g = read_golden(name);
    snprintf(path, sizeof path, "%s/tests/golden/whisper/%s", OG_SOURCE_DIR, name);
    if (og_speech_open(engine, path, NULL, &speech, &err) != OG_OK) fail_msg("%s", err.text);
    assert_int_equal(og_speech_n_mel(speech->lm), g.n_mel);
    if (og_hearing_open(speech, 2, &h, &err) != OG_OK) fail_msg("%s", err.text);
    if (og_hearing_encode(h, g.mel, NULL, &err) != OG_OK) fail_msg("%s", err.text);
    check_cosine(name, "what the encoders find", og_hearing_encoded(h), g.encoded, (size_t)(g.n_audio * g.n_embd));
    check_all_tokens(name, &g, h);
    check_greedy(name, &g, speech, h);
    og_hearing_close(h);
    og_speech_close(speech);
    og_engine_close(engine);
    free(g.data);
}

static void test_models(void **state) {
    (void)state;
    const char *sparse = getenv("OG_SPARSE");
    for (size_t i = 0; i < OG_LEN(names); i++)
        for (size_t l = 0; l < OG_LEN(levels); l++)
            if (!sparse || l > 0 || i == 0) check_model(names[i], levels[l]);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_models)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
