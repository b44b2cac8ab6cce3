#include "backend/cpu/limits.h"

#include <immintrin.h>

/* The cheapest exact product of AVX2: four maddubs, three 16-bit additions, one madd and one 32-bit addition for 4 x 32 multiply-adds. In
 * assembly, because a compiler sees that equal products are equal. */
#define FOUR(a, b, c, d, sum)                                                                          \
    "vpmaddubsw %%ymm14, %%ymm15, %%ymm" #a "\n\tvpmaddubsw %%ymm14, %%ymm15, %%ymm" #b "\n\t"         \
    "vpmaddubsw %%ymm14, %%ymm15, %%ymm" #c "\n\tvpmaddubsw %%ymm14, %%ymm15, %%ymm" #d "\n\t"         \
    "vpaddw %%ymm" #a ", %%ymm" #b ", %%ymm" #a "\n\tvpaddw %%ymm" #c ", %%ymm" #d ", %%ymm" #c "\n\t" \
    "vpaddw %%ymm" #a ", %%ymm" #c ", %%ymm" #a "\n\tvpmaddwd %%ymm" #a ", %%ymm13, %%ymm" #a "\n\t"   \
    "vpaddd %%ymm" #a ", %%ymm" #sum ", %%ymm" #sum "\n\t"

uint64_t og_limit_mac_avx2(uint64_t rounds) {
    for (uint64_t r = 0; r < rounds; r++)
        __asm__ volatile(FOUR(0, 1, 2, 3, 8) FOUR(4, 5, 6, 7, 9) FOUR(0, 1, 2, 3, 10) FOUR(4, 5, 6, 7, 11)::
                             : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11");
    return rounds * 4 * 4 * 32;
}

uint64_t og_limit_read_avx2(const void *data, size_t bytes) {
    const char *p = data;
    __m256i a = _mm256_setzero_si256(), b = a, c = a, d = a;
    for (size_t i = 0; i < bytes; i += 128) {
        a = _mm256_xor_si256(a, _mm256_load_si256((const void *)(p + i)));
        b = _mm256_xor_si256(b, _mm256_load_si256((const void *)(p + i + 32)));
        c = _mm256_xor_si256(c, _mm256_load_si256((const void *)(p + i + 64)));
        d = _mm256_xor_si256(d, _mm256_load_si256((const void *)(p + i + 96)));
    }
    const __m256i s = _mm256_xor_si256(_mm256_xor_si256(a, b), _mm256_xor_si256(c, d));
    return (uint64_t)(_mm256_extract_epi64(s, 0) ^ _mm256_extract_epi64(s, 1) ^ _mm256_extract_epi64(s, 2) ^ _mm256_extract_epi64(s, 3));
}
