/* views.c: the ways in which tensors of a checkpoint lie otherwise than GGUF wants them. */
#include "base/real.h"
#include "convert/hf.h"

/* ---- rows ---- */

static bool whole_heads(const og_hf_numbers *n, uint64_t dim[4], int *n_dims) {
    uint64_t rows = dim[*n_dims == 1 ? 0 : 1];
    return n->head_dim && n->head_dim % 2 == 0 && rows % n->head_dim == 0;
}

/* Halves of a head, (0, 1, 2, 3 | 4, 5, 6, 7), to neighbours, (0, 4, 1, 5, ...). */
static uint64_t to_neighbours(const og_hf_numbers *n, uint64_t row) {
    uint64_t head = row / n->head_dim, k = row % n->head_dim;
    return head * n->head_dim + k / 2 + k % 2 * (n->head_dim / 2);
}

const og_hf_view og_hf_neighbours = {.row = to_neighbours, .shape = whole_heads};

static bool all_heads(const og_hf_numbers *n, uint64_t dim[4], int *n_dims) {
    return dim[*n_dims == 1 ? 0 : 1] == (uint64_t)(n->n_head + 2 * n->n_head_kv) * n->head_dim;
}

/* A group: the queries that share a key, that key, its value. */
static uint64_t ungroup(const og_hf_numbers *n, uint64_t row) {
    uint64_t head = row / n->head_dim, i = row % n->head_dim, shared = n->n_head / n->n_head_kv, group, place;
    if (head < n->n_head) {
        group = head / shared;
        place = head % shared;
    } else {
        group = (head - n->n_head) % n->n_head_kv;
        place = shared + (head - n->n_head) / n->n_head_kv;
    }
    return (group * (shared + 2) + place) * n->head_dim + i;
}

const og_hf_view og_hf_grouped = {.row = ungroup, .shape = all_heads};

static bool less_two(const og_hf_numbers *n, uint64_t dim[4], int *n_dims) {
    (void)n;
    if (*n_dims != 2 || dim[1] <= 2) return false;
    dim[1] -= 2;
    return true;
}

static uint64_t after_two(const og_hf_numbers *n, uint64_t row) {
    (void)n;
    return row + 2;
}

const og_hf_view og_hf_from_two = {.row = after_two, .shape = less_two};

/* ---- every second ---- */

/* [.., columns, 2 * rows] stored, columns of the source contiguous in the result. */
static bool half_exchanged(const og_hf_numbers *n, uint64_t dim[4], int *n_dims) {
    (void)n;
    uint64_t rows = dim[0] / 2;
    if (*n_dims != 3 || dim[0] % 2) return false;
    dim[0] = dim[1];
    dim[1] = rows;
    return true;
}

static uint64_t exchanged(const uint64_t dim[4], uint64_t element, uint64_t odd) {
    uint64_t column = element % dim[0], row = element / dim[0] % dim[1], matrix = element / dim[0] / dim[1];
    return (matrix * dim[0] + column) * 2 * dim[1] + 2 * row + odd;
}

static uint64_t pick_even(const og_hf_numbers *n, const uint64_t dim[4], uint64_t element) {
    (void)n;
    return exchanged(dim, element, 0);
}

static uint64_t pick_odd(const og_hf_numbers *n, const uint64_t dim[4], uint64_t element) {
    (void)n;
    return exchanged(dim, element, 1);
}

const og_hf_view og_hf_even = {.pick = pick_even, .shape = half_exchanged}, og_hf_odd = {.pick = pick_odd, .shape = half_exchanged};

static bool half_of_rows(const og_hf_numbers *n, uint64_t dim[4], int *n_dims) {
    (void)n;
    bool fits = *n_dims > 1 && dim[1] % 2 == 0;
    dim[1] /= 2;
    return fits;
}

static uint64_t even_row(const og_hf_numbers *n, uint64_t row) {
    (void)n;
    return 2 * row;
}

static uint64_t odd_row(const og_hf_numbers *n, uint64_t row) {
    (void)n;
    return 2 * row + 1;
}

