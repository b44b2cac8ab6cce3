/* machine.h: the inside of a machine, for the files of this room. */
#ifndef OG_TEXT_GRAMMAR_MACHINE_H
#define OG_TEXT_GRAMMAR_MACHINE_H

#include "text/grammar/grammar_build.h"
#include "text/grammar/keys.h"

enum { OG_STATE_DEAD = 0, OG_STATE_NONE = -1, OG_MASKS = 64, OG_OUTLINES = 32 };
enum { OG_STACK_EMPTY = 0, OG_STACK_HOLE = 1 }; /* the hole stands for any stack: see outline.c */

/* A set of places. State 0 is the empty one: nothing fits. */
typedef struct og_gstate {
    uint32_t first, n; /* places, in og_machine.place */
    int32_t *next;     /* [256] states, NONE where not known yet; NULL: none is known */
    bool end;          /* the text may end here */
    bool leaves;       /* of an outline: what follows depends on the stack in the hole */
} og_gstate;

/* A stack is its top frame: where to return to, the stack below, and the notes of the scope that ends there (0: it is a plain call). */
typedef struct og_gframe {
    uint32_t node, below, notes;
} og_gframe;

typedef struct og_gmask {
    uint32_t *bits;
    int32_t state; /* NONE: free */
    uint64_t used;
    const og_pieces *pieces;
} og_gmask;

/* Which tokens fit an outline whatever is in its hole, and those places of the tree of pieces from which on that decides. */
typedef struct og_goutline {
    int32_t state; /* NONE: free */
    uint64_t used;
    const og_pieces *pieces;
    uint32_t *bits;
    struct og_gexit {
        uint32_t node, before; /* in the tree; number of the state before its byte */
    } * exit;
    uint32_t n_exits, exit_cap;
    struct og_gbefore {
        int32_t state, real; /* of the outline; of the machine, while a mask is made */
        uint32_t path, len;  /* bytes that lead there */
    } * before;
    uint32_t n_befores, before_cap;
    uint8_t *path;
    uint32_t n_path, path_cap;
} og_goutline;

struct og_machine {
    og_grammar *g;
    og_gframe *frame;                          /* 0 is the empty stack */
    uint32_t n_frames, frame_cap, frames_kept; /* frames_kept: beyond so many it is time to tidy up */
    uint32_t *frame_slot, frame_mask;          /* hash of frames */
    og_keys notes;                             /* 0 are none */
    uint64_t *place;                           /* of all states: node << 32 | stack */
    uint32_t n_places, place_cap;
    og_gstate *state;
    uint32_t n_states, state_cap;
    uint32_t *state_slot, state_mask; /* hash of states */
    int32_t now, begin;
    uint64_t *work; /* places being closed, and those met while doing so */
    uint32_t n_work, work_cap;
    uint64_t *met; /* hash set; see met_stamp */
    uint32_t *met_stamp, n_stamp, met_mask, n_met;
    og_gmask mask[OG_MASKS];
    og_goutline outline[OG_OUTLINES];
    uint64_t clock;
    int32_t *depth_state; /* of the walk over pieces */
    uint32_t depth_cap;
};

/* The state after a byte; NONE after an error. */
int32_t og_machine_step(og_machine *m, int32_t state, uint8_t byte, og_error *err);

/* The set of places that the state's are when what all their stacks stand on is taken for a hole; the state itself, if that is nothing.
 * NONE after an error. */
int32_t og_machine_outline(og_machine *m, int32_t state, og_error *err);
bool og_machine_room(void *array, uint32_t n, uint32_t more, uint32_t *cap, size_t size);

/* Forgets all sets but the one where the text is, when they have become many. */
og_status og_machine_tidy(og_machine *m, og_error *err);

#endif
