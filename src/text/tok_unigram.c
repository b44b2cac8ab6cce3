/* tok_unigram.c: SentencePiece unigram ("t5"; Kudo 2018). Text is normalized, then cut into the tokens whose scores have the largest sum
 * (Viterbi). A character that is no token scores 10 less than the worst token; a row of them is one unknown token. */
#include "text/tok.h"
#include "base/utf8.h"

#include <math.h>
#include <string.h>

static const char SPACE[] = "\xE2\x96\x81"; /* U+2581 */
enum { SPACE_LEN = 3 };

/* ---- preparing ---- */

static og_status read_scores(og_tok *tok, const og_vocab *v, og_error *err) {
    double worst = 0;
    bool any = false;
    for (int32_t id = 0; id < tok->n; id++) {
        if (isnan(v->score[id])) return og_fail(err, OG_ERR_FORMAT, "tokenizer: the score of token %d is not a number", id);
        tok->score[id] = v->score[id];
        if (tok->kind[id] != OG_TOKEN_NORMAL) continue;
        worst = any ? fmin(worst, v->score[id]) : v->score[id];
        any = true;
    }
    tok->unknown_score = worst - 10;
    return OG_OK;
}

static og_status add_tokens(og_tok *tok, og_error *err) {
    uint64_t bytes = 0;
    for (int32_t id = 0; id < tok->n; id++)
        if (og_tok_is_text(tok, id)) bytes += tok->raw.at[id + 1] - tok->raw.at[id] - 1;
    OG_TRY(og_trie_open(&tok->trie, bytes, "the tokens", err));
    tok->words_apart = true;
    for (int i = 0; i < 256; i++) tok->byte_id[i] = -1;
    for (int32_t id = 0; id < tok->n; id++) {
        size_t len;
        const char *s = og_strings_get(&tok->raw, id, &len);
        int byte = og_tok_byte(tok, id);
        if (byte >= 0 && tok->byte_id[byte] < 0) tok->byte_id[byte] = id;
        if (!og_tok_is_text(tok, id) || len == 0) continue;
        og_trie_add(&tok->trie, s, len, id);
        if (og_spm_reaches_over(s, len)) tok->words_apart = false;
    }
    return OG_OK;
}

static og_status unigram_prepare(og_tok *tok, const og_vocab *v, og_error *err) {
    if (!v->score) return og_fail(err, OG_ERR_FORMAT, "tokenizer: a 't5' vocabulary needs scores (tokenizer.ggml.scores)");
    tok->score = og_alloc((size_t)tok->n * sizeof *tok->score);
    if (!tok->score) return og_fail(err, OG_ERR_MEMORY, "tokenizer: out of memory for the scores");
    OG_TRY(read_scores(tok, v, err));
    OG_TRY(add_tokens(tok, err));
    return v->charsmap.s ? og_charsmap_open(&tok->charsmap, v->charsmap.s, v->charsmap.len, err) : OG_OK;
}

/* ---- normalizing ---- */

/* Appends a piece with its spaces escaped, without its leading ones if `apart`. Returns whether something was left. */
static bool add_piece(og_buf *out, og_piece p, bool apart) {
    while (apart && p.len && *p.s == ' ') p.s++, p.len--;
    for (size_t i = 0; i < p.len;) {
        const char *blank = memchr(p.s + i, ' ', p.len - i);
        size_t n = blank ? (size_t)(blank - p.s) - i : p.len - i;
        og_buf_add(out, p.s + i, n);
        i += n;
        if (blank) og_buf_add(out, SPACE, SPACE_LEN), i++;
    }
    return p.len > 0;
}

static bool ends_in_space(const og_buf *out) {
    return out->len >= SPACE_LEN && memcmp(out->data + out->len - SPACE_LEN, SPACE, SPACE_LEN) == 0;
}

/* The normalized text, to e->text. */
static bool normalize(og_encoder *e, const char *s, size_t len) {
    const og_tok *tok = e->tok;
    og_buf *out = &e->text;
    bool shrink = tok->remove_extra_whitespaces, apart = shrink;
    size_t at = 0, used;
    out->len = 0;
    for (; shrink && at < len; at += used) {
        og_piece p = og_charsmap_next(&tok->charsmap, s + at, len - at, &used);
        if (p.len != 1 || *p.s != ' ') break;
    }
    if (at == len) return true;
    if (tok->add_space_prefix) og_buf_add(out, SPACE, SPACE_LEN);
    for (; at < len; at += used) {
        og_piece p = og_charsmap_next(&tok->charsmap, s + at, len - at, &used);
        bool blank = p.len > 0 && p.s[p.len - 1] == ' ';
        if (add_piece(out, p, apart)) apart = shrink && blank;
    }
    while (shrink && ends_in_space(out)) out->len -= SPACE_LEN;
    return !out->failed || og_encoder_fail(e, OG_ERR_MEMORY, "out of memory");
}

/* ---- encoding ---- */

static inline void offer(og_lattice *place, double score, int32_t id, size_t from) {
    if (score > place->score) *place = (og_lattice){score, id, (uint32_t)from};
}

/* Fills the places after the beginning: the best way there, and its last token. */
static void forward(const og_tok *tok, og_lattice *place, const char *s, size_t len) {
    for (size_t i = 0; i <= len; i++) place[i] = (og_lattice){-INFINITY, -1, 0};
    place[0].score = 0;
    for (size_t at = 0, chars; at < len; at += chars) {
        int32_t cp;
        chars = (size_t)og_utf8_decode(s + at, len - at, &cp);
        bool single = false;
        uint32_t node = 0;
        for (size_t to = at; to < len; to++) {
            node = og_trie_next(&tok->trie, node, (uint8_t)s[to]);
            if (node == 0) break;
            int32_t id = tok->trie.id[node];
            if (id < 0) continue;
            single = single || to + 1 - at == chars;
            offer(&place[to + 1], place[at].score + (tok->kind[id] == OG_TOKEN_USER ? 0 : (double)tok->score[id]), id, at);
        }
        if (!single) offer(&place[at + chars], place[at].score + tok->unknown_score, -1, at);
    }
}

static bool encode_word(og_encoder *e, const char *word, size_t len, bool *unknown) {
    int32_t id;
    if (og_encoder_whole(e, word, len, &id)) {
        *unknown = false;
        return og_encoder_push(e, id);
    }
    if (!og_encoder_lattice(e, len + 1)) return false;
    forward(e->tok, e->lattice, word, len);
    size_t n = 0;
    for (size_t to = len; to > 0; to = e->lattice[to].from) n++;
    if (!og_encoder_symbols(e, n)) return false;
    size_t i = n;
    for (size_t to = len; to > 0; to = e->lattice[to].from) {
        const og_lattice *p = &e->lattice[to];
        e->sym[--i] = (og_symbol){p->from, (uint32_t)(to - p->from), p->id};
    }
    og_encoder_note(e, id, n);
    for (i = 0; i < n; i++) {
        const og_symbol *sym = &e->sym[i];
        if (sym->id >= 0) *unknown = false;
        if (!(sym->id < 0 ? og_spm_unknown(e, word + sym->at, sym->len, unknown) : og_encoder_push(e, sym->id))) return false;
    }
    return true;
}

static void unigram_encode(og_encoder *e, const char *s, size_t len) {
    if (normalize(e, s, len)) og_spm_words(e, e->text.data, e->text.len, encode_word);
}

const og_tok_type og_tok_unigram = {"t5", unigram_prepare, unigram_encode, NULL, true};
