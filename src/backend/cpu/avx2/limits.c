#include "backend/cpu/limits.h"

#include <immintrin.h>

/* maddubs, widened to 32 bits as a product has to: one madd for four maddubs. */
uint64_t og_limit_mac_avx2(uint64_t rounds) {
    volatile int seed = 0x01010101;
    const __m256i one = _mm256_set1_epi16(1);
    __m256i w = _mm256_set1_epi32(seed), x = w, acc[4];
    for (int i = 0; i < 4; i++) acc[i] = _mm256_setzero_si256();
    for (uint64_t r = 0; r < rounds; r++)
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            __m256i s[4];
#pragma GCC unroll 4
            for (int j = 0; j < 4; j++) {
                __asm__ volatile("" : "+x"(x)); /* keeps equal products from being shared */
                s[j] = _mm256_maddubs_epi16(w, x);
            }
            const __m256i sum = _mm256_add_epi16(_mm256_add_epi16(s[0], s[1]), _mm256_add_epi16(s[2], s[3]));
            acc[i] = _mm256_add_epi32(acc[i], _mm256_madd_epi16(sum, one));
        }
    acc[0] = _mm256_add_epi32(_mm256_add_epi32(acc[0], acc[1]), _mm256_add_epi32(acc[2], acc[3]));
    volatile int sink = _mm256_extract_epi32(acc[0], 0);
    (void)sink;
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
