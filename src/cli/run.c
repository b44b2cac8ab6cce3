/* run.c: `offgrid run`: options, one answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/json.h"
#include "cli/offer.h"
#include "cli/pocket.h"
#include "cli/profile.h"
#include "cli/run.h"
#include "cli/terminal.h"

#define AT(field) offsetof(og_run_opts, field)
static const og_cli_opt options[] = {
    {"max-tokens", 'n', OG_CLI_INT, "N", "stop after N tokens (default: when the model ends; -1)", AT(n), -1, INT32_MAX},
    {"ctx", 'c', OG_CLI_INT, "N", "room for N tokens of prompts and answers (default: the model's, at most 4096)", AT(ctx), 1, INT32_MAX},
    {"temp", 0, OG_CLI_REAL, "T", "temperature; 0 always takes the likeliest token (default 0.8; of pocket 0.2)", AT(temp), 0, 100},
    {"top-k", 0, OG_CLI_INT, "K", "choose among the K likeliest tokens; 0: all (default 40)", AT(top_k), 0, INT32_MAX},
    {"top-p", 0, OG_CLI_REAL, "P", "choose among the likeliest tokens that make up P; 1: all (default 0.95)", AT(top_p), 0, 1},
    {"min-p", 0, OG_CLI_REAL, "P", "leave out tokens less likely than P times the likeliest; 0: none (default 0.05)", AT(min_p), 0, 1},
    {"repeat-penalty", 0, OG_CLI_REAL, "X", "make recent tokens less likely; 1: off (default 1)", AT(repeat), 0.01, 100},
    {"presence-penalty", 0, OG_CLI_REAL, "X", "taken once from tokens that occurred; 0: off (default 0)", AT(presence), -100, 100},
    {"frequency-penalty", 0, OG_CLI_REAL, "X", "taken for each time a token occurred; 0: off (default 0)", AT(frequency), -100, 100},
    {"penalty-last", 0, OG_CLI_INT, "N", "penalties look at the last N tokens; -1: all (default 64)", AT(penalty_last), -1, INT32_MAX},
    {"seed", 's', OG_CLI_SEED, "N", "same seed, prompt and options: same answer (default: drawn anew)", AT(seed), 0, 0},
    {"system", 0, OG_CLI_TEXT, "TEXT", "instructions that come before the dialogue", AT(system), 0, 0},
    {"chat-format", 0, OG_CLI_TEXT, "NAME", "a built-in chat format instead of the model's own template: chatml, llama3, ...", AT(format),
     0, 0},
    {"reasoning", 0, OG_CLI_TEXT, "on|off", "whether the model thinks before it answers (default: as its template has it)", AT(reasoning),
     0, 0},
    {"reasoning-budget", 0, OG_CLI_INT, "N", "end the model's thinking after N tokens; 0: no limit (default 0)", AT(budget), 0, INT32_MAX},
    {"now", 0, OG_CLI_TEXT, "TIME", "what the template takes for the time, as 2025-07-10T12:00:00 (default: the clock)", AT(now), 0, 0},
    {"stop", 0, OG_CLI_LIST, "TEXT", "end the answer before TEXT; may be repeated", AT(stops), 0, 0},
    {"grammar", 0, OG_CLI_TEXT, "FILE", "answers match the grammar in FILE (GBNF)", AT(grammar), 0, 0},
    {"schema", 0, OG_CLI_TEXT, "FILE", "answers are JSON documents, valid by the JSON Schema in FILE", AT(schema), 0, 0},
    {"profile", 'p', OG_CLI_TEXT, "NAME", "options, and the model, from offgrid/profiles/NAME.json in the configuration folder",
     AT(profile), 0, 0},
    {"resume", 0, OG_CLI_TEXT, "ID|last|new", "go on with a conversation of \"offgrid history\", and keep it", AT(resume), 0, 0},
    {"no-history", 0, OG_CLI_FLAG, NULL, "do not keep this chat (also: OFFGRID_CONVERSATIONS=off)", AT(no_history), 0, 0},
    {"raw", 0, OG_CLI_FLAG, NULL, "continue the prompt as it is, without the chat format; markers in it count", AT(raw), 0, 0},
    {"stats", 0, OG_CLI_FLAG, NULL, "print counts and speeds after the answer, on stderr", AT(stats), 0, 0},
    OG_CLI_LORA_ROW(og_run_opts),
    OG_CLI_KV_ROW(og_run_opts),
    OG_CLI_ENGINE_ROWS(og_run_opts),
    OG_CLI_OUTPUT_ROWS(og_run_opts),
};
#undef AT

static const og_cli_spec spec = {
    .name = "run",
    .about =
        "Answers PROMPT, or what comes through a pipe, and exits. On a terminal without a PROMPT it is a chat: /help there says more.\n"
        "A model with a chat template gets the prompt as a question; one without, or with --raw, continues the text. An empty PROMPT "
        "(\"\")\n"
        "lets the model begin by itself. Of piped text one newline at the end is dropped.\n"
        "Without a MODEL it is pocket, the small built-in one, which knows offgrid and little else.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 0,
    .max_args = 2,
    .examples = "  offgrid run\n"
                "  offgrid run pocket \"What does Q4_K_M mean?\"\n"
                "  offgrid run model.gguf\n"
                "  offgrid run model.gguf \"Why is grass green?\" -n 200\n"
                "  offgrid run model.gguf --temp 0 \"\"\n"
                "  offgrid run model.gguf --grammar answer.gbnf \"Is the sky blue?\"\n"
                "  git diff | offgrid run model.gguf --system \"Write a commit message for this change.\"\n"
                "  offgrid run llama3.2:3b\n"
                "  offgrid run -p writer \"A limerick about rain\"\n"
                "  offgrid run llama3.2:3b --resume last\n"
                "  offgrid run model.gguf --json \"Hello\" | jq -r 'select(.event == \"text\").text'\n",
};

/* A seed nobody chose: it is shown by --stats and --json, so that an answer can be had again. */
static uint64_t draw_seed(void) {
    uint64_t seed;
    if (getentropy(&seed, sizeof seed) != 0) seed = (uint64_t)(og_cli_seconds() * 1e9) ^ (uint64_t)getpid();
    return seed >> 11; /* 53 bits: exact in every JSON reader */
}

