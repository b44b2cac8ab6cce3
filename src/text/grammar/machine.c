#include "text/grammar/machine.h"

#include <stdlib.h>
#include <string.h>

enum { WAYS_MAX = 1 << 16, STATES_KEPT = 1 << 13, PLACES_KEPT = 1 << 20, FRAMES_KEPT = 1 << 18 };

static uint64_t mix(uint64_t h) {
    h = (h ^ h >> 31) * 0x9e3779b97f4a7c15;
    return h ^ h >> 29;
}

static og_status no_memory(og_error *err) {
    return og_fail(err, OG_ERR_MEMORY, "out of memory while following a grammar");
}

/* Room for `more` beyond n, doubling. */
bool og_machine_room(void *array, uint32_t n, uint32_t more, uint32_t *cap, size_t size) {
    void **at = array;
    uint32_t want = *cap ? *cap : 256;
    while (want - n < more) {
        if (want > UINT32_MAX / 2) return false;
        want *= 2;
    }
    if (want == *cap) return true;
    void *larger = og_realloc(*at, want * size);
    if (!larger) return false;
    *at = larger;
    *cap = want;
    return true;
}

/* ---- stacks ---- */

static uint32_t hash_frame(og_gframe f) {
    return (uint32_t)mix(mix((uint64_t)f.node << 32 | f.below) + f.notes);
}

static bool frames_rehash(og_machine *m, uint32_t slots) {
    uint32_t *slot = og_calloc(slots, sizeof *slot);
    if (!slot) return false;
    og_release(m->frame_slot);
    m->frame_slot = slot;
    m->frame_mask = slots - 1;
    for (uint32_t i = OG_STACK_HOLE + 1; i < m->n_frames; i++) {
        uint32_t at = hash_frame(m->frame[i]) & m->frame_mask;
        while (slot[at]) at = (at + 1) & m->frame_mask;
        slot[at] = i;
    }
    return true;
}

/* The stack with this frame on top; 0 after running out of memory. */
static uint32_t frame(og_machine *m, og_gframe f) {
    if (m->n_frames * 2 > m->frame_mask && !frames_rehash(m, (m->frame_mask + 1) * 2)) return 0;
    uint32_t at = hash_frame(f) & m->frame_mask;
    for (; m->frame_slot[at]; at = (at + 1) & m->frame_mask) {
        const og_gframe *x = &m->frame[m->frame_slot[at]];
        if (x->node == f.node && x->below == f.below && x->notes == f.notes) return m->frame_slot[at];
    }
    if (!og_machine_room(&m->frame, m->n_frames, 1, &m->frame_cap, sizeof *m->frame)) return 0;
    m->frame_slot[at] = m->n_frames;
    m->frame[m->n_frames] = f;
    return m->n_frames++;
}

/* Notes of n words, kept once; 0 after running out of memory (the number 0 is taken by the empty ones). */
static uint32_t notes(og_machine *m, const uint32_t *word, uint32_t n) {
    bool is_new;
    const size_t from = og_keys_begin(&m->notes);
    for (uint32_t i = 0; i < n; i++)
        if (!og_keys_push(&m->notes, word[i])) return 0;
    const int32_t at = og_keys_end(&m->notes, from, &is_new);
    return at < 0 ? 0 : (uint32_t)at;
}

static bool open_notes(og_machine *m) {
    bool is_new;
    og_keys_free(&m->notes);
    return og_keys_end(&m->notes, og_keys_begin(&m->notes), &is_new) == 0;
}

/* ---- sets of places ---- */

static bool met_grow(og_machine *m) {
    const uint32_t slots = m->met ? (m->met_mask + 1) * 2 : 512;
    uint64_t *met = og_alloc(slots * sizeof *met);
    uint32_t *stamp = og_calloc(slots, sizeof *stamp);
    if (!met || !stamp) {
        og_release(met);
        og_release(stamp);
        return false;
    }
    for (uint32_t i = 0; m->met && i <= m->met_mask; i++) {
        if (m->met_stamp[i] != m->n_stamp) continue;
        uint32_t at = (uint32_t)mix(m->met[i]) & (slots - 1);
        while (stamp[at]) at = (at + 1) & (slots - 1);
        met[at] = m->met[i];
        stamp[at] = m->n_stamp;
    }
    og_release(m->met);
    og_release(m->met_stamp);
    m->met = met;
    m->met_stamp = stamp;
    m->met_mask = slots - 1;
    return true;
}

