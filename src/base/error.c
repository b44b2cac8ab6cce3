/* error.c: statuses and the sentences that go with them. */
#include "base/base.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

const char *og_status_name(og_status status) {
    switch (status) {
    case OG_OK:
        return "ok";
    case OG_ERR_ARG:
        return "bad argument";
    case OG_ERR_IO:
        return "input/output error";
    case OG_ERR_FORMAT:
        return "bad format";
    case OG_ERR_UNSUPPORTED:
        return "unsupported";
    case OG_ERR_MEMORY:
        return "out of memory";
    case OG_ERR_CANCELLED:
        return "cancelled";
    case OG_ERR_CONTEXT:
        return "context full";
    case OG_ERR_BUSY:
        return "busy";
    case OG_ERR_INTERNAL:
        return "internal error";
    }
    return "unknown status";
}

const char *og_version(void) {
    return OG_VERSION;
}

/* A sentence that was cut short still ends in a whole character. */
static void cut_to_whole(char *text) {
    text[og_utf8_whole(text, strlen(text))] = '\0';
}

/* The arguments may point into err->text, so the sentence is made beside it. */
OG_PRINTF(3, 0) static void set(og_error *err, og_status status, const char *fmt, va_list args) {
    char text[sizeof(err->text)];
    vsnprintf(text, sizeof(text), fmt, args);
    cut_to_whole(text);
    memcpy(err->text, text, sizeof(text));
    err->status = status;
}

og_status og_fail(og_error *err, og_status status, const char *fmt, ...) {
    if (err) {
        va_list args;
        va_start(args, fmt);
        set(err, status, fmt, args);
        va_end(args);
    }
    return status;
}

og_status og_fail_prefix(og_error *err, og_status status, const char *fmt, ...) {
    if (!err) return status;
    char prefix[sizeof(err->text)];
    va_list args;
    va_start(args, fmt);
    vsnprintf(prefix, sizeof(prefix), fmt, args);
    va_end(args);

    char text[2 * sizeof(err->text) + 2];
    snprintf(text, sizeof(text), "%s: %s", prefix, err->text);
    text[sizeof(err->text) - 1] = '\0';
    cut_to_whole(text);
    memcpy(err->text, text, sizeof(err->text));
    return err->status;
}
