/* scales6.h: eight 6-bit scales and eight 6-bit mins in 12 bytes, as Q4_K and Q5_K store them. Private to src/quant.
 *
 *   bytes 0..3    scale j (0..3) in the low 6 bits, the top 2 bits of scale j + 4 above them
 *   bytes 4..7    min j likewise
 *   bytes 8..11   the low 4 bits of scale j + 4, those of min j + 4 above them */
#ifndef OG_QUANT_SCALES6_H
#define OG_QUANT_SCALES6_H

#include <stdint.h>

static inline void scales6_unpack(const uint8_t packed[12], uint8_t sc[8], uint8_t m[8]) {
    for (int j = 0; j < 4; j++) {
        sc[j] = packed[j] & 63;
        m[j] = packed[j + 4] & 63;
        sc[j + 4] = (uint8_t)((packed[j + 8] & 15) | packed[j] >> 6 << 4);
        m[j + 4] = (uint8_t)(packed[j + 8] >> 4 | packed[j + 4] >> 6 << 4);
    }
}

static inline void scales6_pack(const int8_t sc[8], const int8_t m[8], uint8_t packed[12]) {
    for (int j = 0; j < 4; j++) {
        packed[j] = (uint8_t)(sc[j] | sc[j + 4] >> 4 << 6);
        packed[j + 4] = (uint8_t)(m[j] | m[j + 4] >> 4 << 6);
        packed[j + 8] = (uint8_t)((sc[j + 4] & 15) | (m[j + 4] & 15) << 4);
    }
}

#endif
