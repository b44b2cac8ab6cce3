/* loop.h: the thread of events and its workers. Everything of the server lives on the thread of events, but for work that takes long
 * (loading, templates, embeddings), which workers do, and what the schedulers' threads report. */
#ifndef OG_SERVER_LOOP_H
#define OG_SERVER_LOOP_H

#include <stdbool.h>

struct event_base;
typedef struct og_loop og_loop;
typedef void og_loop_fn(void *user);

/* NULL if there is no memory or no thread. */
og_loop *og_loop_open(int workers);
/* Ends the workers when everything is done that there is to do, and tells what was posted; again: the latter. */
void og_loop_stop(og_loop *loop);
void og_loop_close(og_loop *loop);
struct event_base *og_loop_base(og_loop *loop);
/* Calls fn(user) on the thread of events, in the order of the posts. Any thread. False if there is no memory. */
bool og_loop_post(og_loop *loop, og_loop_fn *fn, void *user);
/* The memory of a post, got beforehand, so that the post itself cannot fail; it is used up by that, or dropped. */
typedef struct og_loop_kept og_loop_kept;
og_loop_kept *og_loop_note(void);
void og_loop_drop(og_loop_kept *note);
void og_loop_post_kept(og_loop *loop, og_loop_kept *note, og_loop_fn *fn, void *user);
/* Calls work(user) on a worker, then done(user) on the thread of events. False if there is no memory. */
bool og_loop_work(og_loop *loop, og_loop_fn *work, og_loop_fn *done, void *user);

#endif
