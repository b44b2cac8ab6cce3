/* dot.h (neon): products of bytes without a dot instruction. They are made in 16 bits. Narrow weights leave room there for the sum of a
 * whole group; of others two products fit (2 * 128 * 127), which are then added in pairs into 32 bits. */
#ifndef OG_DOT_NEON_H
#define OG_DOT_NEON_H

#include "backend/cpu/neon/lane.h"

#include <stdbool.h>
#include <stdint.h>

#define DOT_ISA neon
enum { TILE_TOKENS = 4 }; /* tokens whose sums with 8 rows fit the registers */

typedef struct dot4 {
    int16x8_t low16, high16; /* narrow: all products of columns 0, 1, 2, 3 of rows 0, 1 and 2, 3 */
    int32x4_t low, high;     /* not narrow: rows 0, 0, 1, 1 and 2, 2, 3, 3 */
} dot4;

/* Whether the sums over `group` columns of |w| <= wmax may be made narrow. */
static inline bool dot_narrow(int wmax, int group) {
    return wmax * 127 * (group / 4) <= INT16_MAX;
}

/* Four rows that start at x, which dot_end is told again. */
static inline dot4 dot_start(int32x4_t x, const bool narrow) {
    (void)x, (void)narrow;
    const int32x4_t zero = vdupq_n_s32(0);
    return (dot4){vreinterpretq_s16_s32(zero), vreinterpretq_s16_s32(zero), zero, zero};
}

/* s + w0 * (lane l0 of a0) + w1 * (lane l1 of a1): w are 4 columns of 4 rows, a lane 4 activations. */
static inline __attribute__((always_inline)) dot4 dot_two(dot4 s, int8x16_t w0, int8x16_t w1, int8x16_t a0, int l0, int8x16_t a1, int l1,
                                                          const bool narrow) {
    const int8x16_t x0 = lane_all(a0, l0), x1 = lane_all(a1, l1);
    if (narrow) {
        s.low16 = vmlal_s8(vmlal_s8(s.low16, vget_low_s8(w0), vget_low_s8(x0)), vget_low_s8(w1), vget_low_s8(x1));
        s.high16 = vmlal_high_s8(vmlal_high_s8(s.high16, w0, x0), w1, x1);
    } else {
        s.low = vpadalq_s16(s.low, vmlal_s8(vmull_s8(vget_low_s8(w0), vget_low_s8(x0)), vget_low_s8(w1), vget_low_s8(x1)));
        s.high = vpadalq_s16(s.high, vmlal_high_s8(vmull_high_s8(w0, x0), w1, x1));
    }
    return s;
}

static inline int32x4_t dot_end(dot4 s, int32x4_t x, const bool narrow) {
    const int32x4_t low = narrow ? vpaddlq_s16(s.low16) : s.low, high = narrow ? vpaddlq_s16(s.high16) : s.high;
    return vaddq_s32(vpaddq_s32(low, high), x);
}

#endif
