#include "model/speech/mel.h"

#include "base/real.h"

#include <string.h>

/* A frame's 400 real samples are taken as 200 complex ones. LANES frames are computed side by side, so that every loop is over them. */
enum { N = OG_MEL_HALF, BINS = N + 1, LANES = 8, RADICES = 5 };

static const int radix_of[RADICES] = {5, 5, 2, 2, 2};

typedef struct lanes {
    double v[LANES];
} lanes;

typedef struct spectrum {
    lanes re[N], im[N];
} spectrum;

struct og_mel {
    int n_mel;
    double hann[OG_MEL_FRAME];
    double cosine[OG_MEL_FRAME], sine[OG_MEL_FRAME]; /* of 2 pi i / 400 */
    int first[OG_MEL_MAX], count[OG_MEL_MAX];        /* bins that a triangle covers */
    float weight[OG_MEL_MAX][BINS];                  /* from `first` on */
};

/* Slaney's scale: linear to 1000 Hz (15 mel), then 27 steps for each factor of 6.4. */
static double hertz(double mel) {
    return mel < 15 ? mel * 200 / 3 : 1000 * og_real_pow(6.4, (mel - 15) / 27);
}

static void make_triangles(og_mel *m) {
    const double top = 15 + 27 * og_real_log(8.0) / og_real_log(6.4), step = top / (m->n_mel + 1);
    for (int i = 0; i < m->n_mel; i++) {
        const double low = hertz(i * step), middle = hertz((i + 1) * step), high = hertz((i + 2) * step);
        for (int k = 0; k < BINS; k++) {
            const double f = k * (double)OG_MEL_RATE / OG_MEL_FRAME, up = (f - low) / (middle - low), down = (high - f) / (high - middle);
            const double w = OG_MIN(up, down) * 2 / (high - low);
            if (!(w > 0)) continue;
            if (m->count[i] == 0) m->first[i] = k;
            m->weight[i][m->count[i]++] = (float)w;
        }
    }
}

og_status og_mel_open(int n_mel, og_mel **out, og_error *err) {
    if (n_mel < 1 || n_mel > OG_MEL_MAX) return og_fail(err, OG_ERR_FORMAT, "%d mel bins are not possible: 1 to %d", n_mel, OG_MEL_MAX);
    og_mel *m = og_calloc(1, sizeof *m);
    if (!m) return og_fail(err, OG_ERR_MEMORY, "out of memory for the tables of a spectrogram");
    m->n_mel = n_mel;
    for (int i = 0; i < OG_MEL_FRAME; i++) {
        og_real_sin_cos(i * (2 * 3.14159265358979323846 / OG_MEL_FRAME), &m->sine[i], &m->cosine[i]);
        m->hann[i] = 0.5 - 0.5 * m->cosine[i];
    }
    make_triangles(m);
    *out = m;
    return OG_OK;
}

void og_mel_close(og_mel *mel) {
    og_release(mel);
}

/* One step of Stockham's Fourier transform: sub-transforms of n points, `s` of them interleaved, are split by `radix`. */
static inline __attribute__((always_inline)) void split(const og_mel *m, const spectrum *x, spectrum *y, int n, int s, const int radix) {
    const int part = n / radix, turn = OG_MEL_FRAME / n;
    for (int p = 0; p < part; p++)
        for (int q = 0; q < s; q++)
            for (int j = 0; j < radix; j++) {
                lanes re = x->re[q + s * p], im = x->im[q + s * p];
                for (int k = 1; k < radix; k++) {
                    const int at = q + s * (p + part * k), w = j * k * (OG_MEL_FRAME / radix) % OG_MEL_FRAME;
                    const double c = m->cosine[w], d = m->sine[w];
                    for (int l = 0; l < LANES; l++) {
                        re.v[l] += x->re[at].v[l] * c + x->im[at].v[l] * d;
                        im.v[l] += x->im[at].v[l] * c - x->re[at].v[l] * d;
                    }
                }
                const double c = m->cosine[p * j * turn % OG_MEL_FRAME], d = m->sine[p * j * turn % OG_MEL_FRAME];
                const int to = q + s * (radix * p + j);
                for (int l = 0; l < LANES; l++) {
                    y->re[to].v[l] = re.v[l] * c + im.v[l] * d;
                    y->im[to].v[l] = im.v[l] * c - re.v[l] * d;
                }
            }
}

/* The transform of a; the result is in a or b, whichever is returned. */
static const spectrum *transform(const og_mel *m, spectrum *a, spectrum *b) {
    for (int i = 0, n = N, s = 1; i < RADICES; i++) {
        const int r = radix_of[i];
        if (r == 5)
            split(m, a, b, n, s, 5);
        else
            split(m, a, b, n, s, 2);
        n /= r;
        s *= r;
        spectrum *t = a;
        a = b;
        b = t;
    }
    return a;
}

/* Power of the real frames' bins from the complex transform of their even (real) and odd (imaginary) samples. */
static void powers(const og_mel *m, const spectrum *z, lanes power[BINS]) {
    for (int k = 0; k < BINS; k++) {
        const int a = k % N, b = (N - k) % N;
        const double c = m->cosine[k], d = m->sine[k];
        for (int l = 0; l < LANES; l++) {
            const double even_re = (z->re[a].v[l] + z->re[b].v[l]) / 2, even_im = (z->im[a].v[l] - z->im[b].v[l]) / 2;
            const double odd_re = (z->im[a].v[l] + z->im[b].v[l]) / 2, odd_im = (z->re[b].v[l] - z->re[a].v[l]) / 2;
            const double re = even_re + odd_re * c + odd_im * d, im = even_im + odd_im * c - odd_re * d;
            power[k].v[l] = re * re + im * im;
        }
    }
}

void og_mel_frames(const og_mel *m, const float *x, int n, float *out) {
    spectrum a, b;
    lanes power[BINS];
    for (int first = 0; first < n; first += LANES) {
        const int count = OG_MIN(LANES, n - first);
        for (int i = 0; i < N; i++)
            for (int l = 0; l < LANES; l++) {
                const float *frame = x + (size_t)(first + OG_MIN(l, count - 1)) * OG_MEL_HOP;
                a.re[i].v[l] = (double)frame[2 * i] * m->hann[2 * i];
                a.im[i].v[l] = (double)frame[2 * i + 1] * m->hann[2 * i + 1];
            }
        powers(m, transform(m, &a, &b), power);
        for (int i = 0; i < m->n_mel; i++) {
            lanes sum = {{0}};
            for (int k = 0; k < m->count[i]; k++)
                for (int l = 0; l < LANES; l++) sum.v[l] += (double)m->weight[i][k] * power[m->first[i] + k].v[l];
            for (int l = 0; l < count; l++)
                out[(size_t)(first + l) * (size_t)m->n_mel + i] = (float)(og_real_log(OG_MAX(sum.v[l], 1e-10)) / 2.302585092994045684);
        }
    }
}

void og_mel_normalize(float *x, size_t n) {
    float top = n ? x[0] : 0;
    for (size_t i = 1; i < n; i++) top = OG_MAX(top, x[i]);
    for (size_t i = 0; i < n; i++) x[i] = (OG_MAX(x[i], top - 8) + 4) / 4;
}
