/* cpu.h: what the CPU can do. The flags are facts of the machine; a level is a named set of them that may be asked for. */
#ifndef OG_BASE_CPU_H
#define OG_BASE_CPU_H

#include "base/base.h"

enum {
    CPU_SCALAR = 0,
    CPU_AVX2 = 1 << 0,   /* with FMA, F16C, BMI2 */
    CPU_AVX512 = 1 << 1, /* F, BW, VL, DQ */
    CPU_AVX512VNNI = 1 << 2,
    CPU_AVX512BF16 = 1 << 3,
    CPU_AVXVNNI = 1 << 4,
    CPU_NEON = 1 << 8,
    CPU_DOTPROD = 1 << 9,
    CPU_I8MM = 1 << 10,
    CPU_FP16 = 1 << 11,
};

/* All flags of this CPU, as detected (operating system support for the registers included). */
uint32_t og_cpu_detect(void);
/* The detected flags cut down to `level` ("scalar", "avx2", "avx512", "avx512vnni", "neon", "dotprod", "i8mm"; NULL or "": all).
 * An unknown name, or one this CPU lacks, is an error that lists the possible ones. */
og_status og_cpu_select(const char *level, uint32_t *flags, og_error *err);
/* The highest level's name within flags. */
const char *og_cpu_level_name(uint32_t flags);
/* Space-separated feature names of flags, written to out (size bytes). */
void og_cpu_features(uint32_t flags, char *out, size_t size);

#endif
