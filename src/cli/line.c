/* line.c: reading lines with libedit, or without. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/line.h"
#include "cli/terminal.h"
#include "store/folders.h"

/* ---- where the history is ---- */

char *og_line_history_path(void) {
    const char *named = getenv("OFFGRID_HISTORY");
    if (named != NULL) return *named != '\0' ? strdup(named) : NULL;
    char *path = og_folder_path(OG_FOLDER_STATE, "history");
    if (path != NULL) og_folder_make(path); /* if it fails, so does opening the file, and the history stays in memory */
    return path;
}

#ifdef OG_WITH_LIBEDIT

#include <histedit.h>
#include <signal.h>
#include <wchar.h>

struct og_line {
    EditLine *el;
    History *history;
    char *path;
    const char *prompt;
    char *text; /* the last line */
};

static char *prompt_of(EditLine *el) {
    og_line *l = NULL;
    el_get(el, EL_CLIENTDATA, &l);
    return (char *)l->prompt;
}

/* The program was suspended; the terminal may be in another mode now. */
static void on_continue(int sig) {
    (void)sig;
    og_cli_wake();
}

/* libedit's own reader cannot be left by Ctrl-C; this one takes it as an error. */
static int read_wide(EditLine *el, wchar_t *out) {
    mbstate_t state = {0};
    for (;;) {
        char c;
        if (!og_cli_wait_input()) {
            if (og_cli_interrupted()) return -1;
            el_set(el, EL_PREP_TERM, 1);
            el_set(el, EL_REFRESH);
            continue;
        }
        ssize_t n = read(STDIN_FILENO, &c, 1);
        if (n <= 0) return (int)n;
        if (c == '\0') c = 'D' & 0x1f; /* what Linux makes of a Ctrl-D that was typed before libedit took the terminal over */
        size_t used = mbrtowc(out, &c, 1, &state);
        if (used == (size_t)-1)
            state = (mbstate_t){0}; /* not a character: left out */
        else if (used != (size_t)-2)
            return 1;
    }
}

og_line *og_line_open(const char *path) {
    og_line *l = calloc(1, sizeof *l);
    if (l == NULL) return NULL;
    l->el = el_init("offgrid", stdin, stdout, stderr);
    l->history = history_init();
    l->path = path ? strdup(path) : NULL;
    if (l->el == NULL || l->history == NULL) {
        og_line_close(l);
        return NULL;
    }
    HistEvent ev;
    history(l->history, &ev, H_SETSIZE, 1000);
    history(l->history, &ev, H_SETUNIQUE, 1);
    if (l->path != NULL) history(l->history, &ev, H_LOAD, l->path);
    el_set(l->el, EL_CLIENTDATA, l);
    el_set(l->el, EL_PROMPT, prompt_of);
    el_set(l->el, EL_EDITOR, "emacs");
    el_set(l->el, EL_HIST, history, l->history);
    el_set(l->el, EL_SIGNAL, 0);
    el_set(l->el, EL_GETCFN, read_wide);
    el_source(l->el, NULL); /* the person's ~/.editrc */
    struct sigaction action = {.sa_handler = on_continue, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGCONT, &action, NULL);
    return l;
}

void og_line_close(og_line *l) {
    if (l == NULL) return;
    HistEvent ev;
    if (l->history != NULL && l->path != NULL) {
        mode_t mask = umask(077);
        history(l->history, &ev, H_SAVE, l->path);
        umask(mask);
    }
    if (l->history != NULL) history_end(l->history);
    if (l->el != NULL) el_end(l->el);
    free(l->path);
    free(l->text);
    free(l);
}

og_line_status og_line_read(og_line *l, const char *prompt, const char **text) {
    int n = 0;
    l->prompt = prompt;
    el_resize(l->el);
    const char *read = el_gets(l->el, &n);
    if (read == NULL || n <= 0) {
        bool interrupted = og_cli_interrupted();
        if (interrupted) el_reset(l->el);
        fputs(interrupted ? "^C\n" : "\n", stdout);
        return interrupted ? OG_LINE_INTERRUPTED : OG_LINE_END;
    }
    free(l->text);
    l->text = strndup(read, read[n - 1] == '\n' ? (size_t)n - 1 : (size_t)n);
    *text = l->text ? l->text : "";
    return OG_LINE_READ;
}

void og_line_remember(og_line *l, const char *text) {
    HistEvent ev;
    history(l->history, &ev, H_ENTER, text);
}

#else

struct og_line {
    char *text;
    size_t cap;
};

og_line *og_line_open(const char *path) {
    (void)path;
    return calloc(1, sizeof(og_line));
}

void og_line_close(og_line *l) {
    if (l == NULL) return;
    free(l->text);
    free(l);
}

og_line_status og_line_read(og_line *l, const char *prompt, const char **text) {
    fputs(prompt, stdout);
    fflush(stdout);
    bool ready;
    do ready = og_cli_wait_input(); /* the terminal hands over whole lines, so then getline does not block */
    while (!ready && !og_cli_interrupted());
    ssize_t n = ready ? getline(&l->text, &l->cap, stdin) : -1;
    if (n < 0) {
        fputc('\n', stdout);
        return ready ? OG_LINE_END : OG_LINE_INTERRUPTED;
    }
    if (n > 0 && l->text[n - 1] == '\n') l->text[n - 1] = '\0';
    *text = l->text;
    return OG_LINE_READ;
}

void og_line_remember(og_line *l, const char *text) {
    (void)l, (void)text;
}

#endif
