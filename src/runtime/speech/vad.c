/* vad.c: Silero's detector of voices, version 5 and 6 at 16 kHz, from whisper.cpp's file of it: a short spectrum, four convolutions, an
 * LSTM cell and a logistic output, for each 512 samples and the 64 before them. */
#include "offgrid/speech.h"
#include "base/base.h"
#include "base/file.h"
#include "base/real.h"
#include "format/gguf_header.h"
#include "quant/quant.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    MAGIC = 0x67676d6c,
    CHUNK = OG_VAD_CHUNK,
    BEFORE = 64,                     /* samples of the chunk before */
    SOUND = BEFORE + CHUNK + BEFORE, /* the last ones mirrored */
    BASIS = 256,                     /* samples of a frame */
    HOP = 128,
    FRAMES = (SOUND - BASIS) / HOP + 1,
    BINS = 129,
    WIDE = 128, /* of the recurrent cell */
    LAYERS = 4,
    NAME = 64,
};

static const struct { int in, out, stride; } layers[LAYERS] = {{BINS, 128, 1}, {128, 64, 2}, {64, 64, 2}, {64, 128, 1}};

struct og_vad {
    float *basis;                            /* [2 BINS][BASIS] */
    float *conv[LAYERS], *conv_bias[LAYERS]; /* [out][in][3], [out] */
    float *input, *hidden;                   /* [4 WIDE][WIDE] */
    float *input_bias, *hidden_bias;         /* [4 WIDE]: in, forget, cell, out */
    float *last, *last_bias;                 /* [WIDE], [1] */
    float h[WIDE], c[WIDE], before[BEFORE];
};

/* ---- the file ---- */

typedef struct slot {
    const char *name;
    size_t at; /* of the pointer in og_vad */
    uint64_t n;
} slot;

#define AT(field) offsetof(og_vad, field)
static const slot slots[] = {
    {"_model.stft.forward_basis_buffer", AT(basis), 2 * BINS *BASIS},
    {"_model.encoder.0.reparam_conv.weight", AT(conv[0]), 3 * BINS * 128},
    {"_model.encoder.0.reparam_conv.bias", AT(conv_bias[0]), 128},
    {"_model.encoder.1.reparam_conv.weight", AT(conv[1]), 3 * 128 * 64},
    {"_model.encoder.1.reparam_conv.bias", AT(conv_bias[1]), 64},
    {"_model.encoder.2.reparam_conv.weight", AT(conv[2]), 3 * 64 * 64},
    {"_model.encoder.2.reparam_conv.bias", AT(conv_bias[2]), 64},
    {"_model.encoder.3.reparam_conv.weight", AT(conv[3]), 3 * 64 * 128},
    {"_model.encoder.3.reparam_conv.bias", AT(conv_bias[3]), 128},
    {"_model.decoder.rnn.weight_ih", AT(input), 4 * WIDE *WIDE},
    {"_model.decoder.rnn.weight_hh", AT(hidden), 4 * WIDE *WIDE},
    {"_model.decoder.rnn.bias_ih", AT(input_bias), 4 * WIDE},
    {"_model.decoder.rnn.bias_hh", AT(hidden_bias), 4 * WIDE},
    {"_model.decoder.decoder.2.weight", AT(last), WIDE},
    {"_model.decoder.decoder.2.bias", AT(last_bias), 1},
};
#undef AT

static float **slot_of(og_vad *v, size_t i) {
    return (float **)(void *)((char *)v + slots[i].at);
}

static og_status take_u32(const og_source *src, uint64_t *at, uint32_t *out, og_error *err) {
    uint8_t raw[4];
    OG_TRY(og_source_read(src, *at, raw, 4, err));
    *out = og_gguf_u32(raw);
    *at += 4;
    return OG_OK;
}

static og_status read_tensor(og_vad *v, const og_source *src, uint64_t *at, og_error *err) {
    uint32_t n_dims, len, type, dim;
    char name[NAME] = "";
    uint64_t n = 1;
    OG_TRY(take_u32(src, at, &n_dims, err));
    OG_TRY(take_u32(src, at, &len, err));
    OG_TRY(take_u32(src, at, &type, err));
    if (n_dims > 4 || len >= NAME || (type != OG_F32 && type != OG_F16))
        return og_fail(err, OG_ERR_FORMAT, "%s: a tensor at byte %llu is none of Silero's detector", og_source_name(src),
                       (unsigned long long)*at);
    for (uint32_t i = 0; i < n_dims; i++) {
        OG_TRY(take_u32(src, at, &dim, err));
        if (dim > 4096) return og_fail(err, OG_ERR_FORMAT, "%s: a tensor is too large for Silero's detector", og_source_name(src));
        n *= dim;
    }
    OG_TRY(og_source_read(src, *at, name, len, err));
    *at += len;
    size_t i = 0;
    while (i < OG_LEN(slots) && strcmp(slots[i].name, name) != 0) i++;
    if (i == OG_LEN(slots) || n != slots[i].n || *slot_of(v, i))
        return og_fail(err, OG_ERR_FORMAT, "%s: tensor '%s' of %llu numbers is none of Silero's detector at 16 kHz", og_source_name(src),
                       og_gguf_show(name, len).s, (unsigned long long)n);
    const size_t size = type == OG_F16 ? 2 : 4;
    float *x = *slot_of(v, i) = og_alloc((size_t)n * sizeof *x);
    uint8_t *raw = og_alloc((size_t)n * size);
    og_status status = x && raw ? og_source_read(src, *at, raw, (size_t)n * size, err) : og_fail(err, OG_ERR_MEMORY, "out of memory");
    if (status == OG_OK) og_quant_decode((og_type)type, raw, x, (size_t)n);
    og_release(raw);
    *at += n * size;
    return status;
}

