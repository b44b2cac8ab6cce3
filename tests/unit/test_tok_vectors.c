/* The published vocabularies and texts of the shared test data (its vectors/PROVENANCE.md has the formats): ids exactly, and back. */
#include "base/base.h"
#include "text/tokenizer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static og_error err;

static const char *shared(void) {
    const char *folder = getenv("OG_SHARED");
    return folder && *folder ? folder : OG_SOURCE_DIR "/../shared";
}

/* The whole file, NUL-terminated, for free(); NULL if there is none. `len` may be NULL. */
static char *read_file(const char *folder, const char *name, size_t *len) {
    char path[1024];
    snprintf(path, sizeof path, "%s/vectors/tokenizers/%s/%s", shared(), folder, name);
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    fseek(f, 0, SEEK_END);
    size_t size = (size_t)ftell(f);
    rewind(f);
    char *data = malloc(size + 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, size, f), size);
    data[size] = '\0';
    if (len) *len = size;
    fclose(f);
    return data;
}

static void check_ids(const og_tok *tok, const char *text, size_t len, const int32_t *want, size_t n_want) {
    int32_t *ids;
    size_t n;
    if (og_tok_encode(tok, text, len, 0, &ids, &n, &err) != OG_OK) fail_msg("%s", err.text);
    for (size_t i = 0; i < n && i < n_want; i++)
        if (ids[i] != want[i]) fail_msg("'%.*s': id %zu is %d, not %d", (int)len, text, i, ids[i], want[i]);
    if (n != n_want) fail_msg("'%.*s': %zu ids, not %zu", (int)len, text, n, n_want);
    og_free(ids);
}

static void check_text(const og_tok *tok, const char *text, size_t len, const int32_t *want, size_t n_want) {
    char *back;
    size_t back_len;
    check_ids(tok, text, len, want, n_want);
    assert_int_equal(og_tok_decode(tok, want, n_want, false, &back, &back_len, &err), OG_OK);
    assert_int_equal(back_len, len);
    assert_memory_equal(back, text, len);
    og_free(back);
}

/* One line of the .out file; returns the next. */
static char *read_ids(char *line, int32_t *ids, size_t max, size_t *n) {
    char *end = strchr(line, '\n'), *next = end ? end + 1 : line + strlen(line);
    if (end) *end = '\0';
    for (*n = 0;; line = end) {
        long id = strtol(line, &end, 10);
        if (end == line) return next;
        assert_true(*n < max);
        ids[(*n)++] = (int32_t)id;
    }
}

static void test_gguf_vocabulary(void **state) {
    static const char separator[] = "\n__ggml_vocab_test__\n";
    static int32_t want[10000];
    const char *folder = *state;
    char name[128], path[1200];
    snprintf(name, sizeof name, "ggml-vocab-%s.gguf.inp", folder);
    char *texts = read_file(folder, name, NULL);
    if (!texts) {
        print_message("skipped: no shared test data in %s\n", shared());
        skip();
    }
    snprintf(name, sizeof name, "ggml-vocab-%s.gguf.out", folder);
    char *ids = read_file(folder, name, NULL);
    assert_non_null(ids);
    snprintf(path, sizeof path, "%s/vectors/tokenizers/%s/ggml-vocab-%s.gguf", shared(), folder, folder);
    og_file *file;
    og_tok *tok;
    if (og_file_open(path, &file, &err) != OG_OK || og_tok_open(file, &tok, &err) != OG_OK) fail_msg("%s", err.text);
    og_file_close(file);

    int n_cases = 0;
    char *line = ids, *text = texts;
    for (char *end; (end = strstr(text, separator)); text = end + strlen(separator), n_cases++) {
        size_t n;
        line = read_ids(line, want, OG_LEN(want), &n);
        (strcmp(folder, "bert-bge") == 0 ? check_ids : check_text)(tok, text, (size_t)(end - text), want, n);
    }
    assert_true(n_cases > 20);
    og_tok_close(tok);
    free(ids);
    free(texts);
}

#ifdef OG_TEST_JSON
#include <jansson.h>

/* ---- cl100k_base: a vocabulary by rank, without merges. The merge that makes a token is what merging its bytes by the ranks below its
 * own ends with. ---- */

typedef struct ranked {
    og_piece *token; /* bytes, by rank */
    int32_t n, *slot;
    uint32_t mask;
} ranked;

static uint32_t hash_of(const char *s, size_t len) {
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < len; i++) h = (h ^ (uint8_t)s[i]) * 16777619u;
    return h ^ h >> 15;
}

static int32_t *slot_of(const ranked *r, const char *s, size_t len) {
    for (uint32_t i = hash_of(s, len) & r->mask;; i = (i + 1) & r->mask) {
        int32_t id = r->slot[i];
        if (id < 0 || (r->token[id].len == len && memcmp(r->token[id].s, s, len) == 0)) return &r->slot[i];
    }
}

