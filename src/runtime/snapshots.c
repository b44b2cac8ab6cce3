#include "runtime/snapshots.h"

enum { SNAPSHOTS_MIN = 2, SNAPSHOTS_BYTES = 64 << 20 };

og_state_shape og_snapshots_shape(const int64_t *floats, int n_layer) {
    uint64_t bytes = 0;
    for (int i = 0; i < n_layer; i++) bytes += (uint64_t)floats[i] * sizeof(float);
    if (bytes == 0) return (og_state_shape){.n_layer = n_layer, .floats = floats};
    const uint64_t fit = SNAPSHOTS_BYTES / bytes;
    const int n = (int)OG_MAX(OG_MIN(fit, (uint64_t)OG_SNAPSHOTS_MAX), (uint64_t)SNAPSHOTS_MIN);
    return (og_state_shape){.n_layer = n_layer, .floats = floats, .n_slots = n + 2};
}

og_status og_snapshots_open(og_snapshots *s, og_backend *be, const og_state_shape *shape, og_error *err) {
    *s = (og_snapshots){.be = be, .now = {.slot = -1}, .max_kept = OG_MAX(shape->n_slots - 2, 0)};
    if (shape->n_slots == 0) return OG_OK;
    for (int i = shape->n_slots; i-- > 0;) s->free_slot[s->n_free++] = i;
    return be->states_open(be, shape, &s->states, err);
}

void og_snapshots_close(og_snapshots *s) {
    if (s->states) s->be->states_close(s->states);
    *s = (og_snapshots){0};
}

static void give_up(og_snapshots *s, int slot) {
    if (slot >= 0) s->free_slot[s->n_free++] = slot;
}

int og_snapshots_begin(og_snapshots *s) {
    return s->states ? s->free_slot[--s->n_free] : -1;
}

void og_snapshots_undo(og_snapshots *s, int to) {
    give_up(s, to);
}

void og_snapshots_keep(og_snapshots *s) {
    s->keep = true;
}

/* The one whose loss costs least: the gap it would leave, compared with how far back it lies. */
static int dispensable(const og_snapshots *s, uint32_t end) {
    int least = 0;
    double cost = 0;
    for (int i = 0; i < s->n_kept; i++) {
        const uint32_t before = i ? s->kept[i - 1].pos : 0, after = i + 1 < s->n_kept ? s->kept[i + 1].pos : end;
        const double c = (double)(after - before) / (double)(end - s->kept[i].pos + 64);
        if (i && c >= cost) continue;
        least = i;
        cost = c;
    }
    return least;
}

void og_snapshots_done(og_snapshots *s, int to, uint32_t pos, bool keep) {
    if (!s->states) return;
    if (s->keep && s->now.slot >= 0) {
        if (s->n_kept == s->max_kept) {
            const int i = dispensable(s, s->now.pos);
            give_up(s, s->kept[i].slot);
            for (int j = i; j + 1 < s->n_kept; j++) s->kept[j] = s->kept[j + 1];
            s->n_kept--;
        }
        s->kept[s->n_kept++] = s->now;
    } else {
        give_up(s, s->now.slot);
    }
    s->now = (og_snapshot){to, pos};
    s->keep = keep;
}

void og_snapshots_rewind(og_snapshots *s, uint32_t pos) {
    if (!s->states || s->now.pos <= pos) return;
    give_up(s, s->now.slot);
    s->now = (og_snapshot){.slot = -1};
    s->keep = false;
    while (s->n_kept > 0) {
        const og_snapshot last = s->kept[--s->n_kept];
        if (last.pos <= pos) {
            s->now = last;
            s->keep = true;
            return;
        }
        give_up(s, last.slot);
    }
}
