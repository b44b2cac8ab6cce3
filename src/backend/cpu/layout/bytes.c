/* bytes: any block format, unpacked once into bytes and float scales. Larger than the file; a format that matters gets a layout of its own.
 */
#include "backend/cpu/layout/layout.h"

#include <string.h>

static size_t head_bytes(const og_quant *quant, int nb) {
    return (size_t)(32 * nb / quant->group) * OG_PANEL * sizeof(float) * (quant->has_min ? 2 : 1);
}

size_t og_bytes_bytes(const og_quant *quant, int nb) {
    return head_bytes(quant, nb) + (size_t)nb * 512;
}

void og_bytes_pack(const og_quant *quant, const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    const int columns = nb * 32, subs = columns / quant->group;
    float *scale = (float *)(void *)dst, *min = scale + subs * OG_PANEL;
    uint8_t *u = dst + head_bytes(quant, nb);
    for (int r = 0; r < OG_PANEL; r++)
        for (int c = 0; c < columns; c += quant->block) {
            int8_t q[OG_QUANT_BLOCK_MAX];
            float s[OG_QUANT_GROUPS_MAX], m[OG_QUANT_GROUPS_MAX];
            quant->unpack(row[r] + (size_t)(c / quant->block) * (size_t)quant->bytes, q, s, m);
            for (int g = 0; g < quant->block / quant->group; g++) {
                const int sub = c / quant->group + g;
                scale[sub * OG_PANEL + r] = s[g];
                if (quant->has_min) min[sub * OG_PANEL + r] = m[g];
            }
            for (int i = 0; i < quant->block; i++) u[(c + i) / 4 * OG_SLICE + r * 4 + i % 4] = (uint8_t)(q[i] + quant->offset);
        }
}

void og_bytes_expand(const og_quant *quant, const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    const size_t one = (size_t)(32 * nb / quant->group) * OG_PANEL * sizeof(float);
    memcpy(scale, packed, one);
    if (quant->has_min) memcpy(min, packed + one, one);
    memcpy(u, packed + head_bytes(quant, nb), (size_t)nb * 512);
}
