/* dump.c: graphs as text, for people. */
#include "tensor/tensor.h"

static void shape(const og_tensor *t, og_buf *buf) {
    og_buf_addf(buf, "[%lld", (long long)t->dim[0]);
    for (int i = 1; i < OG_MAX_DIM; i++)
        if (t->dim[1] * t->dim[2] * t->dim[3] != 1 && (i < 2 || t->dim[i] != 1)) og_buf_addf(buf, ", %lld", (long long)t->dim[i]);
    og_buf_addf(buf, "]");
}

static void as_text(const og_tensor *t, og_buf *buf) {
    if (t->step >= 0)
        og_buf_addf(buf, "%4d ", t->step);
    else
        og_buf_addf(buf, "     ");
    og_buf_addf(buf, "%%%d = %s", t->id, og_op_name(t->op));
    if (t->name) og_buf_addf(buf, " \"%s\"", t->name);
    og_buf_addf(buf, " %s ", og_quant_of(t->type)->name);
    shape(t, buf);
    for (int s = 0, first = 1; s < OG_MAX_SRC; s++)
        if (t->src[s]) og_buf_addf(buf, "%s%%%d", first ? " <- " : ", ", t->src[s]->id), first = 0;
    if (t->offset >= 0) og_buf_addf(buf, "  @%lld +%lld until %d", (long long)t->offset, (long long)t->bytes, t->last_use);
    og_buf_addf(buf, "\n");
}

static void as_dot(const og_tensor *t, og_buf *buf) {
    og_buf_addf(buf, "  n%d [label=\"%s", t->id, og_op_name(t->op));
    if (t->name) og_buf_addf(buf, "\\n%s", t->name);
    og_buf_addf(buf, "\\n");
    shape(t, buf);
    og_buf_addf(buf, "\"%s];\n", t->op == OG_OP_weight ? ", shape=box" : "");
    for (int s = 0; s < OG_MAX_SRC; s++)
        if (t->src[s]) og_buf_addf(buf, "  n%d -> n%d;\n", t->src[s]->id, t->id);
}

void og_graph_dump(const og_graph *g, og_buf *buf, bool dot) {
    if (dot) og_buf_addf(buf, "digraph offgrid {\n  rankdir=TB;\n");
    for (int i = 0; i < g->n; i++) (dot ? as_dot : as_text)(g->node[i], buf);
    if (dot) og_buf_addf(buf, "}\n");
}
