/* tok_wordpiece.c: WordPiece ("bert"; Devlin et al. 2019). Text is cleaned, cut at white space, signs and ideographs, and each word covered
 * from the left by the longest tokens; a word that cannot be covered is one unknown token. The first token of a word is spelled with
 * U+2581. */
#include "text/tok.h"
#include "text/unicode.h"
#include "base/utf8.h"

#include <string.h>

static const char SPACE[] = "\xE2\x96\x81"; /* U+2581 */
enum { SPACE_LEN = 3, WORD_CHARS = 100 };   /* longer words are unknown */

#define CLASS(category) (1u << OG_UC_##category)
static const uint32_t dropped = CLASS(CC) | CLASS(CC_SPACE) | CLASS(CF) | CLASS(CN) | CLASS(CO) | CLASS(CS);
static const uint32_t white = CLASS(ZS) | CLASS(ZL) | CLASS(ZP);
static const uint32_t signs = CLASS(PC) | CLASS(PD) | CLASS(PS) | CLASS(PE) | CLASS(PI) | CLASS(PF) | CLASS(PO);

static og_status wordpiece_prepare(og_tok *tok, const og_vocab *v, og_error *err) {
    (void)v;
    if (tok->unk < 0) return og_fail(err, OG_ERR_FORMAT, "tokenizer: a 'bert' vocabulary needs an unknown token");
    tok->add_space_prefix = true; /* the first word's space is no part of the text */
    for (int i = 0; i < 256; i++) tok->byte_id[i] = -1;
    return OG_OK;
}

/* The blocks of ideographs that BERT's makers list; one begins at 2B920 in the code that everybody uses. */
static bool is_ideograph(uint32_t cp) {
    static const uint32_t block[][2] = {{0x4E00, 0x9FFF},   {0x3400, 0x4DBF},   {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F},
                                        {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF}, {0xF900, 0xFAFF},   {0x2F800, 0x2FA1F}};
    for (size_t i = 0; i < OG_LEN(block); i++)
        if (cp >= block[i][0] && cp <= block[i][1]) return true;
    return false;
}

static bool is_ascii_sign(uint32_t cp) {
    return (cp > ' ' && cp < '0') || (cp > '9' && cp < 'A') || (cp > 'Z' && cp < 'a') || (cp > 'z' && cp < 0x7F);
}

/* The longest ordinary token at the beginning of s; its length, 0: none. */
static size_t longest(const og_tok *tok, const char *s, size_t len, int32_t *id) {
    for (size_t n = OG_MIN(len, (size_t)tok->max_len); n > 0; n--) {
        if (n < len && ((uint8_t)s[n] & 0xC0) == 0x80) continue; /* inside a character */
        *id = og_tok_find(tok, s, n);
        if (*id >= 0 && og_tok_is_text(tok, *id)) return n;
    }
    return 0;
}

/* The word in e->text, which begins with U+2581, is complete. */
static void finish_word(og_encoder *e, size_t *chars) {
    size_t begin = e->n, len = e->text.len;
    const char *s = e->text.data;
    if (*chars == 0) return;
    bool covered = *chars <= WORD_CHARS;
    for (size_t at = 0; at < len && covered;) {
        int32_t id;
        size_t n = longest(e->tok, s + at, len - at, &id);
        covered = n > 0 && og_encoder_push(e, id);
        at += n;
    }
    if (!covered && e->status == OG_OK) {
        e->n = begin;
        og_encoder_push(e, e->tok->unk);
    }
    e->text.len = SPACE_LEN;
    *chars = 0;
}

static void add_char(og_encoder *e, uint32_t cp, size_t *chars) {
    char utf8[4];
    if (e->tok->lowercase) cp = og_unicode_to_lower(cp);
    bool alone = is_ascii_sign(cp) || signs >> og_unicode_category(cp) & 1;
    if (alone) finish_word(e, chars);
    if (++*chars <= WORD_CHARS) og_buf_add(&e->text, utf8, (size_t)og_utf8_encode(cp, utf8));
    if (alone) finish_word(e, chars);
}

/* Of invalid UTF-8 nothing is left, as of U+FFFD. */
static void wordpiece_encode(og_encoder *e, const char *s, size_t len) {
    size_t chars = 0;
    e->text.len = 0;
    og_buf_add(&e->text, SPACE, SPACE_LEN);
    for (size_t at = 0, n; at < len && e->status == OG_OK && !e->text.failed; at += n) {
        int32_t c;
        n = (size_t)og_utf8_decode(s + at, len - at, &c);
        if (c <= 0 || c == (int32_t)OG_UTF8_REPLACEMENT) continue;
        uint32_t cp = (uint32_t)c, part[3] = {cp}, category = 1u << og_unicode_category(cp);
        if (cp == '\t' || cp == '\n' || cp == '\r' || category & white) {
            finish_word(e, &chars);
            continue;
        }
        if (category & dropped) continue;
        bool ideograph = is_ideograph(cp);
        if (ideograph) finish_word(e, &chars);
        int parts = e->tok->strip_accents ? og_unicode_strip(cp, part) : 1;
        for (int i = 0; i < parts; i++) add_char(e, part[i], &chars);
        if (ideograph) finish_word(e, &chars);
    }
    finish_word(e, &chars);
    if (e->text.failed) og_encoder_fail(e, OG_ERR_MEMORY, "out of memory");
}

const og_tok_type og_tok_wordpiece = {"bert", wordpiece_prepare, wordpiece_encode, NULL, true};