static void begin_closing(og_machine *m) {
    m->n_work = m->n_met = 0;
    if (++m->n_stamp == 0) { /* came round: old stamps would look new */
        if (m->met) memset(m->met_stamp, 0, (m->met_mask + 1) * sizeof *m->met_stamp);
        m->n_stamp = 1;
    }
}

/* A place to be closed, unless it was met already. */
static bool visit(og_machine *m, uint32_t node, uint32_t stack) {
    const uint64_t key = (uint64_t)node << 32 | stack;
    if ((!m->met || m->n_met * 2 > m->met_mask) && !met_grow(m)) return false;
    uint32_t at = (uint32_t)mix(key) & m->met_mask;
    for (; m->met_stamp[at] == m->n_stamp; at = (at + 1) & m->met_mask)
        if (m->met[at] == key) return true;
    m->met[at] = key;
    m->met_stamp[at] = m->n_stamp;
    m->n_met++;
    if (!og_machine_room(&m->work, m->n_work, 1, &m->work_cap, sizeof *m->work)) return false;
    m->work[m->n_work++] = key;
    return true;
}

static int by_value(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t hash_places(const uint64_t *place, uint32_t n, int ends) {
    uint64_t h = (uint64_t)ends;
    for (uint32_t i = 0; i < n; i++) h = mix(h * 31 + place[i]);
    return h;
}

static bool states_rehash(og_machine *m, uint32_t slots) {
    uint32_t *slot = og_alloc(slots * sizeof *slot);
    if (!slot) return false;
    memset(slot, 0xff, slots * sizeof *slot);
    og_release(m->state_slot);
    m->state_slot = slot;
    m->state_mask = slots - 1;
    for (uint32_t i = 0; i < m->n_states; i++) {
        const og_gstate *s = &m->state[i];
        uint32_t at = (uint32_t)hash_places(m->place + s->first, s->n, s->end | s->leaves << 1) & m->state_mask;
        while (slot[at] != UINT32_MAX) at = (at + 1) & m->state_mask;
        slot[at] = i;
    }
    return true;
}

/* The number of the set that lies at the end of m->place from n_places on, n places sorted; the set stays there if it is new. */
static int32_t intern(og_machine *m, uint32_t n, bool end, bool leaves, og_error *err) {
    if (m->n_states * 2 > m->state_mask && !states_rehash(m, (m->state_mask + 1) * 2)) return no_memory(err), OG_STATE_NONE;
    const uint64_t *place = m->place + m->n_places;
    uint32_t at = (uint32_t)hash_places(place, n, end | leaves << 1) & m->state_mask;
    for (; m->state_slot[at] != UINT32_MAX; at = (at + 1) & m->state_mask) {
        const og_gstate *s = &m->state[m->state_slot[at]];
        if (s->n == n && s->end == end && s->leaves == leaves && (n == 0 || memcmp(m->place + s->first, place, n * sizeof *place) == 0))
            return (int32_t)m->state_slot[at];
    }
    if (!og_machine_room(&m->state, m->n_states, 1, &m->state_cap, sizeof *m->state)) return no_memory(err), OG_STATE_NONE;
    m->state_slot[at] = m->n_states;
    m->state[m->n_states] = (og_gstate){.first = m->n_places, .n = n, .end = end, .leaves = leaves};
    m->n_places += n;
    return (int32_t)m->n_states++;
}

/* Calls a scope's rule with empty notes. */
static bool enter(og_machine *m, const og_gnode *node, uint32_t stack) {
    static const uint32_t empty[OG_GSCOPE_WORDS];
    const uint32_t with = notes(m, empty, node->hi), above = with ? frame(m, (og_gframe){node->b, stack, with}) : 0;
    return above && visit(m, m->g->rule[node->a].entry, above);
}

/* Goes on where the notes on top of the stack allow it. False when out of memory. */
static bool test(og_machine *m, const og_gnode *node, uint32_t stack) {
    uint32_t word[OG_GSCOPE_WORDS];
    size_t n;
    og_gframe top = m->frame[stack];
    const og_gtest *t = &m->g->test[node->b];
    const uint32_t *now = og_keys_get(&m->notes, top.notes, &n);
    memcpy(word, now, n * sizeof *word);
    if (!og_gscope_pass(&m->g->scope[t->scope], t, word)) return true;
    if (memcmp(word, now, n * sizeof *word) != 0) {
        top.notes = notes(m, word, (uint32_t)n);
        stack = top.notes ? frame(m, top) : 0;
    }
    return stack && visit(m, node->a, stack);
}

/* The set of all places that those in m->work lead to without a byte. */
static int32_t close_places(og_machine *m, og_error *err) {
    const og_gnode *node = m->g->node;
    uint32_t n = 0;
    bool end = false, leaves = false;
    while (m->n_work > 0) {
        const uint64_t key = m->work[--m->n_work];
        const uint32_t at = (uint32_t)(key >> 32), stack = (uint32_t)key;
        bool ok = true;
        switch ((og_gkind)node[at].kind) {
        case OG_G_BYTES:
            ok = og_machine_room(&m->place, m->n_places, n + 1, &m->place_cap, sizeof *m->place);
            if (ok) m->place[m->n_places + n++] = key;
            break;
        case OG_G_SPLIT:
            ok = visit(m, node[at].a, stack) && visit(m, node[at].b, stack);
            break;
        case OG_G_CALL: {
            /* a call that is the last thing a rule does needs no return, so that lists written by recursion need no stack */
            const bool last = node[node[at].b].kind == OG_G_END;
            const uint32_t above = last ? stack : frame(m, (og_gframe){.node = node[at].b, .below = stack});
            ok = (last || above) && visit(m, m->g->rule[node[at].a].entry, above);
            break;
        }
        case OG_G_END:
            if (stack == OG_STACK_EMPTY)
                end = true;
            else if (stack == OG_STACK_HOLE)
                leaves = true;
            else
                ok = visit(m, m->frame[stack].node, m->frame[stack].below);
            break;
        case OG_G_SCOPE:
            ok = enter(m, &node[at], stack);
            break;
        case OG_G_TEST:
            if (stack == OG_STACK_HOLE)
                leaves = true;
            else
                ok = test(m, &node[at], stack);
            break;
        }
        if (!ok) return no_memory(err), OG_STATE_NONE;
        if (m->n_met > WAYS_MAX)
            return og_fail(err, OG_ERR_UNSUPPORTED, "this text can be read in too many ways at once by the grammar"), OG_STATE_NONE;
    }
    if (n > 1) qsort(m->place + m->n_places, n, sizeof *m->place, by_value);
    return intern(m, n, end, leaves, err);
}

int32_t og_machine_step(og_machine *m, int32_t state, uint8_t byte, og_error *err) {
    if (state == OG_STATE_DEAD) return state;
    og_gstate *s = &m->state[state];
    if (!s->next) {
        s->next = og_alloc(256 * sizeof *s->next);
        if (!s->next) return no_memory(err), OG_STATE_NONE;
        memset(s->next, 0xff, 256 * sizeof *s->next); /* NONE */
    }
    if (s->next[byte] != OG_STATE_NONE) return s->next[byte];
    begin_closing(m);
    for (uint32_t i = 0; i < s->n; i++) {
        const uint64_t key = m->place[s->first + i];
        const og_gnode *node = &m->g->node[key >> 32];
        if (byte >= node->lo && byte <= node->hi && !visit(m, node->a, (uint32_t)key)) return no_memory(err), OG_STATE_NONE;
    }
    const int32_t next = close_places(m, err);
    if (next != OG_STATE_NONE) m->state[state].next[byte] = next;
    return next;
}

/* ---- outlines ---- */

/* The stack with what is below `base` taken for the hole; 0 after running out of memory. Stacks above the base are few frames high. */
static uint32_t over_hole(og_machine *m, uint32_t stack, uint32_t base) {
    if (stack == base) return OG_STACK_HOLE;
    og_gframe f = m->frame[stack];
    f.below = over_hole(m, f.below, base);
    return f.below ? frame(m, f) : 0;
}

int32_t og_machine_outline(og_machine *m, int32_t state, og_error *err) {
    const og_gstate *s = &m->state[state];
    if (s->n == 0) return state;
    const uint32_t n = s->n, first = s->first;
    const bool end = s->end;
    enum { HIGH = 64 };
    uint32_t base = (uint32_t)m->place[first];
    for (uint32_t i = 1; i < n; i++) { /* a frame is always younger than the one below */
        uint32_t stack = (uint32_t)m->place[first + i];
        while (stack != base)
            if (stack > base)
                stack = m->frame[stack].below;
            else
                base = m->frame[base].below;
    }
    if (base == OG_STACK_EMPTY) return state;
    for (uint32_t i = 0; i < n; i++) {
        int high = 0;
        for (uint32_t stack = (uint32_t)m->place[first + i]; stack != base; stack = m->frame[stack].below)
            if (++high > HIGH) return state;
    }
    if (!og_machine_room(&m->place, m->n_places, n, &m->place_cap, sizeof *m->place)) return no_memory(err), OG_STATE_NONE;
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t place = m->place[first + i];
        const uint32_t stack = over_hole(m, (uint32_t)place, base);
        if (!stack) return no_memory(err), OG_STATE_NONE;
        m->place[m->n_places + i] = (place & ~(uint64_t)UINT32_MAX) | stack;
    }
    if (n > 1) qsort(m->place + m->n_places, n, sizeof *m->place, by_value);
    return intern(m, n, end, false, err);
}

