/* prove.c: `offgrid prove`: evidence that nothing leaves the device. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/models.h"
#include "cli/terminal.h"
#include "server/sandbox.h"

typedef struct prove_opts {
    og_cli_engine engine;
    bool json, no_color;
} prove_opts;

static const og_cli_opt options[] = {
    OG_CLI_ENGINE_ROWS(prove_opts),
    OG_CLI_OUTPUT_ROWS(prove_opts),
};

static const og_cli_spec spec = {
    .name = "prove",
    .about =
        "Gives up what a server gives up (sockets, other programs, other files), lets MODEL write a few words like that, then tries what\n"
        "must not work any more and prints what the kernel said. Exit code 0: everything was refused.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = 1,
    .examples = "  offgrid prove model.gguf\n",
};

typedef struct words {
    char text[512];
    size_t len;
} words;

static bool on_text(void *user, const char *text, size_t len) {
    words *w = user;
    if (w->len + len >= sizeof w->text) return false;
    memcpy(w->text + w->len, text, len);
    w->len += len;
    return true;
}

static og_status write_words(og_model *model, words *w, og_generate_result *result, og_error *err) {
    static const char prompt[] = "Once upon a time";
    og_session *session = NULL;
    int32_t *ids = NULL;
    size_t n = 0;
    og_generate_params p = og_generate_defaults();
    p.max_tokens = 16;
    p.sampling.temperature = 0;
    p.on_text = on_text;
    p.user = w;
    og_status status = og_session_open(model, NULL, &session, err);
    if (status == OG_OK) status = og_tok_encode(og_model_tok(model), prompt, sizeof prompt - 1, OG_TOK_ADD_SPECIAL, &ids, &n, err);
    if (status == OG_OK) status = og_session_eval(session, ids, n, NULL, NULL, err);
    if (status == OG_OK) status = og_session_generate(session, &p, result, err);
    og_free(ids);
    og_session_close(session);
    return status;
}

static void print_json(const og_sandbox_report *r, const words *w, bool proved) {
    og_json *o = og_json_object();
    og_json_set(o, "proved", og_json_bool(proved));
    og_json_set(o, "text", og_json_text(w->text, w->len));
    og_json_set(o, "seccomp_filters", og_json_int(r->filters));
    og_json_set(o, "no_new_privileges", og_json_bool(r->no_new_privs));
    og_json_set(o, "landlock", og_json_int(r->landlock));
    og_json_set(o, "connect", og_json_string(r->connect));
    og_json_set(o, "socket", og_json_string(r->socket));
    og_json_set(o, "exec", og_json_string(r->exec));
    og_json_set(o, "open", og_json_string(r->open));
    og_json_set(o, "sockets", og_json_int(r->sockets));
    og_json_print(o, OG_JSON_SHORT);
}

static void print_table(const og_sandbox_report *r, const words *w, const og_generate_result *result) {
    printf("the model wrote %u tokens:", result->n_tokens);
    og_cli_put(stdout, w->text, w->len);
    printf("\n\nseccomp filters       %d%s\n", r->filters, r->no_new_privs ? ", no new privileges" : "");
    printf("Landlock              version %d\n", r->landlock);
    printf("connect 127.0.0.1:9   %s\n", r->connect);
    printf("make a socket         %s\n", r->socket);
    printf("run /bin/true         %s\n", r->exec);
    printf("open /etc/passwd      %s\n", r->open);
    printf("sockets open          %d\n", r->sockets);
}

static bool refused(const char *said) {
    return strcmp(said, "Operation not permitted") == 0 || strcmp(said, "Permission denied") == 0;
}

static int prove(const prove_opts *opts, const char *path, const og_engine_params *ep) {
    char note[300];
    const og_serve_params shut = {.models = &path, .n_models = 1, .engine = *ep};
    const int probe = og_sandbox_probe();
    if (!og_sandbox_files(&shut, note, sizeof note)) og_cli_warn(opts->json, "%s", note);
    og_engine *engine;
    og_model *model;
    int code = og_cli_load(&opts->engine, opts->json, path, &engine, &model);
    if (code != OG_EXIT_OK) return code;
    if (!og_sandbox_calls(note, sizeof note)) og_cli_warn(opts->json, "%s", note);
    words w = {.len = 0};
    og_generate_result result = {0};
    og_error err = {0};
    if (write_words(model, &w, &result, &err) == OG_OK) {
        og_sandbox_report r;
        og_sandbox_look(probe, &r);
        const bool proved =
            r.filters > 0 && r.sockets == 0 && refused(r.connect) && refused(r.socket) && refused(r.exec) && refused(r.open);
        if (opts->json)
            print_json(&r, &w, proved);
        else
            print_table(&r, &w, &result);
        code = og_cli_finish(proved ? OG_EXIT_OK : OG_EXIT_FAIL);
    } else {
        code = og_cli_fail(opts->json, &err);
    }
    og_model_close(model);
    og_engine_close(engine);
    return code;
}

int og_cmd_prove(int argc, char **argv) {
    prove_opts opts = {0};
    const char *args[1];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    char *path = NULL, *folder = NULL;
    og_engine_params ep;
    code = og_cli_find_model(opts.json, args[0], &path);
    if (code == OG_EXIT_OK) code = og_cli_engine_params(&opts.engine, opts.json, &folder, &ep) ? prove(&opts, path, &ep) : OG_EXIT_USAGE;
    og_free(path);
    free(folder);
    return code;
}
