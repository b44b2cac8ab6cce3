/* tokens.c: which tokens fit. The vocabulary is a tree in the order of a walk, so that a byte that cannot follow skips a whole branch at
 * once. */
#include "text/grammar/machine.h"

#include <stdlib.h>
#include <string.h>

typedef struct piece_node {
    uint32_t after; /* the node behind this one's branch */
    int32_t token;  /* the first one that ends here, or -1 */
    uint16_t depth; /* bytes from the root, this one included */
    uint8_t byte;
} piece_node;

struct og_pieces {
    piece_node *node;
    uint32_t n, cap;
    int32_t n_vocab;
    int32_t *same;  /* [n_vocab] the next token with the same bytes, or -1 */
    uint32_t depth; /* of the tree */
};

enum { PIECE_MAX = 4096 };

typedef struct piece {
    const char *s;
    size_t len;
    int32_t id;
} piece;

static int by_bytes(const void *a, const void *b) {
    const piece *x = a, *y = b;
    const int order = memcmp(x->s, y->s, OG_MIN(x->len, y->len));
    if (order) return order;
    if (x->len != y->len) return x->len < y->len ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static bool add_node(og_pieces *t, piece_node node) {
    if (t->n == t->cap) {
        const uint32_t cap = t->cap ? t->cap * 2 : 1024;
        piece_node *larger = og_realloc(t->node, cap * sizeof *larger);
        if (!larger) return false;
        t->node = larger;
        t->cap = cap;
    }
    t->node[t->n++] = node;
    return true;
}

/* Sorted pieces: each shares its first bytes with the one before. path: the open nodes by depth. */
static bool plant(og_pieces *t, const piece *p, size_t n) {
    uint32_t path[PIECE_MAX];
    size_t open = 0;
    for (size_t i = 0; i < n; i++) {
        size_t shared = 0;
        while (i > 0 && shared < open && shared < p[i].len && p[i].s[shared] == p[i - 1].s[shared]) shared++;
        while (open > shared) t->node[path[--open]].after = t->n;
        for (; open < p[i].len; open++) {
            path[open] = t->n;
            if (!add_node(t, (piece_node){.token = -1, .depth = (uint16_t)(open + 1), .byte = (uint8_t)p[i].s[open]})) return false;
        }
        piece_node *last = &t->node[path[p[i].len - 1]];
        t->same[p[i].id] = last->token;
        last->token = p[i].id;
        t->depth = OG_MAX(t->depth, (uint32_t)p[i].len);
    }
    while (open > 0) t->node[path[--open]].after = t->n;
    return true;
}

og_status og_pieces_open(int32_t n_vocab, og_piece_fn *piece_of, void *user, og_pieces **out, og_error *err) {
    og_pieces *t = og_calloc(1, sizeof *t);
    piece *p = og_alloc((size_t)OG_MAX(n_vocab, 1) * sizeof *p);
    if (t) t->same = og_alloc((size_t)OG_MAX(n_vocab, 1) * sizeof *t->same);
    bool ok = t && p && t->same;
    size_t n = 0;
    for (int32_t id = 0; ok && id < n_vocab; id++) {
        t->same[id] = -1;
        size_t len = 0;
        const char *s = piece_of(user, id, &len);
        if (s && len > 0 && len <= PIECE_MAX) p[n++] = (piece){s, len, id};
    }
    if (ok) {
        t->n_vocab = n_vocab;
        qsort(p, n, sizeof *p, by_bytes);
        ok = plant(t, p, n);
    }
    og_release(p);
    if (ok)
        *out = t;
    else
        og_pieces_close(t);
    return ok ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory for the pieces of a vocabulary");
}

void og_pieces_close(og_pieces *t) {
    if (!t) return;
    og_release(t->node);
    og_release(t->same);
    og_release(t);
}

/* Adds to `bits` the tokens of the tree's nodes from..to that fit; the states before them are in m->depth_state. */
static og_status walk(og_machine *m, const og_pieces *t, uint32_t from, uint32_t to, uint32_t *bits, og_error *err) {
    int32_t *state = m->depth_state;
    for (uint32_t i = from; i < to;) {
        const piece_node *node = &t->node[i];
        const int32_t next = og_machine_step(m, state[node->depth - 1], node->byte, err);
        if (next == OG_STATE_NONE) return err ? err->status : OG_ERR_MEMORY;
        if (next == OG_STATE_DEAD) {
            i = node->after;
            continue;
        }
        state[node->depth] = next;
        for (int32_t id = node->token; id >= 0; id = t->same[id]) bits[id / 32] |= 1u << id % 32;
        i++;
    }
    return OG_OK;
}

/* ---- outlines ---- */

static og_status no_memory(og_error *err) {
    return og_fail(err, OG_ERR_MEMORY, "out of memory while following a grammar");
}

/* The number of the outline's state in o->before; it is new if the walk comes to it for the first time. */
static bool note_before(og_goutline *o, int32_t state, const uint8_t *path, uint32_t len, uint32_t *out) {
    for (uint32_t i = o->n_befores; i-- > 0;)
        if (o->before[i].state == state) return *out = i, true;
    if (!og_machine_room(&o->before, o->n_befores, 1, &o->before_cap, sizeof *o->before) ||
        !og_machine_room(&o->path, o->n_path, len + 1, &o->path_cap, 1))
        return false;
    memcpy(o->path + o->n_path, path, len);
    o->before[o->n_befores] = (struct og_gbefore){.state = state, .path = o->n_path, .len = len};
    o->n_path += len;
    *out = o->n_befores++;
    return true;
}

static og_status walk_outline(og_machine *m, const og_pieces *t, og_goutline *o, int32_t begin, og_error *err) {
    uint8_t path[PIECE_MAX];
    int32_t *state = m->depth_state;
    state[0] = begin;
    o->n_exits = o->n_befores = o->n_path = 0;
    for (uint32_t i = 0; i < t->n;) {
        const piece_node *node = &t->node[i];
        const int32_t before = state[node->depth - 1], next = og_machine_step(m, before, node->byte, err);
        if (next == OG_STATE_NONE) return err ? err->status : OG_ERR_MEMORY;
        path[node->depth - 1] = node->byte;
        if (m->state[next].leaves) {
            uint32_t k;
            if (!note_before(o, before, path, node->depth - 1u, &k) ||
                !og_machine_room(&o->exit, o->n_exits, 1, &o->exit_cap, sizeof *o->exit))
                return no_memory(err);
            o->exit[o->n_exits++] = (struct og_gexit){i, k};
        }
        if (next == OG_STATE_DEAD || m->state[next].leaves) {
            i = node->after;
            continue;
        }
        state[node->depth] = next;
        for (int32_t id = node->token; id >= 0; id = t->same[id]) o->bits[id / 32] |= 1u << id % 32;
        i++;
    }
    return OG_OK;
}

static og_status outline_for(og_machine *m, const og_pieces *t, int32_t state, og_goutline **out, og_error *err) {
    const size_t words = ((size_t)t->n_vocab + 31) / 32;
    og_goutline *oldest = &m->outline[0];
    for (int i = 0; i < OG_OUTLINES; i++) {
        og_goutline *o = &m->outline[i];
        if (o->state == state && o->pieces == t) {
            o->used = m->clock;
            *out = o;
            return OG_OK;
        }
        if (o->state == OG_STATE_NONE) o->used = 0;
        if (o->used < oldest->used) oldest = o;
    }
    og_goutline *o = oldest;
    o->state = OG_STATE_NONE;
    o->used = m->clock;
    if (o->pieces != t) {
        og_release(o->bits);
        o->pieces = NULL;
        o->bits = og_alloc((words + 1) * sizeof *o->bits);
        if (!o->bits) return no_memory(err);
        o->pieces = t;
    }
    memset(o->bits, 0, words * sizeof *o->bits);
    OG_TRY(walk_outline(m, t, o, state, err));
    o->state = state;
    *out = o;
    return OG_OK;
}

/* The outline's tokens, and from where the stack decides, the machine's own. */
static og_status fill(og_machine *m, const og_pieces *t, uint32_t *bits, og_error *err) {
    const size_t words = ((size_t)t->n_vocab + 31) / 32;
    const int32_t outline = og_machine_outline(m, m->now, err);
    if (outline == OG_STATE_NONE) return err ? err->status : OG_ERR_MEMORY;
    if (outline == m->now) {
        memset(bits, 0, words * sizeof *bits);
        m->depth_state[0] = m->now;
        return walk(m, t, 0, t->n, bits, err);
    }
    og_goutline *o = NULL;
    OG_TRY(outline_for(m, t, outline, &o, err));
    memcpy(bits, o->bits, words * sizeof *bits);
    for (uint32_t i = 0; i < o->n_befores; i++) {
        int32_t real = m->now;
        for (uint32_t k = 0; k < o->before[i].len && real > OG_STATE_DEAD; k++) {
            real = og_machine_step(m, real, o->path[o->before[i].path + k], err);
            if (real == OG_STATE_NONE) return err ? err->status : OG_ERR_MEMORY;
        }
        o->before[i].real = real;
    }
    for (uint32_t i = 0; i < o->n_exits; i++) {
        const piece_node *node = &t->node[o->exit[i].node];
        m->depth_state[node->depth - 1] = o->before[o->exit[i].before].real;
        OG_TRY(walk(m, t, o->exit[i].node, node->after, bits, err));
    }
    return OG_OK;
}

/* A place for a mask: the one kept for this state, or the least recently used. */
static og_gmask *mask_for(og_machine *m, const og_pieces *pieces, bool *ready) {
    og_gmask *oldest = &m->mask[0];
    for (int i = 0; i < OG_MASKS; i++) {
        og_gmask *k = &m->mask[i];
        *ready = k->state == m->now && k->pieces == pieces;
        if (*ready) return k;
        if (k->state == OG_STATE_NONE || k->used < oldest->used) oldest = k;
        if (k->state == OG_STATE_NONE) k->used = 0;
    }
    return oldest;
}

og_status og_machine_allowed(og_machine *m, const og_pieces *t, const uint32_t **bits, og_error *err) {
    bool ready;
    OG_TRY(og_machine_tidy(m, err));
    og_gmask *k = mask_for(m, t, &ready);
    k->used = ++m->clock;
    *bits = k->bits;
    if (ready) return OG_OK;
    k->state = OG_STATE_NONE;
    if (m->depth_cap <= t->depth) {
        int32_t *larger = og_realloc(m->depth_state, (t->depth + 1) * sizeof *larger);
        if (!larger) return no_memory(err);
        m->depth_state = larger;
        m->depth_cap = t->depth + 1;
    }
    const size_t words = ((size_t)t->n_vocab + 31) / 32;
    if (k->pieces != t) {
        og_release(k->bits);
        k->pieces = NULL;
        k->bits = og_alloc((words + 1) * sizeof *k->bits);
        if (!k->bits) return no_memory(err);
        k->pieces = t;
    }
    OG_TRY(fill(m, t, k->bits, err));
    k->state = m->now;
    *bits = k->bits;
    return OG_OK;
}