/* ---- forgetting ---- */

static void drop_states(og_machine *m) {
    for (uint32_t i = 0; i < m->n_states; i++) og_release(m->state[i].next);
    m->n_states = m->n_places = 0;
    for (int i = 0; i < OG_MASKS; i++) m->mask[i].state = OG_STATE_NONE;
    for (int i = 0; i < OG_OUTLINES; i++) m->outline[i].state = OG_STATE_NONE;
}

/* Keeps the notes that frames have. */
static bool keep_notes(og_machine *m) {
    og_keys old = m->notes;
    m->notes = (og_keys){0};
    bool ok = open_notes(m);
    for (uint32_t i = OG_STACK_HOLE + 1; i < m->n_frames && ok; i++) {
        size_t n;
        if (!m->frame[i].notes) continue;
        const uint32_t *word = og_keys_get(&old, m->frame[i].notes, &n);
        m->frame[i].notes = notes(m, word, (uint32_t)n);
        ok = m->frame[i].notes != 0;
    }
    og_keys_free(&old);
    return ok;
}

/* Keeps the frames that n places stand on, renumbered; a frame is always younger than the one below. */
static bool keep_frames(og_machine *m, uint64_t *place, uint32_t n) {
    uint32_t *now = og_calloc(m->n_frames, sizeof *now);
    if (!now) return false;
    for (uint32_t i = 0; i < n; i++) now[(uint32_t)place[i]] = 1;
    for (uint32_t i = m->n_frames; i-- > OG_STACK_HOLE + 1;)
        if (now[i]) now[m->frame[i].below] = 1;
    uint32_t kept = OG_STACK_HOLE + 1;
    now[OG_STACK_EMPTY] = OG_STACK_EMPTY;
    for (uint32_t i = kept; i < m->n_frames; i++) {
        if (!now[i]) continue;
        m->frame[kept] = m->frame[i];
        m->frame[kept].below = now[m->frame[i].below];
        now[i] = kept++;
    }
    m->n_frames = kept;
    for (uint32_t i = 0; i < n; i++) place[i] = (place[i] & ~(uint64_t)UINT32_MAX) | now[(uint32_t)place[i]];
    og_release(now);
    return keep_notes(m) && frames_rehash(m, m->frame_mask + 1);
}

