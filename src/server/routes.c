/* routes.c: the table of routes. */
#include "server/state.h"

#include <string.h>

#define ROUTE(method, path, endpoint, dialect, open, summary) extern const og_endpoint og_endpoint_##endpoint;
#include "server/routes.def"
#undef ROUTE

static const og_route routes[] = {
#define ROUTE(method, path, endpoint, dialect, open, summary) \
    {#method, path, &og_endpoint_##endpoint, &og_dialect_##dialect, summary, open},
#include "server/routes.def"
#undef ROUTE
};
enum { N_ROUTES = sizeof routes / sizeof *routes };

const og_route *og_route_at(size_t i) {
    return i < N_ROUTES ? &routes[i] : NULL;
}

/* Whether a path is this row's; *param is what {name} stands for. */
static bool is_path(const og_route *r, const char *path, const char **param) {
    const char *brace = strchr(r->path, '{');
    *param = "";
    if (!brace) return strcmp(r->path, path) == 0;
    const size_t n = (size_t)(brace - r->path);
    if (strncmp(r->path, path, n) != 0 || !path[n]) return false;
    *param = path + n;
    return true;
}

const og_route *og_route_find(const char *method, const char *path, const char **param, const og_route **near, og_problem *problem) {
    if (strcmp(method, "HEAD") == 0) method = "GET";
    *near = NULL;
    for (size_t i = 0; i < N_ROUTES; i++) {
        if (!is_path(&routes[i], path, param)) continue;
        if (strcmp(routes[i].method, method) == 0) return &routes[i];
        *near = &routes[i];
    }
    *param = "";
    if (*near)
        og_refuse(problem, 405, "method_not_allowed", NULL, "%.16s is not for %.200s, %s is", method, path, (*near)->method);
    else
        og_refuse(problem, 404, "not_found", NULL, "there is nothing at %.200s; /openapi.json lists what there is", path);
    return NULL;
}
