/* fit.h: what the encoders of the block formats share: weighted least squares on a grid of integers. Private to src/quant.
 *
 * All arithmetic is float32 in a fixed order, so that a file encoded on one CPU equals one encoded on another. Values are fitted in a
 * normalised form (a power of two taken off the block), so squares and sums of any finite input stay finite. */
#ifndef OG_QUANT_FIT_H
#define OG_QUANT_FIT_H

#include "quant/quant.h"

/* One block ready for fitting: x = original / unit, largest |x| in [2, 4), or all zero; unit is a power of two. w are the weights of the
 * squared errors, all above zero, the largest about 1. n is a multiple of 16. */
typedef struct og_fit {
    int n;
    float unit;
    float x[OG_QUANT_BLOCK_MAX], w[OG_QUANT_BLOCK_MAX];
} og_fit;

/* Without importance (NULL, or nothing above zero in it) w is rms(x) + |x|: large weights matter more to a product, small ones some.
 * Returns whether there was importance. */
bool og_fit_begin(og_fit *fit, const float *src, const float *importance, int n);

/* The binary16 nearest to v * unit, clamped to finite values; *stored is what it means in normalised form. */
uint16_t og_fit_f16(const og_fit *fit, float v, float *stored);

/* The functions below work on n values (a multiple of 16) of a block, x with weights w. */

/* x ~ scale * q, q in [lo, hi]: the scale that makes the error about least; 0 if x is zero. Negative ones are tried too unless lo == -hi.
 */
float og_fit_scale(const float *x, const float *w, int n, int lo, int hi);
/* x ~ scale * q - min, q in [0, hi]; scale >= 0, and min >= 0 unless any_min. */
void og_fit_scale_min(const float *x, const float *w, int n, int hi, bool any_min, float *scale, float *min);
/* q[i] = the integer in [lo, hi] nearest to (x[i] + min) / scale; the one nearest to 0 if scale is 0. */
void og_fit_quantize(const float *x, int n, float scale, float min, int lo, int hi, int8_t *q);
/* Weighted squared error of scale * q - min with those q. */
float og_fit_error(const float *x, const float *w, int n, float scale, float min, int lo, int hi);

/* ---- a table of values instead of integers 0, 1, 2, ...: fit_table.c ---- */

/* The values q may take, ascending; at most 16. */
typedef struct og_fit_table {
    int n;
    int8_t value[16];
} og_fit_table;

extern const og_fit_table og_fit_iq4;  /* the 16 values of IQ4_NL and IQ4_XS */
extern const og_fit_table og_fit_e2m1; /* the 15 of MXFP4 and NVFP4 */

float og_fit_table_scale(const float *x, const float *w, int n, const og_fit_table *table);
void og_fit_table_quantize(const float *x, int n, float scale, const og_fit_table *table, int8_t *q);
float og_fit_table_error(const float *x, const float *w, int n, float scale, const og_fit_table *table);
/* The index of a value that is in the table. */
int og_fit_table_index(const og_fit_table *table, int8_t value);
/* The code of a value of og_fit_e2m1. */
int og_fit_e2m1_code(int8_t value);

/* ---- blocks of 256 whose groups' scales are integers themselves: fit_super.c ---- */

typedef struct og_fit_super {
    uint16_t d, dmin; /* binary16 */
    int8_t sc[OG_QUANT_GROUPS_MAX], m[OG_QUANT_GROUPS_MAX];
    int8_t q[OG_QUANT_BLOCK_MAX];
} og_fit_super;

/* w = (d * sc) * q - (dmin * m), sc and m in [0, sc_max], q in [0, hi]. */
void og_fit_super_min(const float *src, const float *importance, int group, int hi, int sc_max, og_fit_super *out);
/* w = (d * sc) * q, sc in [sc_lo, sc_hi], q in [lo, hi]; dmin and m are not written. */
void og_fit_super_signed(const float *src, const float *importance, int group, int lo, int hi, int sc_lo, int sc_hi, og_fit_super *out);
/* The same with q from a table. */
void og_fit_super_table(const float *src, const float *importance, int group, const og_fit_table *table, int sc_lo, int sc_hi,
                        og_fit_super *out);

#endif
