#include "cli/texts.h"

#include <stdlib.h>
#include <string.h>

#include "cli/corpus.h"

static int out_of_memory(bool json) {
    return og_cli_failf(json, OG_ERR_MEMORY, "out of memory for the list of texts");
}

static int from_arguments(bool json, const char *const *arg, size_t max, og_cli_texts *out) {
    out->item = calloc(max, sizeof *out->item);
    if (out->item == NULL) return out_of_memory(json);
    for (; out->n < max && arg[out->n] != NULL; out->n++) out->item[out->n] = (og_input){.text = arg[out->n], .len = strlen(arg[out->n])};
    return OG_EXIT_OK;
}

static int from_lines(bool json, const char *file, og_cli_texts *out) {
    size_t len, cap = 0;
    out->data = og_cli_read_text(json, file, &len);
    if (out->data == NULL) return OG_EXIT_FAIL;
    const char *end = out->data + len;
    for (const char *line = out->data; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        if (stop == NULL) stop = end;
        size_t n = (size_t)(stop - line);
        if (n > 0 && line[n - 1] == '\r') n--;
        if (n > 0) {
            if (out->n == cap) {
                cap = cap > 0 ? cap * 2 : 64;
                og_input *more = realloc(out->item, cap * sizeof *more);
                if (more == NULL) return out_of_memory(json);
                out->item = more;
            }
            out->item[out->n++] = (og_input){.text = line, .len = n};
        }
        line = stop + 1;
    }
    if (out->n > 0) return OG_EXIT_OK;
    return og_cli_failf(json, OG_ERR_ARG, "there are no texts: give them as arguments, or a line each in a file or on standard input");
}

int og_cli_texts_read(bool json, const char *const *arg, size_t max, const char *file, og_cli_texts *out) {
    *out = (og_cli_texts){0};
    if (arg[0] != NULL && file != NULL)
        return og_cli_failf(json, OG_ERR_ARG, "give texts as arguments or with --file, not both: \"%s\" was given beside --file", arg[0]);
    int code = arg[0] != NULL ? from_arguments(json, arg, max, out) : from_lines(json, file != NULL ? file : "-", out);
    if (code != OG_EXIT_OK) og_cli_texts_free(out);
    return code;
}

void og_cli_texts_free(og_cli_texts *texts) {
    free(texts->item);
    free(texts->data);
    *texts = (og_cli_texts){0};
}

void og_cli_warn_truncated(bool json, const og_embed_result *result) {
    if (result->n_truncated > 0) og_cli_warn(json, "%zu of the texts were longer than the model reads, and were cut", result->n_truncated);
}
