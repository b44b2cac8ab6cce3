/* server.h: `offgrid serve`, from the outside. */
#ifndef OG_SERVER_SERVER_H
#define OG_SERVER_SERVER_H

#include "offgrid.h"

typedef struct og_serve_params {
    const char *const *models; /* [n_models] NAME=PATH, or PATH: named by its file */
    size_t n_models;
    og_engine_params engine;
    const char *host;        /* an address to listen at; loopback unless keys are given */
    int port;                /* 0: any free one */
    const char *unix_path;   /* NULL, or a Unix socket to listen at instead */
    const char *const *keys; /* [n_keys] who has one of them may ask; none: anybody on this machine */
    size_t n_keys;
    const char *const *hosts; /* [n_hosts] further names that a Host header may have */
    size_t n_hosts;
    const char *const *origins; /* [n_origins] web pages that may ask, as "https://example.org"; "*": all */
    size_t n_origins;
    const char *tls_cert, *tls_key;    /* PEM files; NULL: plain */
    uint64_t body_limit;               /* bytes; 0: 32 MiB */
    uint32_t max_connections;          /* 0: 256 */
    double patience;                   /* seconds that a client has for the head of a request, and for reading what was sent; 0: 30 */
    uint32_t n_ctx;                    /* tokens of one request, prompt and answer; 0: the smaller of the model's and 4096 */
    uint32_t n_cache;                  /* tokens that a model's cache holds; 0: as the scheduler has it */
    const char *kv_type;               /* of the cache; NULL: as the scheduler has it */
    uint32_t max_running, max_waiting; /* requests to a model; 0: as the scheduler has it */
    double deadline;                   /* seconds that an answer may take; 0: none */
    double idle;                       /* seconds without requests after which a model is unloaded; 0: never */
    const char *cache_dir;             /* NULL, or a folder that beginnings of prompts are kept in */
    const char *cache_key;             /* and the passphrase that they are encrypted with */
    const char *draft;                 /* NULL, or a small model that guesses ahead for the first of the models */
    const char *slots_dir;             /* NULL, or the folder that /slots saves to */
    bool preload;                      /* load the first model at once */
    bool sandbox;                      /* drop what is not needed: see sandbox.h */
    void (*on_ready)(void *user, const char *url); /* listening; url is where */
    void (*on_note)(void *user, const char *text); /* something that whoever started it should know */
    void *user;
} og_serve_params;

/* Serves until SIGINT or SIGTERM; then running answers are finished, or, on a second one, left. */
og_status og_serve(const og_serve_params *params, og_error *err);

#endif
