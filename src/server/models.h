/* models.h: the models that are served: loaded when they are asked for, unloaded when nobody does or when another needs the room. */
#ifndef OG_SERVER_MODELS_H
#define OG_SERVER_MODELS_H

#include "server/exchange.h"

typedef enum og_entry_state { OG_ENTRY_AWAY, OG_ENTRY_LOADING, OG_ENTRY_READY, OG_ENTRY_CLOSING } og_entry_state;

/* One model. But for what is said, for the thread of events. */
struct og_entry {
    const char *name, *path;
    og_file *file; /* its metadata, always there */
    time_t modified;
    char digest[65]; /* of name, size and time of the file: an identity, not a checksum */
    og_entry_state state;
    og_model *model;         /* while READY; fixed while somebody uses it, and then for any thread */
    og_scheduler *scheduler; /* NULL: the model writes no text */
    og_model *draft;         /* that guesses for it; NULL: none */
    og_model_info info;
    uint32_t users;
    double idle_since, keep; /* seconds that it stays without users; negative: for ever */
    double loaded_at, load_seconds;
    og_exchange *waiting, **waiting_last;
    og_server *server;
    /* what the worker that loads or closes it fills */
    og_status status;
    og_error err;
};

typedef struct og_models og_models;

/* Opens the files' metadata: refuses what cannot be served. */
og_status og_models_open(og_server *server, og_models **out, og_error *err);
/* Ends what the models are doing. */
void og_models_stop(og_models *models);
/* When nobody uses them any more. */
void og_models_close(og_models *models);
size_t og_models_n(const og_models *models);
og_entry *og_models_at(const og_models *models, size_t i);
/* By name: as given, the file's general.name, or either followed by ":latest"; NULL or "": the first. NULL if there is none. */
og_entry *og_models_find(const og_models *models, const char *name);
/* The names, for a sentence. */
void og_models_names(const og_models *models, char *out, size_t size);
/* Loads the first model. */
void og_models_preload(og_server *server);

#endif
