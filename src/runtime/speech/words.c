#include "runtime/speech/decode.h"

#include "base/real.h"
#include "base/utf8.h"

#include <math.h>
#include <string.h>

/* Punctuation that belongs to the word after it, and to the word before it. */
static const char *const before[] = {"\"", "'", "“", "¿", "(", "[", "{", "-"};
static const char *const after[] = {"\"", "'", ".", "。", ",", "，", "!", "！", "?", "？", ":", "：", "”", ")", "]", "}", "、"};
static const char *const unspaced[] = {"zh", "ja", "th", "lo", "my", "yue"};

void og_hear_words_free(og_hear_words *w) {
    og_arena_free(&w->arena);
    *w = (og_hear_words){0};
}

static og_status no_memory(og_error *err) {
    return og_fail(err, OG_ERR_MEMORY, "out of memory for words");
}

static bool in_list(const char *const *list, size_t n, const char *s, size_t len) {
    for (size_t i = 0; i < n; i++)
        if (strlen(list[i]) == len && memcmp(list[i], s, len) == 0) return true;
    return false;
}

static bool is_punctuation(const char *s, size_t len) {
    while (len && *s == ' ') s++, len--;
    while (len && s[len - 1] == ' ') len--;
    return len == 1 && strchr("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", *s) != NULL;
}

/* Tokens as pieces of whole characters, each a word of its own for now. */
static og_status cut_pieces(const og_speech *speech, const int32_t *ids, int n, og_hear_words *out, og_error *err) {
    og_buf text;
    og_buf_init(&text);
    og_status status = OG_OK;
    int first = 0;
    for (int i = 0; i < n && status == OG_OK; i++) {
        status = og_tok_text(speech->tok, ids[i], &text, err);
        if (status != OG_OK || (i + 1 < n && !og_utf8_valid(text.data ? text.data : "", text.len))) continue;
        char *copy = og_arena_strndup(&out->arena, text.data ? text.data : "", text.len);
        if (!copy || text.failed) status = no_memory(err);
        out->word[out->n++] = (og_hear_word){.first = first, .n = i + 1 - first, .text = copy, .len = text.len};
        text.len = 0;
        first = i + 1;
    }
    og_buf_free(&text);
    return status;
}

static og_status append_word(og_hear_words *w, og_hear_word *to, const og_hear_word *more, og_error *err) {
    char *both = og_arena_alloc(&w->arena, to->len + more->len + 1);
    if (!both) return no_memory(err);
    memcpy(both, to->text, to->len);
    memcpy(both + to->len, more->text, more->len);
    to->text = both;
    to->len += more->len;
    to->n += more->n;
    return OG_OK;
}

static og_status join_pieces(og_hear_words *w, og_error *err) {
    int n = 0;
    for (int i = 0; i < w->n; i++) {
        const og_hear_word *p = &w->word[i];
        const bool begins = n == 0 || (p->len && p->text[0] == ' ') || is_punctuation(p->text, p->len);
        if (begins)
            w->word[n++] = *p;
        else
            OG_TRY(append_word(w, &w->word[n - 1], p, err));
    }
    w->n = n;
    return OG_OK;
}

/* Opening marks go to what follows, closing ones to what is before. */
static og_status join_punctuation(og_hear_words *w, og_error *err) {
    for (int i = w->n - 2; i >= 0; i--) {
        og_hear_word *a = &w->word[i], *b = a + 1;
        if (a->len < 2 || a->text[0] != ' ' || !in_list(before, OG_LEN(before), a->text + 1, a->len - 1)) continue;
        OG_TRY(append_word(w, a, b, err));
        a->end = b->end;
        a->probability = b->probability;
        memmove(b, b + 1, (size_t)(w->n - i - 2) * sizeof *b);
        w->n--;
    }
    for (int i = 1; i < w->n;) {
        og_hear_word *a = &w->word[i - 1], *b = a + 1;
        if (a->len && a->text[a->len - 1] != ' ' && in_list(after, OG_LEN(after), b->text, b->len)) {
            OG_TRY(append_word(w, a, b, err));
            memmove(b, b + 1, (size_t)(w->n - i - 1) * sizeof *b);
            w->n--;
        } else {
            i++;
        }
    }
    return OG_OK;
}

/* Runs the text through the decoder once more and reads times and probabilities of its tokens: at [n + 1], probability [n]. */
static og_status listen_again(og_hearing *h, const og_speech *speech, const int32_t *sot, int n_sot, const int32_t *ids, int n, int frames,
                              const uint8_t *heads, int layers, const volatile int *cancel, float *at, float *probability, og_error *err) {
    const int total = n_sot + 1 + n, eot = speech->token.eot, n_vocab = (int)speech->lm->hp.n_vocab;
    int32_t *id = og_calloc((size_t)total * 2, sizeof *id);
    int *seq = og_calloc((size_t)total, sizeof *seq);
    og_status status = id && seq ? OG_OK : no_memory(err);
    const float *logits = NULL, *scores = NULL;
    if (status == OG_OK) {
        memcpy(id, sot, (size_t)n_sot * sizeof *id);
        id[n_sot] = speech->token.no_times;
        memcpy(id + n_sot + 1, ids, (size_t)n * sizeof *id);
        for (int i = 0; i < total; i++) id[total + i] = i;
        og_hearing_rewind(h, 0, 0);
        const og_hear_batch batch = {.id = id, .seq = seq, .n = total, .row = id + total, .n_rows = total, .scores = layers};
        status = og_hearing_decode(h, &batch, cancel, &logits, &scores, err);
    }
    for (int i = 0; i < n && status == OG_OK; i++) {
        const float *row = logits + (size_t)(n_sot + i) * (size_t)n_vocab;
        probability[i] = (float)og_real_exp((double)row[ids[i]] - og_hear_log_sum(row, eot));
    }
    if (status == OG_OK)
        status = og_hear_align(scores, total, n_sot, (int)speech->lm->hp.n_head, layers, (int)og_speech_n_audio(speech->lm), frames, heads,
                               at, err);
    og_release(id);
    og_release(seq);
    return status;
}

og_status og_hear_words_find(og_hearing *h, const og_speech *speech, const int32_t *sot, int n_sot, const int32_t *ids, int n, int frames,
                             const char *language, const uint8_t *heads, int layers, const volatile int *cancel, og_hear_words *out,
                             og_error *err) {
    *out = (og_hear_words){0};
    og_arena_init(&out->arena, 0);
    const int room = (int)speech->lm->hp.n_ctx_train - n_sot - 1;
    n = OG_MIN(n, room);
    if (n < 1 || frames < 1) return OG_OK;
    out->word = og_arena_alloc(&out->arena, (size_t)n * sizeof *out->word);
    float *at = og_arena_alloc(&out->arena, (size_t)(2 * n + 2) * sizeof *at);
    if (!out->word || !at) return no_memory(err);
    float *probability = at + n + 1;
    OG_TRY(listen_again(h, speech, sot, n_sot, ids, n, frames, heads, layers, cancel, at, probability, err));
    OG_TRY(cut_pieces(speech, ids, n, out, err));
    if (!language || !in_list(unspaced, OG_LEN(unspaced), language, strlen(language))) OG_TRY(join_pieces(out, err));
    for (int i = 0; i < out->n; i++) {
        og_hear_word *w = &out->word[i];
        double sum = 0;
        for (int k = 0; k < w->n; k++) sum += (double)probability[w->first + k];
        w->probability = (float)(sum / w->n);
        w->start = at[w->first];
        w->end = at[w->first + w->n];
    }
    return join_punctuation(out, err);
}
