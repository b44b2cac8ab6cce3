#include "dot.h"
#include "backend/cpu/neon/tile.inc"
#include "backend/cpu/neon/gemm.inc"
