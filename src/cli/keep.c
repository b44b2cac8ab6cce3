/* keep.c: conversations of `run` that are kept, and gone on with. */
#include <stdlib.h>
#include <string.h>

#include "cli/conversations.h"
#include "cli/run.h"

/* Roles of messages are constants (talk.h). */
static const char *role_of(const char *role) {
    static const char *const known[] = {"system", "user", "assistant"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i], role) == 0) return known[i];
    return NULL;
}

static bool recall(void *user, const char *role, const char *text, size_t len, int64_t at) {
    og_run *r = user;
    const char *known = role_of(role);
    (void)at;
    return known == NULL || og_talk_add(&r->talk, known, text, len);
}

static int resume(og_run *r, const char *word) {
    int64_t id = 0, last = 0;
    bool found = false;
    og_error err = {0};
    if (strcmp(word, "new") == 0) return OG_EXIT_OK;
    bool newest = strcmp(word, "last") == 0;
    if (!newest && (!og_cli_parse_i64(word, &id) || id <= 0))
        return og_cli_failf(r->opts->json, OG_ERR_ARG, "--resume takes a conversation's number, last or new, not \"%s\"", word);
    if (!r->chat)
        return og_cli_failf(r->opts->json, OG_ERR_ARG, "the prompt does not go through a chat format, so no conversation can go on");
    if (og_talks_find(r->talks, id, &found, &last, &err) != OG_OK) return og_cli_fail(r->opts->json, &err);
    r->talk_id = newest ? last : found ? id : 0;
    if (r->talk_id == 0) return og_cli_failf(r->opts->json, OG_ERR_IO, "there is no conversation %s; \"offgrid history\" lists them", word);
    return og_talks_read(r->talks, r->talk_id, recall, r, &err) == OG_OK ? OG_EXIT_OK : og_cli_fail(r->opts->json, &err);
}

int og_run_keep_open(og_run *r, const char *model, bool dialogue) {
    const char *env = getenv("OFFGRID_CONVERSATIONS"), *word = r->opts->resume;
    bool off = r->opts->no_history || (env != NULL && strcmp(env, "off") == 0) || !og_talks_built();
    r->model_word = model;
    if (word == NULL && (off || !dialogue || !r->chat)) return OG_EXIT_OK;
    if (word != NULL && off)
        return og_cli_failf(r->opts->json, OG_ERR_ARG, "--resume needs conversations that are kept, and they are %s",
                            og_talks_built() ? "switched off" : "not built in (SQLite, OpenSSL)");
    r->talks = og_cli_conversations(r->opts->json);
    if (r->talks == NULL && word != NULL) return OG_EXIT_FAIL;
    if (r->talks == NULL) og_cli_note(r->opts->json, "this conversation is not kept");
    return word != NULL ? resume(r, word) : OG_EXIT_OK;
}

void og_run_keep_turn(og_run *r, const char *text, size_t len) {
    if (r->talks == NULL || r->talk.n < 2) return;
    og_error err = {0};
    const og_message *answer = &r->talk.message[r->talk.n - 1];
    og_status status = OG_OK;
    if (r->talk_id == 0) {
        status = og_talks_begin(r->talks, r->model_word, &r->talk_id, &err);
        if (status == OG_OK && r->system != NULL) status = og_talks_add(r->talks, r->talk_id, "system", r->system, strlen(r->system), &err);
    }
    if (status == OG_OK) status = og_talks_add(r->talks, r->talk_id, "user", text, len, &err);
    if (status == OG_OK) status = og_talks_add(r->talks, r->talk_id, "assistant", answer->content, strlen(answer->content), &err);
    if (status != OG_OK) og_cli_warn(r->opts->json, "this turn is not kept: %s", err.text);
}
