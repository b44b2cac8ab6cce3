/* state.h: the server's own state, for its files. */
#ifndef OG_SERVER_STATE_H
#define OG_SERVER_STATE_H

#include "server/exchange.h"
#include "server/guard.h"

typedef struct og_models og_models;
typedef struct og_responses og_responses;

typedef struct og_counts { /* since the start */
    uint64_t connections, requests, refused, answered, gone;
} og_counts;

struct og_server {
    og_serve_params params;
    og_loop *loop;
    og_guard *guard;
    og_engine *engine;
    og_models *models;
    og_responses *responses; /* those that are remembered: responses.c */
    struct evconnlistener *listener;
    struct ssl_ctx_st *tls;
    og_conn *conns; /* all of them */
    uint32_t n_conns;
    uint32_t n_exchanges; /* being answered */
    bool stopping;
    og_seal seal; /* of kept beginnings; seal.seal NULL: none */
    og_counts counts;
    double started;
    time_t started_at;
};

double og_clock(void); /* seconds, monotonic */

/* ---- conn.c ---- */
void og_conn_open(og_server *server, int fd);
/* No more requests; what is being answered is finished. */
void og_conns_stop(og_server *server);
void og_conns_close(og_server *server);
/* Ends the loop when a stopping server has no connections left. */
void og_server_left(og_server *server);

/* ---- routes.c ---- */
/* The row for a path and method. NULL with *problem (404, 405), and *near a row whose dialect the refusal is said in. *param: what {name}
 * is. */
const og_route *og_route_find(const char *method, const char *path, const char **param, const og_route **near, og_problem *problem);
const og_route *og_route_at(size_t i); /* NULL past the end */

#endif
