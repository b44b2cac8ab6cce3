/* weights.c: checks of the kernels that read packed weights, and of the packing itself. */
#include "kcheck.h"

#include <stdio.h>
#include <string.h>

enum { ALIGN = 64, FLOAT = sizeof(float) };

const og_quant *kc_type_of(const kc *k) {
    const char *stem = strchr(k->row->slot, '_');
    return stem ? og_quant_named(stem + 1) : NULL;
}

kc_gemm_kind kc_gemm_kind_of(const char *slot) {
    kc_gemm_kind kind = {OG_ACT_q8, 32, strstr(slot, "_min") != NULL};
    if (strstr(slot, "_q8k")) kind.act = OG_ACT_q8k;
    if (strstr(slot, "_g16")) kind.group = 16;
    return kind;
}

void kc_sums(const int8_t *q, int columns, int n, int group, int32_t *sum) {
    memset(sum, 0, (size_t)(columns / group * n) * sizeof *sum);
    for (int c = 0; c < columns; c++)
        for (int t = 0; t < n; t++) sum[c / group * n + t] += q[(c / 4 * n + t) * 4 + c % 4];
}

/* File rows of `columns` columns for a panel, some missing at the end. Returns how many there are. */
static int make_rows(kc *k, const og_quant *quant, int columns, const uint8_t *rows[OG_PANEL]) {
    const int n = kc_int(k, 0, 2) ? OG_PANEL : kc_int(k, 1, OG_PANEL);
    const size_t blocks = (size_t)(columns / quant->block), bytes = blocks * (size_t)quant->bytes;
    uint8_t *data = kc_memory((size_t)n * bytes, 1);
    kc_note(k, " columns %d rows %d", columns, n);
    kc_blocks(k, quant, data, (size_t)n * blocks);
    for (int r = 0; r < OG_PANEL; r++) rows[r] = r < n ? data + (size_t)r * bytes : NULL;
    return n;
}

static int random_columns(kc *k, const og_quant *quant, int most) {
    return quant->block * kc_int(k, 1, OG_MAX(most / quant->block, 1));
}

/* ---- packing ---- */

/* Row r, columns from c on, of an expanded group against the file's blocks. */
static void compare_row(kc *k, const og_quant *quant, const uint8_t *row, int r, int c, int columns, const uint8_t *u, const float *scale,
                        const float *min) {
    static const uint8_t zero[1024];
    for (int b = 0; b < columns; b += quant->block) {
        int8_t q[OG_QUANT_BLOCK_MAX];
        float s[OG_QUANT_GROUPS_MAX], m[OG_QUANT_GROUPS_MAX];
        quant->unpack(row ? row + (size_t)((c + b) / quant->block) * (size_t)quant->bytes : zero, q, s, m);
        for (int i = 0; i < quant->block; i++)
            if (u[(b + i) / 4 * OG_SLICE + r * 4 + i % 4] != (uint8_t)(q[i] + quant->offset)) {
                kc_fail(k, "row %d column %d is %d, should be %d", r, c + b + i, u[(b + i) / 4 * OG_SLICE + r * 4 + i % 4] - quant->offset,
                        q[i]);
                return;
            }
        for (int g = 0; g < quant->block / quant->group; g++) {
            const int at = (b / quant->group + g) * OG_PANEL + r;
            if (memcmp(scale + at, s + g, FLOAT))
                kc_fail(k, "row %d column %d: scale is %a, should be %a", r, c + b, (double)scale[at], (double)s[g]);
            if (quant->has_min && memcmp(min + at, m + g, FLOAT))
                kc_fail(k, "row %d column %d: min is %a, should be %a", r, c + b, (double)min[at], (double)m[g]);
        }
    }
}

void kc_check_layout(kc *k) {
    const og_quant *quant = kc_type_of(k);
    const int columns = random_columns(k, quant, 1024);
    const uint8_t *rows[OG_PANEL];
    make_rows(k, quant, columns, rows);
    uint8_t *packed = kc_memory(og_pack_panel_bytes(quant->type, columns), ALIGN);
    og_pack_panel(quant->type, rows, columns, packed);
    og_expand_fn *expand = og_kernels_expand(k->scalar, quant->type);
    size_t bytes = 0;
    for (int c = 0; c < columns; c += OG_GROUP) {
        const int width = OG_MIN(OG_GROUP, columns - c);
        _Alignas(64) uint8_t u[OG_EXPANDED];
        _Alignas(64) float scale[OG_SUBS * OG_PANEL], min[OG_SUBS * OG_PANEL];
        expand(packed + bytes, width / 32, u, scale, min);
        for (int r = 0; r < OG_PANEL; r++) compare_row(k, quant, rows[r], r, c, width, u, scale, min);
        bytes += og_pack_group_bytes(quant->type, width / 32);
    }
    if (bytes != og_pack_panel_bytes(quant->type, columns))
        kc_fail(k, "the groups of a panel are %zu bytes, the panel %zu", bytes, og_pack_panel_bytes(quant->type, columns));
}

/* ---- expand ---- */

