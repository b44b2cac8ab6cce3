/* writing.h: answers that are generated: what is asked of the model and what comes back, in no client's words. */
#ifndef OG_SERVER_WRITING_H
#define OG_SERVER_WRITING_H

#include "server/exchange.h"

/* What a dialect has understood. The endpoint's own struct begins with it; what it points to lives as long as the exchange. */
typedef struct og_ask {
    const char *model;
    bool stream;
    /* A conversation, */
    const og_message *messages;
    size_t n_messages;
    const char *tools; /* a JSON list as in OpenAI's API; NULL: none */
    og_tool_choice choice;
    const char *tool_name;
    bool single;
    og_reasoning reasoning;
    const char *variables; /* for the template: a JSON object */
    /* or texts to continue, */
    const og_input *prompts;
    size_t n_prompts;
    /* or, with both, what is to be filled in between; "": nothing comes after. */
    const char *suffix;
    const char *schema;  /* a JSON Schema that the answer matches; NULL: none */
    const char *grammar; /* or a grammar (GBNF) */
    og_sampling sampling;
    og_field_seed seed;
    int32_t max_tokens; /* -1: until the model ends */
    int32_t n;          /* answers to each prompt */
    const char **stops;
    size_t n_stops;
    int32_t n_top; /* -1: no probabilities */
    bool echo, ignore_end, no_speculation, shift;
    int32_t n_keep;
} og_ask;

void og_ask_defaults(void *own);
/* Strings to stop at, of a string or a list of at most `max`. */
bool og_ask_stops(og_exchange *ex, const json_t *value, const char *where, size_t max, og_problem *problem);
/* The work of endpoints that generate: renders, tokenizes, compiles grammars. */
bool og_writing_prepare(og_exchange *ex, og_problem *problem);
const char *og_ask_model(const og_exchange *ex);

typedef struct og_text { /* growing */
    char *s;             /* NUL-terminated; NULL while it is empty */
    size_t len, cap;
} og_text;

typedef struct og_call {
    char *id, *name;
    og_text arguments;
} og_call;

/* One of the answers. */
typedef struct og_choice {
    og_exchange *ex;
    int index;
    size_t prompt; /* which */
    og_request *request;
    og_reply *reader;
    og_loop_kept *note; /* for the end, so that no answer is lost for want of memory */
    uint64_t seed;
    og_text content, reasoning;
    og_call *calls;
    size_t n_calls;
    json_t *tokens; /* of ask->n_top >= 0: [{id, token, bytes, logprob, top: [...]}] not yet told of in a stream; else all */
    og_request_result result;
    const char *broken; /* what was wrong with a call that could not be read; NULL: nothing */
    bool done;
} og_choice;

typedef struct og_event {
    og_reply_kind kind;
    const char *text;
    size_t len;
    const og_call *call; /* CALL, ARGUMENTS, CALL_END */
    int call_index;
    json_t *tokens; /* that came with it; NULL: none, or not asked for */
} og_event;

struct og_writing {
    og_exchange *ex;
    og_ask *ask;
    og_chat_result rendered; /* of a conversation */
    struct {
        int32_t *ids;
        size_t n;
    } * prompt;
    size_t n_prompts;
    og_tools *tools;
    og_tools_info info; /* of the tools */
    og_grammar *grammar;
    og_choice *choice;
    size_t n_choices, n_done;
    bool ended;
};

/* How a dialect tells an answer. Of a stream: begin, events, done (one answer), end; else whole. */
typedef struct og_voice {
    void (*begin)(og_exchange *ex);
    void (*event)(og_exchange *ex, og_choice *choice, const og_event *event);
    void (*done)(og_exchange *ex, og_choice *choice);
    void (*end)(og_exchange *ex);
    json_t *(*whole)(og_exchange *ex);
} og_voice;

void og_writing_start(og_exchange *ex);
void og_writing_cancel(og_writing *answer);
void og_writing_close(og_writing *answer);

/* ---- what happened: told.c ---- */

/* Tokens of prompts, from the cache, and of answers, all together. */
typedef struct og_tally {
    int64_t prompt, cached, reply;
} og_tally;

og_tally og_writing_tally(const og_writing *answer);
/* Speeds, with llama-server's names. */
json_t *og_told_timings(const og_choice *choice);
/* Everything else: why it ended, seed, template, notices, sampling, speculation. */
json_t *og_told(const og_choice *choice);
/* A token's own text, bytes as they are; malloc'd by the library. */
char *og_piece_text(const og_choice *choice, int32_t id, size_t *len);

#endif
