/* Tokenizers against other implementations: the files of tok/, written by make_tok.py (format there). */
#include "base/base.h"
#include "text/split.h"
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

/* A file's lines, and the vocabulary they make up. */
typedef struct golden {
    og_arena arena;
    char *text, *line; /* line: the next one */
    og_vocab vocab;
    og_piece *token, *merge;
    int32_t *kind;
    float *score;
    og_tok *tok;
} golden;

static void open_golden(golden *g, const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/tests/golden/tok/%s.txt", OG_SOURCE_DIR, name);
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("cannot open %s", path);
    *g = (golden){0};
    og_arena_init(&g->arena, 1 << 20);
    fseek(f, 0, SEEK_END);
    size_t size = (size_t)ftell(f);
    rewind(f);
    g->text = og_arena_alloc(&g->arena, size + 1);
    assert_int_equal(fread(g->text, 1, size, f), size);
    fclose(f);
    g->line = g->text;
}

static void close_golden(golden *g) {
    og_tok_close(g->tok);
    og_arena_free(&g->arena);
}

/* The next field of *s, up to a blank; NULL at the end. */
static char *field(char **s) {
    while (**s == ' ') ++*s;
    if (!**s) return NULL;
    char *start = *s;
    *s += strcspn(start, " ");
    if (**s) *(*s)++ = '\0';
    return start;
}

static char *next_line(golden *g) {
    if (!*g->line) return NULL;
    char *line = g->line, *end = strchr(line, '\n');
    assert_non_null(end);
    *end = '\0';
    g->line = end + 1;
    return line;
}

static og_piece unhex(golden *g, const char *hex) {
    if (strcmp(hex, "-") == 0) return (og_piece){"", 0};
    size_t n = strlen(hex) / 2;
    char *out = og_arena_alloc(&g->arena, n + 1);
    for (size_t i = 0; i < n; i++) {
        unsigned byte;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
        out[i] = (char)byte;
    }
    return (og_piece){out, n};
}

static void read_head(golden *g, char *line) {
    og_vocab *v = &g->vocab;
    v->model = field(&line);
    v->pre = field(&line);
    v->bos = atoi(field(&line));
    v->eos = atoi(field(&line));
    v->eot = atoi(field(&line));
    v->unk = atoi(field(&line));
    const char *flags = field(&line);
    v->add_bos = strchr(flags, 'b') != NULL;
    v->add_eos = strchr(flags, 'e') != NULL;
    v->add_space_prefix = strchr(flags, 'p') != NULL;
    v->remove_extra_whitespaces = strchr(flags, 'w') != NULL;
    v->lowercase = strchr(flags, 'l') != NULL;
    v->strip_accents = strchr(flags, 'a') != NULL;
}

static void check_case(golden *g, char *line) {
    int flags = atoi(field(&line));
    og_piece text = unhex(g, field(&line));
    int32_t *ids;
    size_t n, i = 0;
    if (og_tok_encode(g->tok, text.s, text.len, flags, &ids, &n, &err) != OG_OK) fail_msg("%s", err.text);
    for (char *want; (want = field(&line)); i++) {
        if (i >= n) fail_msg("'%s': only %zu ids", text.s, n);
        if (ids[i] != atoi(want)) fail_msg("'%s': id %zu is %d, not %s", text.s, i, ids[i], want);
    }
    if (i != n) fail_msg("'%s': %zu ids, not %zu", text.s, n, i);
    if (strcmp(g->vocab.model, "gpt2") == 0) {
        char *back;
        size_t len;
        assert_int_equal(og_tok_decode(g->tok, ids, n, true, &back, &len, &err), OG_OK);
        assert_int_equal(len, text.len);
        assert_memory_equal(back, text.s, len);
        og_free(back);
    }
    og_free(ids);
}

