/* terminal.h: what the program knows of the terminal: colours, width, Ctrl-C, a progress line. */
#ifndef OG_CLI_TERMINAL_H
#define OG_CLI_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "offgrid.h"

typedef enum og_cli_look { OG_STYLE_NONE, OG_STYLE_BOLD, OG_STYLE_DIM, OG_STYLE_GREEN, OG_STYLE_YELLOW, OG_STYLE_RED } og_cli_look;

bool og_cli_is_terminal(FILE *f);
int og_cli_width(FILE *f); /* columns; 80 if unknown */

/* The escape sequence of a style, or "" where colours are unwanted: not a terminal, NO_COLOR, TERM=dumb, --no-color. */
const char *og_cli_style(FILE *f, og_cli_look look);
void og_cli_no_color(void);

/* Writes text that a file or a model made. On a terminal, control characters other than newline and tab are shown as
 * their Unicode pictures, so that nothing can send it commands. False if writing failed. */
bool og_cli_put(FILE *f, const char *text, size_t len);

/* ---- Ctrl-C ---- */

/* From now on SIGINT raises a flag, cancels the session set by og_cli_cancels, and ends og_cli_wait_input. The third one that nobody
 * has cleared ends the process as if there were no handler. */
void og_cli_catch_interrupt(void);
bool og_cli_interrupted(void);
void og_cli_clear_interrupt(void);
void og_cli_cancels(og_session *session); /* NULL: none */

/* Waits until standard input can be read without blocking: true. False if a signal came first, or comes while waiting: a plain read()
 * would miss one that comes just before it, or that the system hands to another thread. */
bool og_cli_wait_input(void);
void og_cli_wake(void); /* ends the wait; for signal handlers */

/* ---- progress ---- */

/* A line on stderr with share, rate and time left; only on a terminal, and only once the work has taken a third of a second. */
typedef struct og_cli_progress {
    const char *unit; /* "tokens", or NULL for bytes */
    bool on;          /* stderr is a terminal */
    bool shown;
    double start, last;
    uint64_t base; /* units that were done before `start` */
} og_cli_progress;

void og_cli_progress_start(og_cli_progress *p, const char *unit);
/* An og_progress_fn: `user` is the og_cli_progress. Cancels when Ctrl-C was pressed. */
bool og_cli_progress_step(void *user, const char *what, uint64_t done, uint64_t total);
void og_cli_progress_end(og_cli_progress *p); /* wipes the line */

#endif
