/* problem.c: see problem.h. */
#include "server/problem.h"

#include <stdarg.h>
#include <stdio.h>

bool og_refuse(og_problem *problem, int status, const char *code, const char *param, const char *fmt, ...) {
    *problem = (og_problem){.status = status, .code = code};
    if (param) snprintf(problem->param, sizeof problem->param, "%s", param);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(problem->text, sizeof problem->text, fmt, ap);
    va_end(ap);
    return false;
}

bool og_refuse_error(og_problem *problem, const og_error *err) {
    switch (err->status) {
    case OG_ERR_CONTEXT:
        return og_refuse(problem, 400, "context_length_exceeded", NULL, "%s", err->text);
    case OG_ERR_ARG:
    case OG_ERR_FORMAT:
    case OG_ERR_UNSUPPORTED:
        return og_refuse(problem, 400, NULL, NULL, "%s", err->text);
    case OG_ERR_MEMORY:
        return og_refuse(problem, 503, "out_of_memory", NULL, "%s", err->text);
    default:
        return og_refuse(problem, 500, NULL, NULL, "%s", err->text);
    }
}
