/* fit_near.h: which points of a codebook are near a vector. Private to src/quant. */
#ifndef OG_QUANT_FIT_NEAR_H
#define OG_QUANT_FIT_NEAR_H

#include "quant/fit_grid.h"

/* Makes the lists, once; safe to call from any thread. */
void og_near_prepare(og_grid *grid);

/* Where the list of a vector is: its coordinates rounded to levels, as digits. */
static inline int og_near_key(const og_grid *g, int dim, const float *y) {
    int key = 0;
    for (int i = 0; i < dim; i++) {
        int digit = 0;
        for (int k = 0; k + 1 < g->levels; k++) digit += 2 * y[i] > (float)(g->level[k] + g->level[k + 1]);
        key = key * g->levels + digit;
    }
    return key;
}

#endif
