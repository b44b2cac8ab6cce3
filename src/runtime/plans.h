/* plans.h: plans of one model by batch shape, kept and replayed. The single token's plan stays; those of chunks share a limit, and the
 * least recently used go first. */
#ifndef OG_RUNTIME_PLANS_H
#define OG_RUNTIME_PLANS_H

#include "backend/backend.h"
#include "model/lm.h"

enum { OG_PLANS_FEW = 6, OG_PLANS_MAX = 32 };

typedef struct og_plan_entry {
    int n_tokens, n_out; /* 0: the place is empty */
    og_graph graph;
    og_plan *plan;
    uint64_t bytes, arena_bytes; /* all, and of these for intermediates */
    uint64_t last_used;
} og_plan_entry;

typedef struct og_plans {
    const og_lm *lm;
    og_backend *be;
    int n_pages, n_places; /* n_places: plans that are kept */
    uint64_t clock;
    uint64_t limit; /* bytes of all plans but the single token's; the one in use may pass it alone */
    og_plan_entry entry[OG_PLANS_MAX];
} og_plans;

void og_plans_init(og_plans *plans, const og_lm *lm, og_backend *be, int n_pages, int n_places);
void og_plans_close(og_plans *plans);
/* The plan of a shape, made if it is not there. Allocates nothing if it is. Valid until the next call with another shape. */
og_status og_plans_get(og_plans *plans, int n_tokens, int n_out, og_plan **out, og_error *err);
uint64_t og_plans_bytes(const og_plans *plans);

#endif
