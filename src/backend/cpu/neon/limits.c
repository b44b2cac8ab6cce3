#include "backend/cpu/neon/limits.inc"

LIMIT_MAC(neon, 16, vpadalq_s16(acc[i], vmlal_high_s8(vmull_s8(vget_low_s8(w), vget_low_s8(x)), w, x)))
