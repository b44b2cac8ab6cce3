#include "v16.h"
#include "backend/cpu/common/recurrent.inc"
