/* constrain.h: generation under a grammar: which tokens may come next, and what has come. */
#ifndef OG_RUNTIME_CONSTRAIN_H
#define OG_RUNTIME_CONSTRAIN_H

#include "runtime/model.h"
#include "text/grammar/grammar.h"

typedef struct og_constraint {
    og_machine *machine; /* NULL: anything may come */
    const og_model *model;
    uint32_t *allowed; /* [n_vocab / 32] bits */
    og_buf piece;
} og_constraint;

/* The vocabulary's pieces are made at the first use of a model and kept with it. */
og_status og_constraint_open(og_constraint *c, og_model *model, og_grammar *grammar, og_error *err);
void og_constraint_close(og_constraint *c);
/* The tokens that may come next, ending ones where the text may end. *over: nothing can follow, the text is complete. */
og_status og_constraint_next(og_constraint *c, bool *over, og_error *err);
/* The tokens that must come next, as the tokenizer would have them, n of them (0: several may); og_release. Only those are given that what
 * may follow cannot change. */
og_status og_constraint_forced(og_constraint *c, int32_t **ids, size_t *n, og_error *err);
/* Token id (an allowed one that ends nothing) has come. */
og_status og_constraint_take(og_constraint *c, int32_t id, og_error *err);

#endif
