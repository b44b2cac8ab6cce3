/* The table of element types, sizes, half floats and the plain number types. */
#include "quant/quant.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Sizes written down a second time, from the format document of GGUF: the table is held against them. */
static const struct {
    const char *name;
    int id, block, bytes;
} known[] = {
    {"F32", 0, 1, 4},         {"F16", 1, 1, 2},        {"BF16", 30, 1, 2},       {"F64", 28, 1, 8},      {"I8", 24, 1, 1},
    {"I16", 25, 1, 2},        {"I32", 26, 1, 4},       {"I64", 27, 1, 8},        {"Q4_0", 2, 32, 18},    {"Q4_1", 3, 32, 20},
    {"Q5_0", 6, 32, 22},      {"Q5_1", 7, 32, 24},     {"Q8_0", 8, 32, 34},      {"Q2_K", 10, 256, 84},  {"Q3_K", 11, 256, 110},
    {"Q4_K", 12, 256, 144},   {"Q5_K", 13, 256, 176},  {"Q6_K", 14, 256, 210},   {"IQ4_NL", 20, 32, 18}, {"IQ4_XS", 23, 256, 136},
    {"TQ1_0", 34, 256, 54},   {"TQ2_0", 35, 256, 66},  {"MXFP4", 39, 32, 17},    {"Q8_1", 9, 32, 36},    {"Q8_K", 15, 256, 292},
    {"IQ2_XXS", 16, 256, 66}, {"IQ2_XS", 17, 256, 74}, {"IQ3_XXS", 18, 256, 98}, {"IQ1_S", 19, 256, 50}, {"IQ3_S", 21, 256, 110},
    {"IQ2_S", 22, 256, 82},   {"IQ1_M", 29, 256, 56},  {"NVFP4", 40, 64, 36},    {"Q1_0", 41, 128, 18},  {"Q2_0", 42, 64, 18},
};

static void rows_have_the_sizes_of_the_format(void **state) {
    (void)state;
    const og_quant *row;
    int n = 0;
    for (; (row = og_quant_at(n)); n++) {
        size_t k = 0;
        while (k < OG_LEN(known) && strcmp(known[k].name, row->name) != 0) k++;
        if (k == OG_LEN(known)) fail_msg("%s: add its size to the test, from the format document", row->name);
        assert_int_equal(row->type, known[k].id);
        assert_int_equal(row->block, known[k].block);
        assert_int_equal(row->bytes, known[k].bytes);
        assert_ptr_equal(og_quant_of((uint32_t)row->type), row);
        assert_int_equal(row->is_block, row->block > 1);
        if (row->is_block) assert_true(row->unpack && row->encode && row->rmse > 0);
        if (row->is_float) assert_non_null(row->encode);
    }
    assert_true(n >= 35);
    assert_null(og_quant_at(-1));
    assert_null(og_quant_at(n + 1));
    assert_null(og_quant_of(63));
    assert_null(og_quant_of(UINT32_MAX));
}

static void rows_are_found_by_name_in_any_case(void **state) {
    (void)state;
    assert_int_equal(og_quant_named("Q4_K")->type, OG_Q4_K);
    assert_int_equal(og_quant_named("q4_k")->type, OG_Q4_K);
    assert_int_equal(og_quant_named("q4_K")->type, OG_Q4_K);
    assert_int_equal(og_quant_named("bf16")->type, OG_BF16);
    assert_null(og_quant_named("q4"));
    assert_null(og_quant_named("q4_k_m"));
    assert_null(og_quant_named(""));
}

static void row_bytes_checks_its_arguments(void **state) {
    (void)state;
    uint64_t bytes = 7;
    assert_true(og_quant_row_bytes(OG_Q4_K, 4096, &bytes));
    assert_int_equal(bytes, 4096 / 256 * 144);
    assert_true(og_quant_row_bytes(OG_F32, 3, &bytes));
    assert_int_equal(bytes, 12);
    assert_true(og_quant_row_bytes(OG_Q8_0, 0, &bytes));
    assert_int_equal(bytes, 0);
    bytes = 7;
    assert_false(og_quant_row_bytes(OG_Q4_K, 4097, &bytes));
    assert_false(og_quant_row_bytes(OG_Q4_0, 16, &bytes));
    assert_false(og_quant_row_bytes(OG_F32, UINT64_MAX / 4 + 1, &bytes));
    assert_false(og_quant_row_bytes(OG_Q8_0, UINT64_MAX - 31, &bytes)); /* 34 bytes for 32 */
    assert_false(og_quant_row_bytes((og_type)61, 256, &bytes));
    assert_int_equal(bytes, 7);
}

/* What the bits mean, by definition. */
static double f16_value(unsigned h) {
    int exponent = (int)(h >> 10 & 31), mantissa = (int)(h & 1023);
    double v = exponent ? ldexp(1024 + mantissa, exponent - 25) : ldexp(mantissa, -24);
    return h & 0x8000 ? -v : v;
}

static void every_f16_is_its_value_and_comes_back(void **state) {
    (void)state;
    for (unsigned h = 0; h < 0x10000; h++) {
        float f = og_f16_to_f32((uint16_t)h);
        if ((h & 0x7c00) != 0x7c00) {
            if ((double)f != f16_value(h)) fail_msg("%04x is %a", h, (double)f);
            assert_int_equal(!!signbit(f), h >> 15);
            assert_int_equal(og_f32_to_f16(f), h);
        } else if (!(h & 0x3ff)) {
            assert_true(isinf(f) && !!signbit(f) == h >> 15);
            assert_int_equal(og_f32_to_f16(f), h);
        } else { /* quiet on the way out, so the quiet bit comes back */
            assert_true(isnan(f));
            assert_int_equal(og_f32_to_f16(f), h | 0x200);
        }
    }
}

