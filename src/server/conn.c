/* conn.c: connections: bytes in, requests one after the other, answers out; and how long each may take. */
#include "server/state.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    STREAM_BEHIND = 4 << 20, /* bytes that a client may be behind in a streamed answer */
    DRAIN_SECONDS = 2,       /* what a refused client still sends is swallowed for, so that it gets to read why */
    IDLE_SECONDS = 75,       /* between requests */
    BODY_RATE = 16 << 10,    /* bytes/s that a body has to come with */
};

typedef enum conn_state { HEAD, BODY, ANSWER, CLOSING } conn_state;

struct og_conn {
    og_server *server;
    og_conn *prev, *next;
    struct bufferevent *bev;
    struct event *timer; /* of the state: when it takes too long */
    conn_state state;
    bool fresh;      /* nothing of the request has come */
    char *head_text; /* and what it was parsed to */
    og_head head;
    const og_route *route;
    const char *param;
    struct evbuffer *body;
    og_chunks chunks;
    og_exchange *ex;
    bool keep;      /* the connection, after this answer */
    bool in_chunks; /* the answer, because its length is not known */
    bool advancing, dead;
};

static void advance(og_conn *c);

static void limit(og_conn *c, double seconds) {
    const struct timeval tv = {(time_t)seconds, (suseconds_t)((seconds - (double)(time_t)seconds) * 1e6)};
    event_add(c->timer, &tv);
}

static void forget_request(og_conn *c) {
    free(c->head_text);
    c->head_text = NULL;
    c->route = NULL;
    evbuffer_drain(c->body, evbuffer_get_length(c->body));
    if (!c->ex) return;
    og_exchange *ex = c->ex;
    c->ex = NULL;
    ex->conn = NULL;
    og_exchange_unref(ex);
}

static void close_conn(og_conn *c) {
    if (c->advancing) { /* whoever is above us looks at it still */
        c->dead = true;
        return;
    }
    og_server *s = c->server;
    if (c->ex) {
        og_exchange *ex = og_exchange_ref(c->ex);
        forget_request(c);
        og_exchange_gone(ex);
        og_exchange_unref(ex);
    }
    forget_request(c);
    if (c->prev)
        c->prev->next = c->next;
    else
        s->conns = c->next;
    if (c->next) c->next->prev = c->prev;
    s->n_conns--;
    if (c->timer) event_free(c->timer);
    bufferevent_free(c->bev);
    evbuffer_free(c->body);
    free(c);
    og_server_left(s);
}

/* The answer is in the output buffer: the next request, or the end. */
static void answered(og_conn *c) {
    forget_request(c);
    event_del(c->timer);
    if (c->keep && !c->server->stopping) {
        c->state = HEAD;
        c->fresh = true;
        limit(c, IDLE_SECONDS);
        advance(c);
        return;
    }
    c->state = CLOSING;
    if (evbuffer_get_length(bufferevent_get_output(c->bev)) == 0) limit(c, 0.01);
}

/* ---- writing ---- */

