/* Any template against a context of everything; small limits, so that a run is short. */
#include "text/jinja/jinja.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char context[] =
    "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi <b>\"}, {\"role\": \"assistant\", \"content\": null}], \"n\": 3, \"f\": 1.5,"
    " \"t\": true, \"items\": [3, 1, 2], \"d\": {\"b\": 1, \"a\": {\"x\": [1, 2]}}, \"s\": \"one two\\nthr\\u00e9e\"}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    og_jinja_syntax syntax = {.trim_blocks = data[0] & 1, .lstrip_blocks = data[0] & 2, .keep_trailing_newline = data[0] & 4};
    og_jinja *tmpl = NULL;
    if (og_jinja_open((const char *)data + 1, size - 1, &syntax, &tmpl, NULL) != OG_OK) return 0;
    og_jinja_input in = {.json = context,
                         .len = strlen(context),
                         .now = 1752148800,
                         .mark = true,
                         .limits = {.steps = 200000, .memory = 8 << 20, .output = 1 << 20}};
    og_buf out, marks;
    og_buf_init(&out);
    og_buf_init(&marks);
    og_status status = og_jinja_render(tmpl, &in, &out, &marks, NULL);
    if (status == OG_OK && marks.len != out.len) __builtin_trap();
    og_buf_free(&out);
    og_buf_free(&marks);
    og_jinja_close(tmpl);
    return 0;
}
