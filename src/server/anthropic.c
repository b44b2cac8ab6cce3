/* anthropic.c: Anthropic's messages. */
#include "server/exchange.h"

#include <string.h>

static const char *error_type(int status) {
    switch (status) {
    case 401:
        return "authentication_error";
    case 403:
        return "permission_error";
    case 404:
        return "not_found_error";
    case 413:
        return "request_too_large";
    case 500:
        return "api_error";
    case 503:
        return "overloaded_error";
    default:
        return "invalid_request_error";
    }
}

static json_t *error(const og_problem *p) {
    return json_pack("{s:s, s:{s:s, s:o}}", "type", "error", "error", "type", error_type(p->status), "message",
                     og_js_text(p->text, strlen(p->text)));
}

static void stream_error(og_exchange *ex, const og_problem *p) {
    og_send_event(ex, "error", error(p));
}

const og_dialect og_dialect_anthropic = {"anthropic", error, "text/event-stream", stream_error};
