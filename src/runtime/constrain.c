#include "runtime/constrain.h"

#include "text/grammar/grammar_build.h"
#include "text/tokenizer.h"

#include <string.h>

/* ---- pieces of a vocabulary ---- */

typedef struct spelled {
    og_buf text;
    size_t *at; /* n + 1 */
} spelled;

static const char *piece_of(void *user, int32_t id, size_t *len) {
    const spelled *s = user;
    *len = s->at[id + 1] - s->at[id];
    return s->text.data + s->at[id];
}

/* What the machine sees of a token: its bytes; a control token's spelling between marks that no text has. */
static og_status token_bytes(const og_tok *tok, int32_t id, og_buf *out, og_error *err) {
    const size_t before = out->len;
    size_t len = 0;
    OG_TRY(og_tok_text(tok, id, out, err));
    const char *name = out->len == before ? og_tok_piece(tok, id, &len) : NULL;
    if (!name || len == 0) return OG_OK;
    og_buf_add(out, &(char){(char)OG_MARK_BEGIN}, 1);
    og_buf_add(out, name, len);
    og_buf_add(out, &(char){(char)OG_MARK_END}, 1);
    return out->failed ? og_fail(err, OG_ERR_MEMORY, "out of memory for the pieces of a vocabulary") : OG_OK;
}

static og_status make_pieces(const og_tok *tok, og_pieces **out, og_error *err) {
    const int32_t n = og_tok_size(tok);
    spelled s = {.at = og_alloc(((size_t)n + 1) * sizeof *s.at)};
    og_buf_init(&s.text);
    og_status status =
        s.at && og_buf_reserve(&s.text, 1) ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory for the pieces of a vocabulary");
    for (int32_t id = 0; id <= n && status == OG_OK; id++) {
        s.at[id] = s.text.len;
        if (id < n && !og_tok_is_end(tok, id)) status = token_bytes(tok, id, &s.text, err);
    }
    if (status == OG_OK) status = og_pieces_open(n, piece_of, &s, out, err);
    og_release(s.at);
    og_buf_free(&s.text);
    return status;
}

static og_status pieces_of(og_model *model, const og_pieces **out, og_error *err) {
    og_status status = OG_OK;
    pthread_mutex_lock(&model->engine->lock);
    if (!model->pieces) status = make_pieces(model->tok, &model->pieces, err);
    *out = model->pieces;
    pthread_mutex_unlock(&model->engine->lock);
    return status;
}

/* ---- one generation ---- */

static size_t words(const og_model *model) {
    return ((size_t)og_tok_size(model->tok) + 31) / 32;
}

og_status og_constraint_open(og_constraint *c, og_model *model, og_grammar *grammar, og_error *err) {
    const og_pieces *pieces;
    *c = (og_constraint){.model = model};
    og_buf_init(&c->piece);
    if (!grammar) return OG_OK;
    OG_TRY(pieces_of(model, &pieces, err));
    c->allowed = og_alloc(words(model) * sizeof *c->allowed);
    if (!c->allowed) return og_fail(err, OG_ERR_MEMORY, "out of memory for a grammar");
    const og_status status = og_machine_open(grammar, &c->machine, err);
    if (status != OG_OK) og_constraint_close(c);
    return status;
}

void og_constraint_close(og_constraint *c) {
    og_machine_close(c->machine);
    og_release(c->allowed);
    og_buf_free(&c->piece);
    *c = (og_constraint){0};
}

og_status og_constraint_next(og_constraint *c, bool *over, og_error *err) {
    const og_tok *tok = c->model->tok;
    const uint32_t *bits;
    const size_t n = words(c->model);
    OG_TRY(og_machine_allowed(c->machine, c->model->pieces, &bits, err));
    uint32_t any = 0;
    for (size_t i = 0; i < n; i++) any |= c->allowed[i] = bits[i];
    const bool may_end = og_machine_may_end(c->machine);
    *over = !any && may_end;
    if (!any && !may_end)
        return og_fail(err, OG_ERR_UNSUPPORTED, "the grammar wants something next that no token of this model's vocabulary begins");
    if (may_end)
        for (int32_t id = 0; id < og_tok_size(tok); id++)
            if (og_tok_is_end(tok, id)) c->allowed[id / 32] |= 1u << id % 32;
    return OG_OK;
}

og_status og_constraint_take(og_constraint *c, int32_t id, og_error *err) {
    size_t taken;
    c->piece.len = 0;
    OG_TRY(token_bytes(c->model->tok, id, &c->piece, err));
    OG_TRY(og_machine_feed(c->machine, c->piece.data, c->piece.len, &taken, err));
    if (taken == c->piece.len) return OG_OK;
    return og_fail(err, OG_ERR_INTERNAL, "token %d was chosen against the grammar", id);
}

/* Whether these tokens spell exactly this text: not if the tokenizer adds or takes away blanks. */
static og_status spells(og_constraint *c, const int32_t *ids, size_t n, const char *text, size_t len, bool *same, og_error *err) {
    c->piece.len = 0;
    for (size_t i = 0; i < n; i++) OG_TRY(og_tok_text(c->model->tok, ids[i], &c->piece, err));
    *same = c->piece.len == len && memcmp(c->piece.data, text, len) == 0;
    return OG_OK;
}

og_status og_constraint_forced(og_constraint *c, int32_t **ids, size_t *n, og_error *err) {
    enum { LEAST = 2, MOST = 512 };
    char text[MOST];
    bool over, same = false;
    *n = 0;
    *ids = NULL;
    const size_t len = og_machine_forced_text(c->machine, text, sizeof text, &over);
    if (len < LEAST || memchr(text, OG_MARK_BEGIN, len)) return OG_OK;
    OG_TRY(og_tok_encode(c->model->tok, text, len, 0, ids, n, err));
    og_status status = spells(c, *ids, *n, text, len, &same, err);
    if (!same) *n = 0;
    if (*n > 0 && !over) --*n; /* the last could be joined with what comes after it */
    return status;
}
