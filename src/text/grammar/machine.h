/* machine.h: the inside of a machine, for the files of this room. */
#ifndef OG_TEXT_GRAMMAR_MACHINE_H
#define OG_TEXT_GRAMMAR_MACHINE_H

#include "text/grammar/grammar_build.h"
#include "text/grammar/keys.h"

enum { OG_STATE_DEAD = 0, OG_STATE_NONE = -1, OG_MASKS = 64 };

/* A set of places. State 0 is the empty one: nothing fits. */
typedef struct og_gstate {
    uint32_t first, n; /* places, in og_machine.place */
    int32_t *next;     /* [256] states, NONE where not known yet; NULL: none is known */
    bool end;          /* the text may end here */
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
    uint64_t clock;
    int32_t *depth_state; /* of the walk over pieces */
    uint32_t depth_cap;
};

/* The state after a byte; NONE after an error. */
int32_t og_machine_step(og_machine *m, int32_t state, uint8_t byte, og_error *err);

/* Forgets all sets but the one where the text is, when they have become many. */
og_status og_machine_tidy(og_machine *m, og_error *err);

#endif
