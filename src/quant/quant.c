/* quant.c: the table of element types and what follows from its rows alone. */
#include "quant/quant.h"

#include <assert.h>
#include <string.h>

static void f32_encode(const float *src, void *dst, size_t n, const float *importance) {
    (void)importance;
    memcpy(dst, src, n * sizeof *src);
}

static void f64_encode(const float *src, void *dst, size_t n, const float *importance) {
    (void)importance;
    uint8_t *out = dst;
    for (size_t i = 0; i < n; i++) {
        double v = src[i];
        memcpy(out + i * sizeof v, &v, sizeof v);
    }
}

static void f16_encode(const float *src, void *dst, size_t n, const float *importance) {
    (void)importance;
    uint8_t *out = dst;
    for (size_t i = 0; i < n; i++) {
        uint16_t v = og_f32_to_f16(src[i]);
        memcpy(out + i * sizeof v, &v, sizeof v);
    }
}

static void bf16_encode(const float *src, void *dst, size_t n, const float *importance) {
    (void)importance;
    uint8_t *out = dst;
    for (size_t i = 0; i < n; i++) {
        uint16_t v = og_f32_to_bf16(src[i]);
        memcpy(out + i * sizeof v, &v, sizeof v);
    }
}

static const og_quant rows[] = {
#define BLOCK(NAME, lower_name, id, block_, bytes_, group_, offset_, umax_, min_, act_, rmse_) \
    {                                                                                          \
        .name = #NAME,                                                                         \
        .lower = #lower_name,                                                                  \
        .type = OG_##NAME,                                                                     \
        .is_block = true,                                                                      \
        .block = block_,                                                                       \
        .bytes = bytes_,                                                                       \
        .group = group_,                                                                       \
        .offset = offset_,                                                                     \
        .umax = umax_,                                                                         \
        .has_min = min_,                                                                       \
        .act = OG_ACT_##act_,                                                                  \
        .rmse = rmse_,                                                                         \
        .unpack = og_##lower_name##_unpack,                                                    \
        .encode = og_##lower_name##_encode,                                                    \
    },
#define FLOAT(NAME, lower_name, id, bytes_) \
    {.name = #NAME,                         \
     .lower = #lower_name,                  \
     .type = OG_##NAME,                     \
     .is_float = true,                      \
     .block = 1,                            \
     .bytes = bytes_,                       \
     .group = 1,                            \
     .encode = lower_name##_encode},
#define INT(NAME, lower_name, id, bytes_) {.name = #NAME, .lower = #lower_name, .type = OG_##NAME, .block = 1, .bytes = bytes_, .group = 1},
#include "quant/quants.def"
};

/* What the generic code below and every reader of the table relies on. */
#define BLOCK(NAME, name, id, block, bytes, group, offset, umax, ...)                                                               \
    _Static_assert(id < OG_TYPE_LIMIT && block <= OG_QUANT_BLOCK_MAX && block % group == 0 && block / group <= OG_QUANT_GROUPS_MAX, \
                   #NAME ": id, block or group out of range");                                                                      \
    _Static_assert(offset >= 0 && offset <= 128 && umax <= 255 && umax - offset <= 127, #NAME ": q does not fit int8");
#include "quant/quants.def"

/* Where a type's row is, plus one. */
enum {
#define BLOCK(NAME, ...) AT_##NAME,
#define FLOAT(NAME, ...) AT_##NAME,
#define INT(NAME, ...) AT_##NAME,
#include "quant/quants.def"
};
static const uint8_t place[OG_TYPE_LIMIT] = {
#define BLOCK(NAME, ...) [OG_##NAME] = AT_##NAME + 1,
#define FLOAT(NAME, ...) [OG_##NAME] = AT_##NAME + 1,
#define INT(NAME, ...) [OG_##NAME] = AT_##NAME + 1,
#include "quant/quants.def"
};

const og_quant *og_quant_of(uint32_t type) {
    return type < OG_TYPE_LIMIT && place[type] ? &rows[place[type] - 1] : NULL;
}

static char ascii_lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

const og_quant *og_quant_named(const char *name) {
    for (size_t i = 0; i < OG_LEN(rows); i++) {
        size_t k = 0;
        while (name[k] && ascii_lower(name[k]) == rows[i].lower[k]) k++;
        if (!name[k] && !rows[i].lower[k]) return &rows[i];
    }
    return NULL;
}

const og_quant *og_quant_at(int i) {
    return i >= 0 && (size_t)i < OG_LEN(rows) ? &rows[i] : NULL;
}

bool og_quant_row_bytes(og_type type, uint64_t n, uint64_t *bytes) {
    const og_quant *row = og_quant_of((uint32_t)type);
    if (!row || n % (uint64_t)row->block) return false;
    return og_mul_u64(n / (uint64_t)row->block, (uint64_t)row->bytes, bytes);
}

static void decode_blocks(const og_quant *row, const uint8_t *src, float *dst, size_t n) {
    int8_t q[OG_QUANT_BLOCK_MAX];
    float scale[OG_QUANT_GROUPS_MAX], min[OG_QUANT_GROUPS_MAX];
    for (size_t at = 0; at + (size_t)row->block <= n; at += (size_t)row->block, src += row->bytes) {
        row->unpack(src, q, scale, min);
        for (int g = 0; g < row->block / row->group; g++) {
            const int8_t *qg = q + g * row->group;
            float *out = dst + at + g * row->group;
            for (int i = 0; i < row->group; i++) out[i] = scale[g] * (float)qg[i];
            if (row->has_min)
                for (int i = 0; i < row->group; i++) out[i] -= min[g];
        }
    }
}

/* Numbers stored one by one, unaligned, converted each. */
#define DECODE_EACH(stored, convert)                               \
    for (size_t i = 0; i < n; i++) {                               \
        stored v;                                                  \
        memcpy(&v, (const uint8_t *)src + i * sizeof v, sizeof v); \
        dst[i] = convert(v);                                       \
    }                                                              \
    break

void og_quant_decode(og_type type, const void *src, float *dst, size_t n) {
    const og_quant *row = og_quant_of((uint32_t)type);
    assert(row && n % (size_t)row->block == 0);
    if (!row) return;
    if (row->is_block) {
        decode_blocks(row, src, dst, n);
        return;
    }
    switch (type) {
    case OG_F32:
        memcpy(dst, src, n * sizeof *dst);
        break;
    case OG_F64:
        DECODE_EACH(double, (float));
    case OG_F16:
        og_f16_to_f32_all(src, dst, n);
        break;
    case OG_BF16:
        DECODE_EACH(uint16_t, og_bf16_to_f32);
    case OG_I8:
        DECODE_EACH(int8_t, (float));
    case OG_I16:
        DECODE_EACH(int16_t, (float));
    case OG_I32:
        DECODE_EACH(int32_t, (float));
    case OG_I64:
        DECODE_EACH(int64_t, (float));
    default:
        assert(!"a FLOAT or INT row without a decoder");
    }
}

void og_quant_encode(og_type type, const float *src, void *dst, size_t n, const float *importance) {
    const og_quant *row = og_quant_of((uint32_t)type);
    assert(row && row->encode && n % (size_t)row->block == 0);
    if (row && row->encode) row->encode(src, dst, n, importance);
}
