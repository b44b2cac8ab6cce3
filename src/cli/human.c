/* human.c: numbers, texts and tables for people. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/human.h"
#include "cli/terminal.h"
#include "cli/utf8.h"

static void scaled(char out[OG_HUMAN], double v, const char *const *unit, int n, const char *one) {
    int k = 0;
    while (k + 1 < n && v >= 999.5) {
        v /= 1000;
        k++;
    }
    if (k == 0)
        snprintf(out, OG_HUMAN, "%.0f%s", v, one);
    else
        snprintf(out, OG_HUMAN, "%.*f %s", v < 9.995 ? 2 : v < 99.95 ? 1 : 0, v, unit[k]);
}

void og_cli_human_bytes(char out[OG_HUMAN], uint64_t bytes) {
    static const char *const unit[] = {"", "kB", "MB", "GB", "TB", "PB", "EB"};
    scaled(out, (double)bytes, unit, 7, " B");
}

void og_cli_human_count(char out[OG_HUMAN], uint64_t n) {
    static const char *const unit[] = {"", "thousand", "million", "billion", "trillion"};
    scaled(out, (double)n, unit, 5, "");
}

void og_cli_human_time(char out[OG_HUMAN], double seconds) {
    if (seconds < 59.95)
        snprintf(out, OG_HUMAN, "%.1f s", seconds);
    else if (seconds < 5999.5)
        snprintf(out, OG_HUMAN, "%d min %02d s", (int)(seconds + 0.5) / 60, (int)(seconds + 0.5) % 60);
    else
        snprintf(out, OG_HUMAN, "%.1f h", seconds / 3600);
}

char *og_cli_escape(const char *text, size_t len, size_t limit) {
    size_t take = len < limit ? len : limit;
    while (take < len && take > 0 && ((unsigned char)text[take] & 0xc0) == 0x80) take--; /* never half a character */
    char *out = malloc(take * 4 + 4), *p = out;
    if (out == NULL) return NULL;
    for (size_t i = 0; i < take;) {
        unsigned char c = (unsigned char)text[i];
        size_t n = og_cli_utf8_len(text + i, take - i);
        bool control = c < 0x20 || c == 0x7f || (c == 0xc2 && n == 2 && (unsigned char)text[i + 1] < 0xa0);
        if (c == '\n' || c == '\t' || c == '\\') {
            *p++ = '\\';
            *p++ = c == '\n' ? 'n' : c == '\t' ? 't' : '\\';
            i++;
        } else if (n == 0 || control) {
            p += sprintf(p, "\\x%02x", c);
            i++;
        } else {
            memcpy(p, text + i, n);
            p += n;
            i += n;
        }
    }
    strcpy(p, take < len ? "..." : "");
    return out;
}

/* ---- tables ---- */

/* Columns a cell takes on the terminal, near enough: its characters. */
static int columns(const char *s) {
    int n = 0;
    for (; *s != '\0'; s++) n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

void og_cli_cell(og_cli_table *t, const char *fmt, ...) {
    if (t->n == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 64;
        char **cell = realloc(t->cell, cap * sizeof *cell);
        if (cell == NULL) return;
        t->cell = cell;
        t->cap = cap;
    }
    va_list ap;
    va_start(ap, fmt);
    char *text = NULL;
    if (vasprintf(&text, fmt, ap) < 0) text = NULL;
    va_end(ap);
    t->cell[t->n++] = text;
}

void og_cli_table_print(og_cli_table *t, FILE *f, int indent) {
    enum { MAX = 16 };
    int width[MAX] = {0};
    size_t n_col = strlen(t->align);
    for (size_t i = 0; i < t->n; i++) {
        int w = t->cell[i] ? columns(t->cell[i]) : 0;
        if (w > width[i % n_col % MAX]) width[i % n_col % MAX] = w;
    }
    for (size_t i = 0; i < t->n; i++) {
        size_t c = i % n_col;
        const char *text = t->cell[i] ? t->cell[i] : "";
        int pad = width[c % MAX] - columns(text);
        bool last = c + 1 == n_col;
        fprintf(f, "%*s", c == 0 ? indent : 2, "");
        if (t->align[c] == 'r') fprintf(f, "%*s", pad, "");
        fputs(text, f);
        if (t->align[c] == 'l' && !last) fprintf(f, "%*s", pad, "");
        if (last) fputc('\n', f);
    }
    for (size_t i = 0; i < t->n; i++) free(t->cell[i]);
    free(t->cell);
    *t = (og_cli_table){.align = t->align};
}
