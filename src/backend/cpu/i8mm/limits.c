#include "backend/cpu/neon/limits.inc"

LIMIT_MAC(i8mm, 32, vmmlaq_s32(acc[i], w, x))
