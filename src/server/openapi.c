/* openapi.c: /openapi.json, of the table of routes and the tables of fields. */
#include "server/state.h"

#include <stdio.h>
#include <string.h>

static json_t *operation(const og_route *r) {
    char id[160];
    snprintf(id, sizeof id, "%s%s", r->method, r->path);
    for (char *c = id; *c; c++)
        if (strchr("/{}.-", *c)) *c = '_';
    json_t *o =
        json_pack("{s:s, s:s, s:[s], s:{s:{s:s}, s:{s:s}}}", "summary", r->summary, "operationId", id, "tags", r->dialect->name,
                  "responses", "200", "description", "the answer", "default", "description", "a refusal, in the dialect's own shape");
    if (r->endpoint->n_fields > 0)
        json_object_set_new(o, "requestBody",
                            json_pack("{s:b, s:{s:{s:o}}}", "required", 1, "content", "application/json", "schema",
                                      og_fields_schema(r->endpoint->field, r->endpoint->n_fields)));
    if (r->open) json_object_set_new(o, "security", json_array());
    const char *brace = strchr(r->path, '{');
    if (brace)
        json_object_set_new(o, "parameters",
                            json_pack("[{s:s#, s:s, s:b, s:{s:s}}]", "name", brace + 1, (int)strlen(brace) - 2, "in", "path", "required", 1,
                                      "schema", "type", "string"));
    return o;
}

static bool openapi(og_exchange *ex, og_problem *problem) {
    (void)problem;
    json_t *paths = json_object();
    for (size_t i = 0; og_route_at(i); i++) {
        const og_route *r = og_route_at(i);
        json_t *path = json_object_get(paths, r->path);
        if (!path) json_object_set_new(paths, r->path, path = json_object());
        char method[8];
        snprintf(method, sizeof method, "%s", r->method);
        for (char *c = method; *c; c++) *c = (char)(*c - 'A' + 'a');
        json_object_set_new(path, method, operation(r));
    }
    og_exchange_say(ex, 200,
                    json_pack("{s:s, s:{s:s, s:s, s:s}, s:o, s:{s:{s:{s:s, s:s}}}, s:[{s:[]}]}", "openapi", "3.1.0", "info", "title",
                              "offgrid", "version", og_version(), "description", "A private AI on this device. Unknown fields are ignored.",
                              "paths", paths, "components", "securitySchemes", "key", "type", "http", "scheme", "bearer", "security",
                              "key"));
    return true;
}

const og_endpoint og_endpoint_openapi = {.ready = openapi};
