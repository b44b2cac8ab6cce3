/* fit_grid.h: fitting blocks of 256 weights to codebooks (IQ1, IQ2, IQ3). Private to src/quant.
 *
 * A group of weights has a scale unit * (2 l + 1); 8 or 4 weights together are one point of a codebook. Either the points are magnitudes,
 * whose signs are stored apart, or (IQ1) q = 8 * coordinate + shift, where the shift is -1 or 1. */
#ifndef OG_QUANT_FIT_GRID_H
#define OG_QUANT_FIT_GRID_H

#include "quant/fit.h"

#include <pthread.h>
#include <stdatomic.h>

/* How weights below zero come about. */
typedef enum og_grid_signs {
    OG_GRID_FREE,        /* eight sign bits for eight weights */
    OG_GRID_EVEN,        /* seven: their number is even */
    OG_GRID_SHIFT_GROUP, /* the points have signs; one shift a group */
    OG_GRID_SHIFT_POINT, /* the points have signs; one shift each */
} og_grid_signs;

enum { OG_GRID_NEAR = 16, OG_GRID_KEYS = 6561 };

typedef struct og_grid {
    const int8_t *point; /* [n][dim] */
    int n, dim, levels;  /* levels: values that a coordinate takes */
    int8_t level[8];     /* these, ascending */
    og_grid_signs signs;
    int group, l_max;
    float from, to;                 /* where the largest weight of a group may land, in units of the last level */
                                    /* Made when first needed. */
    uint16_t (*near)[OG_GRID_NEAR]; /* [levels ^ dim]: points near each combination of levels, nearest first */
    float *value;                   /* [n][dim]: the points */
    pthread_mutex_t *lock;
    atomic_bool ready;
} og_grid;

typedef struct og_fit_points {
    uint16_t d;                             /* binary16 of unit * per_unit */
    uint8_t l[OG_QUANT_GROUPS_MAX];         /* of each group */
    uint16_t point[OG_QUANT_BLOCK_MAX / 4]; /* of each 8 or 4 weights */
    uint8_t sign[OG_QUANT_BLOCK_MAX / 8];   /* bit i: weight i of 8 is negative */
    int8_t shift[OG_QUANT_BLOCK_MAX / 8];   /* of each point: 0, -1 or 1 */
} og_fit_points;

/* One block of 256. unit = d / per_unit, a power of two. */
void og_fit_grid(og_grid *grid, const float *src, const float *importance, float per_unit, og_fit_points *out);

#endif
