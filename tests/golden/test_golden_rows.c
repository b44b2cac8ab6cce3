/* Logits of a tiny random model of every architecture against those of llama.cpp, at every CPU level that this machine has. A file of
 * tests/golden/rows says which model it is and what its logits are; the model itself is written here, the same bytes everywhere.
 * make_rows.py makes the files, and has this program write the models: test_golden_rows FILE.golden MODEL.gguf. */
#include "../unit/tiny_session.h"

#include <dirent.h>

/* With float weights the two differ by rounding; with others, by how activations are quantized too. */
#define MIN_COSINE 0.9999
#define MIN_COSINE_MIXED 0.999

enum { MAX_TOKENS = 256, MAX_ROWS = 16, MAX_KEYS = 16, CHUNK = 40 };

typedef struct golden {
    char arch[64], without[128], factors[64];
    tiny_key key[MAX_KEYS];
    tiny_options options;
    int n_tokens, n_rows, n_vocab;
    int32_t id[MAX_TOKENS], row[MAX_ROWS];
    float *logits; /* [n_rows][n_vocab] */
} golden;

static const char *const levels[] = {"scalar", "avx2", "avx512", "avx512vnni", "neon", "dotprod", "i8mm"};

static int read_ints(char *s, int32_t *out, int most) {
    int n = 0;
    for (char *end; n < most; s = end, n++) {
        out[n] = (int32_t)strtol(s, &end, 10);
        if (end == s) break;
    }
    return n;
}

static void read_line(golden *g, char *line) {
    tiny_key *k = &g->key[g->options.n_keys];
    char type[8];
    if (sscanf(line, "arch %63s", g->arch) == 1) return;
    if (sscanf(line, "factors %63s", g->factors) == 1) g->options.factors = g->factors;
    if (sscanf(line, "without %127[^\n]", g->without) == 1) g->options.without = g->without;
    if (strcmp(line, "mixed\n") == 0) g->options.mixed = true;
    if (strcmp(line, "tied\n") == 0) g->options.tied = true;
    if (g->options.n_keys < MAX_KEYS && sscanf(line, "key %95s %7s %63s", k->name, type, k->value) == 3) {
        k->type = type[0];
        g->options.n_keys++;
    }
    if (strncmp(line, "tokens ", 7) == 0) g->n_tokens = read_ints(line + 7, g->id, MAX_TOKENS);
    if (strncmp(line, "logits ", 7) == 0 && g->n_rows < MAX_ROWS) {
        char *at = line + 7;
        g->row[g->n_rows] = (int32_t)strtol(at, &at, 10);
        g->logits = realloc(g->logits, (size_t)(g->n_rows + 1) * (size_t)g->n_vocab * sizeof *g->logits);
        for (int v = 0; v < g->n_vocab; v++) g->logits[g->n_rows * g->n_vocab + v] = strtof(at, &at);
        g->n_rows++;
    }
    sscanf(line, "vocabulary %d", &g->n_vocab);
}

static golden *read_golden(const char *path) {
    static char line[1 << 16];
    golden *g = calloc(1, sizeof *g);
    FILE *f = fopen(path, "r");
    if (!f) fail_msg("cannot open %s", path);
    while (fgets(line, sizeof line, f)) read_line(g, line);
    fclose(f);
    g->options.keys = g->key;
    return g;
}

static void close_golden(golden *g) {
    free(g->logits);
    free(g);
}

static const og_arch *arch_of(const golden *g) {
    const og_arch *arch = og_arch_named(g->arch, strlen(g->arch));
    if (!arch) fail_msg("no row is named '%s'", g->arch);
    return arch;
}

/* Logits of all positions; the last ones one by one, as decoding does. */
static bool evaluate(const char *path, const char *level, const golden *g, float *logits) {
    og_engine_params params = {.threads = 2, .cpu = level};
    og_error err = {0};
    tiny t = {0};
    if (og_engine_open(&params, &t.engine, NULL) != OG_OK) return false;
    if (og_model_open(t.engine, path, NULL, &t.model, &err) != OG_OK) fail_msg("%s", err.text);
    assert_int_equal(tiny_n_vocab(&t), g->n_vocab);
    t.session = tiny_session(t.model, 0, CHUNK);
    const int first = g->n_tokens - 5;
    if (og_session_eval_all(t.session, g->id, (size_t)first, logits, &err) != OG_OK) fail_msg("%s", err.text);
    for (int i = first; i < g->n_tokens; i++) {
        tiny_eval(t.session, &g->id[i], 1);
        memcpy(logits + i * g->n_vocab, og_session_logits(t.session), (size_t)g->n_vocab * sizeof *logits);
    }
    tiny_close(&t);
    return true;
}

