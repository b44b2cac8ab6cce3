#include "dot.h"
#include "backend/cpu/neon/tile.h"
#include "backend/cpu/neon/gemm.inc"
