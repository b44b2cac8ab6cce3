/* reply.h: the inside of og_reply. Text waits in a buffer until it is clear what it is; each state looks at its beginning. */
#ifndef OG_TEXT_TOOLS_REPLY_H
#define OG_TEXT_TOOLS_REPLY_H

#include "text/tools/tools.h"

typedef enum og_reply_state {
    OG_R_CONTENT,
    OG_R_THINK,
    OG_R_OPEN, /* at what comes before a call's name */
    OG_R_NAME,
    OG_R_ARGS,
    OG_R_CLOSE,
    OG_R_AFTER, /* a call */
    OG_R_HEAD,  /* harmony: the header of a message */
    OG_R_BODY,  /* harmony: its text */
} og_reply_state;

struct og_reply {
    const og_tools *tools;
    og_reply_fn *fn;
    void *user;
    og_reply_state state;
    og_buf buf;  /* what is not settled */
    og_buf args; /* of the call, all of them */
    og_stream stream;
    char name[OG_TOOL_NAME_MAX + 1], id[OG_CALL_ID + 1];
    int calls; /* begun */
    int depth; /* of arguments */
    bool quoted, escaped;
    bool key, in_list[OG_JSON_DEPTH]; /* gemma: a key comes next; which brackets are open */
    bool first;                       /* no text of the answer has come, but for white space */
    bool trim;                        /* white space at the beginning is to be left out */
    bool last;                        /* nothing more comes */
    bool refused;                     /* the callback wants no more */
    og_reply_kind body;               /* harmony */
};

/* All false: wait for more text. */
bool og_reply_say(og_reply *r, og_reply_kind kind, const char *text, size_t len); /* nothing for no text */
void og_reply_drop(og_reply *r, size_t n);                                        /* the first bytes of the buffer are settled */
void og_reply_begin_call(og_reply *r);                                            /* r->name, r->id are set */
void og_reply_end_call(og_reply *r);                                              /* OG_REPLY_BROKEN if its arguments are no JSON */
bool og_reply_broken(og_reply *r, const char *what);
/* The first place where one of n marks begins, or, at the end, could; len if there is none. *which: the mark that is there, -1: maybe one.
 */
size_t og_reply_find(const char *s, size_t len, const char *const *mark, size_t n, bool last, int *which);

/* harmony.c, gemma.c: one step; false: wait. */
bool og_reply_head(og_reply *r);
bool og_reply_body(og_reply *r);
bool og_reply_gemma(og_reply *r);

#endif