static void write_head(og_conn *c, const og_exchange *ex, int status, const char *type, const char *more, int64_t length) {
    struct evbuffer *out = bufferevent_get_output(c->bev);
    evbuffer_add_printf(out, "HTTP/1.1 %d %s\r\n", status, og_status_reason(status));
    if (type) evbuffer_add_printf(out, "Content-Type: %s\r\n", type);
    if (length >= 0) evbuffer_add_printf(out, "Content-Length: %lld\r\n", (long long)length);
    if (length < 0 && c->in_chunks) evbuffer_add_printf(out, "Transfer-Encoding: chunked\r\n");
    evbuffer_add_printf(out, "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
    if (ex) evbuffer_add_printf(out, "X-Request-Id: req_%s\r\nRequest-Id: req_%s\r\n", ex->id, ex->id);
    const char *origin = c->head_text ? og_guard_origin(c->server->guard, &c->head) : NULL;
    if (origin) evbuffer_add_printf(out, "Access-Control-Allow-Origin: %s\r\nVary: Origin\r\n", origin);
    evbuffer_add_printf(out, "%s%s\r\n", more, c->keep ? "" : "Connection: close\r\n");
}

static void write_whole(og_conn *c, const og_exchange *ex, int status, const char *type, const char *more, const char *text, size_t len) {
    write_head(c, ex, status, type, more, (int64_t)len);
    if (!c->head_text || strcmp(c->head.method, "HEAD") != 0) evbuffer_add(bufferevent_get_output(c->bev), text, len);
}

static void write_problem(og_conn *c, const og_exchange *ex, const og_dialect *dialect, const og_problem *p) {
    char more[160] = "";
    if (p->retry_after) snprintf(more, sizeof more, "Retry-After: %d\r\n", p->retry_after);
    if (p->status == 401) snprintf(more, sizeof more, "WWW-Authenticate: Bearer\r\n");
    json_t *body = dialect->error(p);
    size_t len = 0;
    char *text = og_js_dump(body, &len);
    json_decref(body);
    c->server->counts.refused++;
    write_whole(c, ex, p->status, "application/json", more, text ? text : "{}", text ? len : 2);
    free(text);
}

/* Refuses a request of which not everything was read: the connection ends with it. */
static void refuse_early(og_conn *c, const og_problem *p) {
    c->keep = false;
    const char *path = c->head_text && c->head.path ? c->head.path : "";
    const og_dialect *dialect = c->route ? c->route->dialect : strncmp(path, "/api/", 5) == 0 ? &og_dialect_ollama : &og_dialect_openai;
    write_problem(c, NULL, dialect, p);
    answered(c);
}

/* ---- reading ---- */

static void answer_options(og_conn *c) {
    char more[256] = "";
    if (og_guard_origin(c->server->guard, &c->head))
        snprintf(more, sizeof more,
                 "Access-Control-Allow-Methods: GET, POST, DELETE\r\nAccess-Control-Allow-Headers: *, Authorization\r\n"
                 "Access-Control-Max-Age: 600\r\n");
    write_head(c, NULL, 204, NULL, more, 0);
    answered(c);
}

/* The head is there, as text. */
static void take_head(og_conn *c, size_t len) {
    const char *why;
    og_problem p = {0};
    const og_route *near = NULL;
    const int status = og_head_parse(c->head_text, len, &c->head, &why);
    c->keep = c->head.keep_alive;
    if (status) {
        og_refuse(&p, status, "invalid_http", NULL, "%s", why);
        c->head.method = "";
        refuse_early(c, &p);
        return;
    }
    c->server->counts.requests++;
    c->route = og_route_find(c->head.method, c->head.path, &c->param, &near, &p);
    const og_route *found = c->route;
    if (!c->route) c->route = near;
    og_problem barred = {0};
    if (!og_guard_admits(c->server->guard, &c->head, found && found->open, &barred)) {
        refuse_early(c, &barred);
        return;
    }
    if (strcmp(c->head.method, "OPTIONS") == 0 && !c->head.has_length && !c->head.chunked) {
        answer_options(c);
        return;
    }
    if (!found) {
        refuse_early(c, &p);
        return;
    }
    if (c->server->stopping) {
        og_refuse(&p, 503, "stopping", NULL, "the server is being stopped");
        refuse_early(c, &p);
        return;
    }
    if (c->head.content_length > c->server->params.body_limit) {
        og_refuse(&p, 413, "request_too_large", NULL, "the body has %llu bytes; at most %llu are read",
                  (unsigned long long)c->head.content_length, (unsigned long long)c->server->params.body_limit);
        refuse_early(c, &p);
        return;
    }
    c->chunks = (og_chunks){0};
    c->state = BODY;
    limit(c, c->server->params.patience + (double)c->head.content_length / BODY_RATE);
    if (c->head.expect_continue && (c->head.content_length > 0 || c->head.chunked))
        bufferevent_write(c->bev, "HTTP/1.1 100 Continue\r\n\r\n", 25);
}

/* False: more is needed. */
static bool read_head(og_conn *c) {
    struct evbuffer *in = bufferevent_get_input(c->bev);
    char two[2];
    while (c->fresh && evbuffer_copyout(in, two, 2) == 2 && memcmp(two, "\r\n", 2) == 0) evbuffer_drain(in, 2); /* RFC 9112, 2.2 */
    if (evbuffer_get_length(in) == 0) return false;
    if (c->fresh) {
        c->fresh = false;
        limit(c, c->server->params.patience);
    }
    const struct evbuffer_ptr at = evbuffer_search(in, "\r\n\r\n", 4, NULL);
    if (at.pos < 0 && evbuffer_get_length(in) <= OG_HTTP_HEAD_MAX) return false;
    const size_t len = at.pos < 0 ? 0 : (size_t)at.pos + 4;
    og_problem p;
    if (len == 0 || len > OG_HTTP_HEAD_MAX) {
        og_refuse(&p, 431, "headers_too_large", NULL, "the headers have more than %d bytes", OG_HTTP_HEAD_MAX);
        refuse_early(c, &p);
        return true;
    }
    c->head = (og_head){0};
    c->head_text = malloc(len);
    if (!c->head_text) return close_conn(c), false;
    evbuffer_remove(in, c->head_text, len);
    take_head(c, len);
    return true;
}

/* Moves a chunked body over; false: more is needed. */
static bool read_chunks(og_conn *c, bool *whole) {
    struct evbuffer *in = bufferevent_get_input(c->bev);
    for (;;) {
        size_t len = evbuffer_get_contiguous_space(in), used, n;
        if (len == 0) return false;
        const char *data, *bytes = (const char *)evbuffer_pullup(in, (ev_ssize_t)len);
        const og_chunks_more more = og_chunks_read(&c->chunks, bytes, len, &used, &data, &n);
        og_problem p;
        if (more == OG_HTTP_BAD) {
            og_refuse(&p, 400, "invalid_http", NULL, "the chunks of the body are damaged");
            return refuse_early(c, &p), true;
        }
        if (c->chunks.total > c->server->params.body_limit) {
            og_refuse(&p, 413, "request_too_large", NULL, "the body has more than %llu bytes",
                      (unsigned long long)c->server->params.body_limit);
            return refuse_early(c, &p), true;
        }
        evbuffer_add(c->body, data, n);
        evbuffer_drain(in, used);
        if (more == OG_HTTP_DONE) return *whole = true;
    }
}

static bool read_body(og_conn *c) {
    struct evbuffer *in = bufferevent_get_input(c->bev);
    bool whole = false;
    if (c->head.chunked) {
        if (!read_chunks(c, &whole)) return false;
        if (!whole) return true;
    } else {
        const size_t have = evbuffer_get_length(c->body);
        evbuffer_remove_buffer(in, c->body, (size_t)c->head.content_length - have);
        if (evbuffer_get_length(c->body) < c->head.content_length) return false;
    }
    event_del(c->timer);
    const size_t len = evbuffer_get_length(c->body);
    char *body = malloc(len + 1);
    if (body) evbuffer_remove(c->body, body, len);
    c->state = ANSWER;
    c->in_chunks = c->head.minor == 1;
    og_exchange *ex = body ? og_exchange_open(c->server, c, c->route, &c->head, body, len) : NULL;
    if (!ex) {
        free(body);
        close_conn(c);
        return false;
    }
    ex->param = og_keep_text(ex, c->param ? c->param : "", c->param ? strlen(c->param) : 0);
    c->ex = ex;
    og_exchange_start(ex);
    return true;
}

static void advance(og_conn *c) {
    if (c->advancing) return;
    c->advancing = true;
    bool more = true;
    while (more && !c->dead) more = c->state == HEAD ? read_head(c) : c->state == BODY ? read_body(c) : false;
    if (c->state == CLOSING) evbuffer_drain(bufferevent_get_input(c->bev), evbuffer_get_length(bufferevent_get_input(c->bev)));
    c->advancing = false;
    if (c->dead) close_conn(c);
}

/* ---- events ---- */

static void on_read(struct bufferevent *bev, void *user) {
    (void)bev;
    advance(user);
}

/* Everything is written. */
static void on_written(struct bufferevent *bev, void *user) {
    og_conn *c = user;
    if (c->state != CLOSING) return;
    if (!c->server->tls) shutdown(bufferevent_getfd(bev), SHUT_WR);
    limit(c, c->server->stopping ? 0.1 : DRAIN_SECONDS);
}

static void on_event(struct bufferevent *bev, short what, void *user) {
    (void)bev;
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT)) close_conn(user);
}

