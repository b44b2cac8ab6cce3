/* grammar.h: grammars over bytes, and machines that follow a text through one.
 *
 * A grammar is a set of rules; each is a small nondeterministic automaton whose edges are byte ranges and calls of other rules. A machine
 * holds the set of places (node, stack of returns) that the text so far may have come to. Stacks are shared and sets are numbered, so that
 * a set met again costs one look-up a byte (lazy determinization; the sets are those of Tomita's graph-structured stack). */
#ifndef OG_TEXT_GRAMMAR_GRAMMAR_H
#define OG_TEXT_GRAMMAR_GRAMMAR_H

#include "offgrid/grammar.h"
#include "base/base.h"

/* og_grammar is the public API's: compiled, immutable, shared by machines. */

og_grammar *og_grammar_hold(og_grammar *g);

/* ---- machines: machine.c ---- */

typedef struct og_machine og_machine;

og_status og_machine_open(og_grammar *g, og_machine **out, og_error *err);
void og_machine_close(og_machine *m);
void og_machine_start(og_machine *m); /* back to the empty text */
/* Goes on by n bytes; *taken: how many of them could follow. The machine is then behind those. Errors: OG_ERR_MEMORY, and
 * OG_ERR_UNSUPPORTED if the text can be read in too many ways at once. */
og_status og_machine_feed(og_machine *m, const char *bytes, size_t n, size_t *taken, og_error *err);
/* Whether the text so far is complete. */
bool og_machine_may_end(const og_machine *m);
/* The byte that must come next, or -1 if several may, or the text may end here. */
int og_machine_forced(const og_machine *m);
/* The text that must come next, at most `size` bytes of it; returns how many. *over: nothing can follow it. The machine stays where it is.
 */
size_t og_machine_forced_text(og_machine *m, char *out, size_t size, bool *over);

/* ---- vocabularies: tokens.c ---- */

/* The pieces of a vocabulary as a tree, to be walked with a machine. Immutable. */
typedef struct og_pieces og_pieces;

/* piece(user, id, &len) gives token id's bytes; NULL or no bytes: it is never allowed. The pieces are copied. */
typedef const char *og_piece_fn(void *user, int32_t id, size_t *len);
og_status og_pieces_open(int32_t n_vocab, og_piece_fn *piece, void *user, og_pieces **out, og_error *err);
void og_pieces_close(og_pieces *pieces);

/* Bit id % 32 of word id / 32: whether token id may come next. Kept for places met again; valid until the next call. */
og_status og_machine_allowed(og_machine *m, const og_pieces *pieces, const uint32_t **bits, og_error *err);

#endif