static og_status read_all(og_vad *v, const og_source *src, og_error *err) {
    uint32_t magic = 0, len = 0, value;
    uint64_t at = 0;
    char kind[16] = "";
    if (og_source_size(src) >= 8) OG_TRY(take_u32(src, &at, &magic, err));
    if (magic == MAGIC) OG_TRY(take_u32(src, &at, &len, err));
    if (magic == MAGIC && len == 10) OG_TRY(og_source_read(src, at, kind, len, err));
    if (strcmp(kind, "silero-16k") != 0)
        return og_fail(err, OG_ERR_FORMAT, "%s is no detector of voices: Silero's in whisper.cpp's layout is (ggml-silero-v6.2.0.bin)",
                       og_source_name(src));
    at += len + 3 * 4; /* and the version */
    const uint32_t want[] = {CHUNK, BEFORE, LAYERS};
    for (size_t i = 0; i < OG_LEN(want); i++) {
        OG_TRY(take_u32(src, &at, &value, err));
        if (value != want[i]) return og_fail(err, OG_ERR_UNSUPPORTED, "%s: a detector of other sizes is not known", og_source_name(src));
    }
    at += (3 * LAYERS + 4) * 4; /* sizes, which the tensors repeat */
    for (size_t i = 0; i < OG_LEN(slots); i++) OG_TRY(read_tensor(v, src, &at, err));
    return OG_OK;
}

og_status og_vad_open(const char *path, og_vad **out, og_error *err) {
    if (!path || !out) return og_fail(err, OG_ERR_ARG, "og_vad_open needs a path and a place for the detector");
    og_source *src;
    OG_TRY(og_source_open(path, &src, err));
    og_vad *v = og_calloc(1, sizeof *v);
    const og_status status = v ? read_all(v, src, err) : og_fail(err, OG_ERR_MEMORY, "out of memory for a detector of voices");
    og_source_close(src);
    if (status == OG_OK)
        *out = v;
    else
        og_vad_close(v);
    return status;
}

void og_vad_close(og_vad *v) {
    if (!v) return;
    for (size_t i = 0; i < OG_LEN(slots); i++) og_release(*slot_of(v, i));
    og_release(v);
}

void og_vad_reset(og_vad *v) {
    memset(v->h, 0, sizeof v->h);
    memset(v->c, 0, sizeof v->c);
    memset(v->before, 0, sizeof v->before);
}

/* ---- one chunk ---- */

/* Sixteen sums side by side, folded in a fixed order. */
static float dot(const float *a, const float *b, int n) {
    float s[16] = {0}, rest = 0;
    int i = 0;
    for (; i + 16 <= n; i += 16)
        for (int l = 0; l < 16; l++) s[l] += a[i + l] * b[i + l];
    for (; i < n; i++) rest += a[i] * b[i];
    for (int h = 8; h > 0; h /= 2)
        for (int l = 0; l < h; l++) s[l] += s[l + h];
    return s[0] + rest;
}

static float logistic(float x) {
    return (float)(1 / (1 + og_real_exp(-(double)x)));
}

static float tangent(float x) {
    return (float)(1 - 2 / (1 + og_real_exp(2 * (double)x)));
}

/* max(0, convolution of 3 taps), x [n][in] -> y [..][out]; returns how many rows. */
static int convolve(const og_vad *v, int layer, const float *x, int n, float *y) {
    const int in = layers[layer].in, out = layers[layer].out, stride = layers[layer].stride, rows = (n - 1) / stride + 1;
    float window[3 * BINS];
    for (int r = 0; r < rows; r++) {
        for (int c = 0; c < in; c++)
            for (int k = 0; k < 3; k++) {
                const int at = r * stride + k - 1;
                window[c * 3 + k] = at >= 0 && at < n ? x[at * in + c] : 0;
            }
        for (int o = 0; o < out; o++)
            y[r * out + o] = OG_MAX(0.0f, v->conv_bias[layer][o] + dot(v->conv[layer] + o * 3 * in, window, 3 * in));
    }
    return rows;
}

