/* tok_merge.c: merging a word's symbols, best pair first, and the memory of one call of encode.
 *
 * Both kinds of BPE are the same loop: join the neighbours of the lowest priority number, the leftmost first among equals, until none can
 * be joined. Short words look at all pairs each time; long ones keep them in a heap. */
#include "text/tok.h"

#include <string.h>

enum { SHORT = 32 }; /* symbols */

/* ---- memory ---- */

bool og_encoder_fail(og_encoder *e, og_status status, const char *what) {
    if (e->status == OG_OK) e->status = og_fail(e->err, status, "tokenizer: %s", what);
    return false;
}

/* Makes room for n items of `size` bytes in *p, which has room for *cap. */
static bool grow(og_encoder *e, void **p, size_t *cap, size_t n, size_t size) {
    if (n <= *cap) return true;
    size_t want = OG_MAX(n, *cap + *cap / 2 + 64);
    void *q = want <= SIZE_MAX / size ? og_realloc(*p, want * size) : NULL;
    if (!q) return og_encoder_fail(e, OG_ERR_MEMORY, "out of memory");
    *p = q;
    *cap = want;
    return true;
}

bool og_encoder_push(og_encoder *e, int32_t id) {
    if (e->n == e->cap) {
        void *p = e->ids;
        if (!grow(e, &p, &e->cap, e->n + 1, sizeof *e->ids)) return false;
        e->ids = p;
    }
    e->ids[e->n++] = id;
    return true;
}

bool og_encoder_symbols(og_encoder *e, size_t n) {
    void *p = e->sym;
    if (!grow(e, &p, &e->sym_cap, n, sizeof *e->sym)) return false;
    e->sym = p;
    return true;
}

bool og_encoder_lattice(og_encoder *e, size_t n) {
    void *p = e->lattice;
    if (!grow(e, &p, &e->lattice_cap, n, sizeof *e->lattice)) return false;
    e->lattice = p;
    return true;
}

void og_encoder_release(og_encoder *e) {
    og_release(e->lattice);
    og_release(e->ids);
    og_release(e->sym);
    og_release(e->link);
    og_release(e->heap);
    og_buf_free(&e->text);
}

/* ---- words that are tokens ---- */

bool og_encoder_whole(og_encoder *e, const char *word, size_t len, int32_t *id) {
    const og_tok *tok = e->tok;
    *id = len <= tok->max_len ? og_tok_find(tok, word, len) : -1;
    if (*id >= 0 && !og_tok_is_text(tok, *id)) *id = -1;
    if (*id < 0) return false;
    return tok->whole_words || atomic_load_explicit(&tok->whole[*id], memory_order_relaxed) == OG_WHOLE_YES;
}

void og_encoder_note(og_encoder *e, int32_t id, size_t n_symbols) {
    if (id < 0) return;
    bool whole = n_symbols == 1 && e->sym[0].id == id;
    atomic_store_explicit(&e->tok->whole[id], whole ? OG_WHOLE_YES : OG_WHOLE_NO, memory_order_relaxed);
}

/* ---- short words ---- */

static void merge_short(const og_tok *tok, const char *text, og_symbol *sym, size_t *n_sym) {
    size_t n = *n_sym;
    uint32_t priority[SHORT];
    int32_t joined[SHORT];
    for (size_t i = 0; i + 1 < n; i++) priority[i] = tok->type->pair(tok, text, &sym[i], &sym[i + 1], &joined[i]);
    priority[n - 1] = UINT32_MAX;
    joined[n - 1] = -1;
    while (n > 1) {
        size_t best = 0;
        for (size_t i = 1; i + 1 < n; i++)
            if (priority[i] < priority[best]) best = i;
        if (priority[best] == UINT32_MAX) break;
        sym[best].len += sym[best + 1].len;
        sym[best].id = joined[best];
        n--;
        for (size_t i = best + 1; i < n; i++) { /* pair i + 1 becomes pair i; the last has no right neighbour */
            sym[i] = sym[i + 1];
            priority[i] = priority[i + 1];
            joined[i] = joined[i + 1];
        }
        if (best > 0) priority[best - 1] = tok->type->pair(tok, text, &sym[best - 1], &sym[best], &joined[best - 1]);
        if (best + 1 < n) priority[best] = tok->type->pair(tok, text, &sym[best], &sym[best + 1], &joined[best]);
    }
    *n_sym = n;
}

/* ---- long words ---- */

/* The heap's keys: priority, then place, so that the lowest key is the pair to join. */

static void sift_down(uint64_t *heap, size_t n, size_t i) {
    uint64_t key = heap[i];
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= n) break;
        if (child + 1 < n && heap[child + 1] < heap[child]) child++;
        if (heap[child] >= key) break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = key;
}

static bool heap_push(og_encoder *e, uint64_t key) {
    void *p = e->heap;
    if (!grow(e, &p, &e->heap_cap, e->heap_n + 1, sizeof *e->heap)) return false;
    e->heap = p;
    size_t i = e->heap_n++;
    while (i > 0 && e->heap[(i - 1) / 2] > key) {
        e->heap[i] = e->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    e->heap[i] = key;
    return true;
}

static uint64_t heap_pop(og_encoder *e) {
    uint64_t key = e->heap[0];
    e->heap[0] = e->heap[--e->heap_n];
    if (e->heap_n) sift_down(e->heap, e->heap_n, 0);
    return key;
}

static bool push_pair(og_encoder *e, const char *text, uint32_t left, uint32_t right) {
    int32_t id;
    uint32_t priority = e->tok->type->pair(e->tok, text, &e->sym[left], &e->sym[right], &id);
    return priority == UINT32_MAX || heap_push(e, (uint64_t)priority << 32 | left);
}

static bool merge_long(og_encoder *e, const char *text, size_t *n_sym) {
    const uint32_t n = (uint32_t)*n_sym, none = UINT32_MAX;
    void *p = e->link;
    if (!grow(e, &p, &e->link_cap, 2 * (size_t)n, sizeof *e->link)) return false;
    e->link = p;
    uint32_t *next = e->link, *prev = e->link + n;
    og_symbol *sym = e->sym;
    e->heap_n = 0;
    for (uint32_t i = 0; i < n; i++) {
        next[i] = i + 1 < n ? i + 1 : none;
        prev[i] = i > 0 ? i - 1 : none;
        if (i + 1 < n && !push_pair(e, text, i, i + 1)) return false;
    }
    while (e->heap_n) {
        uint64_t key = heap_pop(e);
        uint32_t left = (uint32_t)key, right = next[left];
        int32_t id;
        /* An entry is out of date if its symbols have changed since; then the pair has another priority, or none. */
        if (sym[left].len == 0 || right == none) continue;
        if (e->tok->type->pair(e->tok, text, &sym[left], &sym[right], &id) != key >> 32) continue;
        sym[left].len += sym[right].len;
        sym[left].id = id;
        sym[right].len = 0;
        next[left] = next[right];
        if (next[left] != none) prev[next[left]] = left;
        if (prev[left] != none && !push_pair(e, text, prev[left], left)) return false;
        if (next[left] != none && !push_pair(e, text, left, next[left])) return false;
    }
    size_t out = 0;
    for (uint32_t i = 0; i != none; i = next[i]) sym[out++] = sym[i];
    *n_sym = out;
    return true;
}

bool og_encoder_merge(og_encoder *e, const char *text, size_t *n) {
    if (*n > SHORT) return merge_long(e, text, n);
    merge_short(e->tok, text, e->sym, n);
    return true;
}
