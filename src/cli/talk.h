/* talk.h: a conversation as it grows. */
#ifndef OG_CLI_TALK_H
#define OG_CLI_TALK_H

#include "offgrid.h"

typedef struct og_talk {
    og_message *message; /* contents are malloc'd, roles are constants */
    size_t n, cap;
    char *text; /* of the answer that is being made */
    size_t text_len, text_cap;
} og_talk;

/* Copies the text. False if memory ran out. */
bool og_talk_add(og_talk *talk, const char *role, const char *text, size_t len);
bool og_talk_hear(og_talk *talk, const char *text, size_t len); /* a part of the answer */
bool og_talk_answered(og_talk *talk);                           /* the answer becomes a message */
void og_talk_drop(og_talk *talk, size_t n);                     /* the messages from number n on, and the answer being made */

#endif
