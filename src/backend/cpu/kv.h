/* kv.h: what a page of the KV cache holds of one head, by the cache's type. D: numbers of a key, E: of a value; 64 positions.
 *
 *  f16    f16 keys[D][64]; f16 values[64][E]
 *  q8_0   f16 scale[D / 32][64]; int8 keys[D][64]; f16 scale[E / 32][64]; int8 values[64][E]
 *  q4_0   f16 scale[D / 32][64]; bytes keys[D / 2][64]: low nibble number 2i, high 2i + 1; f16 scale[E / 32][64]; bytes
 *         values[64][E / 2]: byte 16g + i: low nibble number 32g + i, high 32g + 16 + i
 *
 * E is rounded up to 16 (q8_0) or 32 (q4_0); each position has a scale for 32 numbers, or for those that are left. q8_0: scale amax / 127;
 * q4_0: scale x / -8 where x is the number of largest magnitude, nibbles q + 8. A number is q * scale, rounded once. */
#ifndef OG_BACKEND_CPU_KV_H
#define OG_BACKEND_CPU_KV_H

#include "backend/cpu/kernels.h"

typedef struct og_kv_head {
    uint8_t *k, *k_scale, *v, *v_scale; /* f16 has no scales */
} og_kv_head;

bool og_kv_has(og_type type);
/* Bytes of a head of a page, a multiple of 64. */
size_t og_kv_head_bytes(og_type type, int64_t key_dim, int64_t value_dim);
og_kv_head og_kv_head_at(og_type type, uint8_t *at, int64_t key_dim, int64_t value_dim);
/* Writes a position's key and value (value_dim 0: none). */
void og_kv_put(og_type type, const og_kv_head *head, int64_t slot, const float *key, int64_t key_dim, const float *value,
               int64_t value_dim);

#endif
