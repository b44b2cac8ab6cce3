/* exchange.h: one request and its answer, from the last byte of the body on. All of this is for the thread of events, but where it says
 * otherwise. */
#ifndef OG_SERVER_EXCHANGE_H
#define OG_SERVER_EXCHANGE_H

#include "server/fields.h"
#include "server/http.h"
#include "server/loop.h"
#include "server/server.h"

#include <time.h>

typedef struct og_exchange og_exchange;
typedef struct og_conn og_conn;
typedef struct og_server og_server;
typedef struct og_entry og_entry;     /* a model: models.h */
typedef struct og_writing og_writing; /* what is being generated: writing.h */
struct og_voice;

/* How one family of clients wants things said. */
typedef struct og_dialect {
    const char *name;
    json_t *(*error)(const og_problem *problem); /* the body of a refusal */
    const char *stream_type;                     /* of streamed answers */
    /* An error after a streamed answer has begun. */
    void (*stream_error)(og_exchange *ex, const og_problem *problem);
} og_dialect;

extern const og_dialect og_dialect_openai, og_dialect_anthropic, og_dialect_ollama, og_dialect_native;

/* What a route does. The steps are done in this order; those that are NULL are left out. */
typedef struct og_endpoint {
    const og_field *field; /* [n_fields] of the body, which is read if there are any; they fill ex->own */
    size_t n_fields;
    size_t own_size;                                     /* of ex->own, zeroed before the fields are read */
    void (*defaults)(void *own);                         /* any thread */
    bool (*read)(og_exchange *ex, og_problem *problem);  /* the rest of the body; any thread */
    bool (*ready)(og_exchange *ex, og_problem *problem); /* answers what needs neither model nor work */
    const char *(*model)(const og_exchange *ex);         /* the name of the model that is needed; NULL result: the first */
    bool (*work)(og_exchange *ex, og_problem *problem);  /* on a worker: sets ex->reply, or prepares ex->writing */
    const struct og_voice *voice;                        /* an answer is generated: writing.h */
    void (*forget)(void *own);                           /* frees what *own holds */
} og_endpoint;

typedef struct og_route {
    const char *method, *path; /* {name} at the end of a path takes the rest */
    const og_endpoint *endpoint;
    const og_dialect *dialect;
    const char *summary;
    bool open; /* without a key */
} og_route;

struct og_exchange {
    og_server *server;
    og_conn *conn; /* NULL once the client is gone */
    int refs;
    const og_route *route;
    const og_endpoint *endpoint;
    const og_dialect *dialect;
    char id[28]; /* for logs and ids of answers: letters and digits */
    double began;
    time_t created;
    const char *param; /* what {name} of the path is; "" if there is none */
    char *query;
    char *body;
    size_t body_len;
    json_t *json; /* the body */
    void *own;    /* the endpoint's */
    og_problem problem;
    og_entry *entry;  /* the model in use */
    json_t *reply;    /* an answer at once */
    char *reply_text; /* or this, malloc'd, of */
    const char *reply_type;
    og_writing *writing; /* or one that is generated */
    double load_seconds;
    double keep; /* seconds that the model stays after this one; NAN: as it is */
    bool streaming;
    struct og_kept *kept;
    og_exchange *waiting_next; /* for the model */
};

/* Memory that lives as long as the exchange; NULL if there is none left. By one thread at a time. */
void *og_keep(og_exchange *ex, size_t bytes);
char *og_keep_text(og_exchange *ex, const char *text, size_t len);
/* A value of JSON as text. */
char *og_keep_json(og_exchange *ex, const json_t *value);

og_exchange *og_exchange_open(og_server *server, og_conn *conn, const og_route *route, const og_head *head, char *body, size_t len);
og_exchange *og_exchange_ref(og_exchange *ex);
void og_exchange_unref(og_exchange *ex);
/* Takes the exchange through its endpoint's steps. */
void og_exchange_start(og_exchange *ex);
/* The model is there (or, with ex->problem.status, is not): the next step. */
void og_exchange_has_model(og_exchange *ex);
/* The client went away. */
void og_exchange_gone(og_exchange *ex);

/* ---- answering: conn.c ---- */

/* Whole answers. og_exchange_say takes over `body`. */
void og_exchange_say(og_exchange *ex, int status, json_t *body);
void og_exchange_say_text(og_exchange *ex, int status, const char *type, const char *text, size_t len);
void og_exchange_refuse(og_exchange *ex, const og_problem *problem);
/* An answer in pieces. */
void og_send_begin(og_exchange *ex);
void og_send_write(og_exchange *ex, const void *data, size_t len);
void og_send_end(og_exchange *ex);
/* A server-sent event (name may be NULL), or a line of JSON; takes over `data`. */
void og_send_event(og_exchange *ex, const char *name, json_t *data);
void og_send_line(og_exchange *ex, json_t *data);

/* The models' registry: models.c. Calls og_exchange_has_model, at once or later. */
void og_models_ask(og_server *server, const char *name, og_exchange *ex);
/* What is wrong when ex->entry... goes back. */
void og_models_done(og_exchange *ex);

#endif
