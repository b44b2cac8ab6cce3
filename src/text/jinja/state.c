/* state.c: the limits of a rendering, and its first error. */
#include <stdio.h>

#include "text/jinja/value.h"

static og_ja fail(og_ja_rt *r, og_status status, const char *text) {
    if (!r->failed) r->status = og_fail(r->err, status, "chat template, line %d: %s", r->line, text);
    r->failed = true;
    return OG_JA_NIL;
}

og_ja og_ja_fail(og_ja_rt *r, const char *fmt, ...) {
    char text[400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return fail(r, OG_ERR_FORMAT, text);
}

og_ja og_ja_fail_memory(og_ja_rt *r) {
    return fail(r, OG_ERR_MEMORY, "the rendering needs more memory than a template may take");
}

void *og_ja_alloc(og_ja_rt *r, size_t bytes) {
    if (r->failed) return NULL;
    void *p = bytes <= r->max_bytes - r->bytes ? og_arena_alloc(&r->arena, bytes) : NULL;
    if (!p) {
        og_ja_fail_memory(r);
        return NULL;
    }
    r->bytes += OG_ALIGN_UP(OG_MAX(bytes, (size_t)1), (size_t)16);
    if (r->bytes > r->max_bytes) r->bytes = r->max_bytes;
    return p;
}

bool og_ja_work(og_ja_rt *r, uint64_t steps) {
    if (r->failed) return false;
    if (steps > r->max_steps - r->steps) {
        fail(r, OG_ERR_MEMORY, "the rendering takes more steps than a template may (an endless loop?)");
        return false;
    }
    r->steps += steps;
    return true;
}

bool og_ja_enter(og_ja_rt *r) {
    if (!og_ja_work(r, 1)) return false;
    if (r->depth >= OG_JA_DEPTH) {
        og_ja_fail(r, "calls and expressions are nested more than %d deep", OG_JA_DEPTH);
        return false;
    }
    r->depth++;
    return true;
}

void og_ja_leave(og_ja_rt *r) {
    r->depth--;
}
