/* Decoding of every block format, bit for bit against values made by another implementation (make_quant.py). */
#include "quant/quant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static uint8_t *read_file(const char *path, size_t *len) {
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("%s: missing; run tests/golden/make_quant.py", path);
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    rewind(f);
    assert_true(size > 0);
    uint8_t *data = malloc((size_t)size);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, (size_t)size, f), size);
    fclose(f);
    *len = (size_t)size;
    return data;
}

static void check_row(const og_quant *row) {
    char path[512];
    snprintf(path, sizeof path, "%s/tests/golden/quant/%s.bin", OG_SOURCE_DIR, row->lower);
    size_t len;
    uint8_t *file = read_file(path, &len);
    uint32_t n_blocks;
    assert_true(len > 8 && memcmp(file, "OGQ1", 4) == 0);
    memcpy(&n_blocks, file + 4, 4);
    size_t n = (size_t)n_blocks * (size_t)row->block, bytes = (size_t)n_blocks * (size_t)row->bytes;
    assert_true(n_blocks > 0);
    assert_int_equal(len, 8 + bytes + n * sizeof(float));
    float *got = malloc(n * sizeof *got);
    assert_non_null(got);
    og_quant_decode(row->type, file + 8, got, n);
    for (size_t i = 0; i < n; i++) {
        float want;
        memcpy(&want, file + 8 + bytes + i * sizeof want, sizeof want);
        if (memcmp(&want, &got[i], sizeof want) != 0)
            fail_msg("%s: value %zu is %a, should be %a", row->name, i, (double)got[i], (double)want);
    }
    free(got);
    free(file);
}

static void every_block_format_decodes_as_the_reference(void **state) {
    (void)state;
    int checked = 0;
    const og_quant *row;
    for (int i = 0; (row = og_quant_at(i)); i++)
        if (row->is_block) check_row(row), checked++;
    assert_true(checked >= 27);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_block_format_decodes_as_the_reference)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