void kc_check_expand(kc *k) {
    const og_quant *quant = kc_type_of(k);
    const int columns = random_columns(k, quant, OG_GROUP), nb = columns / 32, subs = columns / quant->group;
    const uint8_t *rows[OG_PANEL];
    make_rows(k, quant, columns, rows);
    uint8_t *packed = kc_memory(og_pack_group_bytes(quant->type, nb), ALIGN);
    og_pack_panel(quant->type, rows, columns, packed);
    void *u[2], *scale[2], *min[2];
    kc_results(u, (size_t)nb * 512, ALIGN);
    kc_results(scale, (size_t)subs * OG_PANEL * FLOAT, ALIGN);
    kc_results(min, (size_t)subs * OG_PANEL * FLOAT, ALIGN);
    for (int side = 0; side < 2; side++) {
        k->reference = side == 0;
        KC_FN(expand, side)(packed, nb, u[side], scale[side], min[side]);
    }
    if (quant->umax > 127 && k->row->wide_signed)
        for (int i = 0; i < nb * 512; i++) ((uint8_t *)u[0])[i] = (uint8_t)(((uint8_t *)u[0])[i] - quant->offset);
    kc_same(k, "u", u, (size_t)nb * 512, 1);
    kc_same(k, "scale", scale, (size_t)subs * OG_PANEL, FLOAT);
    kc_same(k, "min", min, (size_t)subs * OG_PANEL, FLOAT);
}

/* ---- gemm ---- */

static void positive(float *x, int n) {
    for (int i = 0; i < n; i++)
        if (x[i] < 0) x[i] = -x[i];
}

void kc_check_gemm(kc *k) {
    const kc_gemm_kind kind = kc_gemm_kind_of(k->row->slot);
    const int nb = kind.act == OG_ACT_q8k ? 8 : kc_int(k, 1, 8), n = kc_int(k, 1, OG_TILE), columns = nb * 32, subs = columns / kind.group;
    const int umax = KC_PICK(k, 15, 31, 63, 127, 255);
    const bool is_signed = umax > 127 && k->row->wide_signed;
    const int offset = is_signed ? 128 : KC_PICK(k, 0, 0, (umax + 1) / 2, umax);
    kc_note(k, " nb %d n %d umax %d offset %d", nb, n, umax, offset);
    const size_t panel_floats = OG_SUBS * OG_PANEL;
    uint8_t *u = kc_memory(2 * OG_EXPANDED, ALIGN), *row_u = u;
    float *scale = kc_memory(2 * panel_floats * FLOAT, ALIGN), *min = kc_memory(2 * panel_floats * FLOAT, ALIGN);
    int8_t *q = kc_memory((size_t)(columns * n), 4);
    int32_t *sum = kc_memory((size_t)(subs * n) * sizeof *sum, 4);
    const int n_d = kind.act == OG_ACT_q8 ? nb * n : n;
    float *d = kc_memory((size_t)n_d * FLOAT, 4);
    void *c[2];
    kc_results(c, (size_t)n * 32 * FLOAT, 4);
    kc_bytes(k, "u", u, 2 * OG_EXPANDED, 0, umax);
    kc_floats(k, "scale", scale, 2 * panel_floats, 1e6f);
    kc_floats(k, "min", min, 2 * panel_floats, 1e6f);
    kc_acts(k, q, (size_t)(columns * n));
    kc_sums(q, columns, n, kind.group, sum);
    kc_floats(k, "d", d, (size_t)n_d, 1e6f);
    positive(d, n_d);
    kc_floats(k, "c", c[0], (size_t)n * 32, 1e20f);
    memcpy(c[1], c[0], (size_t)n * 32 * FLOAT);
    if (is_signed) {
        row_u = kc_memory(2 * OG_EXPANDED, ALIGN);
        for (int i = 0; i < 2 * OG_EXPANDED; i++) row_u[i] = (uint8_t)(u[i] - offset);
    }
    for (int side = 0; side < 2; side++) {
        k->reference = side == 0;
        const og_gemm_args args = {side ? row_u : u, scale, min, nb, side && is_signed ? 0 : offset, umax, n, q, d, sum, c[side]};
        KC_FN(gemm, side)(&args);
    }
    kc_same(k, "c", c, (size_t)n * 32, FLOAT);
}

/* ---- gemv ---- */

