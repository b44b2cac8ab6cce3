/* chat.h: conversations as text and tokens. og_chat of the public API is this: a chat template over a tokenizer, or a built-in format, the
 * rows of chats.def. What people wrote reaches the tokenizer marked, so that it never counts as a marker. */
#ifndef OG_TEXT_CHAT_H
#define OG_TEXT_CHAT_H

#include "offgrid/chat.h"
#include "text/jinja/jinja.h"
#include "text/tokenizer.h"

/* The templates of a file; s NULL: none. */
typedef struct og_chat_templates {
    og_piece plain, tool_use; /* tool_use: instead of plain where tools are given */
} og_chat_templates;

/* The templates are copied; `tok` must live as long as the chat. */
og_status og_chat_make(const og_chat_templates *templates, const og_tok *tok, og_chat **out, og_error *err);
const char *og_chat_format(const og_chat *chat);

/* ---- inside ---- */

typedef struct og_chat_row {
    const char *name, *text;
} og_chat_row;

struct og_chat {
    const og_tok *tok;
    og_jinja *own, *own_tools; /* NULL: none, or broken */
    og_jinja *builtin;         /* where own is NULL */
    const og_chat_row *row;    /* the format for want of a template */
    og_chat_info info;
    og_jinja_arguments arguments; /* what the template takes those of tool calls for */
    bool null_content;            /* whether it wants null rather than "" where a message is nothing but calls */
    char problem[240];
    char *source; /* of the file's templates, one after the other; NULL: none */
};

/* By name; NULL if there is none. chat_format.c */
const og_chat_row *og_chat_find(const char *name);
/* The row for a broken template (s NULL: none); by the vocabulary's tokens, if its text does not tell; else "plain". */
const og_chat_row *og_chat_detect(og_piece tmpl, const og_tok *tok);
og_status og_chat_compile(og_piece text, og_jinja **out, og_error *err);

/* The variables of a template as JSON, appended to `out`: the conversation's and the vocabulary's. chat_context.c */
og_status og_chat_context(const og_chat *chat, const og_chat_params *params, og_buf *out, og_error *err);
/* Finds out what a template can do: fills chat->info, arguments and null_content. False if it cannot even render a question. chat_probe.c
 */
bool og_chat_probe(og_chat *chat, const og_jinja *tmpl, og_error *err);

#endif