/* A state took too long. */
static void on_time(evutil_socket_t fd, short what, void *user) {
    (void)fd, (void)what;
    og_conn *c = user;
    if (c->state == CLOSING || c->fresh) {
        close_conn(c);
        return;
    }
    og_problem p;
    og_refuse(&p, 408, "request_timeout", NULL, "the request took too long to come");
    refuse_early(c, &p);
}

/* A connection too many: told so, and closed. */
static void turn_away(og_conn *c) {
    og_problem p;
    og_refuse(&p, 503, "too_many_connections", NULL, "there are %u connections already", c->server->params.max_connections);
    p.retry_after = 1;
    refuse_early(c, &p);
}

void og_conn_open(og_server *s, int fd) {
    og_conn *c = calloc(1, sizeof *c);
    struct event_base *base = og_loop_base(s->loop);
    struct ssl_st *ssl = c && s->tls ? SSL_new(s->tls) : NULL;
    if (c && (ssl || !s->tls))
        c->bev = ssl ? bufferevent_openssl_socket_new(base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE)
                     : bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (!c || !c->bev) {
        evutil_closesocket(fd);
        if (ssl) SSL_free(ssl);
        free(c);
        return;
    }
    c->server = s;
    c->fresh = true;
    c->body = evbuffer_new();
    c->timer = evtimer_new(base, on_time, c);
    c->next = s->conns;
    if (s->conns) s->conns->prev = c;
    s->conns = c;
    s->n_conns++;
    s->counts.connections++;
    if (!c->body || !c->timer) {
        close_conn(c);
        return;
    }
    if (ssl) bufferevent_openssl_set_allow_dirty_shutdown(c->bev, 1);
    bufferevent_setcb(c->bev, on_read, on_written, on_event, c);
    bufferevent_setwatermark(c->bev, EV_READ, 0, 256 << 10);
    const struct timeval stall = {(time_t)s->params.patience, 0};
    bufferevent_set_timeouts(c->bev, NULL, &stall);
    bufferevent_enable(c->bev, EV_READ | EV_WRITE);
    if (s->n_conns > s->params.max_connections) {
        turn_away(c);
        return;
    }
    limit(c, s->params.patience);
}

