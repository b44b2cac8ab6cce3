/* template.c: `offgrid template`: what a chat template makes of a context. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/models.h"
#include "cli/terminal.h"

typedef struct template_opts {
    const char *model, *now;
    int64_t trim_blocks, lstrip_blocks;
    bool keep_trailing_newline, json, no_color;
} template_opts;

#define AT(field) offsetof(template_opts, field)
static const og_cli_opt options[] = {
    {"model", 'm', OG_CLI_TEXT, "MODEL", "use this GGUF file's own template; the only argument is then the context", AT(model), 0, 0},
    {"now", 0, OG_CLI_TEXT, "TIME", "what strftime_now sees, as 2025-07-10T12:00:00 (default: the clock)", AT(now), 0, 0},
    {"trim-blocks", 0, OG_CLI_INT, "0|1", "drop the newline after a block (default 1)", AT(trim_blocks), 0, 1},
    {"lstrip-blocks", 0, OG_CLI_INT, "0|1", "drop the blanks before a block that opens its line (default 1)", AT(lstrip_blocks), 0, 1},
    {"keep-trailing-newline", 0, OG_CLI_FLAG, NULL, "keep the newline at the template's end", AT(keep_trailing_newline), 0, 0},
};
#undef AT

static const og_cli_spec spec = {
    .name = "template",
    .about =
        "Renders a chat template with the variables in CONTEXT, a file with a JSON object (-: standard input), and prints the text with\n"
        "nothing added. White space is as transformers has it unless asked otherwise.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = 2,
    .examples = "  offgrid template chat.jinja context.json\n"
                "  offgrid template --model model.gguf context.json --now 2025-07-10T12:00:00\n",
};

static int render(const char *text, size_t len, const char *context, size_t context_len, const og_template_options *how) {
    og_error err = {0};
    char *out;
    size_t out_len;
    if (og_template_render(text, len, context, context_len, how, &out, &out_len, &err) != OG_OK) return og_cli_fail(false, &err);
    fwrite(out, 1, out_len, stdout);
    og_free(out);
    return og_cli_finish(OG_EXIT_OK);
}

static int render_model(const char *path, const char *context, size_t context_len, const og_template_options *how) {
    og_file *file = NULL;
    og_value v;
    int code = og_cli_open_file(false, path, &file);
    if (code != OG_EXIT_OK) return code;
    if (og_file_find(file, "tokenizer.chat_template", &v) && v.type == OG_VALUE_STRING)
        code = render(v.str, v.len, context, context_len, how);
    else
        code = og_cli_failf(false, OG_ERR_FORMAT, "%s has no chat template (tokenizer.chat_template)", path);
    og_file_close(file);
    return code;
}

int og_cmd_template(int argc, char **argv) {
    template_opts opts = {.trim_blocks = 1, .lstrip_blocks = 1};
    const char *args[2];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    og_template_options how = og_template_defaults();
    how.trim_blocks = opts.trim_blocks;
    how.lstrip_blocks = opts.lstrip_blocks;
    how.keep_trailing_newline = opts.keep_trailing_newline;
    if (opts.now && !og_cli_parse_time(false, opts.now, &how.now)) return OG_EXIT_USAGE;
    if (opts.model ? args[1] != NULL : args[1] == NULL)
        return og_cli_failf(false, OG_ERR_ARG,
                            opts.model ? "with --model the only argument is the context"
                                       : "the second argument is missing: the context's file");
    size_t text_len = 0, context_len;
    char *text = opts.model ? NULL : og_cli_read_file(false, args[0], &text_len);
    if (!opts.model && !text) return OG_EXIT_FAIL;
    char *context = og_cli_read_file(false, args[opts.model ? 0 : 1], &context_len);
    code = !context     ? OG_EXIT_FAIL
           : opts.model ? render_model(opts.model, context, context_len, &how)
                        : render(text, text_len, context, context_len, &how);
    free(text);
    free(context);
    return code;
}
