#include "backend/cpu/kv.h"

#include <math.h>

enum { GROUP = 32 };

bool og_kv_has(og_type type) {
    return type == OG_F16 || type == OG_Q8_0 || type == OG_Q4_0;
}

static size_t scales(int64_t dim) {
    return (size_t)OG_DIV_UP(dim, GROUP) * OG_KV_PAGE * sizeof(uint16_t);
}

static size_t keys(og_type type, int64_t dim) {
    return (size_t)(type == OG_F16 ? dim * 2 : type == OG_Q8_0 ? dim : OG_DIV_UP(dim, 2)) * OG_KV_PAGE;
}

static size_t values(og_type type, int64_t dim) {
    return (size_t)(type == OG_F16 ? dim * 2 : type == OG_Q8_0 ? OG_ALIGN_UP(dim, 16) : OG_ALIGN_UP(dim, 32) / 2) * OG_KV_PAGE;
}

size_t og_kv_head_bytes(og_type type, int64_t key_dim, int64_t value_dim) {
    const size_t bytes = keys(type, key_dim) + values(type, value_dim);
    return type == OG_F16 ? bytes : bytes + scales(key_dim) + scales(value_dim);
}

og_kv_head og_kv_head_at(og_type type, uint8_t *at, int64_t key_dim, int64_t value_dim) {
    const size_t sk = type == OG_F16 ? 0 : scales(key_dim), sv = type == OG_F16 ? 0 : scales(value_dim), k = keys(type, key_dim);
    return (og_kv_head){.k = at + sk, .k_scale = at, .v = at + sk + k + sv, .v_scale = at + sk + k};
}

/* The nearest whole number, ties to even, of |x| < 2^22: where the fraction is pushed out, the processor rounds. */
static float nearest(float x) {
    const float big = 12582912.0f; /* 1.5 * 2^23 */
    return (x + big) - big;
}

/* n <= GROUP numbers as lo..hi times a scale, which is returned as it is stored. */
static uint16_t group_of(og_type type, const float *x, int64_t n, int8_t q[GROUP]) {
    float most = 0;
    for (int64_t i = 0; i < n; i++) most = fabsf(x[i]) > fabsf(most) ? x[i] : most;
    const bool four = type == OG_Q4_0;
    const uint16_t stored = og_f32_to_f16(four ? most / -8.0f : fabsf(most) / 127.0f);
    const float scale = og_f16_to_f32(stored), lo = four ? -8.0f : -127.0f, hi = four ? 7.0f : 127.0f;
    const float inverse = scale != 0 && fabsf(scale) < INFINITY ? 1.0f / scale : 0.0f;
    for (int64_t i = 0; i < n; i++) {
        const float y = x[i] * inverse, low = y > lo ? y : lo;
        q[i] = (int8_t)nearest(low < hi ? low : hi);
    }
    for (int64_t i = n; i < GROUP; i++) q[i] = 0;
    return stored;
}

static void put_key(og_type type, const og_kv_head *head, int64_t slot, const float *x, int64_t dim) {
    uint16_t *scale = (uint16_t *)(void *)head->k_scale;
    for (int64_t g = 0; g < dim; g += GROUP) {
        int8_t q[GROUP];
        const int64_t n = OG_MIN((int64_t)GROUP, dim - g);
        scale[g / GROUP * OG_KV_PAGE + slot] = group_of(type, x + g, n, q);
        if (type == OG_Q8_0)
            for (int64_t i = 0; i < n; i++) head->k[(g + i) * OG_KV_PAGE + slot] = (uint8_t)q[i];
        else
            for (int64_t i = 0; i < n; i += 2) head->k[(g + i) / 2 * OG_KV_PAGE + slot] = (uint8_t)((q[i] + 8) | (q[i + 1] + 8) << 4);
    }
}

static void put_value(og_type type, const og_kv_head *head, int64_t slot, const float *x, int64_t dim) {
    uint16_t *scale = (uint16_t *)(void *)head->v_scale;
    uint8_t *row = head->v + (size_t)slot * (values(type, dim) / OG_KV_PAGE);
    for (int64_t g = 0; g < dim; g += GROUP) {
        int8_t q[GROUP];
        const int64_t n = OG_MIN((int64_t)GROUP, dim - g);
        scale[g / GROUP * OG_KV_PAGE + slot] = group_of(type, x + g, n, q);
        if (type == OG_Q8_0)
            for (int64_t i = 0; i < OG_ALIGN_UP(n, 16); i++) row[g + i] = (uint8_t)q[i];
        else
            for (int64_t i = 0; i < 16; i++) row[g / 2 + i] = (uint8_t)((q[i] + 8) | (q[i + 16] + 8) << 4);
    }
}

void og_kv_put(og_type type, const og_kv_head *head, int64_t slot, const float *key, int64_t key_dim, const float *value,
               int64_t value_dim) {
    if (type != OG_F16) {
        put_key(type, head, slot, key, key_dim);
        put_value(type, head, slot, value, value_dim);
        return;
    }
    uint16_t *k = (uint16_t *)(void *)head->k, *v = (uint16_t *)(void *)head->v;
    for (int64_t i = 0; i < key_dim; i++) k[i * OG_KV_PAGE + slot] = og_f32_to_f16(key[i]);
    for (int64_t i = 0; i < value_dim; i++) v[slot * value_dim + i] = og_f32_to_f16(value[i]);
}