enum { UNSET = -1 }; /* a temperature nobody chose */

static og_run_opts default_options(void) {
    og_sampling s = og_sampling_defaults();
    og_run_opts o = {.n = -1};
    o.temp = UNSET;
    o.top_k = s.top_k;
    o.top_p = s.top_p;
    o.min_p = s.min_p;
    o.repeat = s.repeat_penalty;
    o.presence = s.presence_penalty;
    o.frequency = s.frequency_penalty;
    o.penalty_last = s.penalty_last;
    return o;
}

/* pocket has learned answers by heart: where it hesitates between two, a mixture of them would be neither. */
static const float pocket_temperature = 0.2f;

static og_generate_params generate_params(const og_run_opts *o, bool pocket) {
    og_generate_params p = og_generate_defaults();
    if (o->temp != UNSET)
        p.sampling.temperature = (float)o->temp;
    else if (pocket)
        p.sampling.temperature = pocket_temperature;
    p.sampling.top_k = (int32_t)o->top_k;
    p.sampling.top_p = (float)o->top_p;
    p.sampling.min_p = (float)o->min_p;
    p.sampling.repeat_penalty = (float)o->repeat;
    p.sampling.presence_penalty = (float)o->presence;
    p.sampling.frequency_penalty = (float)o->frequency;
    p.sampling.penalty_last = (int32_t)o->penalty_last;
    p.sampling.seed = o->seed.given ? o->seed.value : draw_seed();
    p.max_tokens = (int32_t)o->n;
    p.stops = o->stops.item;
    p.n_stops = o->stops.n;
    return p;
}

/* How the conversation is to be rendered. */
static int chat_options(const og_run_opts *o, og_chat_params *how) {
    const char *names[32];
    size_t n = 0;
    bool known = o->format == NULL;
    for (; n < 32 && (names[n] = og_chat_format_name((int)n)) != NULL; n++) known = known || strcmp(names[n], o->format) == 0;
    const char *near = known ? NULL : og_cli_nearest(o->format, names, n);
    if (!known)
        return og_cli_failf(o->json, OG_ERR_ARG, "there is no chat format %s; %s%s", o->format,
                            near != NULL ? "did you mean " : "chatml, llama3, gemma and plain are some", near != NULL ? near : "");
    if (o->format != NULL && o->raw) return og_cli_failf(o->json, OG_ERR_ARG, "--chat-format and --raw exclude each other");
    *how = og_chat_defaults();
    how->format = o->format;
    if (o->reasoning != NULL) {
        bool on = strcmp(o->reasoning, "on") == 0;
        if (!on && strcmp(o->reasoning, "off") != 0) return og_cli_failf(o->json, OG_ERR_ARG, "--reasoning is on or off");
        how->reasoning = on ? OG_REASONING_ON : OG_REASONING_OFF;
    }
    return o->now == NULL || og_cli_parse_time(o->json, o->now, &how->now) ? OG_EXIT_OK : OG_EXIT_USAGE;
}

/* The grammar of --grammar or --schema, for every answer. False after saying what is wrong. */
static bool read_grammar(og_run *r) {
    const char *path = r->opts->schema ? r->opts->schema : r->opts->grammar;
    if (r->opts->schema && r->opts->grammar) {
        og_cli_failf(r->opts->json, OG_ERR_ARG, "--grammar and --schema exclude each other");
        return false;
    }
    size_t len;
    char *text = path ? og_cli_read_file(r->opts->json, path, &len) : NULL;
    if (!text) return !path;
    og_error err = {0};
    const og_status status = r->opts->schema ? og_grammar_schema(text, len, NULL, &r->params.grammar, &err)
                                             : og_grammar_gbnf(text, len, NULL, &r->params.grammar, &err);
    free(text);
    if (status != OG_OK) og_cli_failf(r->opts->json, status, "%s: %s", path, err.text);
    return status == OG_OK;
}

