/* Model files of any bytes: bound, loaded within a small budget, and a few tokens evaluated and generated. */
#include "offgrid.h"
#include "runtime/model.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BUDGET = 32 << 20 };

static void use(og_model *model) {
    og_session *session;
    og_session_params params = {.n_ctx = 24, .n_chunk = 5};
    if (og_session_open(model, &params, &session, NULL) != OG_OK) return;
    og_model_info info;
    og_model_describe(model, &info);
    int32_t ids[12];
    for (int32_t i = 0; i < 12; i++) ids[i] = i * 7 % info.n_vocab;
    og_generate_params generate = og_generate_defaults();
    generate.max_tokens = 4;
    if (og_session_eval(session, ids, OG_LEN(ids), NULL, NULL, NULL) != OG_OK) abort();
    (void)og_session_generate(session, &generate, NULL, NULL); /* may find that no logit is a number */
    og_session_close(session);
    const og_message talk[] = {{.role = "system", .content = "s", .content_len = 1}, {.role = "user", .content = "abc", .content_len = 3}};
    og_chat_params chat = og_chat_defaults();
    og_chat_result prompt;
    chat.messages = talk;
    chat.n_messages = 2;
    if (og_chat_render(og_model_chat(model), &chat, &prompt, NULL) == OG_OK) og_chat_result_free(&prompt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    og_engine *engine;
    og_engine_params engine_params = {.threads = 1, .memory_budget = BUDGET};
    if (og_engine_open(&engine_params, &engine, NULL) != OG_OK) abort();
    /* A block of its own, so that reading past its end is seen. */
    uint8_t *copy = malloc(size + !size);
    if (!copy) abort();
    memcpy(copy, data, size);
    og_source *src;
    og_file *file;
    og_model *model;
    og_model_params params = og_model_defaults();
    if (og_source_memory(copy, size, "input", &src, NULL) != OG_OK) abort();
    if (og_file_open_sources(&src, 1, &file, NULL) == OG_OK && og_model_open_file(engine, file, "input", &params, &model, NULL) == OG_OK) {
        use(model);
        og_model_close(model);
    }
    og_engine_close(engine);
    free(copy);
    return 0;
}