static void recur(og_vad *v, const float *x) {
    float gate[4 * WIDE];
    for (int i = 0; i < 4 * WIDE; i++)
        gate[i] = v->input_bias[i] + v->hidden_bias[i] + dot(v->input + i * WIDE, x, WIDE) + dot(v->hidden + i * WIDE, v->h, WIDE);
    for (int i = 0; i < WIDE; i++) {
        v->c[i] = logistic(gate[WIDE + i]) * v->c[i] + logistic(gate[i]) * tangent(gate[2 * WIDE + i]);
        v->h[i] = logistic(gate[3 * WIDE + i]) * tangent(v->c[i]);
    }
}

float og_vad_next(og_vad *v, const float *samples) {
    float sound[SOUND], x[FRAMES * BINS], y[FRAMES * BINS];
    memcpy(sound, v->before, sizeof v->before);
    memcpy(sound + BEFORE, samples, CHUNK * sizeof *samples);
    for (int i = 0; i < BEFORE; i++) sound[BEFORE + CHUNK + i] = sound[BEFORE + CHUNK - 2 - i];
    memcpy(v->before, samples + CHUNK - BEFORE, sizeof v->before);
    for (int f = 0; f < FRAMES; f++)
        for (int k = 0; k < BINS; k++) {
            const float re = dot(v->basis + k * BASIS, sound + f * HOP, BASIS),
                        im = dot(v->basis + (BINS + k) * BASIS, sound + f * HOP, BASIS);
            x[f * BINS + k] = sqrtf(re * re + im * im);
        }
    int n = FRAMES;
    float *from = x, *to = y;
    for (int i = 0; i < LAYERS; i++) {
        n = convolve(v, i, from, n, to);
        float *t = from;
        from = to;
        to = t;
    }
    recur(v, from);
    float heard[WIDE];
    for (int i = 0; i < WIDE; i++) heard[i] = OG_MAX(0.0f, v->h[i]);
    return logistic(v->last_bias[0] + dot(v->last, heard, WIDE));
}

/* ---- pieces of speech ---- */

og_vad_params og_vad_defaults(void) {
    return (og_vad_params){.threshold = 0.5f, .min_speech = 0.25f, .min_silence = 0.1f, .pad = 0.03f};
}

typedef struct finder {
    const og_vad_params *params;
    og_speech_span *span;
    size_t n;
    bool speaking;
    double start, silent; /* silent: since when, 0: it is not */
} finder;

static void end_span(finder *f, double end) {
    if (end - f->start > (double)f->params->min_speech) f->span[f->n++] = (og_speech_span){f->start, end};
    f->speaking = false;
    f->silent = 0;
}

static void look(finder *f, double at, float p) {
    const og_vad_params *k = f->params;
    if (p >= k->threshold) f->silent = 0;
    if (p >= k->threshold && !f->speaking) {
        f->speaking = true;
        f->start = at;
        return;
    }
    if (!f->speaking || p >= k->threshold - 0.15f) return;
    if (f->silent <= 0) f->silent = at;
    if (at - f->silent >= (double)k->min_silence) end_span(f, f->silent);
}

/* Each span grows by `pad` on both sides; neighbours share what is between them. */
static void pad_spans(og_speech_span *s, size_t n, double pad, double all) {
    for (size_t i = 0; i < n; i++) {
        if (i == 0) s[i].start = OG_MAX(0.0, s[i].start - pad);
        const double gap = i + 1 < n ? s[i + 1].start - s[i].end : 2 * pad, grow = OG_MIN(pad, gap / 2);
        s[i].end = OG_MIN(all, s[i].end + grow);
        if (i + 1 < n) s[i + 1].start -= grow;
    }
}

og_status og_vad_find(og_vad *v, const og_vad_params *params, const float *samples, size_t n, og_speech_span **out, size_t *n_out,
                      og_error *err) {
    if (!v || (!samples && n) || !out || !n_out) return og_fail(err, OG_ERR_ARG, "og_vad_find needs a detector, samples and places");
    const og_vad_params defaults = og_vad_defaults();
    finder f = {.params = params ? params : &defaults};
    f.span = og_alloc((n / CHUNK + 2) * sizeof *f.span);
    if (!f.span) return og_fail(err, OG_ERR_MEMORY, "out of memory for the pieces of speech");
    og_vad_reset(v);
    for (size_t at = 0; at < n; at += CHUNK) {
        float chunk[CHUNK] = {0};
        memcpy(chunk, samples + at, OG_MIN(n - at, (size_t)CHUNK) * sizeof *chunk);
        look(&f, (double)at / OG_SPEECH_RATE, og_vad_next(v, chunk));
    }
    const double all = (double)n / OG_SPEECH_RATE;
    if (f.speaking) end_span(&f, all);
    pad_spans(f.span, f.n, (double)f.params->pad, all);
    *out = f.span;
    *n_out = f.n;
    return OG_OK;
}
