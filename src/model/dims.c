/* dims.c: the dimensions that the rows of many architectures share. */
#include "model/arch.h"

#define DIM(name, text, value)                                                     \
    static uint64_t value_of_##name(const og_hparams *hp, const og_layer *layer) { \
        (void)hp;                                                                  \
        (void)layer;                                                               \
        return value;                                                              \
    }                                                                              \
    const og_dim og_dim_##name = {text, value_of_##name};
OG_DIMS(DIM)
#undef DIM

uint64_t og_dim_value(const og_dim *dim, const og_hparams *hp, const og_layer *layer) {
    return dim ? dim->value(hp, layer) : 1;
}

const char *og_dim_text(const og_dim *dim) {
    return dim ? dim->text : "1";
}
