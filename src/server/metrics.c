/* metrics.c: counters, in the text format of Prometheus. */
#include "server/models.h"
#include "server/state.h"

#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

static void put(struct evbuffer *out, const char *name, const char *type, const char *help, double value) {
    evbuffer_add_printf(out, "# HELP offgrid_%s %s\n# TYPE offgrid_%s %s\noffgrid_%s %.17g\n", name, help, name, type, name, value);
}

static bool metrics(og_exchange *ex, og_problem *problem) {
    const og_server *s = ex->server;
    struct evbuffer *out = evbuffer_new();
    if (!out) return og_refuse(problem, 503, "out_of_memory", NULL, "out of memory");
    put(out, "uptime_seconds", "gauge", "Since the start.", og_clock() - s->started);
    put(out, "connections", "gauge", "Open connections.", s->n_conns);
    put(out, "connections_total", "counter", "Connections since the start.", (double)s->counts.connections);
    put(out, "exchanges", "gauge", "Requests being answered.", s->n_exchanges);
    put(out, "requests_total", "counter", "Requests since the start.", (double)s->counts.requests);
    put(out, "answers_total", "counter", "Answers sent in full.", (double)s->counts.answered);
    put(out, "refusals_total", "counter", "Requests refused.", (double)s->counts.refused);
    put(out, "gone_total", "counter", "Clients that went away before the end of their answer.", (double)s->counts.gone);
    evbuffer_add_printf(out, "# HELP offgrid_model_loaded Whether a model is loaded.\n# TYPE offgrid_model_loaded gauge\n");
    for (size_t i = 0; i < og_models_n(s->models); i++) {
        const og_entry *e = og_models_at(s->models, i);
        evbuffer_add_printf(out, "offgrid_model_loaded{model=\"");
        for (const char *c = e->name; *c; c++) evbuffer_add_printf(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
        evbuffer_add_printf(out, "\"} %d\n", e->state == OG_ENTRY_READY);
    }
    const size_t len = evbuffer_get_length(out);
    og_exchange_say_text(ex, 200, "text/plain; version=0.0.4; charset=utf-8", (const char *)evbuffer_pullup(out, -1), len);
    evbuffer_free(out);
    return true;
}

const og_endpoint og_endpoint_metrics = {.ready = metrics};