static void f16_rounds_to_nearest_even(void **state) {
    (void)state;
    for (unsigned h = 0; h < 0x7c00; h++) {
        /* The next step up from the largest value counts as infinity. */
        double a = f16_value(h), b = h + 1 == 0x7c00 ? 65536 : f16_value(h + 1);
        float middle = (float)((a + b) / 2); /* exact: 12 bits */
        unsigned even = h & 1 ? h + 1 : h;
        assert_int_equal(og_f32_to_f16(middle), even);
        assert_int_equal(og_f32_to_f16(nextafterf(middle, 0)), h);
        assert_int_equal(og_f32_to_f16(nextafterf(middle, INFINITY)), h + 1);
        assert_int_equal(og_f32_to_f16(-middle), even | 0x8000);
    }
    assert_int_equal(og_f32_to_f16(3e38f), 0x7c00);
    assert_int_equal(og_f32_to_f16(1e-30f), 0);
    assert_int_equal(og_f32_to_f16(-0.0f), 0x8000);
}

static void bf16_rounds_to_nearest_even_and_keeps_nan(void **state) {
    (void)state;
    for (uint32_t h = 0; h < 0x10000; h++) {
        float f = og_bf16_to_f32((uint16_t)h);
        uint32_t bits;
        memcpy(&bits, &f, sizeof bits);
        if (isnan(f)) {
            assert_int_equal(bits, (h | 0x40) << 16);
            assert_int_equal(og_f32_to_bf16(f), h | 0x40);
            continue;
        }
        assert_int_equal(bits, h << 16);
        assert_int_equal(og_f32_to_bf16(f), h);
        if (isinf(f)) continue;
        float middle, above;
        uint32_t middle_bits = h << 16 | 0x8000, above_bits = middle_bits + 1;
        memcpy(&middle, &middle_bits, sizeof middle);
        memcpy(&above, &above_bits, sizeof above);
        assert_int_equal(og_f32_to_bf16(middle), h & 1 ? h + 1 : h);
        assert_int_equal(og_f32_to_bf16(above), h + 1);
    }
    uint32_t low_nan = 0x7f800001; /* its payload lies wholly in the bits that are cut */
    float f;
    memcpy(&f, &low_nan, sizeof f);
    assert_int_equal(og_f32_to_bf16(f), 0x7fc0);
    assert_int_equal(og_f32_to_f16(f), 0x7e00);
}

static void plain_numbers_decode_unaligned(void **state) {
    (void)state;
    uint8_t bytes[1 + 3 * 8];
    float out[3];
#define CHECK(TYPE, ctype, a, b, c)                                     \
    do {                                                                \
        ctype v[3] = {a, b, c};                                         \
        memcpy(bytes + 1, v, sizeof v);                                 \
        og_quant_decode(OG_##TYPE, bytes + 1, out, 3);                  \
        for (int i = 0; i < 3; i++) assert_true(out[i] == (float)v[i]); \
    } while (0)
    CHECK(F32, float, 1.5f, -0.0f, 3e38f);
    CHECK(F64, double, 1.0 / 3, -2, 1e-50);
    CHECK(I8, int8_t, -128, 0, 127);
    CHECK(I16, int16_t, -32768, 5, 32767);
    CHECK(I32, int32_t, INT32_MIN, -1, INT32_MAX);
    CHECK(I64, int64_t, INT64_MIN, -1, INT64_MAX);
#undef CHECK
}

static void floats_encode_and_decode(void **state) {
    (void)state;
    const float in[4] = {1.0f, -0.333f, 65504.0f, 1e-7f};
    const og_quant *row;
    for (int i = 0; (row = og_quant_at(i)); i++) {
        if (!row->is_float) continue;
        uint8_t bytes[1 + 4 * 8 + 1];
        memset(bytes, 0xa5, sizeof bytes);
        float out[4];
        og_quant_encode(row->type, in, bytes + 1, 4, NULL);
        assert_int_equal(bytes[0], 0xa5);
        assert_int_equal(bytes[1 + 4 * row->bytes], 0xa5);
        og_quant_decode(row->type, bytes + 1, out, 4);
        for (int k = 0; k < 4; k++) {
            float want = row->type == OG_F16    ? og_f16_to_f32(og_f32_to_f16(in[k]))
                         : row->type == OG_BF16 ? og_bf16_to_f32(og_f32_to_bf16(in[k]))
                                                : in[k];
            assert_true(out[k] == want);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_have_the_sizes_of_the_format), cmocka_unit_test(rows_are_found_by_name_in_any_case),
        cmocka_unit_test(row_bytes_checks_its_arguments),    cmocka_unit_test(every_f16_is_its_value_and_comes_back),
        cmocka_unit_test(f16_rounds_to_nearest_even),        cmocka_unit_test(bf16_rounds_to_nearest_even_and_keeps_nan),
        cmocka_unit_test(plain_numbers_decode_unaligned),    cmocka_unit_test(floats_encode_and_decode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
