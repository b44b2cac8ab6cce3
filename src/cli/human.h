/* human.h: numbers, texts and tables for people. */
#ifndef OG_CLI_HUMAN_H
#define OG_CLI_HUMAN_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { OG_HUMAN = 32 }; /* room that the texts below need */

void og_cli_human_bytes(char out[OG_HUMAN], uint64_t bytes); /* "1.19 MB", powers of 1000 */
void og_cli_human_count(char out[OG_HUMAN], uint64_t n);     /* "1.24 billion" */
void og_cli_human_time(char out[OG_HUMAN], double seconds);  /* "0.8 s", "2 min 05 s" */

/* Text with newlines, tabs, other control characters and broken UTF-8 as escapes (\n, \x1b); after `limit` bytes of input, "...".
 * malloc'd; NULL when out of memory. */
char *og_cli_escape(const char *text, size_t len, size_t limit);

/* Rows of cells, aligned in columns two blanks apart when printed. */
typedef struct og_cli_table {
    const char *align; /* a letter a column: 'l' or 'r' */
    char **cell;
    size_t n, cap;
} og_cli_table;

void og_cli_cell(og_cli_table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Prints, each line after `indent` blanks, and frees the cells. */
void og_cli_table_print(og_cli_table *t, FILE *f, int indent);

#endif
