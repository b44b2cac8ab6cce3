/* line.h: reading lines that a person types: with editing and history where libedit is built in, else plainly. */
#ifndef OG_CLI_LINE_H
#define OG_CLI_LINE_H

typedef struct og_line og_line;

typedef enum og_line_status { OG_LINE_READ, OG_LINE_END, OG_LINE_INTERRUPTED } og_line_status;

/* NULL when out of memory. `path` names the file of earlier lines; NULL: none. */
og_line *og_line_open(const char *path);
void og_line_close(og_line *line); /* writes the history, readable by its owner only */

/* Reads one line, without its newline; *text is valid until the next call. OG_LINE_INTERRUPTED: Ctrl-C; what was typed is dropped. */
og_line_status og_line_read(og_line *line, const char *prompt, const char **text);
void og_line_remember(og_line *line, const char *text);

/* Where the history is kept: $OFFGRID_HISTORY if set (empty: nowhere), else offgrid/history in the XDG state folder, which is made
 * if need be. malloc'd; NULL: nowhere. */
char *og_line_history_path(void);

#endif
