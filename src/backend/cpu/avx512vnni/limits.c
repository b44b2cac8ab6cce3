#include "backend/cpu/limits.h"

#include <immintrin.h>

/* In assembly, because a compiler sees that equal sums are equal. Twelve sums hide the latency. */
#define OP(i) "vpdpbusd %%zmm30, %%zmm31, %%zmm" #i "\n\t"

uint64_t og_limit_mac_avx512vnni(uint64_t rounds) {
    for (uint64_t r = 0; r < rounds; r++)
        __asm__ volatile(OP(0) OP(1) OP(2) OP(3) OP(4) OP(5) OP(6) OP(7) OP(8) OP(9) OP(10) OP(11)::
                             : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11");
    return rounds * 12 * 64;
}
