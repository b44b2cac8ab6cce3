/* hash.h: a fast 64-bit checksum of large data. It finds damage, not attacks: who can choose the data can make two that agree. */
#ifndef OG_BASE_HASH_H
#define OG_BASE_HASH_H

#include "base/base.h"

/* The same value on every CPU; another for another seed. Reads at about the speed of memory. */
uint64_t og_hash(const void *data, size_t bytes, uint64_t seed);

#endif
