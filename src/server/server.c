/* server.c: starting, listening, stopping. */
#include "server/models.h"
#include "server/responses.h"
#include "server/sandbox.h"
#include "server/state.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { WORKERS = 4 };

double og_clock(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static og_status fail(og_error *err, og_status status, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static og_status fail(og_error *err, og_status status, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    err->status = status;
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    return status;
}

/* ---- listening ---- */

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int len, void *user) {
    (void)listener, (void)len;
    const int on = 1;
    if (address->sa_family != AF_UNIX) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* tokens are small */
    og_conn_open(user, fd);
}

/* No room for another connection now: others have to go first. */
static void on_accept_error(struct evconnlistener *listener, void *user) {
    (void)listener, (void)user;
}

static og_status make_address(const og_serve_params *p, struct sockaddr_storage *out, socklen_t *len, og_error *err) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
    struct sockaddr_un *un = (struct sockaddr_un *)out;
    memset(out, 0, sizeof *out);
    if (p->unix_path) {
        if (strlen(p->unix_path) >= sizeof un->sun_path)
            return fail(err, OG_ERR_ARG, "the path of the socket, %s, is too long", p->unix_path);
        un->sun_family = AF_UNIX;
        strcpy(un->sun_path, p->unix_path);
        *len = sizeof *un;
        struct stat st; /* what an earlier server left; nothing else is taken away */
        if (lstat(p->unix_path, &st) == 0 && S_ISSOCK(st.st_mode)) unlink(p->unix_path);
        return OG_OK;
    }
    const char *host = strcmp(p->host, "localhost") == 0 ? "127.0.0.1" : p->host;
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)p->port);
        *len = sizeof *v4;
    } else if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)p->port);
        *len = sizeof *v6;
    } else {
        return fail(err, OG_ERR_ARG, "%s is no address of this machine; 127.0.0.1 is the usual one", host);
    }
    if (p->n_keys == 0 && !og_guard_is_loopback(host))
        return fail(err, OG_ERR_ARG, "listening at %s lets other machines ask: give them a key with --api-key-file", host);
    return OG_OK;
}

static og_status start_listening(og_server *s, char *url, size_t size, og_error *err) {
    const og_serve_params *p = &s->params;
    struct sockaddr_storage address;
    socklen_t len = 0;
    const og_status status = make_address(p, &address, &len, err);
    if (status != OG_OK) return status;
    const mode_t old = umask(0177); /* a Unix socket is for this user alone */
    s->listener = evconnlistener_new_bind(og_loop_base(s->loop), on_accept, s,
                                          LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | (p->unix_path ? 0 : LEV_OPT_REUSEABLE), 256,
                                          (struct sockaddr *)&address, (int)len);
    umask(old);
    if (!s->listener)
        return fail(err, OG_ERR_IO, "cannot listen at %s%s%.0d: %s", p->unix_path ? p->unix_path : p->host, p->unix_path ? "" : ", port ",
                    p->unix_path ? 0 : p->port, strerror(errno));
    evconnlistener_set_error_cb(s->listener, on_accept_error);
    getsockname(evconnlistener_get_fd(s->listener), (struct sockaddr *)&address, &len);
    const int port =
        ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port : ((struct sockaddr_in *)&address)->sin_port);
    const bool v6 = address.ss_family == AF_INET6;
    if (p->unix_path)
        snprintf(url, size, "unix:%s", p->unix_path);
    else
        snprintf(url, size, "http%s://%s%s%s:%d", p->tls_cert ? "s" : "", v6 ? "[" : "", p->host, v6 ? "]" : "", port);
    return OG_OK;
}

static og_status open_tls(og_server *s, og_error *err) {
    const og_serve_params *p = &s->params;
    if (!p->tls_cert) return OG_OK;
    s->tls = SSL_CTX_new(TLS_server_method());
    if (s->tls && SSL_CTX_set_min_proto_version(s->tls, TLS1_2_VERSION) == 1 &&
        SSL_CTX_use_certificate_chain_file(s->tls, p->tls_cert) == 1 &&
        SSL_CTX_use_PrivateKey_file(s->tls, p->tls_key ? p->tls_key : p->tls_cert, SSL_FILETYPE_PEM) == 1 &&
        SSL_CTX_check_private_key(s->tls) == 1)
        return OG_OK;
    char why[200];
    ERR_error_string_n(ERR_get_error(), why, sizeof why);
    return fail(err, OG_ERR_ARG, "the certificate %s and its key cannot be used: %s", p->tls_cert, why);
}

