/* chat.h: chat formats by their role markers, the rows of chats.def. A turn becomes segments of markup and of text, so that what a user
 * or a system text contains never counts as a marker. */
#ifndef OG_TEXT_CHAT_H
#define OG_TEXT_CHAT_H

#include "text/tokenizer.h"

typedef struct og_chat og_chat;

enum { OG_CHAT_SEGMENTS = 16 }; /* at most, in a turn */

/* The format whose markers occur in a chat template (tokenizer.chat_template; NULL or unknown: "plain"). Never NULL. */
const og_chat *og_chat_detect(const char *tmpl, size_t len);
/* By name; NULL if there is none. */
const og_chat *og_chat_find(const char *name);
const char *og_chat_name(const og_chat *chat);

/* One turn, up to where the model's answer begins. `first`: it opens the conversation; later turns have no system text. `system` may be
 * NULL. `bos` and `eos` are the spellings that stand for those tokens. Segments point into the arguments and constants. Returns how many.
 */
size_t og_chat_render(const og_chat *chat, const char *bos, const char *eos, bool first, const char *system, const char *user,
                      og_segment seg[OG_CHAT_SEGMENTS]);
/* The same as one text, appended to `out`: for people to read, not for a model. */
og_status og_chat_render_turn(const og_chat *chat, bool first, const char *system, const char *user, og_buf *out, og_error *err);
/* The turn's ids. A first turn begins with BOS if the vocabulary says so. *ids is released with og_free. */
og_status og_chat_encode_turn(const og_chat *chat, const og_tok *tok, bool first, const char *system, const char *user, int32_t **ids,
                              size_t *n, og_error *err);

#endif
