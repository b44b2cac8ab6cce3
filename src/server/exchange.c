/* exchange.c: the steps that a request goes through. */
#include "server/writing.h"
#include "server/models.h"
#include "server/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BODY_AT_ONCE = 128 << 10, /* a larger body is read by a worker */
    JSON_DEPTH = 128,
};

typedef struct og_kept {
    struct og_kept *next;
    max_align_t bytes[];
} og_kept;

void *og_keep(og_exchange *ex, size_t bytes) {
    og_kept *kept = calloc(1, sizeof *kept + bytes);
    if (!kept) return NULL;
    kept->next = ex->kept;
    ex->kept = kept;
    return kept->bytes;
}

char *og_keep_text(og_exchange *ex, const char *text, size_t len) {
    char *copy = og_keep(ex, len + 1);
    return copy ? memcpy(copy, text, len) : NULL;
}

char *og_keep_json(og_exchange *ex, const json_t *value) {
    size_t len;
    char *text = og_js_dump(value, &len), *copy = text ? og_keep_text(ex, text, len) : NULL;
    free(text);
    return copy;
}

static void draw_id(char *out, size_t size) {
    static const char digit[] = "0123456789abcdefghijklmnopqrstuv";
    unsigned char random[32] = {0};
    if (getentropy(random, sizeof random) != 0) memcpy(random, &out, sizeof out);
    for (size_t i = 0; i + 1 < size; i++) out[i] = digit[random[i] & 31];
    out[size - 1] = '\0';
}

og_exchange *og_exchange_open(og_server *server, og_conn *conn, const og_route *route, const og_head *head, char *body, size_t len) {
    og_exchange *ex = calloc(1, sizeof *ex);
    if (!ex) return NULL;
    ex->server = server;
    ex->conn = conn;
    ex->refs = 1;
    ex->route = route;
    ex->endpoint = route->endpoint;
    ex->dialect = route->dialect;
    ex->keep = NAN;
    ex->began = og_clock();
    ex->created = time(NULL);
    ex->query = og_keep_text(ex, head->query, strlen(head->query));
    ex->own = og_keep(ex, ex->endpoint->own_size);
    draw_id(ex->id, sizeof ex->id);
    if (!ex->query || !ex->own) {
        og_exchange_unref(ex);
        return NULL;
    }
    ex->body = body;
    ex->body_len = len;
    server->n_exchanges++;
    if (ex->endpoint->defaults) ex->endpoint->defaults(ex->own);
    return ex;
}

og_exchange *og_exchange_ref(og_exchange *ex) {
    ex->refs++;
    return ex;
}

void og_exchange_unref(og_exchange *ex) {
    if (--ex->refs > 0) return;
    if (ex->body) ex->server->n_exchanges--;
    og_writing_close(ex->writing);
    og_models_done(ex);
    if (ex->own && ex->endpoint->forget) ex->endpoint->forget(ex->own);
    json_decref(ex->json);
    json_decref(ex->reply);
    free(ex->reply_text);
    free(ex->body);
    while (ex->kept) {
        og_kept *next = ex->kept->next;
        free(ex->kept);
        ex->kept = next;
    }
    free(ex);
}

void og_exchange_gone(og_exchange *ex) {
    ex->server->counts.gone++;
    if (ex->writing) og_writing_cancel(ex->writing);
}

static void out_of_memory(og_exchange *ex) {
    og_refuse(&ex->problem, 503, "out_of_memory", NULL, "out of memory");
    og_exchange_refuse(ex, &ex->problem);
}

/* ---- the body ---- */

static void read_body(void *user) {
    og_exchange *ex = user;
    const og_endpoint *e = ex->endpoint;
    ex->problem.status = 0;
    if (e->n_fields > 0) {
        ex->json = og_js_parse(ex->body, ex->body_len, JSON_DEPTH, &ex->problem);
        if (!ex->json || !og_fields_read(e->field, e->n_fields, ex->json, ex->own, &ex->problem)) return;
    }
    if (e->read && !e->read(ex, &ex->problem) && !ex->problem.status) og_refuse(&ex->problem, 503, "out_of_memory", NULL, "out of memory");
}

/* The work, done. */
static void worked(void *user) {
    og_exchange *ex = user;
    if (ex->problem.status)
        og_exchange_refuse(ex, &ex->problem);
    else if (ex->endpoint->voice && !ex->reply)
        og_writing_start(ex);
    else if (ex->reply_text)
        og_exchange_say_text(ex, 200, ex->reply_type, ex->reply_text, strlen(ex->reply_text));
    else
        og_exchange_say(ex, 200, json_incref(ex->reply));
    og_exchange_unref(ex);
}

static void work(void *user) {
    og_exchange *ex = user;
    if (!ex->endpoint->work(ex, &ex->problem) && !ex->problem.status) og_refuse(&ex->problem, 503, "out_of_memory", NULL, "out of memory");
}

static void send_to_work(og_exchange *ex) {
    if (!og_loop_work(ex->server->loop, work, worked, og_exchange_ref(ex))) {
        og_exchange_unref(ex);
        out_of_memory(ex);
    }
}

void og_exchange_has_model(og_exchange *ex) {
    if (ex->problem.status) {
        og_exchange_refuse(ex, &ex->problem);
        return;
    }
    ex->load_seconds = og_clock() - ex->began;
    if (!ex->conn) return;
    if (ex->endpoint->work) {
        send_to_work(ex);
        return;
    }
    ex->problem.status = 0;
    if (!ex->endpoint->ready(ex, &ex->problem)) {
        og_exchange_refuse(ex, &ex->problem);
        return;
    }
}

static void has_body(void *user) {
    og_exchange *ex = user;
    const og_endpoint *e = ex->endpoint;
    if (ex->problem.status)
        og_exchange_refuse(ex, &ex->problem);
    else if (!ex->conn)
        (void)0; /* nobody to answer to */
    else if (e->model)
        og_models_ask(ex->server, e->model(ex), ex);
    else if (e->work)
        send_to_work(ex);
    else if (!e->ready(ex, &ex->problem))
        og_exchange_refuse(ex, &ex->problem);
    og_exchange_unref(ex);
}

void og_exchange_start(og_exchange *ex) {
    og_exchange_ref(ex);
    if (ex->body_len > BODY_AT_ONCE && og_loop_work(ex->server->loop, read_body, has_body, ex)) return;
    read_body(ex);
    has_body(ex);
}
