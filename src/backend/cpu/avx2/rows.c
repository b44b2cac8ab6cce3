#include "v16.h"
#include "backend/cpu/common/rows.inc"
