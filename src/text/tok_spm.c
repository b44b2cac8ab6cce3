/* tok_spm.c: SentencePiece BPE ("llama"; Kudo and Richardson 2018). Two neighbours can be joined if their text is a token; the one with the
 * highest score goes first. Spaces are written as U+2581; what is not in the vocabulary falls back to tokens for its bytes. */
#include "text/tok.h"
#include "base/utf8.h"

#include <math.h>
#include <string.h>

static const char SPACE[] = "\xE2\x96\x81"; /* U+2581 */
enum { SPACE_LEN = 3 };

static bool is_space(const char *s, size_t len) {
    return len >= SPACE_LEN && memcmp(s, SPACE, SPACE_LEN) == 0;
}

/* ---- preparing ---- */

/* Scores as whole numbers in the opposite order. */
static uint32_t priority_of(float score) {
    uint32_t bits;
    score += 0.0f; /* -0 becomes 0 */
    memcpy(&bits, &score, sizeof bits);
    return bits >> 31 ? bits : ~(bits | 0x80000000u);
}

bool og_spm_reaches_over(const char *s, size_t len) {
    for (size_t i = 1; i < len; i++)
        if (is_space(s + i, len - i) && !(i >= SPACE_LEN && is_space(s + i - SPACE_LEN, SPACE_LEN))) return true;
    return false;
}

static og_status spm_prepare(og_tok *tok, const og_vocab *v, og_error *err) {
    if (!v->score) return og_fail(err, OG_ERR_FORMAT, "tokenizer: a 'llama' vocabulary needs scores (tokenizer.ggml.scores)");
    tok->priority = og_alloc((size_t)tok->n * sizeof *tok->priority);
    if (!tok->priority) return og_fail(err, OG_ERR_MEMORY, "tokenizer: out of memory for the scores");
    tok->words_apart = true;
    for (int i = 0; i < 256; i++) tok->byte_id[i] = -1;
    for (int32_t id = 0; id < tok->n; id++) {
        size_t len;
        const char *s = og_strings_get(&tok->raw, id, &len);
        if (isnan(v->score[id])) return og_fail(err, OG_ERR_FORMAT, "tokenizer: the score of token %d is not a number", id);
        tok->priority[id] = priority_of(v->score[id]);
        int byte = og_tok_byte(tok, id);
        if (byte >= 0 && tok->byte_id[byte] < 0) tok->byte_id[byte] = id;
        if (og_tok_is_text(tok, id) && og_spm_reaches_over(s, len)) tok->words_apart = false;
    }
    return OG_OK;
}

/* ---- encoding ---- */

static uint32_t spm_pair(const og_tok *tok, const char *text, const og_symbol *a, const og_symbol *b, int32_t *id) {
    size_t len = (size_t)a->len + b->len;
    if (len > tok->max_len) return UINT32_MAX;
    *id = og_tok_find(tok, text + a->at, len);
    return *id >= 0 && og_tok_is_text(tok, *id) ? tok->priority[*id] : UINT32_MAX;
}

bool og_spm_unknown(og_encoder *e, const char *s, size_t len, bool *unknown) {
    const og_tok *tok = e->tok;
    bool bytes = true;
    for (size_t i = 0; i < len; i++) bytes = bytes && tok->byte_id[(uint8_t)s[i]] >= 0;
    if (!bytes) {
        if (tok->unk < 0) return og_encoder_fail(e, OG_ERR_UNSUPPORTED, "the text has a character for which the vocabulary has no token");
        bool first = !*unknown;
        *unknown = true;
        return first ? og_encoder_push(e, tok->unk) : true;
    }
    *unknown = false;
    for (size_t i = 0; i < len; i++)
        if (!og_encoder_push(e, tok->byte_id[(uint8_t)s[i]])) return false;
    return true;
}

static bool encode_word(og_encoder *e, const char *word, size_t len, bool *unknown) {
    int32_t id;
    if (og_encoder_whole(e, word, len, &id)) {
        *unknown = false;
        return og_encoder_push(e, id);
    }
    if (!og_encoder_symbols(e, len)) return false;
    size_t n = 0;
    for (size_t at = 0; at < len; n++) {
        int32_t cp;
        size_t bytes = (size_t)og_utf8_decode(word + at, len - at, &cp);
        int32_t one = og_tok_find(e->tok, word + at, bytes);
        e->sym[n] = (og_symbol){(uint32_t)at, (uint32_t)bytes, one >= 0 && og_tok_is_text(e->tok, one) ? one : -1};
        at += bytes;
    }
    if (!og_encoder_merge(e, word, &n)) return false;
    og_encoder_note(e, id, n);
    for (size_t i = 0; i < n; i++) {
        const og_symbol *sym = &e->sym[i];
        if (sym->id < 0) {
            if (!og_spm_unknown(e, word + sym->at, sym->len, unknown)) return false;
        } else {
            *unknown = false;
            if (!og_encoder_push(e, sym->id)) return false;
        }
    }
    return true;
}

bool og_spm_escape(og_encoder *e, const char *s, size_t len) {
    const og_tok *tok = e->tok;
    og_buf *out = &e->text;
    bool shrink = tok->remove_extra_whitespaces;
    out->len = 0;
    if (shrink) {
        while (len && *s == ' ') s++, len--;
        while (len && s[len - 1] == ' ') len--;
        if (len == 0) return true;
    }
    if (tok->add_space_prefix && e->after_special) og_buf_add(out, SPACE, SPACE_LEN);
    for (size_t i = 0; i < len;) {
        const char *blank = memchr(s + i, ' ', len - i);
        size_t n = blank ? (size_t)(blank - s) - i : len - i;
        og_buf_add(out, s + i, n);
        i += n;
        if (blank) og_buf_add(out, SPACE, SPACE_LEN), i++;
        while (shrink && i < len && s[i] == ' ') i++;
    }
    return !out->failed || og_encoder_fail(e, OG_ERR_MEMORY, "out of memory");
}

/* The end of the word that starts at s + from: before the next space that follows another character. */
static size_t word_end(const char *s, size_t from, size_t len) {
    size_t i = from;
    while (is_space(s + i, len - i)) i += SPACE_LEN;
    while (i < len) {
        const char *p = memchr(s + i, SPACE[0], len - i);
        if (!p) return len;
        i = (size_t)(p - s);
        if (is_space(p, len - i)) return i;
        i++;
    }
    return len;
}

void og_spm_words(og_encoder *e, const char *s, size_t len, og_spm_word_fn *fn) {
    bool unknown = false;
    for (size_t i = 0; i < len;) {
        size_t end = e->tok->words_apart ? word_end(s, i, len) : len;
        if (!fn(e, s + i, end - i, &unknown)) return;
        i = end;
    }
}

static void spm_encode(og_encoder *e, const char *s, size_t len) {
    if (og_spm_escape(e, s, len)) og_spm_words(e, e->text.data, e->text.len, encode_word);
}

const og_tok_type og_tok_spm = {"llama", spm_prepare, spm_encode, spm_pair, true};
