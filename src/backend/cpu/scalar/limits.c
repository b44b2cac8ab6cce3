#include "backend/cpu/limits.h"

uint64_t og_limit_mac_scalar(uint64_t rounds) {
    volatile int8_t seed = 3;
    const int32_t w = seed;
    int32_t sum[8] = {0};
    for (uint64_t i = 0; i < rounds; i++)
        for (int j = 0; j < 8; j++) sum[j] += w * (int8_t)(i + (uint64_t)j);
    volatile int32_t sink = sum[0] ^ sum[1] ^ sum[2] ^ sum[3] ^ sum[4] ^ sum[5] ^ sum[6] ^ sum[7];
    (void)sink;
    return rounds * 8;
}

uint64_t og_limit_read_scalar(const void *data, size_t bytes) {
    const uint64_t *p = data;
    uint64_t sum[8] = {0};
    for (size_t i = 0; i < bytes / 8; i += 8)
        for (size_t j = 0; j < 8; j++) sum[j] += p[i + j];
    return sum[0] ^ sum[1] ^ sum[2] ^ sum[3] ^ sum[4] ^ sum[5] ^ sum[6] ^ sum[7];
}
