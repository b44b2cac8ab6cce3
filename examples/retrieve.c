/* retrieve.c: which texts of a folder answer a question? With nothing but offgrid.h.
 *   retrieve MODEL FOLDER QUESTION [HITS]    MODEL: an embedding model; each paragraph of FOLDER's *.txt files is a candidate */
#include <dirent.h>
#include <offgrid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct passage {
    char file[256];
    float score;
} passage;

static og_error err;
static og_input *texts; /* texts[i] is of the file passages[i].file */
static passage *passages;
static size_t n_texts;

static void check(og_status status) {
    if (status == OG_OK) return;
    fprintf(stderr, "%s\n", err.text);
    exit(1);
}

static void *grow(void *p, size_t bytes) {
    p = realloc(p, bytes);
    if (!p) exit(1);
    return p;
}

/* Paragraphs are divided by empty lines. The file's bytes stay for as long as the program runs. */
static void read_passages(const char *folder, const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    if (!f) return;
    size_t len = 0, got;
    char *data = NULL;
    do {
        data = grow(data, len + 65536);
        got = fread(data + len, 1, 65535, f);
        len += got;
    } while (got > 0);
    fclose(f);
    data[len] = 0;
    for (char *at = data, *end; *at; at = end) {
        at += strspn(at, "\r\n");
        end = strstr(at, "\n\n");
        if (!end) end = at + strlen(at);
        if (end == at) continue;
        texts = grow(texts, (n_texts + 1) * sizeof *texts);
        passages = grow(passages, (n_texts + 1) * sizeof *passages);
        texts[n_texts] = (og_input){.text = at, .len = (size_t)(end - at)};
        snprintf(passages[n_texts].file, sizeof passages[n_texts].file, "%s", name);
        n_texts++;
    }
}

static void read_folder(const char *folder) {
    struct dirent **entry;
    int n = scandir(folder, &entry, NULL, alphasort);
    if (n < 0) {
        perror(folder);
        exit(1);
    }
    for (int i = 0; i < n; i++) {
        size_t len = strlen(entry[i]->d_name);
        if (len > 4 && strcmp(entry[i]->d_name + len - 4, ".txt") == 0) read_passages(folder, entry[i]->d_name);
        free(entry[i]);
    }
    free(entry);
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: %s MODEL FOLDER QUESTION [HITS]\n", argv[0]);
        return 2;
    }
    og_engine *engine;
    og_model *model;
    float *vectors, *question;
    og_embed_result result;
    og_embed_params params = og_embed_defaults();
    params.truncate = true;
    read_folder(argv[2]);
    check(og_engine_open(NULL, &engine, &err));
    check(og_model_open(engine, argv[1], NULL, &model, &err));
    const og_input asked = {.text = argv[3], .len = strlen(argv[3])};
    check(og_embed(model, texts, n_texts, &params, &vectors, &result, &err));
    check(og_embed(model, &asked, 1, &params, &question, NULL, &err));
    for (size_t i = 0; i < n_texts; i++) { /* the vectors have length 1: their product is the cosine */
        passages[i].score = 0;
        for (uint32_t j = 0; j < result.dim; j++) passages[i].score += vectors[i * result.dim + j] * question[j];
    }
    for (int hits = argc > 4 ? atoi(argv[4]) : 3; hits > 0; hits--) {
        size_t best = n_texts;
        for (size_t i = 0; i < n_texts; i++)
            if (passages[i].score > -2 && (best == n_texts || passages[i].score > passages[best].score)) best = i;
        if (best == n_texts) break;
        printf("%.3f  %s: %.*s\n", (double)passages[best].score, passages[best].file, (int)strcspn(texts[best].text, "\n"),
               texts[best].text);
        passages[best].score = -3; /* shown */
    }
    og_free(vectors);
    og_free(question);
    og_model_close(model);
    og_engine_close(engine);
    return 0;
}