const og_hf_view og_hf_even_rows = {.row = even_row, .shape = half_of_rows}, og_hf_odd_rows = {.row = odd_row, .shape = half_of_rows};

static bool half(const og_hf_numbers *n, uint64_t dim[4], int *n_dims) {
    (void)n;
    (void)n_dims;
    bool fits = dim[0] % 2 == 0;
    dim[0] /= 2;
    return fits;
}

static uint64_t pick_evens(const og_hf_numbers *n, const uint64_t dim[4], uint64_t element) {
    (void)n;
    (void)dim;
    return 2 * element;
}

static uint64_t pick_odds(const og_hf_numbers *n, const uint64_t dim[4], uint64_t element) {
    (void)n;
    (void)dim;
    return 2 * element + 1;
}

const og_hf_view og_hf_evens = {.pick = pick_evens, .shape = half}, og_hf_odds = {.pick = pick_odds, .shape = half};

/* ---- shapes alone ---- */

static bool squeeze(const og_hf_numbers *n, uint64_t dim[4], int *n_dims) {
    (void)n;
    if (*n_dims != 3 || dim[1] != 1) return false;
    dim[1] = dim[2];
    dim[2] = 1;
    *n_dims = 2;
    return true;
}

const og_hf_view og_hf_squeeze = {.shape = squeeze};

static bool column(const og_hf_numbers *n, uint64_t dim[4], int *n_dims) {
    (void)n;
    if (*n_dims != 1) return false;
    dim[1] = dim[0];
    dim[0] = 1;
    *n_dims = 2;
    return true;
}

static float decay(float v) {
    return (float)-og_real_exp((double)v);
}

const og_hf_view og_hf_column = {.shape = column}, og_hf_decay = {.shape = column, .value = decay};

static bool by_group(const og_hf_numbers *n, uint64_t dim[4], int *n_dims) {
    if (*n_dims != 1 || n->n_group == 0 || dim[0] % n->n_group) return false;
    dim[0] /= n->n_group;
    dim[1] = n->n_group;
    *n_dims = 2;
    return true;
}

const og_hf_view og_hf_by_group = {.shape = by_group};

/* ---- latent attention: rows of kv_b_proj are, head by head, `plain` of keys and `value` of values; columns are the latent's ---- */

static bool is_latent(const og_hf_numbers *n, const uint64_t dim[4], int n_dims) {
    return n_dims == 2 && dim[0] == n->rank && dim[1] == (uint64_t)n->n_head * (n->plain + n->value);
}

static bool latent_k(const og_hf_numbers *n, uint64_t dim[4], int *n_dims) {
    if (!is_latent(n, dim, *n_dims)) return false;
    dim[0] = n->plain;
    dim[1] = n->rank;
    dim[2] = n->n_head;
    *n_dims = 3;
    return true;
}

static bool latent_v(const og_hf_numbers *n, uint64_t dim[4], int *n_dims) {
    if (!is_latent(n, dim, *n_dims)) return false;
    dim[0] = n->rank;
    dim[1] = n->value;
    dim[2] = n->n_head;
    *n_dims = 3;
    return true;
}

/* Exchanged, so that queries are multiplied into the latent. */
static uint64_t pick_latent_k(const og_hf_numbers *n, const uint64_t dim[4], uint64_t element) {
    uint64_t k = element % dim[0], r = element / dim[0] % dim[1], head = element / dim[0] / dim[1];
    return (head * (n->plain + n->value) + k) * n->rank + r;
}

static uint64_t pick_latent_v(const og_hf_numbers *n, const uint64_t dim[4], uint64_t element) {
    uint64_t r = element % dim[0], v = element / dim[0] % dim[1], head = element / dim[0] / dim[1];
    return (head * (n->plain + n->value) + n->plain + v) * n->rank + r;
}

const og_hf_view og_hf_latent_k = {.pick = pick_latent_k, .shape = latent_k}, og_hf_latent_v = {.pick = pick_latent_v, .shape = latent_v};
