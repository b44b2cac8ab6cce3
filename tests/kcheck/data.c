/* data.c: the cases' random numbers, ordinary and nasty. Everything finite. */
#include "kcheck.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

uint64_t kc_bits(kc *k) { /* splitmix64 */
    uint64_t z = (k->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

int kc_int(kc *k, int lo, int hi) {
    return lo + (int)(kc_bits(k) % (uint64_t)(hi - lo + 1));
}

int kc_pick(kc *k, int n, const int *values) {
    return values[kc_int(k, 0, n - 1)];
}

void kc_note(kc *k, const char *fmt, ...) {
    const size_t used = strlen(k->what);
    va_list args;
    va_start(args, fmt);
    vsnprintf(k->what + used, sizeof k->what - used, fmt, args);
    va_end(args);
}

static float uniform(kc *k) {
    return (float)(int64_t)(kc_bits(k) >> 40) * 0x1p-23f - 1.0f;
} /* -1..1 */

enum { ORDINARY, ZEROS, TINY, HUGE_ONES, WIDE, SPIKE, MIXED, KINDS };
static const char *const kind_names[KINDS] = {"ordinary", "zeros", "tiny", "huge", "wide", "spike", "mixed"};

static float one_float(kc *k, int kind, float big) {
    switch (kind) {
    case ZEROS:
        return kc_int(k, 0, 1) ? 0.0f : -0.0f;
    case TINY:
        return uniform(k) * ldexpf(1.0f, kc_int(k, -149, -120));
    case HUGE_ONES:
        return kc_int(k, 0, 1) ? big : -big;
    case WIDE:
        return uniform(k) * fminf(ldexpf(1.0f, kc_int(k, -40, 100)), big);
    case SPIKE:
        return kc_int(k, 0, 15) ? uniform(k) * 1e-3f : uniform(k) * fminf(big, 1e4f);
    case MIXED:
        return one_float(k, kc_int(k, 0, MIXED - 1), big);
    default:
        return uniform(k);
    }
}

void kc_floats(kc *k, const char *name, float *x, size_t n, float big) {
    const int kind = kc_int(k, 0, 2) ? kc_int(k, 0, KINDS - 1) : ORDINARY;
    kc_note(k, " %s: %s", name, kind_names[kind]);
    for (size_t i = 0; i < n; i++) {
        const float f = one_float(k, kind, big);
        memcpy((char *)x + i * sizeof f, &f, sizeof f);
    }
}

void kc_elements(kc *k, const char *name, og_type type, void *x, size_t n, float big) {
    const size_t size = (size_t)og_quant_of(type)->bytes;
    float some[64];
    const int kind = kc_int(k, 0, 2) ? kc_int(k, 0, KINDS - 1) : ORDINARY;
    kc_note(k, " %s: %s", name, kind_names[kind]);
    for (size_t at = 0; at < n; at += OG_LEN(some)) {
        const size_t m = OG_MIN(OG_LEN(some), n - at);
        for (size_t i = 0; i < m; i++) some[i] = one_float(k, kind, type == OG_F16 ? fminf(big, 65504.0f) : big);
        og_quant_encode(type, some, (char *)x + at * size, m, NULL);
    }
}

void kc_bytes(kc *k, const char *name, uint8_t *x, size_t n, int lo, int hi) {
    enum { ANY, ANY_TOO, EXTREMES, HIGHEST, HIGHEST_TOO, LOWEST, ONE_VALUE, BYTE_KINDS }; /* sums of the highest overflow first */
    static const char *const names[BYTE_KINDS] = {"any", "any", "extremes", "highest", "highest", "lowest", "one value"};
    const int kind = kc_int(k, 0, BYTE_KINDS - 1), constant = kind == ONE_VALUE ? kc_int(k, lo, hi) : kind == LOWEST ? lo : hi;
    kc_note(k, " %s: %s", name, names[kind]);
    for (size_t i = 0; i < n; i++)
        x[i] = (uint8_t)(kind <= ANY_TOO ? kc_int(k, lo, hi) : kind == EXTREMES && kc_int(k, 0, 1) ? lo : constant);
}

void kc_acts(kc *k, int8_t *q, size_t n) {
    kc_bytes(k, "q", (uint8_t *)q, n, 0, 254);
    for (size_t i = 0; i < n; i++) q[i] = (int8_t)((int)(uint8_t)q[i] - 127);
}

static bool finite_block(const og_quant *quant, const uint8_t *block) {
    int8_t q[OG_QUANT_BLOCK_MAX];
    float scale[OG_QUANT_GROUPS_MAX], min[OG_QUANT_GROUPS_MAX];
    quant->unpack(block, q, scale, min);
    for (int g = 0; g < quant->block / quant->group; g++)
        if (!isfinite(scale[g]) || (quant->has_min && !isfinite(min[g]))) return false;
    return true;
}

void kc_blocks(kc *k, const og_quant *quant, uint8_t *blocks, size_t n) {
    const size_t size = (size_t)quant->bytes;
    if (quant->encode && kc_int(k, 0, 3) == 0) {
        float x[OG_QUANT_BLOCK_MAX];
        kc_note(k, " encoded");
        kc_floats(k, "weights", x, (size_t)quant->block, 1e4f);
        for (size_t i = 0; i < n; i++) {
            x[kc_int(k, 0, quant->block - 1)] = uniform(k);
            quant->encode(x, blocks + i * size, (size_t)quant->block, NULL);
        }
        return;
    }
    static const uint8_t edges[] = {0x00, 0xff, 0x80, 0x7f, 0x7b, 0xfb, 0x88, 0xf0, 0x0f, 0x01};
    const int steady = kc_int(k, 0, 3); /* how many of the bytes come from the edges, in quarters */
    kc_note(k, " bytes (%d/4 edges)", steady);
    for (size_t i = 0; i < n; i++) {
        uint8_t *block = blocks + i * size;
        int tries = 0;
        do /* scales of all bits set are infinite or no numbers: other blocks are drawn, more and more at random */
            for (size_t j = 0; j < size; j++)
                block[j] = kc_int(k, 0, 3) < steady - tries / 8 ? edges[kc_int(k, 0, (int)OG_LEN(edges) - 1)] : (uint8_t)kc_bits(k);
        while (!finite_block(quant, block) && ++tries < 1000);
        if (tries == 1000) memset(block, 0, size);
    }
}
