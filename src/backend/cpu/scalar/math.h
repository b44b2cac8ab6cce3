/* math.h: the one exp of the CPU backend, as scalar code. Vector versions do the same operations in the same order. */
#ifndef OG_BACKEND_CPU_SCALAR_MATH_H
#define OG_BACKEND_CPU_SCALAR_MATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Constants of exp: n = rint(x * log2e); r = x - n * ln2 in two parts; degree-6 polynomial (Cephes expf coefficients); scaled by 2^n in two
 * steps. */
#define OG_EXP_HI 88.72284f
#define OG_EXP_LO (-103.97208f)
#define OG_LOG2E 1.44269504f
#define OG_LN2_HI 0.693359375f
#define OG_LN2_LO (-2.12194440e-4f)
#define OG_EXP_C0 1.9875691500e-4f
#define OG_EXP_C1 1.3981999507e-3f
#define OG_EXP_C2 8.3334519073e-3f
#define OG_EXP_C3 4.1665795894e-2f
#define OG_EXP_C4 1.6666665459e-1f
#define OG_EXP_C5 5.0000001201e-1f

#endif