/* ---- stopping ---- */

void og_server_left(og_server *s) {
    if (s->stopping && !s->conns) event_base_loopbreak(og_loop_base(s->loop));
}

/* The first signal lets running answers end; the second does not. */
static void on_signal(evutil_socket_t fd, short what, void *user) {
    (void)fd, (void)what;
    og_server *s = user;
    if (s->stopping) {
        event_base_loopbreak(og_loop_base(s->loop));
        return;
    }
    s->stopping = true;
    evconnlistener_free(s->listener);
    s->listener = NULL;
    og_conns_stop(s);
    if (s->n_exchanges > 0 && s->params.on_note)
        s->params.on_note(s->params.user, "finishing what is being answered; once more to stop at once");
    og_server_left(s);
}

/* ---- running ---- */

static og_serve_params complete(const og_serve_params *given) {
    og_serve_params p = *given;
    if (!p.host) p.host = "127.0.0.1";
    if (!p.body_limit) p.body_limit = 32 << 20;
    if (!p.max_connections) p.max_connections = 256;
    if (!(p.patience > 0)) p.patience = 30;
    return p;
}

static og_status open_parts(og_server *s, og_error *err) {
    s->loop = og_loop_open(WORKERS);
    s->guard = og_guard_open(&s->params);
    s->responses = og_responses_open();
    if (!s->loop || !s->guard || !s->responses) return fail(err, OG_ERR_MEMORY, "the server cannot be started: out of memory or threads");
    og_status status = og_engine_open(&s->params.engine, &s->engine, err);
    if (status == OG_OK) status = og_models_open(s, &s->models, err);
    if (status == OG_OK) status = open_tls(s, err);
    return status;
}

static og_status run(og_server *s, og_error *err) {
    char url[256];
    struct event_base *base = og_loop_base(s->loop);
    og_status status = start_listening(s, url, sizeof url, err);
    if (status != OG_OK) return status;
    struct event *interrupt = evsignal_new(base, SIGINT, on_signal, s), *terminate = evsignal_new(base, SIGTERM, on_signal, s);
    if (!interrupt || !terminate || event_add(interrupt, NULL) != 0 || event_add(terminate, NULL) != 0)
        status = fail(err, OG_ERR_MEMORY, "out of memory for signals");
    if (status == OG_OK && s->params.sandbox) {
        char note[300];
        if (!og_sandbox_calls(note, sizeof note) && s->params.on_note) s->params.on_note(s->params.user, note);
    }
    if (status == OG_OK) {
        if (s->params.preload) og_models_preload(s);
        if (s->params.on_ready) s->params.on_ready(s->params.user, url);
        event_base_dispatch(base);
    }
    if (interrupt) event_free(interrupt);
    if (terminate) event_free(terminate);
    if (s->params.unix_path) unlink(s->params.unix_path);
    return status;
}

og_status og_serve(const og_serve_params *params, og_error *err) {
    og_server *s = calloc(1, sizeof *s);
    if (!s) return fail(err, OG_ERR_MEMORY, "out of memory");
    signal(SIGPIPE, SIG_IGN);
    json_object_seed(0);
    s->params = complete(params);
    s->started = og_clock();
    s->started_at = time(NULL);
    if (s->params.sandbox) { /* before there are threads, which inherit it */
        char note[300];
        if (!og_sandbox_files(&s->params, note, sizeof note) && s->params.on_note) s->params.on_note(s->params.user, note);
    }
    og_status status = open_parts(s, err);
    if (status == OG_OK) status = run(s, err);
    if (s->listener) evconnlistener_free(s->listener);
    s->stopping = true;
    og_conns_close(s);
    og_loop_stop(s->loop);
    og_models_stop(s->models);
    og_loop_stop(s->loop); /* what the models had to say at the end */
    og_models_close(s->models);
    og_loop_close(s->loop);
    og_responses_close(s->responses);
    og_guard_close(s->guard);
    og_engine_close(s->engine);
    if (s->tls) SSL_CTX_free(s->tls);
    free(s);
    return status;
}
