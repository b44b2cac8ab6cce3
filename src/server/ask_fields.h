/* ask_fields.h: rows of sampling that several dialects share, for the table of a struct T that begins with an og_ask `ask`. */
#ifndef OG_SERVER_ASK_FIELDS_H
#define OG_SERVER_ASK_FIELDS_H

#include "server/writing.h"

#define OG_ASK_AT(T, member) offsetof(T, ask.member)

/* Those that OpenAI's API has. */
#define OG_ASK_OPENAI_ROWS(T)                                                                                                           \
    {"model", OG_FIELD_TEXT, OG_ASK_AT(T, model), 0, 0, false, "which model; the first of those served if it is left out"},             \
        {"stream", OG_FIELD_BOOL, OG_ASK_AT(T, stream), 0, 0, false, "send the answer as it is made, as server-sent events"},           \
        {"seed", OG_FIELD_SEED, OG_ASK_AT(T, seed), 0, 0, false, "the same seed, prompt and parameters give the same answer"},          \
        {"temperature", OG_FIELD_FLOAT, OG_ASK_AT(T, sampling.temperature), 0, 100, false, "0 always takes the likeliest token (0.8)"}, \
        {"top_p",                                                                                                                       \
         OG_FIELD_FLOAT,                                                                                                                \
         OG_ASK_AT(T, sampling.top_p),                                                                                                  \
         0,                                                                                                                             \
         1,                                                                                                                             \
         false,                                                                                                                         \
         "choose among the likeliest tokens that make up so much (0.95)"},                                                              \
        {"presence_penalty",                                                                                                            \
         OG_FIELD_FLOAT,                                                                                                                \
         OG_ASK_AT(T, sampling.presence_penalty),                                                                                       \
         -2,                                                                                                                            \
         2,                                                                                                                             \
         false,                                                                                                                         \
         "taken once from tokens that occurred (0)"},                                                                                   \
    {                                                                                                                                   \
        "frequency_penalty", OG_FIELD_FLOAT, OG_ASK_AT(T, sampling.frequency_penalty), -2, 2, false,                                    \
            "taken for each time a token occurred (0)"                                                                                  \
    }

/* Those of llama-server besides. */
#define OG_ASK_MORE_ROWS(T)                                                                                                                 \
    {"top_k", OG_FIELD_INT, OG_ASK_AT(T, sampling.top_k), 0, INT32_MAX, false, "choose among so many; 0: all (40)"},                        \
        {"min_p", OG_FIELD_FLOAT, OG_ASK_AT(T, sampling.min_p), 0, 1, false, "leave out tokens less likely than this times the likeliest"}, \
        {"repeat_penalty",                                                                                                                  \
         OG_FIELD_FLOAT,                                                                                                                    \
         OG_ASK_AT(T, sampling.repeat_penalty),                                                                                             \
         0.01,                                                                                                                              \
         100,                                                                                                                               \
         false,                                                                                                                             \
         "makes recent tokens less likely; 1: off"},                                                                                        \
        {"repeat_last_n", OG_FIELD_INT, OG_ASK_AT(T, sampling.penalty_last),     -1,                                                        \
         INT32_MAX,       false,        "how many tokens penalties look at (64)"},                                                          \
        {"ignore_eos", OG_FIELD_BOOL, OG_ASK_AT(T, ignore_end), 0, 0, false, "go on past the model's end of an answer"},                    \
        {"grammar", OG_FIELD_TEXT, OG_ASK_AT(T, grammar), 0, 0, false, "a GBNF grammar that the answer matches"},                           \
        {"shift", OG_FIELD_BOOL, OG_ASK_AT(T, shift), 0, 0, false, "a full context forgets its older half and goes on (false: it ends)"},   \
    {                                                                                                                                       \
        "n_keep", OG_FIELD_INT, OG_ASK_AT(T, n_keep), 0, INT32_MAX, false, "tokens at the beginning that a shift keeps"                     \
    }

#endif
