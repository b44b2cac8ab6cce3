/* Silero's detector where the shared folder is: probabilities against the public figures for jfk.wav, pieces of speech as whisper.cpp finds
 * them, and none in silence and noise. What it refuses, everywhere. */
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

enum { HEADER = 78, N = 176000 };

static const char *shared(void) {
    const char *dir = getenv("OG_SHARED");
    return dir ? dir : OG_SOURCE_DIR "/../shared";
}

static og_vad *open_shared(void) {
    char path[512];
    og_error err = {0};
    og_vad *vad = NULL;
    snprintf(path, sizeof path, "%s/models/silero-vad-v6.2.0-ggml.bin", shared());
    FILE *f = fopen(path, "rb");
    if (!f) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    fclose(f);
    if (og_vad_open(path, &vad, &err) != OG_OK) fail_msg("%s", err.text);
    return vad;
}

static float *read_jfk(void) {
    char path[512];
    snprintf(path, sizeof path, "%s/vectors/whisper/jfk.wav", shared());
    FILE *f = fopen(path, "rb");
    int16_t *pcm = malloc(N * sizeof *pcm);
    float *x = malloc(N * sizeof *x);
    assert_non_null(f);
    assert_non_null(pcm);
    assert_non_null(x);
    assert_int_equal(fseek(f, HEADER, SEEK_SET), 0);
    assert_int_equal(fread(pcm, sizeof *pcm, N, f), N);
    fclose(f);
    for (int i = 0; i < N; i++) x[i] = (float)pcm[i] / 32768;
    free(pcm);
    return x;
}

/* The first numbers of the public list. */
static void test_probabilities(void **state) {
    (void)state;
    static const float want[] = {0.0016698f, 0.0846326f, 0.301987f,  0.1334938f, 0.0831997f, 0.0434542f,
                                 0.0554222f, 0.0526928f, 0.0313141f, 0.0376376f, 0.343342f,  0.945989f};
    og_vad *vad = open_shared();
    float *x = read_jfk();
    for (size_t i = 0; i < OG_LEN(want); i++) assert_float_equal(og_vad_next(vad, x + i * OG_VAD_CHUNK), want[i], 2e-2f);
    og_vad_close(vad);
    free(x);
}

static void test_spans(void **state) {
    (void)state;
    static const double want[][2] = {{0.32, 2.27}, {3.27, 4.41}, {5.38, 7.68}, {8.16, 10.62}};
    og_vad *vad = open_shared();
    float *x = read_jfk();
    og_speech_span *span;
    size_t n;
    og_error err = {0};
    assert_int_equal(og_vad_find(vad, NULL, x, N, &span, &n, &err), OG_OK);
    assert_int_equal(n, OG_LEN(want));
    for (size_t i = 0; i < n; i++)
        if (fabs(span[i].start - want[i][0]) > 0.05 || fabs(span[i].end - want[i][1]) > 0.05)
            fail_msg("piece %zu is %.3f to %.3f", i, span[i].start, span[i].end);
    og_free(span);
    uint32_t seed = 1;
    for (int noise = 0; noise < 2; noise++) {
        for (int i = 0; i < N; i++) x[i] = noise ? (float)((int32_t)(seed = seed * 1664525 + 1013904223) >> 16) / 655360 : 0;
        assert_int_equal(og_vad_find(vad, NULL, x, N, &span, &n, &err), OG_OK);
        assert_int_equal(n, 0);
        og_free(span);
    }
    og_vad_close(vad);
    free(x);
}

static void test_refusals(void **state) {
    (void)state;
    og_error err = {0};
    og_vad *vad = NULL;
    assert_int_equal(og_vad_open(OG_SOURCE_DIR "/README.md", &vad, &err), OG_ERR_FORMAT);
    assert_non_null(strstr(err.text, "is no detector of voices"));
    assert_null(vad);
    /* A right head, and nothing behind it. */
    char path[] = "/tmp/offgrid-vad-XXXXXX";
    const int fd = mkstemp(path);
    FILE *f = fdopen(fd, "wb");
    assert_non_null(f);
    fwrite("lmgg\x0a\0\0\0silero-16k\6\0\0\0\2\0\0\0\0\0\0\0\0\2\0\0\x40\0\0\0\4\0\0\0", 1, 42, f);
    fclose(f);
    assert_int_not_equal(og_vad_open(path, &vad, &err), OG_OK);
    remove(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_probabilities), cmocka_unit_test(test_spans), cmocka_unit_test(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