void og_conns_stop(og_server *s) {
    for (og_conn *c = s->conns, *next; c; c = next) {
        next = c->next;
        if (c->state == HEAD && c->fresh) close_conn(c);
    }
}

void og_conns_close(og_server *s) {
    while (s->conns) {
        s->conns->advancing = false;
        close_conn(s->conns);
    }
}

/* ---- answers ---- */

void og_exchange_say_text(og_exchange *ex, int status, const char *type, const char *text, size_t len) {
    if (!ex->conn) return;
    ex->server->counts.answered++;
    write_whole(ex->conn, ex, status, type, "", text, len);
    answered(ex->conn);
}

void og_exchange_say(og_exchange *ex, int status, json_t *body) {
    size_t len = 0;
    char *text = ex->conn ? og_js_dump(body, &len) : NULL;
    json_decref(body);
    og_problem p;
    if (text) {
        og_exchange_say_text(ex, status, "application/json", text, len);
    } else if (ex->conn) {
        og_refuse(&p, 503, "out_of_memory", NULL, "out of memory for the answer");
        og_exchange_refuse(ex, &p);
    }
    free(text);
}

void og_exchange_refuse(og_exchange *ex, const og_problem *p) {
    if (!ex->conn) return;
    if (ex->streaming) {
        ex->dialect->stream_error(ex, p);
        og_send_end(ex);
        return;
    }
    write_problem(ex->conn, ex, ex->dialect, p);
    answered(ex->conn);
}

void og_send_begin(og_exchange *ex) {
    ex->streaming = true;
    if (!ex->conn) return;
    if (!ex->conn->in_chunks) ex->conn->keep = false;
    write_head(ex->conn, ex, 200, ex->dialect->stream_type, "", -1);
}

void og_send_write(og_exchange *ex, const void *data, size_t len) {
    og_conn *c = ex->conn;
    if (!c || len == 0) return;
    struct evbuffer *out = bufferevent_get_output(c->bev);
    if (c->in_chunks) evbuffer_add_printf(out, "%zx\r\n", len);
    evbuffer_add(out, data, len);
    if (c->in_chunks) evbuffer_add(out, "\r\n", 2);
    if (evbuffer_get_length(out) > STREAM_BEHIND) close_conn(c);
}

void og_send_end(og_exchange *ex) {
    og_conn *c = ex->conn;
    if (!c) return;
    ex->server->counts.answered++;
    if (c->in_chunks) evbuffer_add(bufferevent_get_output(c->bev), "0\r\n\r\n", 5);
    answered(c);
}

void og_send_event(og_exchange *ex, const char *name, json_t *data) {
    struct evbuffer *text = evbuffer_new();
    char *dump = og_js_dump(data, NULL);
    json_decref(data);
    if (text && dump) {
        if (name) evbuffer_add_printf(text, "event: %s\n", name);
        evbuffer_add_printf(text, "data: %s\n\n", dump);
        og_send_write(ex, evbuffer_pullup(text, -1), evbuffer_get_length(text));
    }
    free(dump);
    if (text) evbuffer_free(text);
}

void og_send_line(og_exchange *ex, json_t *data) {
    size_t len = 0;
    char *dump = og_js_dump(data, &len);
    json_decref(data);
    if (dump) {
        dump[len] = '\n'; /* in place of the NUL */
        og_send_write(ex, dump, len + 1);
    }
    free(dump);
}
