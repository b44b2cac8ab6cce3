/* snapshots.h: the recurrent state of one sequence, now and at some positions before, so that a session can go back although such a state
 * cannot be taken back token by token. Each batch writes its state to another slot; what it began with stays as a snapshot or is given up.
 * Snapshots lie the denser the nearer they are to the end. */
#ifndef OG_RUNTIME_SNAPSHOTS_H
#define OG_RUNTIME_SNAPSHOTS_H

#include "backend/backend.h"

enum { OG_SNAPSHOTS_MAX = 14 };

typedef struct og_snapshot {
    int slot; /* -1: zeros, at position 0 */
    uint32_t pos;
} og_snapshot;

typedef struct og_snapshots {
    og_backend *be;
    og_states *states;                  /* NULL: the model has no such layers, and nothing below is used */
    og_snapshot now;                    /* the state after `pos` tokens */
    bool keep;                          /* it becomes a snapshot when the next batch has been computed */
    og_snapshot kept[OG_SNAPSHOTS_MAX]; /* in order of position, all before `now` */
    int n_kept, max_kept;
    int free_slot[OG_SNAPSHOTS_MAX + 2], n_free; /* a stack */
} og_snapshots;

/* A shape with the slots of one sequence: as many snapshots as have room in some MiB, but two at least. floats: [n_layer], kept by
 * pointer. No slots if no layer has a state. */
og_state_shape og_snapshots_shape(const int64_t *floats, int n_layer);
og_status og_snapshots_open(og_snapshots *s, og_backend *be, const og_state_shape *shape, og_error *err);
void og_snapshots_close(og_snapshots *s);

/* The slot that the next batch writes to; -1 without states. */
int og_snapshots_begin(og_snapshots *s);
/* The batch is computed: slot `to` holds the state after `pos` tokens. keep: a snapshot, later. */
void og_snapshots_done(og_snapshots *s, int to, uint32_t pos, bool keep);
/* The batch failed. */
void og_snapshots_undo(og_snapshots *s, int to);
/* The present state becomes a snapshot when it is left. */
void og_snapshots_keep(og_snapshots *s);
/* Back to the last state that is known at or before `pos`: s->now.pos tells where that is. */
void og_snapshots_rewind(og_snapshots *s, uint32_t pos);

#endif
