/* hash.c: eight lanes, each of which mixes one 64-bit word of every 64 bytes by a 32 x 32 -> 64 bit product; compilers turn that into
 * vector instructions. Each lane also takes its neighbour's word as it is, so that a word with a zero half still counts. */
#include "base/hash.h"

#include <string.h>

enum { LANES = 8, STRIPE = LANES * 8 };

static const uint64_t key[LANES] = {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb, 0xd6e8feb86659fd93,
                                    0xa0761d6478bd642f, 0xe7037ed1a0b428db, 0x8ebc6af09c88c6e3, 0x589965cc75374cc3};

/* Bijective: MurmurHash3's finalizer. */
static uint64_t stir(uint64_t h) {
    h = (h ^ h >> 33) * 0xff51afd7ed558ccd;
    h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53;
    return h ^ h >> 33;
}

static uint64_t word_at(const uint8_t *p) {
    uint64_t v;
    memcpy(&v, p, sizeof v);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

static void add_stripe(uint64_t lane[LANES], const uint8_t *p) {
    uint64_t word[LANES];
    for (int i = 0; i < LANES; i++) word[i] = word_at(p + 8 * i);
    for (int i = 0; i < LANES; i++) {
        uint64_t v = word[i] ^ key[i], turned = lane[i] << 23 | lane[i] >> 41;
        lane[i] = turned + (v & 0xffffffff) * (v >> 32) + word[i ^ 1];
    }
}

uint64_t og_hash(const void *data, size_t bytes, uint64_t seed) {
    const uint8_t *p = data;
    uint64_t lane[LANES];
    for (int i = 0; i < LANES; i++) lane[i] = stir(seed + key[i]);
    size_t at = 0;
    for (; bytes - at >= STRIPE; at += STRIPE) add_stripe(lane, p + at);
    uint8_t last[STRIPE] = {0};
    if (bytes > at) memcpy(last, p + at, bytes - at);
    add_stripe(lane, last);
    uint64_t h = (uint64_t)bytes * key[0];
    for (int i = 0; i < LANES; i++) h = stir(h ^ lane[i]) + key[i];
    return h;
}
