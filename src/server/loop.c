/* loop.c: see loop.h. */
#include "server/loop.h"

#include <event2/event.h>
#include <event2/thread.h>
#include <pthread.h>
#include <stdlib.h>

typedef struct og_loop_kept {
    struct og_loop_kept *next;
    og_loop_fn *work, *done;
    void *user;
} note;

typedef struct queue {
    note *first, **last;
} queue;

enum { WORKERS_MAX = 8 };

struct og_loop {
    struct event_base *base;
    struct event *wake;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    queue posts, jobs; /* under lock */
    bool closing;
    pthread_t worker[WORKERS_MAX];
    int n_workers;
};

static void put(queue *q, note *n) {
    *q->last = n;
    q->last = &n->next;
}

static note *take(queue *q) {
    note *n = q->first;
    if (n && !(q->first = n->next)) q->last = &q->first;
    return n;
}

static void *worker(void *user) {
    og_loop *loop = user;
    pthread_mutex_lock(&loop->lock);
    for (;;) {
        note *n = take(&loop->jobs);
        if (!n && loop->closing) break;
        if (!n) {
            pthread_cond_wait(&loop->filled, &loop->lock);
            continue;
        }
        pthread_mutex_unlock(&loop->lock);
        n->work(n->user);
        n->next = NULL;
        pthread_mutex_lock(&loop->lock);
        put(&loop->posts, n);
        event_active(loop->wake, 0, 0);
    }
    pthread_mutex_unlock(&loop->lock);
    return NULL;
}

/* Tells what has been posted up to now; what comes meanwhile has its turn after the sockets. */
static void tell(evutil_socket_t fd, short what, void *user) {
    (void)fd, (void)what;
    og_loop *loop = user;
    pthread_mutex_lock(&loop->lock);
    note *n = loop->posts.first;
    loop->posts = (queue){NULL, &loop->posts.first};
    pthread_mutex_unlock(&loop->lock);
    while (n) {
        note *next = n->next;
        n->done(n->user);
        free(n);
        n = next;
    }
}

og_loop *og_loop_open(int workers) {
    og_loop *loop = calloc(1, sizeof *loop);
    if (!loop) return NULL;
    pthread_mutex_init(&loop->lock, NULL);
    pthread_cond_init(&loop->filled, NULL);
    loop->posts.last = &loop->posts.first;
    loop->jobs.last = &loop->jobs.first;
    if (evthread_use_pthreads() == 0) loop->base = event_base_new();
    if (loop->base) loop->wake = event_new(loop->base, -1, EV_PERSIST, tell, loop);
    while (loop->wake && loop->n_workers < workers && loop->n_workers < WORKERS_MAX &&
           pthread_create(&loop->worker[loop->n_workers], NULL, worker, loop) == 0)
        loop->n_workers++;
    if (loop->n_workers > 0) return loop;
    og_loop_close(loop);
    return NULL;
}

void og_loop_stop(og_loop *loop) {
    if (!loop) return;
    pthread_mutex_lock(&loop->lock);
    loop->closing = true;
    pthread_cond_broadcast(&loop->filled);
    pthread_mutex_unlock(&loop->lock);
    for (int i = 0; i < loop->n_workers; i++) pthread_join(loop->worker[i], NULL);
    loop->n_workers = 0;
    for (note *n; loop->posts.first || loop->jobs.first;) {
        tell(-1, 0, loop);
        if (!(n = take(&loop->jobs))) continue;
        n->work(n->user);
        n->next = NULL;
        put(&loop->posts, n);
    }
}

void og_loop_close(og_loop *loop) {
    if (!loop) return;
    og_loop_stop(loop);
    if (loop->wake) event_free(loop->wake);
    if (loop->base) event_base_free(loop->base);
    pthread_cond_destroy(&loop->filled);
    pthread_mutex_destroy(&loop->lock);
    free(loop);
}

struct event_base *og_loop_base(og_loop *loop) {
    return loop->base;
}

static void add(og_loop *loop, queue *q, note *n, og_loop_fn *work, og_loop_fn *done, void *user) {
    *n = (note){.work = work, .done = done, .user = user};
    pthread_mutex_lock(&loop->lock);
    put(q, n);
    if (work)
        pthread_cond_signal(&loop->filled);
    else
        event_active(loop->wake, 0, 0);
    pthread_mutex_unlock(&loop->lock);
}

og_loop_kept *og_loop_note(void) {
    return malloc(sizeof(note));
}

void og_loop_drop(og_loop_kept *n) {
    free(n);
}

void og_loop_post_kept(og_loop *loop, og_loop_kept *n, og_loop_fn *fn, void *user) {
    add(loop, &loop->posts, n, NULL, fn, user);
}

bool og_loop_post(og_loop *loop, og_loop_fn *fn, void *user) {
    note *n = og_loop_note();
    if (n) og_loop_post_kept(loop, n, fn, user);
    return n != NULL;
}

bool og_loop_work(og_loop *loop, og_loop_fn *work, og_loop_fn *done, void *user) {
    note *n = og_loop_note();
    if (n) add(loop, &loop->jobs, n, work, done, user);
    return n != NULL;
}
