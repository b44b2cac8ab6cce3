/* walk_schema: documents at random that a schema's grammar can make: walk_schema SCHEMA.json N SEED. Each ends with a NUL. See
 * walk_schemas.mjs. */
#include "text/grammar/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 20, LONG = 160, LONGEST = 4000 };

static uint32_t draw(uint64_t *seed, uint32_t n) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % n;
}

/* One of the bytes that can follow; of a long text one that ends something, if there is one. -1: none. */
static int choose(og_machine *m, size_t len, uint64_t *seed) {
    static const char ends[] = "\"}]";
    uint8_t fits[256], closing[8];
    uint32_t n = 0, n_closing = 0;
    for (int c = 0; c < 256; c++) {
        if (og_machine_step(m, m->now, (uint8_t)c, NULL) <= OG_STATE_DEAD) continue;
        fits[n++] = (uint8_t)c;
        if (c && strchr(ends, c)) closing[n_closing++] = (uint8_t)c;
    }
    if (n == 0) return -1;
    if (n_closing && (len > LONG || draw(seed, 6) == 0)) return closing[draw(seed, n_closing)];
    return fits[draw(seed, n)];
}

int main(int argc, char **argv) {
    static char schema[FILE_MAX], text[LONGEST];
    og_grammar *g;
    og_machine *m;
    og_error err = {0};
    FILE *f = argc == 4 ? fopen(argv[1], "rb") : NULL;
    if (!f) return fprintf(stderr, "usage: walk_schema SCHEMA.json N SEED\n"), 2;
    const size_t len = fread(schema, 1, sizeof schema, f);
    fclose(f);
    if (og_grammar_schema(schema, len, NULL, &g, &err) != OG_OK) return fprintf(stderr, "%s\n", err.text), 3;
    if (og_machine_open(g, &m, &err) != OG_OK) return fprintf(stderr, "%s\n", err.text), 1;
    uint64_t seed = strtoull(argv[3], NULL, 10);
    for (int i = atoi(argv[2]); i > 0; i--) {
        size_t n = 0, taken = 0;
        og_machine_start(m);
        while (n < sizeof text && !(og_machine_may_end(m) && (n > LONG || draw(&seed, 3) == 0))) {
            const int c = choose(m, n, &seed);
            if (c < 0 && og_machine_may_end(m)) break;
            if (c < 0) return fprintf(stderr, "nothing can follow %.*s\n", (int)n, text), 4;
            text[n++] = (char)c;
            if (og_machine_feed(m, &text[n - 1], 1, &taken, &err) != OG_OK || taken != 1) return fprintf(stderr, "%s\n", err.text), 1;
        }
        if (og_machine_may_end(m)) fwrite(text, 1, n, stdout), fputc(0, stdout);
    }
    og_machine_close(m);
    og_grammar_close(g);
    return 0;
}
