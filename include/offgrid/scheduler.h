/* offgrid/scheduler.h: many requests over one model, evaluated together. Part of offgrid.h. */
#ifndef OFFGRID_SCHEDULER_H
#define OFFGRID_SCHEDULER_H

#include "offgrid/session.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A scheduler has a thread of its own that evaluates, step by step, one batch made of tokens of all running requests (continuous batching,
 * Yu et al. 2022, Orca): one token, or a few speculated ones, of each that is answering, and as much of the waiting prompts as the step has
 * room for. Prompts share cache pages with what was there before them. What a request gets depends on nothing but the request. */
typedef struct og_scheduler og_scheduler;
/* One answer being made. */
typedef struct og_request og_request;

/* Encryption of files, which the library leaves to its caller: seal turns n bytes into n + extra, unseal gives them back, or false if they
 * are not what seal made. Called from the scheduler's threads. */
typedef struct og_seal {
    size_t extra;
    uint64_t secret; /* goes into the names of files, which are hashes of what is in them */
    bool (*seal)(void *user, const void *in, size_t n, void *out);
    bool (*unseal)(void *user, const void *in, size_t n, void *out); /* n: of what comes out */
    void *user;
} og_seal;

typedef struct og_scheduler_params {
    uint32_t n_ctx;      /* tokens that one request may have, prompt and answer together; 0: the smaller of the model's and 4096 */
    uint32_t n_cache;    /* tokens that the cache holds for all requests and for kept beginnings; 0: 4 * n_ctx, or what the budget allows */
    const char *kv_type; /* of the cache, as og_session_params has it */
    uint32_t n_batch;    /* tokens of a step: bounds the pause of running answers while a prompt is evaluated; 0: 256 */
    uint32_t max_running;       /* requests evaluated together; 0: 64 */
    uint32_t max_waiting;       /* beyond these, og_scheduler_submit refuses with OG_ERR_BUSY; 0: 256 */
    const char *prefix_dir;     /* NULL: beginnings are kept in memory only; else a folder in which cache pages survive a restart */
    uint64_t prefix_limit;      /* bytes of that folder; 0: 1 GiB */
    const og_seal *prefix_seal; /* NULL: files as they are; copied */
    og_model *draft;            /* a small model of the same vocabulary that guesses ahead; NULL: none */
    uint32_t n_draft;           /* tokens guessed ahead at most; 0: 8 */
} og_scheduler_params;

OG_API og_scheduler_params og_scheduler_defaults(void);
OG_API og_status og_scheduler_open(og_model *model, const og_scheduler_params *params, og_scheduler **out, og_error *err);
/* Cancels what is running and waiting (each request gets its on_done), writes prefixes that are to be kept, and ends the thread. */
OG_API void og_scheduler_close(og_scheduler *scheduler);

/* A token of an answer and, if asked for, what else was likely there. */
typedef struct og_chance {
    int32_t id;
    float logprob; /* natural logarithm of the softmax at temperature 1, before penalties, grammar and truncation */
} og_chance;

typedef struct og_request_token {
    int32_t id;
    float logprob;        /* as above; 0 unless n_top >= 0 was asked for; NAN of a prompt's first token, which nothing predicted */
    const og_chance *top; /* [n_top], likeliest first */
    size_t n_top;
} og_request_token;

/* What is new in an answer. `text` is whole UTF-8 characters and never a part of a stop string, so it may lag behind the tokens. */
typedef struct og_request_piece {
    const char *text;
    size_t len;
    const og_request_token *token; /* [n_tokens], evaluated or about to be; the ending token is not among them */
    size_t n_tokens;
} og_request_piece;

typedef struct og_request_result {
    og_status status; /* OG_OK also for OG_STOP_CANCELLED; else `error` says what went wrong */
    og_error error;
    og_stop stop; /* OG_STOP_DEADLINE: the request's time was over */
    const char *stop_string;
    uint32_t n_prompt, n_cached;                        /* tokens of the prompt, and how many of them were in the cache already */
    uint32_t n_tokens;                                  /* of the answer */
    uint32_t n_drafted, n_accepted;                     /* speculated tokens, and those that were right */
    uint32_t n_dropped;                                 /* tokens that a shift of the context forgot; 0 unless `shift` */
    double wait_seconds, prompt_seconds, reply_seconds; /* in the queue; to the first token; from there to the end */
} og_request_result;

/* Called from the scheduler's thread, one at a time for all its requests; must not block and may call og_request_cancel, nothing else of
 * the scheduler. on_piece returns false to cancel. on_done is called exactly once for each request that was submitted. */
typedef bool og_request_piece_fn(void *user, const og_request_piece *piece);
typedef void og_request_done_fn(void *user, const og_request_result *result);

typedef struct og_request_params {
    const int32_t *ids; /* [n] the prompt; copied, like all that follows */
    size_t n;
    og_generate_params generate; /* sampling, length, stop strings, grammar; on_text and user are not used */
    int32_t n_top;               /* -1: no probabilities; else log-probabilities of the tokens, and of the n_top likeliest at each place */
    bool echo;                   /* the prompt's tokens are delivered first, with their log-probabilities if n_top >= 0 */
    bool speculate;              /* guess ahead, from the draft model or from repetitions in the text; the answer is the same without */
    bool shift; /* a full context forgets its older half (after the first n_keep tokens) and goes on; else OG_STOP_CONTEXT */
    uint32_t n_keep;
    double deadline; /* seconds from now; 0: none */
    og_request_piece_fn *on_piece;
    og_request_done_fn *on_done;
    void *user;
} og_request_params;

OG_API og_request_params og_request_defaults(void);
/* Queues a request. Refuses at once what can never run: an empty prompt, OG_ERR_CONTEXT with the numbers for one that is too long, and with
 * OG_ERR_BUSY what finds the queue full. Any thread. Release *out with og_request_close, at any time; that cancels it if it is not done
 * (on_done is still called). `out` may be NULL. */
OG_API og_status og_scheduler_submit(og_scheduler *scheduler, const og_request_params *params, og_request **out, og_error *err);
/* Any thread; takes effect within one step. */
OG_API void og_request_cancel(og_request *request);
OG_API void og_request_close(og_request *request);

typedef struct og_scheduler_stats {
    uint32_t running, waiting;
    uint32_t cache_used, cache_kept, cache_size; /* tokens: of running requests; of kept beginnings; all */
    uint64_t prompt_tokens, cached_tokens, reply_tokens, drafted_tokens, accepted_tokens, steps;
    uint64_t done, cancelled, failed, refused; /* requests */
    double busy_seconds;
    uint64_t kv_bytes, activation_bytes;
} og_scheduler_stats;

OG_API void og_scheduler_stats_get(og_scheduler *scheduler, og_scheduler_stats *out);

#ifdef __cplusplus
}
#endif
#endif
