/* test_mel.c: the log-mel spectrogram against the golden one of make_mel.py and, where the shared folder is, against the public figures for
 * jfk.wav. */
#include "model/speech/mel.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SAMPLES = 1840, FRAMES = 10 };

/* The same as in make_mel.py: every value is exact. */
static void make_signal(float *x) {
    uint64_t seed = 1;
    for (int i = 0; i < SAMPLES; i++) {
        seed = (seed * 1103515245 + 12345) % 2147483648u;
        x[i] = (float)(i * 37 % 256 - 128) / 1024 + (float)(i / 40 % 2 * 2 - 1) / 8 + (float)((int)(seed / 65536) - 16384) / 262144;
    }
}

static float *read_floats(const char *path, size_t skip, size_t n) {
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    float *x = malloc(n * sizeof *x);
    assert_non_null(x);
    assert_int_equal(fseek(f, (long)skip, SEEK_SET), 0);
    assert_int_equal(fread(x, sizeof *x, n, f), n);
    fclose(f);
    return x;
}

/* n frames of x after mirroring its first samples before it; x has OG_MEL_HALF more samples than the frames need, or zeros there. */
static float *spectrogram(const float *x, size_t n_samples, int n_mel, int frames) {
    og_error err;
    og_mel *mel;
    assert_int_equal(og_mel_open(n_mel, &mel, &err), OG_OK);
    size_t n = (size_t)frames * OG_MEL_HOP + OG_MEL_FRAME;
    float *padded = calloc(n, sizeof *padded), *out = malloc((size_t)(frames * n_mel) * sizeof *out);
    assert_non_null(padded);
    assert_non_null(out);
    for (int i = 0; i < OG_MEL_HALF; i++) padded[i] = x[OG_MEL_HALF - i];
    memcpy(padded + OG_MEL_HALF, x, OG_MIN(n - OG_MEL_HALF, n_samples) * sizeof *x);
    og_mel_frames(mel, padded, frames, out);
    og_mel_normalize(out, (size_t)(frames * n_mel));
    og_mel_close(mel);
    free(padded);
    return out;
}

static void check_golden(int n_mel) {
    char path[256];
    snprintf(path, sizeof path, "%s/tests/golden/speech/mel_%d.f32", OG_SOURCE_DIR, n_mel);
    float signal[SAMPLES], *want = read_floats(path, 0, (size_t)(FRAMES * n_mel));
    assert_non_null(want);
    make_signal(signal);
    float *got = spectrogram(signal, SAMPLES, n_mel, FRAMES);
    for (int i = 0; i < FRAMES * n_mel; i++) assert_float_equal(got[i], want[i], 1e-5f);
    free(got);
    free(want);
}

static void test_golden(void **state) {
    (void)state;
    check_golden(80);
    check_golden(128);
}

/* A frame's values depend on its samples alone: one at a time or all together, the same bits. */
static void test_cut(void **state) {
    (void)state;
    og_error err;
    og_mel *mel;
    float x[SAMPLES], all[9 * 80], one[80];
    make_signal(x);
    assert_int_equal(og_mel_open(80, &mel, &err), OG_OK);
    og_mel_frames(mel, x, 9, all);
    for (int i = 0; i < 9; i++) {
        og_mel_frames(mel, x + i * OG_MEL_HOP, 1, one);
        assert_memory_equal(one, all + i * 80, sizeof one);
    }
    og_mel_close(mel);
}

static void test_refusals(void **state) {
    (void)state;
    og_error err;
    og_mel *mel;
    assert_int_equal(og_mel_open(0, &mel, &err), OG_ERR_FORMAT);
    assert_int_equal(og_mel_open(OG_MEL_MAX + 1, &mel, &err), OG_ERR_FORMAT);
    assert_non_null(strstr(err.text, "257 mel bins"));
}

static const char *shared(void) {
    const char *dir = getenv("OG_SHARED");
    return dir ? dir : OG_SOURCE_DIR "/../shared";
}

static void check_jfk(const float *x, size_t n, int n_mel, int columns) {
    char path[512];
    snprintf(path, sizeof path, "%s/vectors/whisper/jfk_logmel_%d.npy", shared(), n_mel);
    float *want = read_floats(path, 128, (size_t)(n_mel * columns)), *got = spectrogram(x, n, n_mel, 3000);
    assert_non_null(want);
    float worst = 0;
    for (int c = 0; c < columns; c++)
        for (int m = 0; m < n_mel; m++) worst = fmaxf(worst, fabsf(got[c * n_mel + m] - want[m * columns + c]));
    print_message("jfk.wav, %d bins: largest difference %.2g\n", n_mel, (double)worst);
    assert_true(worst < 1e-4f);
    free(got);
    free(want);
}

static void test_jfk(void **state) {
    (void)state;
    enum { HEADER = 78, N = 176000 }; /* the file has a LIST chunk before its samples */
    char path[512];
    snprintf(path, sizeof path, "%s/vectors/whisper/jfk.wav", shared());
    FILE *f = fopen(path, "rb");
    if (!f) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    int16_t *pcm = malloc(N * sizeof *pcm);
    float *x = malloc(N * sizeof *x);
    assert_non_null(pcm);
    assert_non_null(x);
    assert_int_equal(fseek(f, HEADER, SEEK_SET), 0);
    assert_int_equal(fread(pcm, sizeof *pcm, N, f), N);
    fclose(f);
    for (int i = 0; i < N; i++) x[i] = (float)pcm[i] / 32768;
    check_jfk(x, N, 80, 1104);
    check_jfk(x, N, 128, 400);
    free(pcm);
    free(x);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_cut), cmocka_unit_test(test_refusals),
                                       cmocka_unit_test(test_jfk)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
