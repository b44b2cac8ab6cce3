/* run.h: `offgrid run`, in three parts: run.c (options, one answer), turn.c (a prompt evaluated and answered), chat.c (a dialogue). */
#ifndef OG_CLI_RUN_H
#define OG_CLI_RUN_H

#include <stdio.h>

#include "cli/cli.h"
#include "cli/talk.h"
#include "store/talks/talks.h"

typedef struct og_run_opts {
    og_cli_engine engine;
    int64_t budget; /* of reasoning */
    int64_t n, ctx, top_k, penalty_last;
    double temp, top_p, min_p, repeat, presence, frequency;
    og_cli_seed seed;
    og_cli_list stops;
    const char *system, *format, *reasoning, *now, *grammar, *schema, *resume, *profile;
    bool raw, stats, no_history, json, no_color;
} og_run_opts;

typedef struct og_run {
    const og_run_opts *opts;
    og_engine *engine;
    og_model *model;
    og_session *session;
    og_model_info info;
    og_generate_params params;
    const char *system;      /* NULL: none */
    bool chat;               /* prompts go through a chat format */
    og_chat_params chat_how; /* but for the messages */
    og_talk talk;
    og_talks *talks;        /* where it is kept; NULL: nowhere */
    int64_t talk_id;        /* 0: not begun */
    const char *model_word; /* as the person named the model */
    char notice[320];       /* of the chat format, as it was shown last */
    double load_seconds;
    /* of the last turn */
    const char *format; /* of the prompt: "plain" where it was continued as it is */
    size_t n_prompt;
    uint32_t n_reused; /* tokens of it that were in the cache */
    double prefill_seconds;
    og_generate_result result;
    og_tools *tools; /* how the model marks its reasoning; NULL: prompts are continued as they are */
    og_reply *reply; /* of the answer being made; NULL: it has no parts */
    bool reasoning;  /* was written last */
    char last_char;  /* of the answer; 0 if it was empty */
} og_run;

/* Evaluates `text` and writes the model's answer to stdout as it comes. Returns the exit code, after saying what went wrong. After a failed
 * or interrupted evaluation the conversation is as it was. */
int og_run_turn(og_run *run, const char *text, size_t len);

/* Numbers of the last turn, for people, on `f`. */
void og_run_print_stats(const og_run *run, FILE *f);

/* Forgets the conversation and the cache. False after saying why not. */
bool og_run_forget(og_run *run);

/* ---- keep.c ---- */
/* Opens the conversations if this one is to be kept, and recalls the one to go on with. Returns the exit code. */
int og_run_keep_open(og_run *run, const char *model, bool dialogue);
/* Keeps the last turn: the question and, at the end of run->talk, its answer. */
void og_run_keep_turn(og_run *run, const char *text, size_t len);

/* A dialogue on the terminal, until the person leaves. Returns the exit code. */
int og_run_chat(og_run *run);

#endif
