#include "backend/cpu/limits.h"

#include <immintrin.h>

uint64_t og_limit_mac_avx512vnni(uint64_t rounds) {
    volatile int seed = 0x01010101;
    const __m512i w = _mm512_set1_epi32(seed), x = _mm512_set1_epi32(seed);
    __m512i acc[16];
    for (int i = 0; i < 16; i++) acc[i] = _mm512_setzero_si512();
    for (uint64_t r = 0; r < rounds; r++)
#pragma GCC unroll 16
        for (int i = 0; i < 16; i++) acc[i] = _mm512_dpbusd_epi32(acc[i], w, x);
    for (int i = 1; i < 16; i++) acc[0] = _mm512_add_epi32(acc[0], acc[i]);
    volatile int sink = _mm512_reduce_add_epi32(acc[0]);
    (void)sink;
    return rounds * 16 * 64;
}
