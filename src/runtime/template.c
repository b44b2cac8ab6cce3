/* template.c: chat templates for callers of the library, and what time it is for them. */
#include "offgrid/chat.h"
#include <time.h>

#include "text/jinja/jinja.h"

/* Seconds since 1970 that a clock on the wall would show. */
static int64_t wall_clock(void) {
    time_t now = time(NULL);
    struct tm tm;
    return localtime_r(&now, &tm) ? (int64_t)timegm(&tm) : (int64_t)now;
}

og_chat_params og_chat_defaults(void) {
    return (og_chat_params){.add_generation_prompt = true, .now = wall_clock()};
}

og_template_options og_template_defaults(void) {
    return (og_template_options){.trim_blocks = true, .lstrip_blocks = true, .now = wall_clock()};
}

og_status og_template_render(const char *text, size_t len, const char *context, size_t context_len, const og_template_options *options,
                             char **out, size_t *out_len, og_error *err) {
    if (!text || !context || !out || !out_len)
        return og_fail(err, OG_ERR_ARG, "og_template_render needs a template, a context and places for the text");
    og_template_options o = options ? *options : og_template_defaults();
    og_jinja_syntax syntax = {
        .trim_blocks = o.trim_blocks, .lstrip_blocks = o.lstrip_blocks, .keep_trailing_newline = o.keep_trailing_newline};
    og_jinja_input in = {.json = context, .len = context_len, .now = o.now};
    og_jinja *tmpl;
    OG_TRY(og_jinja_open(text, len, &syntax, &tmpl, err));
    og_buf buf;
    og_buf_init(&buf);
    og_status status = og_jinja_render(tmpl, &in, &buf, NULL, err);
    og_jinja_close(tmpl);
    if (status == OG_OK) {
        *out = buf.data;
        *out_len = buf.len;
    } else {
        og_buf_free(&buf);
    }
    return status;
}
