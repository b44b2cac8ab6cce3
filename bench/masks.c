/* masks: how long it takes to find the tokens that may come next under a grammar.
 *
 *   masks VOCABULARY.gguf SCHEMA.json DOCUMENT.json...
 *
 * Each document is tokenized and followed token by token; before each the mask is made, as a generation would. Prints the median, the 90th
 * and 99th of a hundred, and the longest, in microseconds, over all documents, one machine each. */
#include "offgrid.h"
#include "base/base.h"
#include "text/grammar/grammar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMES_MAX = 1 << 20, FILE_MAX = 1 << 20 };

typedef struct spelled {
    const og_tok *tok;
} spelled;

static const char *piece_of(void *user, int32_t id, size_t *len) {
    static char *kept[1 << 20];
    const spelled *s = user;
    if (og_tok_is_end(s->tok, id) || id >= (1 << 20)) return NULL;
    if (og_tok_decode(s->tok, (const int32_t[]){id, id}, 2, false, &kept[id], len, NULL) != OG_OK) return NULL;
    *len /= 2; /* twice, so that a leading blank is not dropped from what is taken */
    return kept[id] + *len;
}

static char *read_file(const char *path, size_t *len) {
    FILE *f = fopen(path, "rb");
    char *text = f ? malloc(FILE_MAX) : NULL;
    if (!text) {
        fprintf(stderr, "masks: %s cannot be read\n", path);
        exit(1);
    }
    *len = fread(text, 1, FILE_MAX, f);
    fclose(f);
    while (*len > 0 && text[*len - 1] == '\n') --*len;
    return text;
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void must(og_status status, const og_error *err) {
    if (status == OG_OK) return;
    fprintf(stderr, "masks: %s\n", err->text);
    exit(1);
}

int main(int argc, char **argv) {
    static double time[TIMES_MAX];
    static spelled s;
    size_t n = 0, len;
    og_error err = {0};
    og_file *file;
    og_tok *tok;
    og_grammar *g;
    og_pieces *pieces;
    if (argc < 4) return fprintf(stderr, "usage: masks VOCABULARY.gguf SCHEMA.json DOCUMENT.json...\n"), 2;
    must(og_file_open(argv[1], &file, &err), &err);
    must(og_tok_open(file, &tok, &err), &err);
    char *schema = read_file(argv[2], &len);
    double start = og_now();
    must(og_grammar_schema(schema, len, NULL, &g, &err), &err);
    printf("schema compiled in %.2f ms\n", (og_now() - start) * 1e3);
    s.tok = tok;
    start = og_now();
    must(og_pieces_open(og_tok_size(tok), piece_of, &s, &pieces, &err), &err);
    printf("tree of %d pieces made in %.0f ms\n", og_tok_size(tok), (og_now() - start) * 1e3);
    for (int i = 3; i < argc; i++) {
        char *doc = read_file(argv[i], &len);
        int32_t *ids;
        size_t n_ids, taken;
        og_machine *m;
        must(og_tok_encode(tok, doc, len, 0, &ids, &n_ids, &err), &err);
        must(og_machine_open(g, &m, &err), &err);
        for (size_t k = 0; k < n_ids && n < TIMES_MAX; k++) {
            const uint32_t *bits;
            size_t piece;
            start = og_now();
            must(og_machine_allowed(m, pieces, &bits, &err), &err);
            time[n++] = (og_now() - start) * 1e6;
            const char *text = piece_of(&s, ids[k], &piece);
            const bool fits = bits[ids[k] / 32] >> ids[k] % 32 & 1;
            must(og_machine_feed(m, text, piece, &taken, &err), &err);
            if (taken == piece && fits) continue;
            fprintf(stderr, "masks: %s does not fit at token %zu\n", argv[i], k);
            return 1;
        }
        og_machine_close(m);
        og_free(ids);
        free(doc);
    }
    qsort(time, n, sizeof *time, by_value);
    printf("%zu masks: median %.1f us, 90%% %.1f, 99%% %.1f, longest %.1f\n", n, time[n / 2], time[n * 9 / 10], time[n * 99 / 100],
           time[n - 1]);
    og_pieces_close(pieces);
    og_grammar_close(g);
    og_tok_close(tok);
    og_file_close(file);
    free(schema);
    return 0;
}
