#include "backend/cpu/neon/limits.inc"

LIMIT_MAC(dotprod, 16, vdotq_s32(acc[i], w, x))
