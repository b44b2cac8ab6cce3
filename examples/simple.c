/* simple.c: offgrid in a page, with nothing but offgrid.h.
 *   simple MODEL [--temp T] [--seed S] [-n TOKENS]        chats: each line of the standard input is a turn
 *   simple MODEL [--temp T] [--seed S] [-n TOKENS] TEXT   goes on writing TEXT ("" for from nothing) */
#include <offgrid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static og_error err;

static void check(og_status status) {
    if (status == OG_OK) return;
    fprintf(stderr, "\n%s\n", err.text);
    exit(1);
}

static bool print(void *user, const char *text, size_t len) {
    return fwrite(text, 1, len, user) == len && fflush(user) == 0;
}

static void answer(og_session *session, int32_t *ids, size_t n, const og_generate_params *params) {
    og_generate_result result;
    check(og_session_eval(session, ids, n, NULL, NULL, &err));
    check(og_session_generate(session, params, &result, &err));
    if (result.stop == OG_STOP_CONTEXT) fprintf(stderr, "\n(the context is full)\n");
    og_free(ids);
}

int main(int argc, char **argv) {
    const char *text = NULL;
    og_generate_params params = og_generate_defaults();
    params.on_text = print;
    params.user = stdout;
    for (int i = 2; i < argc; i++) { /* clang-format off */
        if (i + 1 == argc || argv[i][0] != '-') text = argv[i];
        else if (strcmp(argv[i], "--temp") == 0) params.sampling.temperature = strtof(argv[++i], NULL);
        else if (strcmp(argv[i], "--seed") == 0) params.sampling.seed = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "-n") == 0) params.max_tokens = (int32_t)strtol(argv[++i], NULL, 10);
    } /* clang-format on */
    og_engine *engine;
    og_model *model;
    og_session *session;
    int32_t *ids;
    size_t n;
    char line[4096];
    check(og_engine_open(NULL, &engine, &err));
    check(og_model_open(engine, argc > 1 ? argv[1] : "model.gguf", NULL, &model, &err));
    check(og_session_open(model, NULL, &session, &err));
    if (text) check(og_tok_encode(og_model_tok(model), text, strlen(text), OG_TOK_ADD_SPECIAL, &ids, &n, &err));
    if (text) answer(session, ids, n, &params);
    for (bool first = true; !text && fputs("\n> ", stderr) >= 0 && fgets(line, sizeof line, stdin); first = false) {
        line[strcspn(line, "\n")] = 0;
        check(og_model_chat_turn(model, first, NULL, line, &ids, &n, &err));
        answer(session, ids, n, &params);
    }
    og_session_close(session);
    og_model_close(model);
    og_engine_close(engine);
}
