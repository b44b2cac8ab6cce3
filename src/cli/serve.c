/* serve.c: `offgrid serve`: models for other programs. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/models.h"
#include "cli/terminal.h"
#include "server/server.h"
#include "store/folders.h"

enum { MODELS_MAX = 32, KEYS_MAX = 64 };

typedef struct serve_opts {
    og_cli_engine engine;
    const char *host, *unix_path, *key_file, *tls_cert, *tls_key;
    og_cli_list hosts, origins;
    int64_t port, ctx, connections;
    uint64_t body;
    double patience, idle;
    bool lazy, no_sandbox, json, no_color;
} serve_opts;

#define AT(field) offsetof(serve_opts, field)
static const og_cli_opt options[] = {
    {"port", 'p', OG_CLI_INT, "N", "port to listen at; 0: any that is free (default 8080)", AT(port), 0, 65535},
    {"host", 0, OG_CLI_TEXT, "ADDRESS", "address to listen at; others than loopback need keys (default 127.0.0.1)", AT(host), 0, 0},
    {"unix", 0, OG_CLI_TEXT, "PATH", "listen at a Unix socket instead, which only this user can open", AT(unix_path), 0, 0},
    {"api-key-file", 0, OG_CLI_TEXT, "FILE", "answer those only who have one of the keys in FILE, one a line", AT(key_file), 0, 0},
    {"allow-host", 0, OG_CLI_LIST, "NAME", "a host name, besides loopback's, that this server is asked by; repeatable", AT(hosts), 0, 0},
    {"allow-origin", 0, OG_CLI_LIST, "ORIGIN", "pages that may ask, such as https://example.org; repeatable", AT(origins), 0, 0},
    {"tls-cert", 0, OG_CLI_TEXT, "FILE", "speak HTTPS, with this certificate (PEM)", AT(tls_cert), 0, 0},
    {"tls-key", 0, OG_CLI_TEXT, "FILE", "and this key of it (PEM)", AT(tls_key), 0, 0},
    {"ctx", 'c', OG_CLI_INT, "N", "tokens of one request, prompt and answer (default: the model's, at most 4096)", AT(ctx), 1, INT32_MAX},
    {"idle", 0, OG_CLI_REAL, "SECONDS", "unload a model that nobody asked for so long; 0: never (default 0)", AT(idle), 0, 1e9},
    {"lazy", 0, OG_CLI_FLAG, NULL, "load the first model when it is asked for, not at the start", AT(lazy), 0, 0},
    {"body-limit", 0, OG_CLI_SIZE, "SIZE", "refuse larger requests (default 32M)", AT(body), 1024, 0},
    {"connections", 0, OG_CLI_INT, "N", "connections at once (default 256)", AT(connections), 1, 65536},
    {"patience", 0, OG_CLI_REAL, "SECONDS", "how long a client may take to ask, and to read what was sent (default 30)", AT(patience), 0.1,
     86400},
    {"no-sandbox", 0, OG_CLI_FLAG, NULL, "keep the right to open connections, files and programs (for debuggers)", AT(no_sandbox), 0, 0},
    OG_CLI_ENGINE_ROWS(serve_opts),
    OG_CLI_OUTPUT_ROWS(serve_opts),
};
#undef AT

static const og_cli_spec spec = {
    .name = "serve",
    .about =
        "Answers other programs over HTTP on this device: at /v1 as OpenAI's API does (chat, completions, embeddings, responses) and as\n"
        "Anthropic's (messages), at /api as Ollama's, and natively; /openapi.json lists everything. MODEL is a file, or NAME=FILE; the\n"
        "first answers those who name none. Nobody but this machine can ask, no page of the web, and the process gives up the right to\n"
        "open connections, other files and programs. Ctrl-C lets running answers end; once more stops at once.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = MODELS_MAX,
    .examples = "  offgrid serve model.gguf\n"
                "  offgrid serve chat=model.gguf embed=minilm.gguf --port 9000\n"
                "  offgrid serve model.gguf --host 192.168.1.5 --api-key-file keys --tls-cert cert.pem --tls-key key.pem\n",
};

static void on_ready(void *user, const char *url) {
    const serve_opts *opts = user;
    if (opts->json) {
        og_json *o = og_json_object();
        og_json_set(o, "event", og_json_string("ready"));
        og_json_set(o, "url", og_json_string(url));
        og_json_print(o, OG_JSON_SHORT);
    } else {
        printf("listening at %s\n", url);
        fflush(stdout);
    }
}

static void on_note(void *user, const char *text) {
    og_cli_note(((const serve_opts *)user)->json, text);
}

/* The lines of the key file, in its own text; the environment's one if there is no file. False after saying what is wrong. */
static bool read_keys(const serve_opts *opts, char **text, const char **keys, size_t *n) {
    size_t len;
    const char *one = getenv("OFFGRID_API_KEY");
    *n = 0;
    *text = opts->key_file ? og_cli_read_file(opts->json, opts->key_file, &len) : one ? strdup(one) : NULL;
    if (!*text) return !opts->key_file;
    if (opts->key_file) (*text)[len] = '\0';
    for (char *line = strtok(*text, "\r\n"); line && *n < KEYS_MAX; line = strtok(NULL, "\r\n")) keys[(*n)++] = line;
    if (*n > 0) return true;
    og_cli_failf(opts->json, OG_ERR_ARG, "%s holds no key", opts->key_file ? opts->key_file : "OFFGRID_API_KEY");
    return false;
}

