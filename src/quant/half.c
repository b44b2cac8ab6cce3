/* half.c: IEEE binary16 and bfloat16. Conversions round to nearest even; a NaN stays a NaN, made quiet and otherwise keeping the
 * payload bits that fit, as the instructions of x86 (F16C) and Arm do, so that kernels using those give the same bits. */
#include "quant/quant.h"

#include <string.h>

static uint32_t bits_of(float f) {
    uint32_t u;
    memcpy(&u, &f, sizeof u);
    return u;
}

static float float_of(uint32_t u) {
    float f;
    memcpy(&f, &u, sizeof f);
    return f;
}

/* Without branches, so that compilers do many at once. */
static inline float widen(uint16_t h) {
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, u = (uint32_t)(h & 0x7fff) << 13;
    uint32_t normal = u + (112u << 23);                                          /* from bias 15 to bias 127 */
    uint32_t small = bits_of(float_of(u + (113u << 23)) - float_of(113u << 23)); /* mantissa * 2^-24: 2^-14 put in front, then taken off */
    uint32_t large = u | (u > 0x0f800000u ? 0x7fc00000u : 0x7f800000u);
    return float_of((u >= 0x0f800000u ? large : u < 1u << 23 ? small : normal) | sign);
}

float og_f16_to_f32(uint16_t h) {
    return widen(h);
}

void og_f16_to_f32_all(const void *src, float *dst, size_t n) {
    const uint8_t *p = src;
    for (size_t i = 0; i < n; i++) {
        uint16_t h;
        memcpy(&h, p + 2 * i, sizeof h);
        dst[i] = widen(h);
    }
}

uint16_t og_f32_to_f16(float f) {
    uint32_t u = bits_of(f), sign = u & 0x80000000u, h;
    u ^= sign;
    if (u > 0x7f800000u) {
        h = 0x7e00 | ((u >> 13) & 0x3ff);
    } else if (u >= 143u << 23) { /* 65536 and more; 65520 to 65536 round up to infinity below by carrying */
        h = 0x7c00;
    } else if (u < 113u << 23) { /* subnormal or zero: adding 0.5 leaves the rounding to the unit, whose last bit is now 2^-24 */
        h = bits_of(float_of(u) + 0.5f) - bits_of(0.5f);
    } else {
        h = (u - (112u << 23) + 0xfff + ((u >> 13) & 1)) >> 13;
    }
    return (uint16_t)(h | sign >> 16);
}

float og_bf16_to_f32(uint16_t h) {
    uint32_t u = (uint32_t)h << 16;
    if ((u & 0x7fffffffu) > 0x7f800000u) u |= 0x00400000u;
    return float_of(u);
}

uint16_t og_f32_to_bf16(float f) {
    uint32_t u = bits_of(f);
    if ((u & 0x7fffffffu) > 0x7f800000u) return (uint16_t)(u >> 16 | 0x40);
    return (uint16_t)((u + 0x7fff + ((u >> 16) & 1)) >> 16);
}
