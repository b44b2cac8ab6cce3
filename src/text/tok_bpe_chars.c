/* tok_bpe_chars.c: BPE by merges over characters ("gemma4"): spaces are written as U+2581, lines are merged by themselves, and a character
 * that is no token falls back to tokens for its bytes. */
#include "text/tok_bpe.h"

#include "base/utf8.h"

#include <string.h>

static og_status chars_prepare(og_tok *tok, const og_vocab *v, og_error *err) {
    tok->words_apart = true;
    for (int i = 0; i < 256; i++) tok->byte_id[i] = -1;
    for (int32_t id = 0; id < tok->n; id++) {
        size_t len;
        const char *s = og_strings_get(&tok->raw, id, &len);
        int byte = og_tok_byte(tok, id);
        if (byte >= 0 && tok->byte_id[byte] < 0) tok->byte_id[byte] = id;
        if (og_tok_is_text(tok, id) && og_spm_reaches_over(s, len)) tok->words_apart = false;
    }
    return og_bpe_merges(tok, v, err);
}

static bool encode_word(og_encoder *e, const char *word, size_t len, bool *unknown) {
    const og_tok *tok = e->tok;
    int32_t id;
    if (og_encoder_whole(e, word, len, &id) || (id >= 0 && *word == '\n')) {
        *unknown = false;
        return og_encoder_push(e, id);
    }
    if (!og_encoder_symbols(e, len)) return false;
    size_t n = 0;
    for (size_t at = 0, bytes; at < len; at += bytes, n++) {
        int32_t cp;
        bytes = (size_t)og_utf8_decode(word + at, len - at, &cp);
        int32_t one = og_tok_find(tok, word + at, bytes);
        e->sym[n] = (og_symbol){(uint32_t)at, (uint32_t)bytes, one >= 0 && og_tok_is_text(tok, one) ? one : -1};
    }
    if (!og_encoder_merge(e, word, &n)) return false;
    og_encoder_note(e, id, n);
    for (size_t i = 0; i < n; i++) {
        const og_symbol *sym = &e->sym[i];
        if (sym->id >= 0) *unknown = false;
        if (!(sym->id < 0 ? og_spm_unknown(e, word + sym->at, sym->len, unknown) : og_encoder_push(e, sym->id))) return false;
    }
    return true;
}

/* Line by line, and rows of line breaks by themselves. */
static void chars_encode(og_encoder *e, const char *s, size_t len) {
    if (!og_spm_escape(e, s, len)) return;
    const char *text = e->text.data;
    for (size_t at = 0, end; at < e->text.len && e->status == OG_OK; at = end) {
        end = at;
        bool breaks = text[at] == '\n';
        while (end < e->text.len && (text[end] == '\n') == breaks) end++;
        og_spm_words(e, text + at, end - at, encode_word);
    }
}

const og_tok_type og_tok_bpe_chars = {"gemma4", chars_prepare, chars_encode, og_bpe_pair, true};
