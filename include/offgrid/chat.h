/* offgrid/chat.h: how a model wants conversations written. Part of offgrid.h. */
#ifndef OFFGRID_CHAT_H
#define OFFGRID_CHAT_H

#include "offgrid/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a model wants conversations written: the chat template of its file (Jinja, as transformers applies it) or, where that is missing or
 * broken, a built-in format. Immutable: any number of threads may use one. */
typedef struct og_chat og_chat;

/* Of a file and its tokenizer, which must live as long. Fails for lack of memory only. */
OG_API og_status og_chat_open(const og_file *file, const og_tok *tok, og_chat **out, og_error *err);
OG_API void og_chat_close(og_chat *chat);
OG_API const og_chat *og_model_chat(const og_model *model);
/* Names of the built-in formats ("chatml", ..., "plain": texts alone, for models that only continue); NULL past the end. */
OG_API const char *og_chat_format_name(int i);

/* What renderings of small conversations show. */
typedef struct og_chat_info {
    const char *format;    /* "template": the file's own; else the built-in format's name */
    const char *problem;   /* why the file's own is not used; "" if it is */
    bool system;           /* instructions have a place (else they go before the first question) */
    bool tools;            /* definitions of tools are told to the model */
    bool tool_calls;       /* calls of tools and their results can be part of a conversation */
    bool reasoning;        /* the template knows of thinking before the answer */
    bool reasoning_switch; /* and it can be asked for or left out */
    bool images;           /* pictures have a place */
} og_chat_info;

OG_API void og_chat_describe(const og_chat *chat, og_chat_info *out);

/* One message of a conversation, fields as in OpenAI's API. All but `role` may be NULL. */
typedef struct og_message {
    const char *role;         /* "system", "user", "assistant", "tool", or another that the template knows */
    const char *content;      /* content_len bytes */
    size_t content_len;       /* bytes that are not UTF-8 become U+FFFD */
    const char *reasoning;    /* what the assistant thought before it answered */
    const char *tool_calls;   /* the assistant's: a JSON list of {"id", "type", "function": {"name", "arguments"}} */
    const char *tool_call_id; /* a tool's: the call that this is the result of */
    const char *name;
} og_message;

typedef enum og_reasoning { OG_REASONING_DEFAULT = 0, OG_REASONING_OFF, OG_REASONING_ON } og_reasoning;

typedef struct og_chat_params {
    const og_message *messages;
    size_t n_messages;
    const char *tools;          /* a JSON list of {"type": "function", "function": {...}}; NULL: none */
    const char *variables;      /* a JSON object of further variables for the template, such as {"reasoning_effort": "low"}; NULL: none */
    og_reasoning reasoning;     /* DEFAULT: as the template decides */
    bool add_generation_prompt; /* true: the rendering ends where the assistant's answer begins */
    const char *format;         /* a built-in format instead of what the chat would use; NULL: none */
    int64_t now;                /* what strftime_now sees: seconds since 1970 as the clock on the wall shows them; the clock */
} og_chat_params;

typedef struct og_chat_result {
    char *text; /* the rendering, NUL-terminated besides */
    size_t len;
    int32_t *ids; /* its tokens. Special tokens are recognised in what the template wrote only, never in messages or tools */
    size_t n;
    const char *format; /* as of og_chat_info */
    char notice[320];   /* what was done otherwise than asked (roles rearranged, a built-in format used, tools left out); "" if nothing */
} og_chat_result;

/* No messages; the generation prompt; the local time. */
OG_API og_chat_params og_chat_defaults(void);
/* Renders a conversation and tokenizes it, BOS included where the vocabulary or the template wants it, ready for og_session_prompt. A
 * template that refuses the order of the roles gets neighbours of one role as one message, and instructions as part of the first question;
 * `notice` says so. What it still refuses is an error with the template's own words. Release the result with og_chat_result_free. */
OG_API og_status og_chat_render(const og_chat *chat, const og_chat_params *params, og_chat_result *out, og_error *err);
OG_API void og_chat_result_free(og_chat_result *result);

/* ---- templates alone --------------------------------------------------------------------------------------- */

typedef struct og_template_options {
    bool trim_blocks;           /* true; Jinja's options of white space */
    bool lstrip_blocks;         /* true */
    bool keep_trailing_newline; /* false */
    int64_t now;                /* what strftime_now sees: seconds since 1970 as the clock on the wall shows them; the clock */
} og_template_options;

/* Defaults as transformers has them, and the local time. */
OG_API og_template_options og_template_defaults(void);
/* Renders a Jinja template with the variables of `context`, a JSON object. Steps, depth, memory and output are bounded. `options` may be
 * NULL. *out is malloc'd and NUL-terminated besides: og_free. Errors name the template's line. */
OG_API og_status og_template_render(const char *text, size_t len, const char *context, size_t context_len,
                                    const og_template_options *options, char **out, size_t *out_len, og_error *err);

#ifdef __cplusplus
}
#endif
#endif
