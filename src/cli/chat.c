/* chat.c: a dialogue on the terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/human.h"
#include "cli/line.h"
#include "cli/run.h"
#include "cli/terminal.h"

typedef struct dialogue {
    og_run *run;
    og_line *line;
    char *system; /* set by /system; run->system points to it */
    uint64_t seed;
    unsigned turns;
    bool leave;
} dialogue;

/* ---- commands: a row each ---- */

typedef struct chat_command {
    const char *name;
    const char *args;
    const char *help;
    void (*run)(dialogue *d, const char *rest);
} chat_command;

static void reset(dialogue *d, const char *rest) {
    (void)rest;
    if (og_run_forget(d->run)) puts("The dialogue begins anew.");
}

static void show_stats(dialogue *d, const char *rest) {
    (void)rest;
    og_run_print_stats(d->run, stdout);
}

static void set_system(dialogue *d, const char *rest) {
    if (!d->run->chat) {
        puts("The prompt does not go through a chat format, so there is no place for instructions.");
        return;
    }
    char *text = *rest != '\0' ? strdup(rest) : NULL;
    free(d->system);
    d->system = text;
    d->run->system = text;
    reset(d, "");
}

static void quit(dialogue *d, const char *rest) {
    (void)rest;
    d->leave = true;
}

static void show_help(dialogue *d, const char *rest);

static const chat_command commands[] = {
    {"/help", "", "show this", show_help},
    {"/reset", "", "forget the dialogue and begin anew", reset},
    {"/system", "TEXT", "give other instructions and begin anew; without TEXT: none", set_system},
    {"/stats", "", "counts and speeds of the last answer", show_stats},
    {"/quit", "", "leave (also: Ctrl-D, or Ctrl-C twice)", quit},
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static void show_help(dialogue *d, const char *rest) {
    (void)d;
    (void)rest;
    og_cli_table t = {.align = "lll"};
    for (size_t i = 0; i < N_COMMANDS; i++) {
        og_cli_cell(&t, "%s", commands[i].name);
        og_cli_cell(&t, "%s", commands[i].args);
        og_cli_cell(&t, "%s", commands[i].help);
    }
    og_cli_table_print(&t, stdout, 2);
    puts("  Ctrl-C stops an answer. A line that ends with \\ goes on in the next.");
}

static void do_command(dialogue *d, const char *line) {
    const char *names[N_COMMANDS];
    size_t len = strcspn(line, " \t");
    for (size_t i = 0; i < N_COMMANDS; i++) {
        names[i] = commands[i].name;
        if (strlen(names[i]) != len || strncmp(names[i], line, len) != 0) continue;
        commands[i].run(d, line + len + strspn(line + len, " \t"));
        return;
    }
    const char *near = og_cli_nearest(line, names, N_COMMANDS);
    printf("There is no command %.*s; ", (int)len, line);
    if (near != NULL)
        printf("did you mean %s?\n", near);
    else
        puts("/help lists them.");
}

/* ---- the dialogue ---- */

static void greet(const og_run *r) {
    char weights[OG_HUMAN];
    og_cli_human_bytes(weights, r->info.weight_bytes);
    const char *dim = og_cli_style(stdout, OG_STYLE_DIM), *bold = og_cli_style(stdout, OG_STYLE_BOLD);
    const char *plain = og_cli_style(stdout, OG_STYLE_NONE);
    const char *name = *r->info.name != '\0' ? r->info.name : r->info.arch;
    fputs(bold, stdout);
    og_cli_put(stdout, name, strlen(name));
    printf("%s%s  %s, context %u tokens. /help for help, Ctrl-D to leave.%s\n", plain, dim, weights, og_session_n_ctx(r->session), plain);
    if (!r->chat)
        printf("%sPrompts are continued as they are: %s%s\n", dim, r->opts->raw ? "--raw." : "the model has no chat template.", plain);
}

/* Reads one entry: a line, or several joined by a backslash at the end. *entry is malloc'd. */
static og_line_status read_entry(dialogue *d, char **entry) {
    char *text = NULL;
    size_t len = 0;
    for (;;) {
        const char *part;
        og_line_status status = og_line_read(d->line, text == NULL ? "> " : "... ", &part);
        if (status != OG_LINE_READ) {
            free(text);
            return status;
        }
        size_t n = strlen(part);
        bool more = n > 0 && part[n - 1] == '\\';
        char *longer = realloc(text, len + n + 1);
        if (longer == NULL) {
            free(text);
            return OG_LINE_END;
        }
        text = longer;
        memcpy(text + len, part, n + 1);
        len += n;
        if (!more) break;
        text[len - 1] = '\n';
    }
    *entry = text;
    return OG_LINE_READ;
}

static void take_turn(dialogue *d, const char *text) {
    og_run *r = d->run;
    r->params.sampling.seed = d->seed + d->turns++; /* a fixed seed fixes the dialogue, and yet no two turns draw alike */
    r->result = (og_generate_result){0};
    int code = og_run_turn(r, text, strlen(text));
    og_cli_clear_interrupt();
    if (code == OG_EXIT_OK && r->result.stop == OG_STOP_CONTEXT) puts("/reset begins anew.");
    if (code == OG_EXIT_OK && r->opts->stats) og_run_print_stats(r, stderr);
    putchar('\n');
    if (ferror(stdout)) d->leave = true;
}

static int converse(dialogue *d) {
    bool asked = false; /* one Ctrl-C at the empty prompt: the next one leaves */
    while (!d->leave) {
        char *entry = NULL;
        og_line_status status = read_entry(d, &entry);
        if (status == OG_LINE_INTERRUPTED) {
            og_cli_clear_interrupt();
            if (asked) break;
            asked = true;
            puts("Ctrl-C again leaves.");
            continue;
        }
        if (status == OG_LINE_END) break;
        asked = false;
        size_t blank = strspn(entry, " \t");
        if (entry[blank] != '\0') og_line_remember(d->line, entry);
        if (entry[blank] == '/')
            do_command(d, entry + blank);
        else if (entry[blank] != '\0')
            take_turn(d, entry);
        free(entry);
    }
    return OG_EXIT_OK;
}

int og_run_chat(og_run *run) {
    dialogue d = {.run = run, .seed = run->params.sampling.seed};
    char *history = og_line_history_path();
    d.line = og_line_open(history);
    free(history);
    if (d.line == NULL) return og_cli_failf(false, OG_ERR_MEMORY, "the terminal could not be set up for line editing");
    greet(run);
    int code = converse(&d);
    og_line_close(d.line);
    free(d.system);
    run->system = NULL;
    return og_cli_finish(code);
}
