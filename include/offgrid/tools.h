/* offgrid/tools.h: answers in parts: reasoning, text, and calls of tools. Part of offgrid.h. */
#ifndef OFFGRID_TOOLS_H
#define OFFGRID_TOOLS_H

#include "offgrid/chat.h"
#include "offgrid/grammar.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What one kind of answer may hold and how it is written: the format that the model's chat template has for reasoning and for calls of
 * tools, with the tools of one request. Immutable: any number of replies and threads may use one. The chat and its tokenizer must live as
 * long. */
typedef struct og_tools og_tools;

typedef enum og_tool_choice {
    OG_TOOLS_AUTO = 0, /* the model decides: text until it begins a call, from then on what a call must look like */
    OG_TOOLS_NONE,     /* no calls: what looks like one is text */
    OG_TOOLS_REQUIRED, /* one call at least, and no text (reasoning may come first) */
    OG_TOOLS_NAMED,    /* one call, of the tool `name` */
} og_tool_choice;

typedef struct og_tools_params {
    const char *tools; /* as og_chat_params.tools; NULL: none. Arguments are held to `parameters`, a JSON Schema (see og_grammar_schema) */
    og_tool_choice choice;
    const char *name;   /* for OG_TOOLS_NAMED */
    bool single;        /* one call at most in an answer */
    const char *schema; /* NULL, or a JSON Schema that the text of an answer must match, where it has text; NUL-terminated */
    const char *prompt; /* the rendered conversation (prompt_len bytes), whose end tells whether the answer begins inside reasoning */
    size_t prompt_len;
    const char *format; /* a format by name instead of the one that the chat template shows; NULL: that one */
} og_tools_params;

/* Chooses the format. Refuses tools or a schema that are no JSON or that a grammar cannot express (the error names the place), tools for a
 * model without a format for them, and a `name` that is none of the tools. Without tools, it still knows how the model marks reasoning. */
OG_API og_status og_tools_open(const og_chat *chat, const og_tools_params *params, og_tools **out, og_error *err);
OG_API void og_tools_close(og_tools *tools);

typedef struct og_tools_info {
    const char *format;        /* "hermes", "llama3", "mistral", ...; "none": the template shows no calls of tools */
    bool reasoning;            /* the model marks its reasoning */
    bool in_reasoning;         /* the answer begins inside it: the prompt has opened it already */
    const char *end_reasoning; /* the text that ends reasoning, to be forced when its budget is spent; "" if there is none */
    bool parallel;             /* several calls in an answer are possible */
} og_tools_info;

OG_API void og_tools_describe(const og_tools *tools, og_tools_info *out);
/* What answers must look like, for og_generate_params.grammar; NULL where anything goes (no tools, no schema). It belongs to `tools`.
 * It follows control tokens by their spelling: generate with it as with any other grammar. */
OG_API og_grammar *og_tools_grammar(const og_tools *tools);
/* Names of the formats; NULL past the end. */
OG_API const char *og_tools_format_name(int i);

/* ---- reading an answer --------------------------------------------------------------------------------------- */

typedef enum og_reply_kind {
    OG_REPLY_CONTENT,   /* text of the answer */
    OG_REPLY_REASONING, /* text of what came before it */
    OG_REPLY_CALL,      /* a call begins: index, id, name */
    OG_REPLY_ARGUMENTS, /* the next part of its arguments, which are JSON when put together */
    OG_REPLY_CALL_END,  /* its arguments are complete */
    OG_REPLY_BROKEN,    /* a call that cannot be read: text says what is wrong; what follows is content */
} og_reply_kind;

typedef struct og_reply_event {
    og_reply_kind kind;
    const char *text; /* len bytes, whole UTF-8 characters; valid during the callback */
    size_t len;
    int index;        /* CALL, ARGUMENTS, CALL_END: which call, from 0 */
    const char *id;   /* CALL: as the model wrote it, or nine letters and digits made up for it */
    const char *name; /* CALL: NUL-terminated */
} og_reply_event;

/* Return false to hear no more. */
typedef bool og_reply_fn(void *user, const og_reply_event *event);

/* Reads one answer as it comes. Markers never reach the callback, nor does a part of one. Used by one thread at a time. */
typedef struct og_reply og_reply;

/* The tools must live as long as the reply. */
OG_API og_status og_reply_open(const og_tools *tools, og_reply_fn *fn, void *user, og_reply **out, og_error *err);
OG_API void og_reply_close(og_reply *reply);
/* The next token of the answer (control tokens too). Ending tokens need not be given. Fails for lack of memory, or OG_ERR_CANCELLED after
 * the callback has returned false. */
OG_API og_status og_reply_token(og_reply *reply, int32_t id, og_error *err);
/* The same with text, in which control tokens are spelled out (og_generate_params.special). */
OG_API og_status og_reply_feed(og_reply *reply, const char *text, size_t len, og_error *err);
/* Nothing more comes: what was held back is given out; an unfinished call is OG_REPLY_BROKEN. */
OG_API og_status og_reply_finish(og_reply *reply, og_error *err);
/* Whether what comes next is reasoning; the text is held back no further than one marker. */
OG_API bool og_reply_in_reasoning(const og_reply *reply);
/* Calls begun so far. An answer with calls has, in OpenAI's words, the finish_reason "tool_calls". */
OG_API int og_reply_calls(const og_reply *reply);

#ifdef __cplusplus
}
#endif
#endif