/* Where the two parts meet that token `rank` is made of. */
static size_t meeting(const ranked *r, int32_t rank) {
    const char *s = r->token[rank].s;
    size_t cut[256], n = r->token[rank].len; /* the parts begin at cut[0..n), and cut[n] is the end */
    assert_true(n < OG_LEN(cut));
    for (size_t i = 0; i <= n; i++) cut[i] = i;
    while (n > 2) {
        size_t best = n;
        int32_t best_rank = rank;
        for (size_t i = 0; i + 1 < n; i++) {
            int32_t id = *slot_of(r, s + cut[i], cut[i + 2] - cut[i]);
            if (id >= 0 && id < best_rank) best = i, best_rank = id;
        }
        assert_true(best < n);
        memmove(&cut[best + 1], &cut[best + 2], (n - best - 1) * sizeof *cut);
        n--;
    }
    return cut[1];
}

static int base64(char c) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return (int)(strchr(digits, c) - digits);
}

/* Decodes a line's token in place; returns the next line. */
static char *read_token(char *line, og_piece *out) {
    char *end = strchr(line, ' '), *next = strchr(end, '\n') + 1, *to = line;
    uint32_t bits = 0;
    int n_bits = 0;
    for (char *c = line; c < end && *c != '='; c++) {
        bits = bits << 6 | (uint32_t)base64(*c);
        n_bits += 6;
        if (n_bits >= 8) *to++ = (char)(bits >> (n_bits -= 8));
    }
    *out = (og_piece){line, (size_t)(to - line)};
    return next;
}

/* The byte-level spelling. */
static og_piece spell(og_arena *arena, og_piece bytes) {
    char *out = og_arena_alloc(arena, 2 * bytes.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned b = (uint8_t)bytes.s[i];
        unsigned cp = b <= 0x20 ? 0x100 + b : b >= 0x7F && b <= 0xA0 ? 0x121 + b - 0x7F : b == 0xAD ? 0x143 : b;
        if (cp >= 0x80) out[n++] = (char)(0xC0 | cp >> 6);
        out[n++] = (char)(cp >= 0x80 ? 0x80 | (cp & 0x3F) : cp);
    }
    return (og_piece){out, n};
}

static og_tok *make_cl100k(char *data) {
    enum { ROOM = 100300, SLOTS = 1 << 18 };
    og_arena arena;
    og_arena_init(&arena, 1 << 22);
    ranked r = {.token = og_arena_alloc(&arena, ROOM * sizeof(og_piece)),
                .slot = og_arena_alloc(&arena, SLOTS * sizeof(int32_t)),
                .mask = SLOTS - 1};
    og_piece *token = og_arena_alloc(&arena, ROOM * sizeof *token), *merge = og_arena_alloc(&arena, ROOM * sizeof *merge);
    for (int i = 0; i < SLOTS; i++) r.slot[i] = -1;
    og_vocab v;
    og_vocab_defaults("gpt2", "cl100k", &v);
    for (char *line = data; *line; r.n++) {
        assert_true(r.n < ROOM);
        line = read_token(line, &r.token[r.n]);
        *slot_of(&r, r.token[r.n].s, r.token[r.n].len) = r.n;
        token[r.n] = spell(&arena, r.token[r.n]);
    }
    for (int32_t i = 0; i < r.n; i++) {
        if (r.token[i].len < 2) continue;
        size_t at = meeting(&r, i);
        og_piece left = spell(&arena, (og_piece){r.token[i].s, at}),
                 right = spell(&arena, (og_piece){r.token[i].s + at, r.token[i].len - at});
        char *line = og_arena_alloc(&arena, left.len + right.len + 2);
        memcpy(line, left.s, left.len);
        line[left.len] = ' ';
        memcpy(line + left.len + 1, right.s, right.len);
        merge[v.n_merges++] = (og_piece){line, left.len + right.len + 1};
    }
    v.token = token;
    v.n = r.n;
    v.merge = merge;
    og_tok *tok;
    if (og_tok_make(&v, &tok, &err) != OG_OK) fail_msg("%s", err.text);
    og_arena_free(&arena);
    return tok;
}

static void test_cl100k(void **state) {
    (void)state;
    static int32_t want[10000];
    char *data = read_file("cl100k_base", "cl100k_base.tiktoken", NULL), *json = read_file("cl100k_base", "cases.json", NULL);
    if (!data || !json) {
        print_message("skipped: no shared test data in %s\n", shared());
        skip();
    }
    og_tok *tok = make_cl100k(data);
    json_t *root = json_loads(json, JSON_ALLOW_NUL, NULL), *one, *id;
    size_t i, k;
    assert_non_null(root);
    assert_true(json_array_size(json_object_get(root, "cases")) > 50);
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        json_t *text = json_object_get(one, "text"), *ids = json_object_get(one, "ids");
        json_array_foreach(ids, k, id) want[k] = (int32_t)json_integer_value(id);
        check_text(tok, json_string_value(text), json_string_length(text), want, json_array_size(ids));
    }
    json_decref(root);
    og_tok_close(tok);
    free(json);
    free(data);
}

/* ---- unigram: SentencePiece's model files, which are protobuf messages ---- */

typedef struct message {
    const uint8_t *s, *end;
} message;

