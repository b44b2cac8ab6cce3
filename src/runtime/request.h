/* request.h: og_request and og_scheduler inside the runtime. The scheduler's thread owns all of a request but its reference count and the
 * wish to cancel; before it sees the request, the submitting thread does. */
#ifndef OG_RUNTIME_REQUEST_H
#define OG_RUNTIME_REQUEST_H

#include "offgrid/scheduler.h"
#include "runtime/answer.h"
#include "runtime/keep.h"
#include "runtime/plans.h"
#include "runtime/prefix.h"

#include <pthread.h>

enum { OG_TOP_MAX = 128, OG_GUESS_MAX = 32 };

typedef struct og_guesser og_guesser;

struct og_request {
    atomic_int refs; /* the scheduler's, and the handle's */
    atomic_int cancelled;
    og_scheduler *scheduler;
    og_request *next; /* in the queue */
    uint64_t reserved;

    /* what is asked for */
    og_request_params params; /* its pointers lead into `copies` */
    og_arena copies;
    uint64_t number;    /* of arrival */
    double deadline_at; /* 0: none */

    /* its text, and the caches of it */
    int32_t *token;             /* [cap] prompt and answer */
    uint32_t cap;               /* tokens it can come to */
    uint32_t n_prompt, n_token; /* n_prompt: what is left of the prompt, after a shift */
    uint32_t n_past;            /* tokens that the cache stands for */
    int seat;                   /* which page list is its own; -1: it waits */
    int32_t *page;              /* [n_page] the list */
    uint32_t n_page, n_shared;  /* n_shared: pages that are in the tree, up to `node` */
    int32_t node;               /* -1: none */
    int32_t slot;               /* held: recurrent state after n_past tokens; -1: none */

    /* its answer */
    og_answer answer;
    og_buf text;
    og_chance *top;       /* [n_top] */
    og_stream prompt;     /* text of an echo */
    uint32_t n_echoed;    /* tokens of the prompt that were delivered */
    bool admitted, begun; /* begun: the answer has a token, or has stopped */
    og_request_result result;
    double submitted, started, replied;

    /* this step: tokens, then guesses; where they are in the batch; which of its rows are theirs */
    uint32_t take, n_guess;
    int32_t guess[OG_GUESS_MAX];
    int first, row, n_row;
    int32_t to; /* slot to write */

    /* guessing: how many next time, unless it pauses, and how often it failed in a row; what the second model has seen, and on how many
     * pages */
    uint32_t guess_len, guess_pause, guess_missed, guess_wanted;
    uint32_t n_guess_past, n_guess_page;
    int guess_row;
};

struct og_scheduler {
    atomic_int refs; /* one of each request, one of the owner */
    og_model *model;
    uint32_t n_ctx, n_batch, max_running, max_waiting, max_rows;
    uint64_t reserved;

    pthread_mutex_t lock; /* of what follows, up to the next paragraph */
    pthread_cond_t wake;
    og_request *first; /* the queue, in order of arrival */
    uint32_t n_waiting;
    uint64_t n_submitted;
    bool closing;
    og_scheduler_stats stats;

    pthread_t thread;
    bool has_thread;
    volatile int interrupt; /* of the step that is being computed */

    /* the thread's */
    og_request **running; /* [max_running] in order of arrival */
    uint32_t n_running;
    int *seat; /* a stack of those that are free */
    uint32_t n_seat;
    int list_pages; /* of a page list */
    int32_t *path;  /* [list_pages] for looking up */
    og_type kv_type;
    og_kv *kv;
    og_states *states; /* NULL: the model has none */
    og_pages pages, slots;
    int32_t spare_page, spare_slot; /* for tokens that only fill a batch */
    og_prefix prefix;
    og_plans plans;
    og_sampler_room room;
    uint8_t *page_bytes; /* for copying one */
    og_guesser *guesser; /* NULL: there is no second model */
    uint32_t n_draft;
    og_keeper *keeper;      /* NULL: there is no folder */
    void *state_bytes;      /* for copying one */
    int32_t *text;          /* [n_ctx] for looking up in the folder */
    bool unkept;            /* some node is wanted there and not yet kept */
    double token_seconds;   /* what a token of a large batch takes, about */
    og_scheduler_stats now; /* goes to stats after each step */

    /* inputs of a batch, see og_lm_input: [n_batch], [n_batch], [n_batch], [2, n_batch], [2, n_batch], [max_running + 1, list_pages] */
    int32_t *ids, *pos, *place, *span, *state, *list, *out_row;
    int32_t *at; /* [max_rows] where each row's logits are */
    int n_tokens, n_rows;
};

/* ---- request.c ---- */
/* Gives up a reference; what is left of it goes with the last. */
void og_scheduler_drop(og_scheduler *s);
void og_request_drop(og_request *r);
/* Tells the owner how it ended, once, and gives up the scheduler's reference. The request holds no pages any more. */
void og_request_done(og_request *r, og_status status, const og_error *error);

/* ---- scheduler_cache.c: pages and states of requests ---- */
/* Hands pages that are wanted in the folder to its writer, as many as it takes now, or all. */
void og_scheduler_keep(og_scheduler *s, bool all);
/* Begins with what is in the cache already. */
void og_request_attach(og_scheduler *s, og_request *r);
/* Pages for positions up to `end`; takes them from the youngest requests, which wait again, if need be. False if this was the youngest. */
bool og_request_take_pages(og_scheduler *s, og_request *r, uint32_t end);
/* The same for guesses: nobody has to leave for them. */
bool og_request_try_pages(og_scheduler *s, og_request *r, uint32_t end);
/* Takes over what another has computed meanwhile. */
void og_request_adopt(og_scheduler *s, og_request *r);
/* Its full pages become known to others. */
void og_request_publish(og_scheduler *s, og_request *r);
/* Gives up pages and states. keep: the last, unfinished page stays as a beginning, too. */
void og_request_detach(og_scheduler *s, og_request *r, bool keep);
/* Whether its text so far fits into pages that nobody needs. */
bool og_request_fits(const og_scheduler *s, const og_request *r);
/* It ends: it gives up everything, and its owner is told. */
void og_request_end(og_scheduler *s, og_request *r, og_status status, const og_error *error);
/* Puts a running request back into the queue. */
void og_request_suspend(og_scheduler *s, og_request *r);
/* The slot that this step writes to, apart from the one that it reads if that is kept for others, or if it must be (-1: there is none). */
int32_t og_request_next_slot(og_scheduler *s, og_request *r, bool apart);

/* ---- scheduler_step.c ---- */
/* A batch of n tokens, rows of them wanted, is filled up to so many: there are few shapes. */
int og_batch_tokens(int n);
int og_batch_rows(int rows, int n_tokens);
/* Chooses what is evaluated next, evaluates it and makes use of the logits. The error is of the whole step. */
og_status og_scheduler_step(og_scheduler *s, og_error *err);

/* ---- scheduler_reply.c ---- */
/* Logits of the request's rows [n_row], `stride` apart: row i is at logits + at[i] * n_vocab. */
og_status og_request_reply(og_scheduler *s, og_request *r, const float *logits, const int32_t *at, og_error *err);

#endif