/* The least cosine of a position. */
static double compare(const golden *g, const float *logits) {
    double least = 1;
    for (int r = 0; r < g->n_rows; r++) {
        double dot = 0, ours2 = 0, theirs2 = 0;
        for (int v = 0; v < g->n_vocab; v++) {
            const double ours = (double)logits[g->row[r] * g->n_vocab + v], theirs = (double)g->logits[r * g->n_vocab + v];
            dot += ours * theirs;
            ours2 += ours * ours;
            theirs2 += theirs * theirs;
        }
        const double cosine = dot / sqrt(ours2 * theirs2);
        least = cosine < least ? cosine : least; /* and NaN stays away from it */
        if (isnan(cosine)) least = -1;
    }
    return least;
}

/* True if it is as it should be. */
static bool check(const char *name, const char *file, size_t turn) {
    char path[256];
    og_error err = {0};
    golden *g = read_golden(file);
    const size_t n = (size_t)g->n_tokens * (size_t)g->n_vocab;
    float *logits = calloc(n, sizeof *logits), *again = calloc(n, sizeof *again);
    assert_true(g->n_rows > 0 && g->n_tokens > 64);
    if (tiny_write(tiny_path(path, sizeof path), arch_of(g), NULL, &g->options, &err) != OG_OK) fail_msg("%s: %s", name, err.text);
    assert_true(evaluate(path, NULL, g, logits));
    const double cosine = compare(g, logits);
    print_message("%-28s least cosine 1 - %.1e\n", name, 1 - cosine);
    const bool good = cosine > (g->options.mixed ? MIN_COSINE_MIXED : MIN_COSINE);
    /* One definition for every CPU: each level in its turn. */
    for (size_t l = 0; l < OG_LEN(levels); l++)
        if (l == turn % OG_LEN(levels) && evaluate(path, levels[l], g, again)) assert_memory_equal(again, logits, n * sizeof *logits);
    unlink(path);
    free(logits);
    free(again);
    close_golden(g);
    return good;
}

static void logits_are_those_of_llama_cpp(void **state) {
    (void)state;
    char folder[512], file[1024];
    snprintf(folder, sizeof folder, "%s/tests/golden/rows", OG_SOURCE_DIR);
    DIR *dir = opendir(folder);
    int bad = 0, n = 0;
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (!tiny_ends_with(entry->d_name, ".golden") || !tiny_tried(n++)) continue;
        snprintf(file, sizeof file, "%s/%s", folder, entry->d_name);
        bad += !check(entry->d_name, file, (size_t)n);
    }
    closedir(dir);
    assert_true(n > 0);
    assert_int_equal(bad, 0);
}

/* A new row without a golden file fails here; those of whole models (test_golden_models, test_golden_encoders) count too. */
static void every_row_has_golden_logits(void **state) {
    (void)state;
    static const char *const folders[] = {"rows", "models", "encoders"};
    for (int i = 0; og_arch_at(i); i++) {
        const char *arch = og_arch_at(i)->name;
        bool found = false;
        for (size_t f = 0; f < OG_LEN(folders); f++) {
            char folder[512];
            snprintf(folder, sizeof folder, "%s/tests/golden/%s", OG_SOURCE_DIR, folders[f]);
            DIR *dir = opendir(folder);
            for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;)
                found |= strncmp(entry->d_name, arch, strlen(arch)) == 0 && strchr("-.", entry->d_name[strlen(arch)]);
            if (dir) closedir(dir);
        }
        if (!found) fail_msg("add golden logits of '%s': tests/golden/make_rows.py", arch);
    }
}

int main(int argc, char **argv) {
    if (argc == 3) {
        og_error err = {0};
        golden *g = read_golden(argv[1]);
        const og_status status = tiny_write(argv[2], arch_of(g), NULL, &g->options, &err);
        if (status != OG_OK) fprintf(stderr, "%s\n", err.text);
        printf("%u\n", arch_of(g)->tiny.n_vocab);
        close_golden(g);
        return status != OG_OK;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logits_are_those_of_llama_cpp),
        cmocka_unit_test(every_row_has_golden_logits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
