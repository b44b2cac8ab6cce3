/* fields.h: the fields of a request's body as tables. Reading, checking and the description in /openapi.json follow from the rows. */
#ifndef OG_SERVER_FIELDS_H
#define OG_SERVER_FIELDS_H

#include "server/problem.h"

#include <jansson.h>

typedef enum og_field_kind {                  /* and the type of the member that a row fills */
                             OG_FIELD_TEXT,   /* const char *, without NUL characters */
                             OG_FIELD_BOOL,   /* bool */
                             OG_FIELD_INT,    /* int32_t in [min, max] */
                             OG_FIELD_SEED,   /* og_field_seed: any integer; negative: drawn */
                             OG_FIELD_REAL,   /* double in [min, max] */
                             OG_FIELD_FLOAT,  /* float in [min, max] */
                             OG_FIELD_OBJECT, /* const json_t * */
                             OG_FIELD_ARRAY,  /* const json_t * */
                             OG_FIELD_ANY,    /* const json_t *: read by the endpoint */
} og_field_kind;

typedef struct og_field_seed {
    uint64_t value;
    bool given;
} og_field_seed;

typedef struct og_field {
    const char *name;
    og_field_kind kind;
    size_t at; /* of the member */
    double min, max;
    bool needed;
    const char *about;
} og_field;

/* Fills `into` from an object's members. null is as good as absent, unknown members are ignored. False with the problem of the first row
 * that does not fit. What is pointed to belongs to `body`. */
bool og_fields_read(const og_field *field, size_t n, const json_t *body, void *into, og_problem *problem);
/* As a schema of OpenAPI. */
json_t *og_fields_schema(const og_field *field, size_t n);

/* ---- JSON ---- */

/* Of a request: at most `depth` brackets deep; duplicate names: the last counts. NULL with a problem. */
json_t *og_js_parse(const char *text, size_t len, int depth, og_problem *problem);
/* A string; bytes that are not UTF-8 become U+FFFD. */
json_t *og_js_text(const char *text, size_t len);
/* The text of a member; NULL if it is no string. */
const char *og_js_get_text(const json_t *object, const char *key);
/* Compact, malloc'd, NUL-terminated besides. */
char *og_js_dump(const json_t *value, size_t *len);
/* "a string", "an object", ... */
const char *og_js_kind(const json_t *value);

#endif
