#include "convert/whisper_vocab.h"

#include "base/utf8.h"
#include "convert/whisper.h"
#include "text/tokenizer.h"

#include <stdio.h>
#include <string.h>

enum { ENGLISH = 51864, TIMES = 1501, TASKS = 6, BASE_LANGUAGES = 99, MAX_SYMBOLS = 256 };

static const char *const languages[] = {OG_WHISPER_LANGUAGES};

typedef struct vocab {
    const og_whisper_bin *bin;
    og_arena arena;
    uint32_t *slot; /* hash table of ranks + 1; 0: empty */
    uint32_t mask;
    const char **s; /* [n_vocab] spellings */
    size_t *len;
    int32_t *kind;
    const char **merge;
    size_t *merge_len, n_merges;
} vocab;

/* ---- bytes as GPT-2 writes them ---- */

/* Printable bytes are their own characters, the others those from U+0100 on, in order. */
static int32_t letter(int byte) {
    if ((byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174) return byte;
    return byte <= 32 ? 256 + byte : byte <= 160 ? 256 + 33 + byte - 127 : 256 + 33 + 34;
}

static size_t spell(const char *s, size_t len, char *out) {
    size_t n = 0;
    for (size_t i = 0; i < len; i++) n += og_utf8_encode(letter((unsigned char)s[i]), out + n);
    return n;
}

/* ---- merges ---- */

static uint32_t hash_of(const char *s, size_t len) {
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < len; i++) h = (h ^ (unsigned char)s[i]) * 16777619u;
    return h ^ h >> 15;
}

/* The rank of these bytes; UINT32_MAX: they are no token. */
static uint32_t rank_of(const vocab *v, const char *s, size_t len) {
    for (uint32_t i = hash_of(s, len) & v->mask; v->slot[i]; i = (i + 1) & v->mask) {
        const og_whisper_bin_token *t = &v->bin->token[v->slot[i] - 1];
        if (t->len == len && memcmp(t->s, s, len) == 0) return v->slot[i] - 1;
    }
    return UINT32_MAX;
}

static og_status index_tokens(vocab *v, og_error *err) {
    uint32_t size = 1;
    while (size < v->bin->n_tokens * 2 + 2) size *= 2;
    v->mask = size - 1;
    v->slot = og_arena_alloc(&v->arena, size * sizeof *v->slot);
    if (!v->slot) return og_fail(err, OG_ERR_MEMORY, "out of memory for a vocabulary");
    for (uint32_t r = 0; r < v->bin->n_tokens; r++) {
        const og_whisper_bin_token *t = &v->bin->token[r];
        if (t->len == 0 || rank_of(v, t->s, t->len) != UINT32_MAX) continue;
        uint32_t i = hash_of(t->s, t->len) & v->mask;
        while (v->slot[i]) i = (i + 1) & v->mask;
        v->slot[i] = r + 1;
    }
    return OG_OK;
}

/* Where the token of this rank is cut in two by the merges of better rank; 0 if they leave another number of parts. */
static size_t cut_of(const vocab *v, uint32_t rank) {
    const og_whisper_bin_token *t = &v->bin->token[rank];
    uint16_t at[MAX_SYMBOLS + 1];
    size_t n = t->len;
    if (n < 2 || n > MAX_SYMBOLS) return 0;
    for (size_t i = 0; i <= n; i++) at[i] = (uint16_t)i;
    while (n > 2) {
        size_t best = 0;
        uint32_t best_rank = rank;
        for (size_t i = 0; i + 2 <= n; i++) {
            const uint32_t r = rank_of(v, t->s + at[i], (size_t)(at[i + 2] - at[i]));
            if (r < best_rank) {
                best_rank = r;
                best = i;
            }
        }
        if (best_rank == rank) return 0;
        memmove(at + best + 1, at + best + 2, (n - best - 1) * sizeof *at);
        n--;
    }
    return at[1];
}

static og_status make_merges(vocab *v, og_error *err) {
    const uint32_t n = v->bin->n_tokens;
    v->merge = og_arena_alloc(&v->arena, (n + 1) * sizeof *v->merge);
    v->merge_len = og_arena_alloc(&v->arena, (n + 1) * sizeof *v->merge_len);
    if (!v->merge || !v->merge_len) return og_fail(err, OG_ERR_MEMORY, "out of memory for a vocabulary");
    for (uint32_t r = 0; r < n; r++) {
        const og_whisper_bin_token *t = &v->bin->token[r];
        const size_t cut = rank_of(v, t->s, t->len) == r ? cut_of(v, r) : 0;
        if (cut == 0) continue;
        /* Old converters wrote what is no character by itself as U+FFFD, so that some bytes are no tokens. */
        if (rank_of(v, t->s, cut) == UINT32_MAX || rank_of(v, t->s + cut, t->len - cut) == UINT32_MAX) continue;
        char *text = og_arena_alloc(&v->arena, 2 * t->len + 2);
        if (!text) return og_fail(err, OG_ERR_MEMORY, "out of memory for a vocabulary");
        size_t len = spell(t->s, cut, text);
        text[len++] = ' ';
        len += spell(t->s + cut, t->len - cut, text + len);
        v->merge[v->n_merges] = text;
        v->merge_len[v->n_merges++] = len;
    }
    return OG_OK;
}