void kc_gemv(const og_kernels *kernels, const og_quant *quant, const uint8_t *panels, size_t stride, int count, int columns,
             const og_tile *tile, float *out) {
    static _Alignas(64) uint8_t u[2 * OG_EXPANDED]; /* the second panel's results are dropped */
    static _Alignas(64) float scale[2 * OG_SUBS * OG_PANEL], min[2 * OG_SUBS * OG_PANEL];
    const int offset = quant->umax > 127 && kernels->wide_signed ? 0 : quant->offset;
    for (int p = 0; p < count; p++) {
        const uint8_t *packed = panels + (size_t)p * stride;
        float c[OG_TILE * 32] = {0};
        for (int at = 0; at < columns; at += OG_GROUP) {
            const int nb = OG_MIN(OG_GROUP, columns - at) / 32;
            og_kernels_expand(kernels, quant->type)(packed, nb, u, scale, min);
            const og_gemm_args args = {u,
                                       scale,
                                       min,
                                       nb,
                                       offset,
                                       quant->umax,
                                       tile->n,
                                       tile->q + at * tile->n,
                                       tile->d + at / (quant->act == OG_ACT_q8 ? 32 : OG_GROUP) * tile->n,
                                       quant->group == 16 ? tile->sum16 + at / 16 * tile->n : tile->sum32 + at / 32 * tile->n,
                                       c};
            og_kernels_gemm(kernels, quant->type)(&args);
            packed += og_pack_group_bytes(quant->type, nb);
        }
        for (int t = 0; t < tile->n; t++) memcpy(out + (t * count + p) * OG_PANEL, c + t * 32, OG_PANEL * FLOAT);
    }
}

/* Weights and n tokens, for products of `columns` columns. */
typedef struct product {
    uint8_t *panels;
    size_t stride;
    int count, columns;
    og_tile tile;
    void *out[2];
} product;

static product make_product(kc *k, const og_quant *quant, int n) {
    product p = {.count = kc_int(k, 1, 4), .columns = random_columns(k, quant, 1280)};
    const size_t panel = og_pack_panel_bytes(quant->type, p.columns), columns = (size_t)p.columns;
    const uint8_t *rows[OG_PANEL];
    p.stride = panel + (size_t)kc_int(k, 0, 2) * ALIGN;
    p.panels = kc_memory((size_t)(p.count - 1) * p.stride + panel, ALIGN);
    kc_note(k, " panels %d", p.count);
    make_rows(k, quant, p.columns, rows);
    for (int i = 0; i < p.count; i++) { /* the same rows, turned by one */
        const uint8_t *first = rows[0];
        memmove(rows, rows + 1, (OG_PANEL - 1) * sizeof *rows);
        rows[OG_PANEL - 1] = first;
        og_pack_panel(quant->type, rows, p.columns, p.panels + (size_t)i * p.stride);
    }
    const int n_d = quant->act == OG_ACT_q8 ? p.columns / 32 : OG_DIV_UP(p.columns, OG_GROUP);
    const size_t tokens = (size_t)n;
    p.tile = (og_tile){.n = n, .q = kc_memory(columns * tokens, 4), .d = kc_memory((size_t)n_d * tokens * FLOAT, 4)};
    p.tile.sum16 = kc_memory(columns / 16 * tokens * sizeof *p.tile.sum16, 4);
    p.tile.sum32 = kc_memory(columns / 32 * tokens * sizeof *p.tile.sum32, 4);
    kc_acts(k, p.tile.q, columns * tokens);
    kc_sums(p.tile.q, p.columns, n, 16, p.tile.sum16);
    kc_sums(p.tile.q, p.columns, n, 32, p.tile.sum32);
    kc_floats(k, "d", p.tile.d, (size_t)n_d * tokens, 1e6f);
    positive(p.tile.d, n_d * n);
    kc_results(p.out, (size_t)p.count * tokens * OG_PANEL * FLOAT, 4);
    return p;
}

void kc_check_gemv(kc *k) {
    const og_quant *quant = kc_type_of(k);
    const product p = make_product(k, quant, 1);
    k->reference = true;
    kc_gemv(k->scalar, quant, p.panels, p.stride, p.count, p.columns, &p.tile, p.out[0]);
    k->reference = false;
    KC_FN(gemv, 1)(p.panels, p.stride, p.count, p.columns, &p.tile, p.out[1]);
    kc_same(k, "out", p.out, (size_t)p.count * OG_PANEL, FLOAT);
}

void kc_check_few(kc *k) {
    const og_quant *quant = kc_type_of(k);
    const int n = kc_int(k, 1, OG_TILE);
    kc_note(k, " n %d", n);
    const product p = make_product(k, quant, n);
    k->reference = true;
    kc_gemv(k->scalar, quant, p.panels, p.stride, p.count, p.columns, &p.tile, p.out[0]);
    k->reference = false;
    KC_FN(few, 1)(p.panels, p.stride, p.count, p.columns, &p.tile, p.out[1]);
    kc_same(k, "out", p.out, (size_t)(n * p.count) * OG_PANEL, FLOAT);
}

/* ---- the set of a level ---- */

void kc_check_set(kc *k) {
    og_kernels chosen;
    og_kernels_choose(k->row->needs, &chosen);
    const og_quant *quant = NULL;
    while (!quant || !quant->is_block) quant = og_quant_of((uint32_t)kc_int(k, 0, OG_TYPE_LIMIT - 1));
    kc_note(k, " %s", quant->name);
    const product p = make_product(k, quant, 1);
    k->reference = true;
    kc_gemv(k->scalar, quant, p.panels, p.stride, p.count, p.columns, &p.tile, p.out[0]);
    k->reference = false;
    kc_gemv(&chosen, quant, p.panels, p.stride, p.count, p.columns, &p.tile, p.out[1]);
    kc_same(k, "out", p.out, (size_t)p.count * OG_PANEL, FLOAT);
}
