/* lane.h: 32-bit lanes of a register by a number that is constant after inlining, as the instructions want it; and a word to the compiler.
 */
#ifndef OG_LANE_NEON_H
#define OG_LANE_NEON_H

#include <arm_neon.h>

static inline __attribute__((always_inline)) int8x16_t lane_all(int8x16_t a, int lane) {
    const int32x4_t x = vreinterpretq_s32_s8(a);
    switch (lane) {
    case 0:
        return vreinterpretq_s8_s32(vdupq_laneq_s32(x, 0));
    case 1:
        return vreinterpretq_s8_s32(vdupq_laneq_s32(x, 1));
    case 2:
        return vreinterpretq_s8_s32(vdupq_laneq_s32(x, 2));
    default:
        return vreinterpretq_s8_s32(vdupq_laneq_s32(x, 3));
    }
}

/* Before loops. UNROLL: lanes depend on the counter. KEEP: unrolled, its sums would be made one after the other, each waiting for itself,
 * and not side by side. */
#ifdef __clang__
#define LANE_UNROLL _Pragma("clang loop unroll(full)")
#define LANE_KEEP_LOOP _Pragma("clang loop unroll(disable)")
#else
#define LANE_UNROLL _Pragma("GCC unroll 8")
#define LANE_KEEP_LOOP _Pragma("GCC unroll 1")
#endif

#endif
