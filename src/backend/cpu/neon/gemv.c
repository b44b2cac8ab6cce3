#include "dot.h"
#include "backend/cpu/neon/gemv.inc"