/* Where a text begins, in an empty machine: state 0 is the dead one. */
static og_status plant(og_machine *m, og_error *err) {
    if (!states_rehash(m, m->state_mask + 1)) return no_memory(err);
    if (intern(m, 0, false, false, err) == OG_STATE_NONE) return OG_ERR_MEMORY;
    begin_closing(m);
    if (!visit(m, m->g->rule[m->g->root].entry, 0)) return no_memory(err);
    m->begin = close_places(m, err);
    return m->begin == OG_STATE_NONE ? (err ? err->status : OG_ERR_MEMORY) : OG_OK;
}

og_status og_machine_tidy(og_machine *m, og_error *err) {
    if (m->n_states < STATES_KEPT && m->n_places < PLACES_KEPT && m->n_frames < m->frames_kept) return OG_OK;
    const og_gstate *s = &m->state[m->now];
    const uint32_t n = s->n;
    const bool end = s->end, dead = m->now == OG_STATE_DEAD;
    uint64_t *place = og_alloc((n + 1) * sizeof *place);
    if (!place) return no_memory(err);
    if (n) memcpy(place, m->place + s->first, n * sizeof *place);
    drop_states(m);
    og_status status = keep_frames(m, place, n) ? plant(m, err) : no_memory(err);
    if (status == OG_OK && !dead) {
        if (n > 1) qsort(place, n, sizeof *place, by_value);
        if (og_machine_room(&m->place, m->n_places, n, &m->place_cap, sizeof *m->place)) {
            if (n) memcpy(m->place + m->n_places, place, n * sizeof *place);
            m->now = intern(m, n, end, false, err);
        } else {
            status = no_memory(err);
        }
        if (status == OG_OK && m->now == OG_STATE_NONE) status = OG_ERR_MEMORY;
    }
    m->frames_kept = OG_MAX((uint32_t)FRAMES_KEPT, 2 * m->n_frames); /* so that deep texts are not tidied at every byte */
    if (status != OG_OK) m->now = OG_STATE_DEAD;
    og_release(place);
    return status;
}

