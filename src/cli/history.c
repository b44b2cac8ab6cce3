/* history.c: `offgrid history`: conversations that were kept. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/conversations.h"
#include "cli/human.h"
#include "cli/json.h"
#include "cli/terminal.h"

typedef struct history_opts {
    const char *search, *export;
    bool remove, seal, unseal, json, no_color;
} history_opts;

static const og_cli_opt options[] = {
    {"search", 's', OG_CLI_TEXT, "WORDS", "only conversations with a message that has all these words", offsetof(history_opts, search), 0,
     0},
    {"export", 0, OG_CLI_TEXT, "md|json", "print the conversation as Markdown, or as JSON", offsetof(history_opts, export), 0, 0},
    {"delete", 0, OG_CLI_FLAG, NULL, "delete the conversation, or with ID \"all\" every one, so that nothing of it stays in the file",
     offsetof(history_opts, remove), 0, 0},
    {"encrypt", 0, OG_CLI_FLAG, NULL, "seal all conversations with a passphrase (OFFGRID_NEW_PASSPHRASE, or asked for)",
     offsetof(history_opts, seal), 0, 0},
    {"decrypt", 0, OG_CLI_FLAG, NULL, "open them again, for good", offsetof(history_opts, unseal), 0, 0},
    OG_CLI_OUTPUT_ROWS(history_opts),
};

static const og_cli_spec spec = {
    .name = "history",
    .about = "Lists the conversations kept on this device, the newest first, or shows the one with the number ID (\"last\": the newest). "
             "\"offgrid\n"
             "run --resume ID\" goes on with it.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 0,
    .max_args = 1,
    .examples = "  offgrid history --search \"train vienna\"\n"
                "  offgrid history 12 --export md > talk.md\n"
                "  offgrid history 12 --delete\n"
                "  offgrid history --encrypt\n",
};

static void date_of(char out[24], int64_t at) {
    time_t t = (time_t)at;
    struct tm tm;
    if (localtime_r(&t, &tm) == NULL || strftime(out, 24, "%Y-%m-%d %H:%M", &tm) == 0) out[0] = '\0';
}

typedef struct listing {
    og_json *json;
    og_cli_table table;
} listing;

static bool list_row(void *user, const og_talks_entry *e) {
    listing *l = user;
    if (l->json != NULL) {
        og_json *o = og_json_object();
        og_json_set(o, "id", og_json_int(e->id));
        og_json_set(o, "model", og_json_string(e->model));
        og_json_set(o, "started", og_json_int(e->started));
        og_json_set(o, "changed", og_json_int(e->changed));
        og_json_set(o, "messages", og_json_int(e->messages));
        og_json_set(o, "title", og_json_string(e->title));
        og_json_add(l->json, o);
        return true;
    }
    char when[24], *title = og_cli_escape(e->title, strlen(e->title), 72);
    date_of(when, e->changed);
    og_cli_cell(&l->table, "%" PRId64, e->id);
    og_cli_cell(&l->table, "%s", when);
    og_cli_cell(&l->table, "%" PRId64, e->messages);
    og_cli_cell(&l->table, "%s", title != NULL ? title : "");
    free(title);
    return true;
}

static int list_all(og_talks *talks, const history_opts *opts) {
    listing l = {.json = opts->json ? og_json_array() : NULL, .table = {.align = "rlrl"}};
    og_error err = {0};
    og_status status = og_talks_list(talks, opts->search, list_row, &l, &err);
    bool none = l.table.n == 0;
    if (opts->json)
        og_json_print(l.json, OG_JSON_EXACT);
    else
        og_cli_table_print(&l.table, stdout, 0);
    if (status == OG_OK && !opts->json && none) puts(opts->search != NULL ? "No conversation has these words." : "No conversations yet.");
    return status == OG_OK ? og_cli_finish(OG_EXIT_OK) : og_cli_fail(opts->json, &err);
}

typedef struct showing {
    og_json *json;
    bool markdown;
} showing;

static bool show_message(void *user, const char *role, const char *text, size_t len, int64_t at) {
    showing *s = user;
    if (s->json != NULL) {
        og_json *o = og_json_object();
        og_json_set(o, "role", og_json_string(role));
        og_json_set(o, "at", og_json_int(at));
        og_json_set(o, "content", og_json_text(text, len));
        og_json_add(s->json, o);
        return true;
    }
    if (s->markdown)
        printf("## %s\n\n", role);
    else
        printf("%s%s:%s ", og_cli_style(stdout, OG_STYLE_BOLD), role, og_cli_style(stdout, OG_STYLE_NONE));
    og_cli_put(stdout, text, len);
    fputs(s->markdown ? "\n\n" : "\n", stdout);
    return true;
}

static int show(og_talks *talks, const history_opts *opts, int64_t id) {
    bool json = opts->json || (opts->export != NULL && strcmp(opts->export, "json") == 0);
    if (opts->export != NULL && !json && strcmp(opts->export, "md") != 0)
        return og_cli_failf(opts->json, OG_ERR_ARG, "--export knows md and json, not \"%s\"", opts->export);
    if (json && !og_json_built()) return og_cli_failf(false, OG_ERR_UNSUPPORTED, "this program was built without JSON output (jansson)");
    showing s = {.json = json ? og_json_array() : NULL, .markdown = opts->export != NULL};
    og_error err = {0};
    og_status status = og_talks_read(talks, id, show_message, &s, &err);
    if (json) {
        og_json *o = og_json_object();
        og_json_set(o, "id", og_json_int(id));
        og_json_set(o, "messages", s.json);
        og_json_print(o, OG_JSON_EXACT);
    }
    return status == OG_OK ? og_cli_finish(OG_EXIT_OK) : og_cli_fail(opts->json, &err);
}

static int seal(og_talks *talks, const history_opts *opts) {
    const char *env = getenv("OFFGRID_NEW_PASSPHRASE");
    char *asked = NULL;
    og_error err = {0};
    if (opts->seal && (env == NULL || *env == '\0')) asked = og_cli_ask_secret("New passphrase: ");
    const char *passphrase = asked != NULL ? asked : env;
    if (opts->seal && (passphrase == NULL || *passphrase == '\0'))
        return og_cli_failf(opts->json, OG_ERR_ARG, "no passphrase: type one on a terminal, or set OFFGRID_NEW_PASSPHRASE");
    og_status status = og_talks_seal(talks, opts->seal ? passphrase : NULL, &err);
    if (asked != NULL) memset(asked, 0, strlen(asked));
    free(asked);
    if (status != OG_OK) return og_cli_fail(opts->json, &err);
    puts(opts->seal ? "The conversations are sealed. Without the passphrase nobody can read them, you included."
                    : "The conversations are open.");
    return og_cli_finish(OG_EXIT_OK);
}

static int with_talks(og_talks *talks, const history_opts *opts, const char *word) {
    int64_t id = 0, last;
    bool found = false;
    og_error err = {0};
    if (opts->seal || opts->unseal) return seal(talks, opts);
    if (word == NULL && (opts->remove || opts->export != NULL))
        return og_cli_failf(opts->json, OG_ERR_ARG, "which conversation? Give its number");
    if (word == NULL) return list_all(talks, opts);
    bool all = opts->remove && strcmp(word, "all") == 0;
    bool newest = strcmp(word, "last") == 0;
    if (!all && !newest && (!og_cli_parse_i64(word, &id) || id <= 0))
        return og_cli_failf(opts->json, OG_ERR_ARG, "\"%s\" is not a conversation's number", word);
    if (og_talks_find(talks, id, &found, &last, &err) != OG_OK) return og_cli_fail(opts->json, &err);
    if (newest) {
        id = last;
        found = last != 0;
    }
    if (!all && !found) return og_cli_failf(opts->json, OG_ERR_IO, "there is no conversation %s; \"offgrid history\" lists them", word);
    if (!opts->remove) return show(talks, opts, id);
    if (og_talks_delete(talks, all ? 0 : id, &err) != OG_OK) return og_cli_fail(opts->json, &err);
    if (!opts->json) puts("deleted");
    return og_cli_finish(OG_EXIT_OK);
}

int og_cmd_history(int argc, char **argv) {
    history_opts opts = {0};
    const char *args[1];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    og_talks *talks = og_cli_conversations(opts.json);
    if (talks == NULL) return OG_EXIT_FAIL;
    code = with_talks(talks, &opts, args[0]);
    og_talks_close(talks);
    return code;
}
