/* fill.c (neon): expanders of the formats of fill.h, and their products with one token. */
#include "dot.h"
#include "backend/cpu/neon/fill.inc"

#define BLOCK(NAME, name, ...) og_expand_fn og_expand_##name##_neon;
#include "quant/quants.def"

#define FILL(NAME, name, act)                                                                           \
    void og_expand_##name##_neon(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) { \
        (void)min;                                                                                      \
        fill(OG_##NAME, packed, nb, u, scale);                                                          \
    }
FILL_TYPES