static void test_vocabulary(void **state) {
    golden g;
    int n_cases = 0, room = 2000;
    open_golden(&g, *state);
    g.vocab.token = g.token = og_arena_alloc(&g.arena, (size_t)room * sizeof *g.token);
    g.vocab.merge = g.merge = og_arena_alloc(&g.arena, (size_t)room * sizeof *g.merge);
    g.vocab.kind = g.kind = og_arena_alloc(&g.arena, (size_t)room * sizeof *g.kind);
    g.vocab.score = g.score = og_arena_alloc(&g.arena, (size_t)room * sizeof *g.score);
    for (char *line; (line = next_line(&g));) {
        const char *what = field(&line);
        assert_true(g.vocab.n < room && g.vocab.n_merges < (size_t)room);
        if (strcmp(what, "vocab") == 0) {
            read_head(&g, line);
        } else if (strcmp(what, "token") == 0) {
            g.kind[g.vocab.n] = atoi(field(&line));
            g.score[g.vocab.n] = (float)atof(field(&line));
            g.token[g.vocab.n++] = unhex(&g, field(&line));
        } else if (strcmp(what, "charsmap") == 0) {
            g.vocab.charsmap = unhex(&g, field(&line));
        } else if (strcmp(what, "merge") == 0) {
            g.merge[g.vocab.n_merges++] = unhex(&g, field(&line));
        } else {
            if (!g.tok && og_tok_make(&g.vocab, &g.tok, &err) != OG_OK) fail_msg("%s", err.text);
            check_case(&g, line);
            n_cases++;
        }
    }
    close_golden(&g);
    assert_int_equal(n_cases, 120);
}

/* ---- splits ---- */

typedef struct expected {
    golden *g;
    char *line;
} expected;

static bool check_word(void *ctx, const char *word, size_t len) {
    expected *e = ctx;
    char *hex = field(&e->line);
    if (!hex) fail_msg("one word too many: '%.*s'", (int)len, word);
    og_piece want = unhex(e->g, hex);
    if (want.len != len || memcmp(want.s, word, len) != 0) fail_msg("'%.*s' instead of '%s'", (int)len, word, want.s);
    return true;
}

static void test_splits(void **state) {
    golden g;
    int n_cases = 0;
    og_matcher scratch[OG_SPLIT_LEVELS];
    open_golden(&g, *state);
    for (char *line; (line = next_line(&g)); n_cases++) {
        field(&line); /* "split" */
        const char *name = field(&line);
        og_buf text;
        og_buf_init(&text);
        char *copy = og_arena_strndup(&g.arena, line, strlen(line));
        for (char *hex; (hex = field(&copy));) {
            og_piece word = unhex(&g, hex);
            og_buf_add(&text, word.s, word.len);
        }
        og_split split;
        assert_non_null(og_split_find(name));
        if (og_split_compile(og_split_find(name), &split, &err) != OG_OK) fail_msg("%s", err.text);
        expected e = {&g, line};
        assert_true(og_split_each(&split, text.data, text.len, scratch, check_word, &e));
        if (field(&e.line)) fail_msg("%s: words are missing for '%s'", name, text.data);
        og_split_release(&split);
        og_buf_free(&text);
    }
    close_golden(&g);
    assert_true(n_cases > 0 && n_cases % 60 == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(test_splits, "splits"),
        cmocka_unit_test_prestate(test_splits, "splits-more"),
        cmocka_unit_test_prestate(test_vocabulary, "bpe-gpt2"),
        cmocka_unit_test_prestate(test_vocabulary, "bpe-llama3"),
        cmocka_unit_test_prestate(test_vocabulary, "bpe-qwen2"),
        cmocka_unit_test_prestate(test_vocabulary, "spm-llama"),
        cmocka_unit_test_prestate(test_vocabulary, "spm-gemma"),
        cmocka_unit_test_prestate(test_vocabulary, "spm-unknown"),
        cmocka_unit_test_prestate(test_vocabulary, "unigram-rules"),
        cmocka_unit_test_prestate(test_vocabulary, "unigram-bytes"),
        cmocka_unit_test_prestate(test_vocabulary, "bpe-chars"),
        cmocka_unit_test_prestate(test_vocabulary, "wordpiece-uncased"),
        cmocka_unit_test_prestate(test_vocabulary, "wordpiece-cased"),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
