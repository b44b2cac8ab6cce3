/* cpu.c: CPU features, and the levels that cut them down. */
#include "base/cpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

/* Which register files the operating system saves (XCR0). */
static uint64_t saved_registers(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

static bool bits(uint64_t value, uint64_t wanted) {
    return (value & wanted) == wanted;
}

uint32_t og_cpu_detect(void) {
    uint32_t a, b, c, d, b7, c7, d7, a71 = 0, ignored;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return CPU_SCALAR;
    uint64_t saved = saved_registers();
    if (!__get_cpuid_count(7, 0, &a, &b7, &c7, &d7)) return CPU_SCALAR;
    if (a >= 1) __get_cpuid_count(7, 1, &a71, &ignored, &ignored, &ignored);

    uint32_t flags = CPU_SCALAR;
    enum { XMM = 1 << 1, YMM = 1 << 2, OPMASK = 1 << 5, ZMM = 3 << 6 };
    if (!bits(saved, XMM | YMM) || !bits(c, bit_AVX | bit_FMA | bit_F16C) || !bits(b7, bit_AVX2 | bit_BMI2)) return flags;
    flags |= CPU_AVX2;
    if (a71 & (1u << 4)) flags |= CPU_AVXVNNI;
    if (!bits(saved, OPMASK | ZMM) || !bits(b7, bit_AVX512F | bit_AVX512BW | bit_AVX512VL | bit_AVX512DQ)) return flags;
    flags |= CPU_AVX512;
    if (c7 & (1u << 11)) flags |= CPU_AVX512VNNI;
    if (a71 & (1u << 5)) flags |= CPU_AVX512BF16;
    return flags;
}

#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>

/* Bits of AT_HWCAP and AT_HWCAP2, from the kernel's arm64 ABI; older C libraries do not name them all. */
enum { CAP_ASIMD = 1 << 1, CAP_ASIMDHP = 1 << 10, CAP_ASIMDDP = 1 << 20, CAP2_I8MM = 1 << 13 };

uint32_t og_cpu_detect(void) {
    unsigned long cap = getauxval(AT_HWCAP), cap2 = getauxval(AT_HWCAP2);
    uint32_t flags = CPU_SCALAR;
    if (cap & CAP_ASIMD) flags |= CPU_NEON;
    if (cap & CAP_ASIMDHP) flags |= CPU_FP16;
    if (cap & CAP_ASIMDDP) flags |= CPU_DOTPROD;
    if (cap2 & CAP2_I8MM) flags |= CPU_I8MM;
    return flags;
}

#elif defined(__aarch64__)
uint32_t og_cpu_detect(void) {
    return CPU_NEON;
} /* part of the base architecture; the rest cannot be asked for here */
#else
uint32_t og_cpu_detect(void) {
    return CPU_SCALAR;
}
#endif

/* A level needs every flag of its row, and allows no other. Higher levels of one family come later. */
static const struct level {
    const char *name;
    uint32_t flags;
} levels[] = {
    {"scalar", CPU_SCALAR},
    {"avx2", CPU_AVX2},
    {"avx512", CPU_AVX2 | CPU_AVX512},
    {"avx512vnni", CPU_AVX2 | CPU_AVX512 | CPU_AVX512VNNI},
    {"neon", CPU_NEON},
    {"dotprod", CPU_NEON | CPU_DOTPROD},
    {"i8mm", CPU_NEON | CPU_DOTPROD | CPU_I8MM},
};

static bool has(uint32_t flags, const struct level *l) {
    return (flags & l->flags) == l->flags;
}

og_status og_cpu_select(const char *level, uint32_t *flags, og_error *err) {
    uint32_t detected = og_cpu_detect();
    const char *where = "CPU level ";
    if (!level || !*level) {
        level = getenv("OFFGRID_CPU");
        where = "environment OFFGRID_CPU=";
    }
    if (!level || !*level) {
        *flags = detected;
        return OG_OK;
    }

    bool known = false;
    char possible[128] = "";
    for (size_t i = 0; i < OG_LEN(levels); i++) {
        bool same = strcmp(level, levels[i].name) == 0;
        known = known || same;
        if (!has(detected, &levels[i])) continue;
        if (same) {
            *flags = levels[i].flags;
            return OG_OK;
        }
        size_t used = strlen(possible);
        snprintf(possible + used, sizeof(possible) - used, "%s%s", used ? ", " : "", levels[i].name);
    }
    if (known) return og_fail(err, OG_ERR_UNSUPPORTED, "%s%s: this CPU does not have it; it has: %s", where, level, possible);
    return og_fail(err, OG_ERR_ARG, "%s%s: no such level; this CPU has: %s", where, level, possible);
}

const char *og_cpu_level_name(uint32_t flags) {
    const char *name = levels[0].name;
    for (size_t i = 0; i < OG_LEN(levels); i++) {
        if (has(flags, &levels[i])) name = levels[i].name;
    }
    return name;
}

void og_cpu_features(uint32_t flags, char *out, size_t size) {
    static const struct {
        uint32_t flag;
        const char *name;
    } features[] = {
        {CPU_AVX2, "avx2"},
        {CPU_AVXVNNI, "avxvnni"},
        {CPU_AVX512, "avx512"},
        {CPU_AVX512VNNI, "avx512vnni"},
        {CPU_AVX512BF16, "avx512bf16"},
        {CPU_NEON, "neon"},
        {CPU_FP16, "fp16"},
        {CPU_DOTPROD, "dotprod"},
        {CPU_I8MM, "i8mm"},
    };
    if (!size) return;
    out[0] = '\0';
    size_t used = 0;
    for (size_t i = 0; i < OG_LEN(features); i++) {
        if (!(flags & features[i].flag)) continue;
        int n = snprintf(out + used, size - used, "%s%s", used ? " " : "", features[i].name);
        if (n < 0 || (size_t)n >= size - used) return;
        used += (size_t)n;
    }
}
