/* conversations.c: opening the database of conversations. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/conversations.h"
#include "cli/terminal.h"

char *og_cli_ask_secret(const char *question) {
    struct termios before, hidden;
    if (!og_cli_is_terminal(stdin) || tcgetattr(STDIN_FILENO, &before) != 0) return NULL;
    hidden = before;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    fprintf(stderr, "%s", question);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    char *line = NULL;
    size_t cap = 0;
    ssize_t n = getline(&line, &cap, stdin);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fputc('\n', stderr);
    if (n > 0 && line[n - 1] == '\n') line[--n] = '\0';
    if (n > 0) return line;
    free(line);
    return NULL;
}

og_talks *og_cli_conversations(bool json) {
    const char *env = getenv("OFFGRID_PASSPHRASE");
    char *asked = NULL;
    bool sealed = og_talks_sealed(NULL);
    if (sealed && (env == NULL || *env == '\0')) asked = og_cli_ask_secret("Passphrase of the conversations: ");
    const char *passphrase = asked != NULL ? asked : env != NULL && *env != '\0' ? env : NULL;
    og_talks *talks = NULL;
    og_error err = {0};
    if (og_talks_open(NULL, sealed ? passphrase : NULL, &talks, &err) != OG_OK) og_cli_fail(json, &err);
    if (asked != NULL) memset(asked, 0, strlen(asked));
    free(asked);
    return talks;
}
