#include "backend/cpu/pack.h"

#include "backend/cpu/layout/layout.h"

#include <string.h>

static const og_layout *const layouts[] = {
#define LAYOUT(NAME, name) &og_layout_##name,
#include "backend/cpu/layout/layouts.def"
};

const og_layout *og_layout_of(og_type type) {
    for (size_t i = 0; i < OG_LEN(layouts); i++)
        if (layouts[i]->type == type) return layouts[i];
    return NULL;
}

bool og_pack_native(og_type type) {
    return og_layout_of(type) != NULL;
}

size_t og_pack_group_bytes(og_type type, int nb) {
    const og_layout *layout = og_layout_of(type);
    return layout ? layout->bytes(nb) : og_bytes_bytes(og_quant_of(type), nb);
}

size_t og_pack_panel_bytes(og_type type, int64_t k) {
    const og_quant *quant = og_quant_of(type);
    if (quant->is_float) return (size_t)k * OG_PANEL * (size_t)quant->bytes;
    const int64_t whole = k / OG_GROUP, rest = k % OG_GROUP;
    return (size_t)whole * og_pack_group_bytes(type, OG_GROUP / 32) + (rest ? og_pack_group_bytes(type, (int)rest / 32) : 0);
}

static void pack_floats(size_t size, const uint8_t *const rows[OG_PANEL], int64_t k, uint8_t *dst) {
    for (int r = 0; r < OG_PANEL; r++)
        for (int64_t c = 0; c < k; c++) {
            uint8_t *to = dst + ((size_t)c * OG_PANEL + (size_t)r) * size;
            if (rows[r])
                memcpy(to, rows[r] + (size_t)c * size, size);
            else
                memset(to, 0, size);
        }
}

void og_pack_panel(og_type type, const uint8_t *const rows[OG_PANEL], int64_t k, uint8_t *dst) {
    /* A zeroed block is zero in every format that has a float scale; rows past the end are never looked at anyway. */
    static const uint8_t zero[OG_GROUP * 4];
    const og_quant *quant = og_quant_of(type);
    if (quant->is_float) {
        pack_floats((size_t)quant->bytes, rows, k, dst);
        return;
    }
    const og_layout *layout = og_layout_of(type);
    for (int64_t c = 0; c < k; c += OG_GROUP) {
        const int nb = (int)OG_MIN((int64_t)OG_GROUP, k - c) / 32;
        const uint8_t *row[OG_PANEL];
        for (int r = 0; r < OG_PANEL; r++) row[r] = rows[r] ? rows[r] + (size_t)(c / quant->block) * (size_t)quant->bytes : zero;
        if (layout)
            layout->pack(row, nb, dst);
        else
            og_bytes_pack(quant, row, nb, dst);
        dst += og_pack_group_bytes(type, nb);
    }
}