/* ---- tokens ---- */

static bool set(vocab *v, uint32_t id, og_token_kind kind, const char *s, size_t len) {
    v->s[id] = og_arena_strndup(&v->arena, s, len);
    v->len[id] = len;
    v->kind[id] = kind;
    return v->s[id] != NULL;
}

static bool set_special(vocab *v, uint32_t id, const char *name) {
    char text[48];
    const int n = snprintf(text, sizeof text, "<|%s|>", name);
    return set(v, id, OG_TOKEN_CONTROL, text, (size_t)n);
}

static bool make_specials(vocab *v, uint32_t first, uint32_t n_languages) {
    static const char *const tasks[TASKS] = {"translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps"};
    bool ok = set_special(v, first, "endoftext") && set_special(v, first + 1, "startoftranscript");
    uint32_t id = first + 2;
    for (uint32_t i = 0; i < n_languages; i++) ok = ok && set_special(v, id++, languages[i]);
    for (uint32_t i = 0; i < TASKS; i++) ok = ok && set_special(v, id++, tasks[i]);
    for (uint32_t i = 0; i < TIMES; i++) {
        char text[16];
        snprintf(text, sizeof text, "%u.%02u", i / 50, i % 50 * 2);
        ok = ok && set_special(v, id++, text);
    }
    return ok;
}

static bool make_text(vocab *v, uint32_t n) {
    bool ok = true;
    for (uint32_t id = 0; id < n && ok; id++) {
        char text[24], *letters = og_arena_alloc(&v->arena, 2 * (id < v->bin->n_tokens ? v->bin->token[id].len : 0) + 1);
        const og_whisper_bin_token *t = id < v->bin->n_tokens ? &v->bin->token[id] : NULL;
        if (!letters) return false;
        if (t && t->len > 0 && rank_of(v, t->s, t->len) == id)
            ok = set(v, id, OG_TOKEN_NORMAL, letters, spell(t->s, t->len, letters));
        else
            ok = set(v, id, OG_TOKEN_UNUSED, text, (size_t)snprintf(text, sizeof text, "[PAD%u]", id));
    }
    return ok;
}

static og_status make(vocab *v, const char *name, og_gguf_writer *w, og_error *err) {
    const uint32_t n = v->bin->sizes.n_vocab;
    const bool multilingual = n > ENGLISH;
    const uint32_t eot = 50256 + multilingual, n_languages = n - eot - 2 - TASKS - TIMES;
    if (n < ENGLISH || n_languages < BASE_LANGUAGES || n_languages > OG_LEN(languages))
        return og_fail(err, OG_ERR_UNSUPPORTED, "%s: a vocabulary of %u tokens is none of Whisper's (51864, 51865 or 51866)", name, n);
    OG_TRY(index_tokens(v, err));
    OG_TRY(make_merges(v, err));
    v->s = og_arena_alloc(&v->arena, n * sizeof *v->s);
    v->len = og_arena_alloc(&v->arena, n * sizeof *v->len);
    v->kind = og_arena_alloc(&v->arena, n * sizeof *v->kind);
    if (!v->s || !v->len || !v->kind || !make_text(v, eot) || !make_specials(v, eot, n_languages))
        return og_fail(err, OG_ERR_MEMORY, "out of memory for a vocabulary");
    og_gguf_set_str(w, "tokenizer.ggml.model", "gpt2", 4);
    og_gguf_set_str(w, "tokenizer.ggml.pre", "gpt-2", 5);
    og_gguf_set_strings(w, "tokenizer.ggml.tokens", v->s, v->len, n);
    og_gguf_set_array(w, "tokenizer.ggml.token_type", OG_VALUE_I32, v->kind, n);
    og_gguf_set_strings(w, "tokenizer.ggml.merges", v->merge, v->merge_len, v->n_merges);
    og_gguf_set_u32(w, "tokenizer.ggml.bos_token_id", eot + 1);
    og_gguf_set_u32(w, "tokenizer.ggml.eos_token_id", eot);
    return OG_OK;
}

og_status og_whisper_vocab(const og_whisper_bin *bin, const char *name, og_gguf_writer *w, og_error *err) {
    vocab v = {.bin = bin};
    og_arena_init(&v.arena, 0);
    const og_status status = make(&v, name, w, err);
    og_arena_free(&v.arena);
    return status;
}