/* ---- following ---- */

og_status og_machine_open(og_grammar *g, og_machine **out, og_error *err) {
    enum { SLOTS = 256 };
    og_machine *m = og_calloc(1, sizeof *m);
    if (!m) return no_memory(err);
    m->g = og_grammar_hold(g);
    m->n_frames = OG_STACK_HOLE + 1;
    m->frames_kept = FRAMES_KEPT;
    bool ok = open_notes(m);
    m->state_mask = SLOTS - 1;
    for (int i = 0; i < OG_MASKS; i++) m->mask[i].state = OG_STATE_NONE;
    for (int i = 0; i < OG_OUTLINES; i++) m->outline[i].state = OG_STATE_NONE;
    og_status status = ok && og_machine_room(&m->frame, 0, 2, &m->frame_cap, sizeof *m->frame) &&
                               og_machine_room(&m->place, 0, 1, &m->place_cap, sizeof *m->place) && frames_rehash(m, SLOTS)
                           ? plant(m, err)
                           : no_memory(err);
    if (status == OG_OK) {
        m->now = m->begin;
        *out = m;
    } else {
        og_machine_close(m);
    }
    return status;
}

void og_machine_close(og_machine *m) {
    if (!m) return;
    drop_states(m);
    for (int i = 0; i < OG_MASKS; i++) og_release(m->mask[i].bits);
    for (int i = 0; i < OG_OUTLINES; i++) {
        og_release(m->outline[i].bits);
        og_release(m->outline[i].exit);
        og_release(m->outline[i].before);
        og_release(m->outline[i].path);
    }
    og_release(m->frame);
    og_release(m->frame_slot);
    og_keys_free(&m->notes);
    og_release(m->place);
    og_release(m->state);
    og_release(m->state_slot);
    og_release(m->work);
    og_release(m->met);
    og_release(m->met_stamp);
    og_release(m->depth_state);
    og_grammar_close(m->g);
    og_release(m);
}

void og_machine_start(og_machine *m) {
    m->now = m->begin;
}

og_status og_machine_feed(og_machine *m, const char *bytes, size_t n, size_t *taken, og_error *err) {
    for (*taken = 0; *taken < n; ++*taken) {
        OG_TRY(og_machine_tidy(m, err));
        const int32_t next = og_machine_step(m, m->now, (uint8_t)bytes[*taken], err);
        if (next == OG_STATE_NONE) return err ? err->status : OG_ERR_MEMORY;
        if (next == OG_STATE_DEAD) return OG_OK;
        m->now = next;
    }
    return OG_OK;
}

bool og_machine_may_end(const og_machine *m) {
    return m->state[m->now].end;
}

static int forced_in(const og_machine *m, int32_t state) {
    const og_gstate *s = &m->state[state];
    int only = -1;
    for (uint32_t i = 0; i < s->n && !s->end; i++) {
        const og_gnode *node = &m->g->node[m->place[s->first + i] >> 32];
        if (node->lo > node->hi) continue;
        if (node->lo != node->hi || (only >= 0 && only != node->lo)) return -1;
        only = node->lo;
    }
    return only;
}

int og_machine_forced(const og_machine *m) {
    return forced_in(m, m->now);
}

size_t og_machine_forced_text(og_machine *m, char *out, size_t size, bool *over) {
    int32_t state = m->now;
    size_t n = 0;
    for (int c; n < size && state > OG_STATE_DEAD && (c = forced_in(m, state)) >= 0; n++) {
        out[n] = (char)c;
        state = og_machine_step(m, state, (uint8_t)c, NULL);
    }
    *over = state > OG_STATE_DEAD && m->state[state].end && m->state[state].n == 0;
    return state > OG_STATE_DEAD ? n : 0;
}

og_status og_grammar_check(og_grammar *g, const char *text, size_t len, bool *matches, size_t *good, og_error *err) {
    if (!g || !text || !matches) return og_fail(err, OG_ERR_ARG, "og_grammar_check needs a grammar, a text and a place for the answer");
    og_machine *m;
    size_t taken = 0;
    OG_TRY(og_machine_open(g, &m, err));
    const og_status status = og_machine_feed(m, text, len, &taken, err);
    *matches = status == OG_OK && taken == len && og_machine_may_end(m);
    if (good) *good = taken;
    og_machine_close(m);
    return status;
}
