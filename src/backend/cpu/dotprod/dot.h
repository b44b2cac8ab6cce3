/* dot.h (dotprod): one instruction multiplies 4 columns of 4 rows by the 4 activations in a lane. */
#ifndef OG_DOT_DOTPROD_H
#define OG_DOT_DOTPROD_H

#include <arm_neon.h>
#include <stdbool.h>

#define DOT_ISA dotprod
enum { TILE_TOKENS = 8 }; /* tokens whose sums with 8 rows fit the registers */

typedef int32x4_t dot4; /* a row a lane */

/* Only plain NEON has a shorter way for narrow weights; `narrow` is always false here. */
static inline bool dot_narrow(int wmax, int group) {
    (void)wmax, (void)group;
    return false;
}

/* Four rows that start at x. */
static inline dot4 dot_start(int32x4_t x, const bool narrow) {
    (void)narrow;
    return x;
}

static inline __attribute__((always_inline)) dot4 dot_one(dot4 s, int8x16_t w, int8x16_t a, int lane) {
    switch (lane) {
    case 0:
        return vdotq_laneq_s32(s, w, a, 0);
    case 1:
        return vdotq_laneq_s32(s, w, a, 1);
    case 2:
        return vdotq_laneq_s32(s, w, a, 2);
    default:
        return vdotq_laneq_s32(s, w, a, 3);
    }
}

/* s + w0 * (lane l0 of a0) + w1 * (lane l1 of a1): w are 4 columns of 4 rows, a lane 4 activations. */
static inline __attribute__((always_inline)) dot4 dot_two(dot4 s, int8x16_t w0, int8x16_t w1, int8x16_t a0, int l0, int8x16_t a1, int l1,
                                                          const bool narrow) {
    (void)narrow;
    return dot_one(dot_one(s, w0, a0, l0), w1, a1, l1);
}

static inline int32x4_t dot_end(dot4 s, int32x4_t x, const bool narrow) {
    (void)x, (void)narrow;
    return s;
}

#endif
