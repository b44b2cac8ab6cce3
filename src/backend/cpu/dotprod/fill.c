#include "dot.h"
#include "backend/cpu/neon/fill.inc"
