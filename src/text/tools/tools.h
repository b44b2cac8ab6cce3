/* tools.h: the inside of og_tools, for the files of this room. */
#ifndef OG_TEXT_TOOLS_TOOLS_H
#define OG_TEXT_TOOLS_TOOLS_H

#include "offgrid/tools.h"
#include "base/json.h"
#include "text/chat.h"
#include "text/grammar/grammar_build.h"

/* Inside the patterns of formats.def. */
#define OG_PAT_WHITE '\1'
#define OG_PAT_ID '\2'
#define OG_PAT_OR '\3'

enum { OG_CALL_ONE = 1, OG_CALL_FIRST = 2, OG_CALL_HARMONY = 4, OG_CALL_GEMMA = 8 };
enum { OG_CALL_ID = 9, OG_TOOLS_MAX = 256, OG_TOOL_NAME_MAX = 64 };

typedef struct og_call_format {
    const char *name, *find[3];
    const char *begin, *open, *middle, *close, *between, *end;
    int how;
} og_call_format;

typedef struct og_think_marks {
    const char *open, *close;
} og_think_marks;

struct og_tools {
    const og_chat *chat;
    const og_call_format *format; /* NULL: the model is not asked for calls */
    const og_think_marks *think;  /* NULL: no reasoning, or harmony's */
    bool harmony, in_reasoning, single;
    og_tool_choice choice;
    og_jdoc *doc;
    uint32_t n;
    const og_jval **tool; /* [n] the functions: name, parameters */
    const char **name;    /* [n] */
    og_grammar *grammar;  /* NULL: anything goes */
};

/* format.c */
const og_call_format *og_call_format_named(const char *name);
const og_call_format *og_call_format_of(const char *template_text);
const og_think_marks *og_think_marks_of(const char *template_text);
/* What tells a call from text: the first characters of what comes before a name. */
size_t og_call_trigger(const og_call_format *f, const char **text);

/* Whether s begins with what the pattern says: the number of bytes; -1: it does not; -2: more text must tell. id (may be NULL) gets an
 * OG_PAT_ID, OG_CALL_ID bytes. */
enum { OG_PAT_NO = -1, OG_PAT_MORE = -2 };
long og_pattern_match_at(const char *pattern, const char *s, size_t len, char *id);

/* lock.c: the grammar of answers. */
og_status og_tools_lock(og_tools *tools, const char *schema, og_error *err);

#endif