/* NAME=PATH of what was given: a path, or the name of a model in the store, each with a name of one's own before it or not. malloc'd; NULL
 * after saying what is wrong, with *code. */
static char *find_model(const serve_opts *opts, const char *given, int *code) {
    const char *equals = strchr(given, '='), *slash = strchr(given, '/');
    const bool named = equals && equals > given && (!slash || equals < slash);
    const char *word = named ? equals + 1 : given;
    char *path = NULL, *out = NULL;
    *code = og_cli_find_model(opts->json, word, &path);
    if (*code != OG_EXIT_OK) return NULL;
    const char *stem = strrchr(word, '/') ? strrchr(word, '/') + 1 : word;
    const bool stored = strcmp(path, word) != 0;
    int n;
    if (named || stored)
        n = asprintf(&out, "%.*s=%s", named ? (int)(equals - given) : (int)strlen(stem), named ? given : stem, path);
    else
        n = asprintf(&out, "%s", path);
    og_free(path);
    if (n < 0) *code = og_cli_failf(opts->json, OG_ERR_MEMORY, "out of memory for the names of the models");
    return n < 0 ? NULL : out;
}

static int serve(const serve_opts *opts, const char *const *models, size_t n_models) {
    og_serve_params p = {
        .models = models,
        .n_models = n_models,
        .host = opts->host,
        .port = (int)opts->port,
        .unix_path = opts->unix_path,
        .hosts = opts->hosts.item,
        .n_hosts = opts->hosts.n,
        .origins = opts->origins.item,
        .n_origins = opts->origins.n,
        .tls_cert = opts->tls_cert,
        .tls_key = opts->tls_key,
        .body_limit = opts->body,
        .max_connections = (uint32_t)opts->connections,
        .patience = opts->patience,
        .n_ctx = (uint32_t)opts->ctx,
        .idle = opts->idle,
        .preload = !opts->lazy,
        .sandbox = !opts->no_sandbox,
        .on_ready = on_ready,
        .on_note = on_note,
        .user = (void *)(uintptr_t)opts,
    };
    const char *keys[KEYS_MAX];
    char *folder = NULL, *key_text = NULL;
    int code = OG_EXIT_USAGE;
    if (read_keys(opts, &key_text, keys, &p.n_keys) && og_cli_engine_params(&opts->engine, opts->json, &folder, &p.engine)) {
        og_error err = {0};
        p.keys = keys;
        if (folder) og_folder_make(folder); /* before files are given up */
        code = og_serve(&p, &err) == OG_OK ? og_cli_finish(OG_EXIT_OK) : og_cli_fail(opts->json, &err);
    }
    free(folder);
    free(key_text);
    return code;
}

int og_cmd_serve(int argc, char **argv) {
    serve_opts opts = {.port = 8080};
    const char *args[MODELS_MAX];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    if (opts.tls_key && !opts.tls_cert) return og_cli_failf(opts.json, OG_ERR_ARG, "--tls-key needs --tls-cert");
    char *specs[MODELS_MAX];
    size_t n = 0;
    for (; n < MODELS_MAX && args[n] && code == OG_CLI_GO; n++) {
        int found;
        specs[n] = find_model(&opts, args[n], &found);
        if (!specs[n]) code = found;
    }
    if (code == OG_CLI_GO) code = serve(&opts, (const char *const *)specs, n);
    for (size_t i = 0; i < n; i++) free(specs[i]);
    return code;
}
