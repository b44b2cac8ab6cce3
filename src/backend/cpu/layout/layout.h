/* layout.h: packed layouts, one file each. The layouts themselves are written down in ../pack.h. */
#ifndef OG_BACKEND_CPU_LAYOUT_LAYOUT_H
#define OG_BACKEND_CPU_LAYOUT_LAYOUT_H

#include "backend/cpu/pack.h"

typedef struct og_layout {
    og_type type;
    size_t (*bytes)(int nb);                                                /* of a group of nb blocks of 32 columns; a multiple of 64 */
    void (*pack)(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst); /* row[r]: the file's blocks of this group */
    og_expand_fn *expand;                                                   /* the definition */
} og_layout;

#define LAYOUT(NAME, name) extern const og_layout og_layout_##name;
#include "backend/cpu/layout/layouts.def"
#undef LAYOUT

/* The row of a type, or NULL: packed as bytes. */
const og_layout *og_layout_of(og_type type);
void og_bytes_pack(const og_quant *quant, const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst);
size_t og_bytes_bytes(const og_quant *quant, int nb);
void og_bytes_expand(const og_quant *quant, const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min);

/* Copies `words` 4-byte words of 16 rows side by side: word w of row r goes to dst + w * 64 + r * 4. */
static inline void og_layout_words(const uint8_t *const row[OG_PANEL], size_t offset, int words, uint8_t *dst) {
    for (int r = 0; r < OG_PANEL; r++) {
        const uint8_t *src = row[r] + offset;
        for (int w = 0; w < words; w++) __builtin_memcpy(dst + w * OG_SLICE + r * 4, src + w * 4, 4);
    }
}

#endif
