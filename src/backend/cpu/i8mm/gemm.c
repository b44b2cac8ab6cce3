#include "tile.h"
#include "backend/cpu/neon/gemm.inc"
