/* kernels.c: the table of kernels, from the rows of each folder's kernels.def. */
#include "backend/cpu/kernels.h"

#include <string.h>

#define SLOT(name, sig) typedef og_##sig##_fn og_slot_##name;
#include "backend/cpu/slots.def"

/* Prototypes. */
#define KERNEL(slot, needs) og_slot_##slot og_##slot##_scalar;
#include "backend/cpu/scalar/kernels.def"
#undef KERNEL
#define BLOCK(NAME, name, ...) og_expand_fn og_expand_##name##_signed;
#include "quant/quants.def"
#ifdef OG_HAVE_AVX2
#define KERNEL(slot, needs) og_slot_##slot og_##slot##_avx2;
#include "backend/cpu/avx2/kernels.def"
#undef KERNEL
#endif
#ifdef OG_HAVE_AVX512
#define KERNEL(slot, needs) og_slot_##slot og_##slot##_avx512;
#include "backend/cpu/avx512/kernels.def"
#undef KERNEL
#endif
#ifdef OG_HAVE_AVX512VNNI
#define KERNEL(slot, needs) og_slot_##slot og_##slot##_avx512vnni;
#include "backend/cpu/avx512vnni/kernels.def"
#undef KERNEL
#endif
#ifdef OG_HAVE_NEON
#define KERNEL(slot, needs) og_slot_##slot og_##slot##_neon;
#include "backend/cpu/neon/kernels.def"
#undef KERNEL
#endif
#ifdef OG_HAVE_DOTPROD
#define KERNEL(slot, needs) og_slot_##slot og_##slot##_dotprod;
#include "backend/cpu/dotprod/kernels.def"
#undef KERNEL
#endif
#ifdef OG_HAVE_I8MM
#define KERNEL(slot, needs) og_slot_##slot og_##slot##_i8mm;
#include "backend/cpu/i8mm/kernels.def"
#undef KERNEL
#endif

#define ROW(slot, isa, needs) \
    {#slot, #isa, (needs) & ~WIDE_SIGNED, ((needs)&WIDE_SIGNED) != 0, offsetof(og_kernels, slot), (void (*)(void))og_##slot##_##isa},

static const og_kernel_row rows[] = {
#define KERNEL(slot, needs) ROW(slot, scalar, needs)
#include "backend/cpu/scalar/kernels.def"
#undef KERNEL
#ifdef OG_HAVE_AVX2
#define KERNEL(slot, needs) ROW(slot, avx2, needs)
#include "backend/cpu/avx2/kernels.def"
#undef KERNEL
#endif
#ifdef OG_HAVE_AVX512
#define KERNEL(slot, needs) ROW(slot, avx512, needs)
#include "backend/cpu/avx512/kernels.def"
#undef KERNEL
#endif
#ifdef OG_HAVE_AVX512VNNI
#define KERNEL(slot, needs) ROW(slot, avx512vnni, needs)
#include "backend/cpu/avx512vnni/kernels.def"
#undef KERNEL
#endif
#ifdef OG_HAVE_NEON
#define KERNEL(slot, needs) ROW(slot, neon, needs)
#include "backend/cpu/neon/kernels.def"
#undef KERNEL
#endif
#ifdef OG_HAVE_DOTPROD
#define KERNEL(slot, needs) ROW(slot, dotprod, needs)
#include "backend/cpu/dotprod/kernels.def"
#undef KERNEL
#endif
#ifdef OG_HAVE_I8MM
#define KERNEL(slot, needs) ROW(slot, i8mm, needs)
#include "backend/cpu/i8mm/kernels.def"
#undef KERNEL
#endif
};

const og_kernel_row *og_kernel_rows(int *n) {
    *n = (int)OG_LEN(rows);
    return rows;
}

/* The expander of a type whose bytes may be signed or not. */
static bool is_wide_expander(const og_kernel_row *row) {
    static const char stem[] = "expand_";
    const og_quant *quant = strncmp(row->slot, stem, sizeof stem - 1) ? NULL : og_quant_named(row->slot + sizeof stem - 1);
    return quant && quant->umax > 127;
}

void og_kernels_choose(uint32_t flags, og_kernels *out) {
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < OG_LEN(rows); i++)
        if ((rows[i].needs & flags) == rows[i].needs && !strncmp(rows[i].slot, "gemm_", 5)) out->wide_signed = rows[i].wide_signed;
    for (size_t i = 0; i < OG_LEN(rows); i++) {
        if ((rows[i].needs & flags) != rows[i].needs) continue;
        if (is_wide_expander(&rows[i]) && rows[i].wide_signed != out->wide_signed) continue; /* not what the products take */
        memcpy((char *)out + rows[i].field, &rows[i].fn, sizeof rows[i].fn);
    }
    /* Wide types for which this instruction set has no expander of its own. */
#define BLOCK(NAME, name, ...) \
    if (!out->expand_##name) out->expand_##name = og_expand_##name##_signed;
#include "quant/quants.def"
}

og_expand_fn *og_kernels_expand(const og_kernels *k, og_type type) {
    switch (type) {
#define BLOCK(NAME, name, ...) \
    case OG_##NAME:            \
        return k->expand_##name;
#include "quant/quants.def"
    default:
        return NULL;
    }
}

og_gemv_fn *og_kernels_gemv(const og_kernels *k, og_type type) {
    switch (type) {
#define BLOCK(NAME, name, ...) \
    case OG_##NAME:            \
        return k->gemv_##name;
#include "quant/quants.def"
    default:
        return NULL;
    }
}

og_few_fn *og_kernels_few(const og_kernels *k, og_type type) {
    switch (type) {
    case OG_Q4_0:
        return k->few_q4_0;
    case OG_Q8_0:
        return k->few_q8_0;
    case OG_Q4_K:
        return k->few_q4_k;
    case OG_Q5_K:
        return k->few_q5_k;
    case OG_Q6_K:
        return k->few_q6_k;
    case OG_IQ4_XS:
        return k->few_iq4_xs;
    case OG_IQ4_NL:
        return k->few_iq4_nl;
    case OG_MXFP4:
        return k->few_mxfp4;
    default:
        return NULL;
    }
}

og_gemm_fn *og_kernels_gemm(const og_kernels *k, og_type type) {
    const og_quant *q = og_quant_of(type);
    if (!q || !q->is_block) return NULL;
    if (q->act == OG_ACT_q8) return q->has_min ? k->gemm_q8_g32_min : k->gemm_q8_g32;
    if (q->group == 16) return q->has_min ? k->gemm_q8k_g16_min : k->gemm_q8k_g16;
    return q->has_min ? k->gemm_q8k_g32_min : k->gemm_q8k_g32;
}

og_attend_fn *og_kernels_attend(const og_kernels *k, og_type type) {
    return type == OG_Q8_0 ? k->attend_q8_0 : type == OG_Q4_0 ? k->attend_q4_0 : k->attend_f16;
}

og_fgemm_fn *og_kernels_fgemm(const og_kernels *k, og_type type) {
    switch (type) {
    case OG_F32:
        return k->fgemm_f32;
    case OG_F16:
        return k->fgemm_f16;
    case OG_BF16:
        return k->fgemm_bf16;
    default:
        return NULL;
    }
}
