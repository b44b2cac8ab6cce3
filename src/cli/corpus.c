#include "cli/corpus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *og_cli_read_text(bool json, const char *path, size_t *len) {
    if (strcmp(path, "-") == 0) return og_cli_read_stdin(json, len);
    FILE *f = fopen(path, "rb");
    size_t cap = 1 << 16, n = 0;
    char *text = f != NULL ? malloc(cap) : NULL;
    while (text != NULL) {
        size_t got = fread(text + n, 1, cap - n, f);
        n += got;
        if (got == 0) break;
        if (n < cap) continue;
        cap *= 2;
        char *more = realloc(text, cap);
        if (more == NULL) free(text);
        text = more;
    }
    int why = f == NULL || ferror(f) ? errno : 0;
    if (f != NULL) fclose(f);
    if (text != NULL && why == 0) {
        *len = n;
        return text;
    }
    free(text);
    if (why != 0)
        og_cli_failf(json, OG_ERR_IO, "cannot read the text \"%s\": %s", path, strerror(why));
    else
        og_cli_failf(json, OG_ERR_MEMORY, "out of memory for the text \"%s\"", path);
    return NULL;
}

int og_cli_corpus(bool json, const og_tok *tok, const char *path, int32_t **ids, size_t *n) {
    og_error err = {0};
    size_t len = 0;
    char *text = og_cli_read_text(json, path, &len);
    if (text == NULL) return OG_EXIT_FAIL;
    og_status status = og_tok_encode(tok, text, len, OG_TOK_ADD_SPECIAL, ids, n, &err);
    free(text);
    return status == OG_OK ? OG_EXIT_OK : og_cli_fail(json, &err);
}

int32_t og_cli_chunk_start(const og_model *model) {
    og_value v;
    if (og_file_find(og_model_file(model), "tokenizer.ggml.add_bos_token", &v) && v.i == 0) return -1;
    return og_tok_bos(og_model_tok(model));
}
