/* conversations.h: dialogues that `run` keeps and `history` shows. */
#ifndef OG_CLI_CONVERSATIONS_H
#define OG_CLI_CONVERSATIONS_H

#include "store/talks/talks.h"

/* Opens the database; asks for the passphrase if it is sealed: OFFGRID_PASSPHRASE, or the terminal. NULL after saying why not. */
og_talks *og_cli_conversations(bool json);
/* Asks for a text that is not shown, on the terminal; malloc'd. NULL if there is no terminal or nothing was typed. */
char *og_cli_ask_secret(const char *question);

#endif
