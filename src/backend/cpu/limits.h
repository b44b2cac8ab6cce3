/* limits.h: what an instruction set can do at best, for `offgrid bench` to compare with. One file limits.c in each folder that sets a new
 * limit. */
#ifndef OG_BACKEND_CPU_LIMITS_H
#define OG_BACKEND_CPU_LIMITS_H

#include <stddef.h>
#include <stdint.h>

/* Runs `rounds` rounds of independent int8 multiply-adds out of registers; returns how many multiply-adds those were. */
typedef uint64_t og_limit_mac_fn(uint64_t rounds);
/* Reads bytes (a multiple of 1024, 64-byte aligned) once, in order; returns something that depends on all of them. */
typedef uint64_t og_limit_read_fn(const void *data, size_t bytes);

og_limit_mac_fn og_limit_mac_scalar, og_limit_mac_avx2, og_limit_mac_avx512vnni, og_limit_mac_neon, og_limit_mac_dotprod, og_limit_mac_i8mm;
og_limit_read_fn og_limit_read_scalar, og_limit_read_avx2, og_limit_read_avx512;

#endif
