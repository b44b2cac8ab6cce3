#include "v16.h"
#include "backend/cpu/common/float.inc"