static uint64_t varint(message *m) {
    uint64_t v = 0;
    for (int shift = 0;; shift += 7) {
        assert_true(m->s < m->end && shift < 64);
        v |= (uint64_t)(*m->s & 0x7F) << shift;
        if (!(*m->s++ & 0x80)) return v;
    }
}

/* The next field's number, 0 at the end; *sub is what it holds, *v the number if it is one. */
static unsigned next_field(message *m, message *sub, uint64_t *v) {
    if (m->s == m->end) return 0;
    uint64_t tag = varint(m), len = 4;
    if ((tag & 7) == 0)
        *v = varint(m), len = 0;
    else if ((tag & 7) == 1)
        len = 8;
    else if ((tag & 7) == 2)
        len = varint(m);
    assert_true(len <= (uint64_t)(m->end - m->s));
    *sub = (message){m->s, m->s + len};
    m->s += len;
    return (unsigned)(tag >> 3);
}

enum { PIECES = 40000 };

static void read_piece(message m, og_vocab *v, og_piece *token, float *score, int32_t *kind) {
    message sub;
    uint64_t number = 0;
    int32_t id = v->n++;
    assert_true(id < PIECES);
    kind[id] = OG_TOKEN_NORMAL;
    for (unsigned f; (f = next_field(&m, &sub, &number));) {
        if (f == 1) token[id] = (og_piece){(const char *)sub.s, (size_t)(sub.end - sub.s)};
        if (f == 2) memcpy(&score[id], sub.s, 4);
        if (f == 3) kind[id] = (int32_t)number; /* SentencePiece's numbers are those of the files */
    }
    if (kind[id] == OG_TOKEN_UNKNOWN) v->unk = id;
}

static void read_normalizer(message m, og_vocab *v) {
    message sub;
    uint64_t number = 0;
    v->add_space_prefix = v->remove_extra_whitespaces = true; /* unless it says otherwise */
    for (unsigned f; (f = next_field(&m, &sub, &number));) {
        if (f == 2) v->charsmap = (og_piece){(const char *)sub.s, (size_t)(sub.end - sub.s)};
        if (f == 3) v->add_space_prefix = number;
        if (f == 4) v->remove_extra_whitespaces = number;
    }
}

static og_tok *make_unigram(const char *data, size_t size) {
    static og_piece token[PIECES];
    static float score[PIECES];
    static int32_t kind[PIECES];
    og_vocab v = {.model = "t5", .bos = -1, .eos = -1, .eot = -1, .unk = -1, .token = token, .score = score, .kind = kind};
    message m = {(const uint8_t *)data, (const uint8_t *)data + size}, sub;
    uint64_t number;
    for (unsigned f; (f = next_field(&m, &sub, &number));) {
        if (f == 1) read_piece(sub, &v, token, score, kind);
        if (f == 3) read_normalizer(sub, &v);
    }
    og_tok *tok;
    if (og_tok_make(&v, &tok, &err) != OG_OK) fail_msg("%s", err.text);
    return tok;
}

static void test_unigram(void **state) {
    const char *folder = *state;
    static int32_t want[10000];
    size_t size;
    char *json = read_file(folder, "cases.json", NULL);
    if (!json) {
        print_message("skipped: no shared test data in %s\n", shared());
        skip();
    }
    json_t *root = json_loads(json, JSON_ALLOW_NUL, NULL), *one, *id;
    assert_non_null(root);
    char *data = read_file(folder, json_string_value(json_object_get(root, "model")), &size);
    assert_non_null(data);
    og_tok *tok = make_unigram(data, size);
    size_t i, k;
    assert_true(json_array_size(json_object_get(root, "cases")) > 40);
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        json_t *text = json_object_get(one, "text"), *ids = json_object_get(one, "ids");
        json_array_foreach(ids, k, id) want[k] = (int32_t)json_integer_value(id);
        check_ids(tok, json_string_value(text), json_string_length(text), want, json_array_size(ids));
    }
    json_decref(root);
    og_tok_close(tok);
    free(json);
    free(data);
}

#else

static void test_unigram(void **state) {
    (void)state;
    print_message("skipped: built without jansson\n");
    skip();
}

static void test_cl100k(void **state) {
    (void)state;
    print_message("skipped: built without jansson\n");
    skip();
}

#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(test_gguf_vocabulary, "gpt-2"),
        cmocka_unit_test_prestate(test_gguf_vocabulary, "phi-3"),
        cmocka_unit_test_prestate(test_gguf_vocabulary, "qwen2"),
        cmocka_unit_test_prestate(test_gguf_vocabulary, "falcon"),
        cmocka_unit_test_prestate(test_gguf_vocabulary, "mpt"),
        cmocka_unit_test(test_cl100k),
        cmocka_unit_test_prestate(test_gguf_vocabulary, "bert-bge"),
        cmocka_unit_test_prestate(test_unigram, "sentencepiece-unigram-en"),
        cmocka_unit_test_prestate(test_unigram, "sentencepiece-unigram-ja"),
        cmocka_unit_test_prestate(test_unigram, "t5-spiece"),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
