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

static char answered[65536];
static size_t n_answered;

static bool print(void *user, const char *text, size_t len) {
    if (len > sizeof answered - n_answered) return false;
    memcpy(answered + n_answered, text, len);
    n_answered += len;
    return fwrite(text, 1, len, user) == len && fflush(user) == 0;
}

static og_message *messages;
static size_t n_messages;

static void add(const char *role, const char *text, size_t len) {
    char *copy = malloc(len + 1);
    messages = realloc(messages, (n_messages + 1) * sizeof *messages);
    if (!copy || !messages) exit(1);
    memcpy(copy, text, len);
    messages[n_messages++] = (og_message){.role = role, .content = copy, .content_len = len};
}

static void answer(og_session *session, const int32_t *ids, size_t n, const og_generate_params *params) {
    og_generate_result result;
    n_answered = 0;
    check(og_session_prompt(session, ids, n, NULL, NULL, NULL, &err));
    check(og_session_generate(session, params, &result, &err));
    if (result.stop == OG_STOP_CONTEXT) fprintf(stderr, "\n(the context is full)\n");
}

/* The whole conversation is rendered each time; what the session has of it already is not evaluated again. */
static void turn(og_model *model, og_session *session, const char *line, const og_generate_params *params) {
    og_chat_params chat = og_chat_defaults();
    og_chat_result prompt;
    add("user", line, strlen(line));
    chat.messages = messages;
    chat.n_messages = n_messages;
    check(og_chat_render(og_model_chat(model), &chat, &prompt, &err));
    answer(session, prompt.ids, prompt.n, params);
    og_chat_result_free(&prompt);
    add("assistant", answered, n_answered);
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
    if (text) {
        check(og_tok_encode(og_model_tok(model), text, strlen(text), OG_TOK_ADD_SPECIAL, &ids, &n, &err));
        answer(session, ids, n, &params);
        og_free(ids);
    }
    while (!text && fputs("\n> ", stderr) >= 0 && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        turn(model, session, line, &params);
    }
    while (n_messages > 0) free((void *)messages[--n_messages].content);
    free(messages);
    og_session_close(session);
    og_model_close(model);
    og_engine_close(engine);
}
