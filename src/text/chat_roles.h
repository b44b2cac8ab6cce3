/* chat_roles.h: conversations rearranged for templates that do not take them as they are. */
#ifndef OG_TEXT_CHAT_ROLES_H
#define OG_TEXT_CHAT_ROLES_H

#include "offgrid/chat.h"
#include "base/base.h"

enum {
    OG_ROLES_MERGE = 1,    /* neighbours of one role become one message */
    OG_ROLES_FOLD = 2,     /* instructions become the beginning of the first question */
    OG_ROLES_NO_TOOLS = 4, /* calls become the assistant's text, results the user's */
};

typedef struct og_roles {
    og_message *message;
    size_t n;
    int changed; /* what of the above changed something */
    og_arena arena;
} og_roles;

/* The n messages arranged by `how`; texts that stay as they are, are not copied. Release with og_roles_free, whatever was returned. */
og_status og_roles_arrange(const og_message *m, size_t n, int how, og_roles *out, og_error *err);
void og_roles_free(og_roles *roles);
/* What `changed` means, for people, appended to `out` (size bytes). */
void og_roles_tell(int changed, char *out, size_t size);

#endif