static int open_session(og_run *r, const char *path) {
    const og_run_opts *o = r->opts;
    double start = og_cli_seconds();
    int code = og_cli_load(&o->engine, o->json, path, &r->engine, &r->model);
    if (code != OG_EXIT_OK) return code;
    r->load_seconds = og_cli_seconds() - start;
    og_model_describe(r->model, &r->info);
    if (r->info.pooling != OG_POOLING_NONE)
        return og_cli_failf(o->json, OG_ERR_UNSUPPORTED, "%s is %s model and writes no text: use \"offgrid %s\"", path,
                            r->info.pooling == OG_POOLING_RANK ? "a ranking" : "an embedding",
                            r->info.pooling == OG_POOLING_RANK ? "rerank" : "embed");
    r->chat = !o->raw && (o->format != NULL || strcmp(r->info.chat, "plain") != 0);
    r->system = o->system;
    r->params = generate_params(o, og_cli_is_pocket(path));
    if (!read_grammar(r)) return OG_EXIT_FAIL;
    if (r->system != NULL && !r->chat) og_cli_warn(o->json, "--system has no effect: the prompt does not go through a chat format");
    if (o->ctx > r->info.n_ctx_train) {
        og_cli_warn(o->json, "the model was trained for a context of %u tokens; answers past that may be poor", r->info.n_ctx_train);
    }
    og_session_params sp = og_session_defaults();
    sp.n_ctx = (uint32_t)o->ctx;
    sp.kv_type = o->engine.kv_type;
    og_error err = {0};
    return og_session_open(r->model, &sp, &r->session, &err) == OG_OK ? OG_EXIT_OK : og_cli_fail(o->json, &err);
}

/* Answers the prompt of the command line or, where there is none, of standard input. */
static int answer_once(og_run *r, const char *prompt) {
    size_t len = prompt ? strlen(prompt) : 0;
    char *piped = NULL;
    if (prompt == NULL) {
        piped = og_cli_read_stdin(r->opts->json, &len);
        if (piped == NULL) return og_cli_interrupted() ? OG_EXIT_INTERRUPTED : OG_EXIT_FAIL;
        if (len > 0 && piped[len - 1] == '\n') len--;
        piped[len] = '\0';
        prompt = piped;
        if (len == 0) {
            free(piped);
            return og_cli_failf(r->opts->json, OG_ERR_ARG,
                                "standard input holds no prompt; give one after the model, or \"\" for the empty one");
        }
    }
    int code = og_run_turn(r, prompt, len);
    free(piped);
    if (r->opts->stats && !r->opts->json) og_run_print_stats(r, stderr);
    return code;
}

static int run_with(int argc, char **argv) {
    og_run_opts opts = default_options();
    const char *args[2];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    for (size_t i = 0; i < opts.stops.n; i++) {
        if (opts.stops.item[i][0] == '\0') return og_cli_failf(opts.json, OG_ERR_ARG, "--stop needs a text that is not empty");
    }
    og_run run = {.opts = &opts};
    code = chat_options(&opts, &run.chat_how);
    if (code != OG_EXIT_OK) return code;
    og_cli_catch_interrupt();
    if (args[0] == NULL)
        og_cli_note(opts.json, "this is pocket, the small built-in model: it knows offgrid and little else. For a bigger one: "
                               "offgrid catalog, offgrid pull NAME");
    const char *word = args[0] != NULL ? args[0] : OG_POCKET;
    code = args[0] != NULL ? og_cli_offer(opts.json, word) : OG_EXIT_OK;
    if (code == OG_EXIT_OK) code = open_session(&run, word);
    bool chat = args[1] == NULL && !opts.json && og_cli_is_terminal(stdin) && og_cli_is_terminal(stdout);
    if (code == OG_EXIT_OK) code = og_run_keep_open(&run, word, chat);
    if (code == OG_EXIT_OK) code = chat ? og_run_chat(&run) : answer_once(&run, args[1]);
    og_talk_drop(&run.talk, 0);
    og_tools_close(run.tools);
    og_talks_close(run.talks);
    og_session_close(run.session);
    og_grammar_close(run.params.grammar);
    og_model_close(run.model);
    og_engine_close(run.engine);
    return code;
}

int og_cmd_run(int argc, char **argv) {
    og_profile profile;
    if (!og_profile_apply(argc, argv, &profile)) return OG_EXIT_USAGE;
    int code = run_with(profile.argc, profile.argv);
    og_profile_free(&profile);
    return code;
}
