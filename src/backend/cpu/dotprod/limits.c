#include "backend/cpu/limits.h"

#include <arm_neon.h>

uint64_t og_limit_mac_dotprod(uint64_t rounds) {
    volatile int8_t seed = 1;
    const int8x16_t w = vdupq_n_s8(seed), x = w;
    int32x4_t acc[16];
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) acc[i] = vdupq_n_s32(0);
    for (uint64_t r = 0; r < rounds; r++)
#pragma GCC unroll 16
        for (int i = 0; i < 16; i++) acc[i] = vdotq_s32(acc[i], w, x);
#pragma GCC unroll 16
    for (int i = 1; i < 16; i++) acc[0] = vaddq_s32(acc[0], acc[i]);
    volatile int32_t sink = vaddvq_s32(acc[0]);
    (void)sink;
    return rounds * 16 * 16;
}
