/* k_scales.h: the 256-byte head that packed q4_k and q5_k groups share: f16 d and dmin, 6-bit scales and mins of 8 sub-blocks, of 16 rows.
 */
#ifndef OG_BACKEND_CPU_LAYOUT_K_SCALES_H
#define OG_BACKEND_CPU_LAYOUT_K_SCALES_H

#include "backend/cpu/layout/layout.h"

#include <string.h>

enum { K_D = 0, K_DMIN = 32, K_SC_LO = 64, K_M_LO = 128, K_SC_HI = 192, K_M_HI = 224, K_HEAD = 256 };
/* The heads of the others whose scales have few bits; d, and dmin where there is one, are at the same places. */
enum { XS_SC_HI = 32, XS_SC_LO = 64, XS_HEAD = 128 };                                         /* iq4_xs */
enum { Q3_SC_HI = 64, Q3_SC_LO = 128, Q3_QUANTS = 256, Q3_HIGH = Q3_QUANTS + 16 * OG_SLICE }; /* q3_k */
enum { Q2_SC = 64, Q2_QUANTS = Q2_SC + 256 };                                                 /* q2_k */
/* tq1_0, tq2_0: d and padding, then quants. */
enum { TQ_QUANTS = 64, TQ2_BYTES = TQ_QUANTS + 16 * OG_SLICE, TQ1_BYTES = TQ_QUANTS + 13 * OG_SLICE };

/* Digits of the bytes of word w, and the slice of digit j. */
static inline int tq1_digits(int w) {
    return w == 12 ? 4 : 5;
}
static inline int tq1_slice(int w, int j) {
    return w < 8 ? 8 * j + w : w < 12 ? 40 + 4 * j + w - 8 : 60 + j;
}

/* Puts 6-bit value x as sub-block j of row r. lo, hi: zeroed beforehand. */
static inline void k_put(uint8_t *lo, uint8_t *hi, int j, int r, unsigned x) {
    lo[(j % 4) * 16 + r] |= (uint8_t)((x & 15) << (j < 4 ? 0 : 4));
    hi[(j % 2) * 16 + r] |= (uint8_t)((x >> 4) << (2 * (j / 2)));
}

static inline unsigned k_get(const uint8_t *lo, const uint8_t *hi, int j, int r) {
    const unsigned low = lo[(j % 4) * 16 + r] >> (j < 4 ? 0 : 4) & 15u;
    return low | (hi[(j % 2) * 16 + r] >> (2 * (j / 2)) & 3u) << 4;
}

/* From the heads of 16 rows' blocks: f16 d, f16 dmin, 12 bytes of 6-bit scales and mins. In those 12 bytes, for j < 4 the scale is the low
 * 6 bits of byte j and the min those of byte j + 4; for j >= 4 low 4 bits come from the nibbles of byte j + 4 and the high 2 bits from the
 * top bits of bytes j - 4 (scale) and j (min). */
static inline void k_pack_head(const uint8_t *const row[OG_PANEL], uint8_t *dst) {
    memset(dst, 0, K_HEAD);
    for (int r = 0; r < OG_PANEL; r++) {
        const uint8_t *s = row[r] + 4;
        memcpy(dst + K_D + r * 2, row[r], 2);
        memcpy(dst + K_DMIN + r * 2, row[r] + 2, 2);
        for (int j = 0; j < 4; j++) {
            k_put(dst + K_SC_LO, dst + K_SC_HI, j, r, s[j] & 63);
            k_put(dst + K_M_LO, dst + K_M_HI, j, r, s[j + 4] & 63);
            k_put(dst + K_SC_LO, dst + K_SC_HI, j + 4, r, (s[j + 8] & 15u) | (s[j] >> 6u) << 4);
            k_put(dst + K_M_LO, dst + K_M_HI, j + 4, r, s[j + 8] >> 4u | (s[j + 4] >> 6u) << 4);
        }
    }
}

static inline void k_expand_head(const uint8_t *packed, float *scale, float *min) {
    for (int j = 0; j < 8; j++)
        for (int r = 0; r < OG_PANEL; r++) {
            uint16_t d, dmin;
            memcpy(&d, packed + K_D + r * 2, 2);
            memcpy(&dmin, packed + K_DMIN + r * 2, 2);
            scale[j * OG_PANEL + r] = og_f16_to_f32(d) * (float)k_get(packed + K_SC_LO, packed + K_SC_HI, j, r);
            min[j * OG_PANEL + r] = og_f16_to_f32(dmin) * (float)k_get(packed + K_M_LO, packed + K_M_HI, j, r);
        }
}

#endif
