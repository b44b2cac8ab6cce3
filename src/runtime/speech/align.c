/* align.c: when each token was spoken, from the scores of cross attention: heads' probabilities, set apart from what all tokens share,
 * smoothed along time, averaged, and a path of least cost through them (dynamic time warping). As OpenAI's reference does it. */
#include "runtime/speech/decode.h"

#include "base/real.h"

#include <math.h>
#include <string.h>

enum { MEDIAN = 7 }; /* positions */

/* Probabilities over `frames` positions of one head for every token: p [n][frames]. */
static void softmax_rows(const float *scores, size_t stride, int n, int frames, float *p) {
    for (int t = 0; t < n; t++) {
        const float *s = scores + (size_t)t * stride;
        const double sum = og_hear_log_sum(s, frames);
        for (int i = 0; i < frames; i++) p[(size_t)t * (size_t)frames + (size_t)i] = (float)og_real_exp((double)s[i] - sum);
    }
}

/* Each position less its mean over tokens, divided by its deviation. */
static void standardize(float *p, int n, int frames) {
    for (int i = 0; i < frames; i++) {
        double mean = 0, square = 0;
        for (int t = 0; t < n; t++) mean += (double)p[(size_t)t * (size_t)frames + (size_t)i];
        mean /= n;
        for (int t = 0; t < n; t++) {
            const double d = (double)p[(size_t)t * (size_t)frames + (size_t)i] - mean;
            square += d * d;
        }
        const double f = square > 0 ? 1 / sqrt(square / n) : 0;
        for (int t = 0; t < n; t++) {
            float *at = &p[(size_t)t * (size_t)frames + (size_t)i];
            *at = (float)(((double)*at - mean) * f);
        }
    }
}

/* The median of seven positions around i, mirrored at the ends. */
static float median(const float *row, int frames, int i) {
    float x[MEDIAN];
    for (int k = 0; k < MEDIAN; k++) {
        int at = i + k - MEDIAN / 2, j = k;
        if (at < 0) at = -at;
        if (at >= frames) at = 2 * (frames - 1) - at;
        const float v = row[OG_MAX(0, OG_MIN(frames - 1, at))];
        for (; j > 0 && x[j - 1] > v; j--) x[j] = x[j - 1];
        x[j] = v;
    }
    return x[MEDIAN / 2];
}

/* Path of least cost through -gain [n][frames]; at[i]: the position where it first meets token i. */
static og_status warp(const float *gain, int n, int frames, float *at, og_error *err) {
    const size_t width = (size_t)frames + 1;
    double *cost = og_alloc(2 * width * sizeof *cost);
    uint8_t *from = og_calloc((size_t)n + 1, width);
    if (!cost || !from) {
        og_release(cost);
        og_release(from);
        return og_fail(err, OG_ERR_MEMORY, "out of memory for the times of %d tokens", n);
    }
    double *last = cost, *row = cost + width;
    last[0] = 0;
    for (int j = 1; j <= frames; j++) last[j] = (double)INFINITY;
    for (int i = 1; i <= n; i++) {
        row[0] = (double)INFINITY;
        for (int j = 1; j <= frames; j++) {
            const double both = last[j - 1], up = last[j], left = row[j - 1];
            uint8_t step = 2;
            double least = left;
            if (both < up && both < left) {
                step = 0;
                least = both;
            } else if (up < both && up < left) {
                step = 1;
                least = up;
            }
            row[j] = least - (double)gain[(size_t)(i - 1) * (size_t)frames + (size_t)(j - 1)];
            from[(size_t)i * width + (size_t)j] = step;
        }
        double *t = last;
        last = row;
        row = t;
    }
    for (int i = n, j = frames; i > 0;) {
        at[i - 1] = (float)OG_MAX(j - 1, 0);
        const uint8_t step = j > 0 ? from[(size_t)i * width + (size_t)j] : 1;
        i -= step != 2;
        j -= step != 1;
    }
    og_release(cost);
    og_release(from);
    return OG_OK;
}

og_status og_hear_align(const float *scores, int n, int first, int n_head, int layers, int n_audio, int frames, const uint8_t *heads,
                        float *at, og_error *err) {
    const size_t each = (size_t)layers * (size_t)n_audio, area = (size_t)n * (size_t)frames;
    const int rows = n - first;
    float *p = og_alloc(area * sizeof *p), *gain = og_calloc((size_t)rows * (size_t)frames, sizeof *gain);
    int used = 0;
    og_status status = p && gain ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory for the times of %d tokens", n);
    for (int i = 0; i < layers * n_head && status == OG_OK; i++) {
        if (!heads[i]) continue;
        softmax_rows(scores + (size_t)(i % n_head) * each + (size_t)(i / n_head) * (size_t)n_audio, (size_t)n_head * each, n, frames, p);
        standardize(p, n, frames);
        for (int t = 0; t < rows; t++)
            for (int j = 0; j < frames; j++)
                gain[(size_t)t * (size_t)frames + (size_t)j] += median(p + (size_t)(first + t) * (size_t)frames, frames, j);
        used++;
    }
    for (size_t i = 0; i < (size_t)rows * (size_t)frames && status == OG_OK; i++) gain[i] /= (float)OG_MAX(used, 1);
    if (status == OG_OK) status = warp(gain, rows, frames, at, err);
    og_release(p);
    og_release(gain);
    return status;
}
