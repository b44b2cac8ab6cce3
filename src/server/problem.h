/* problem.h: why a request was refused or failed, in HTTP's terms; each dialect has its own way to say it. */
#ifndef OG_SERVER_PROBLEM_H
#define OG_SERVER_PROBLEM_H

#include "offgrid.h"

typedef struct og_problem {
    int status;       /* 0: none */
    const char *code; /* "context_length_exceeded", ...; NULL: none */
    char param[64];   /* the field that is wrong; "": none */
    char text[600];
    int retry_after; /* seconds; 0: none */
} og_problem;

/* Fills *problem; false, so that one can return it. `param` may be NULL. */
bool og_refuse(og_problem *problem, int status, const char *code, const char *param, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* What an error of the library is to a client. */
bool og_refuse_error(og_problem *problem, const og_error *err);

#endif
