#include "runtime/prefix.h"

#include <string.h>

og_status og_prefix_open(og_prefix *p, og_pages *pages, og_pages *slots, og_error *err) {
    *p = (og_prefix){.pages = pages, .slots = slots, .n_nodes = pages->n, .root = -1};
    p->node = og_calloc((size_t)p->n_nodes, sizeof *p->node);
    if (!p->node) return og_fail(err, OG_ERR_MEMORY, "out of memory for kept beginnings");
    for (int32_t i = 0; i < p->n_nodes; i++) p->node[i].next = i + 1 < p->n_nodes ? i + 1 : -1;
    return OG_OK;
}

void og_prefix_close(og_prefix *p) {
    og_release(p->node);
    *p = (og_prefix){0};
}

static int32_t *children(og_prefix *p, int32_t parent) {
    return parent < 0 ? &p->root : &p->node[parent].child;
}

static int32_t in_common(const og_prefix_node *a, const int32_t *token, int32_t n) {
    int32_t k = 0;
    while (k < n && k < a->n && a->token[k] == token[k]) k++;
    return k;
}

int32_t og_prefix_child(const og_prefix *p, int32_t parent, const int32_t *token, int32_t n, int32_t *common) {
    int32_t best = -1;
    *common = 0;
    for (int32_t i = parent < 0 ? p->root : p->node[parent].child; i >= 0; i = p->node[i].next) {
        const int32_t k = in_common(&p->node[i], token, n);
        /* Of equals, one that ends there: it may have the state at this point. */
        if (k > *common || (k > 0 && k == *common && p->node[i].n == k)) {
            best = i;
            *common = k;
        }
    }
    return best;
}

static void remove_node(og_prefix *p, int32_t i) {
    og_prefix_node *e = &p->node[i];
    int32_t *at = children(p, e->parent);
    while (*at != i) at = &p->node[*at].next;
    *at = e->next;
    og_pages_drop(p->pages, e->page);
    if (e->slot >= 0) og_pages_drop(p->slots, e->slot);
    *e = (og_prefix_node){.next = p->unused};
    p->unused = i;
}

/* Leaves that the tokens of a new node make superfluous. */
static void remove_beginnings(og_prefix *p, int32_t parent, const int32_t *token, int32_t n) {
    for (int32_t i = *children(p, parent), next; i >= 0; i = next) {
        next = p->node[i].next;
        if (p->node[i].n < n && in_common(&p->node[i], token, n) == p->node[i].n) remove_node(p, i);
    }
}

int32_t og_prefix_add(og_prefix *p, int32_t parent, const int32_t *token, int32_t n, int32_t page) {
    int32_t common, i = og_prefix_child(p, parent, token, n, &common);
    if (i >= 0 && common == n && p->node[i].n == n) return i;
    if (!p->slots && i >= 0 && common == n) return -1;
    if (!p->slots) remove_beginnings(p, parent, token, n);
    i = p->unused;
    if (i < 0) return -1;
    og_prefix_node *e = &p->node[i];
    p->unused = e->next;
    int32_t *head = children(p, parent);
    *e = (og_prefix_node){.parent = parent, .child = -1, .next = *head, .page = page, .slot = -1, .n = n};
    memcpy(e->token, token, (size_t)n * sizeof *token);
    *head = i;
    og_pages_hold(p->pages, page);
    e->used = ++p->clock;
    return i;
}

void og_prefix_set_slot(og_prefix *p, int32_t node, int32_t slot) {
    if (p->node[node].slot >= 0) return;
    p->node[node].slot = slot;
    og_pages_hold(p->slots, slot);
}

void og_prefix_touch(og_prefix *p, int32_t node) {
    p->clock++;
    for (; node >= 0; node = p->node[node].parent) p->node[node].used = p->clock;
}

static bool spare(const og_prefix *p, const og_prefix_node *e) {
    return e->n > 0 && p->pages->refs[e->page] == 1;
}

bool og_prefix_give_page(og_prefix *p) {
    int32_t oldest = -1;
    for (int32_t i = 0; i < p->n_nodes; i++) {
        const og_prefix_node *e = &p->node[i];
        if (!spare(p, e) || e->child >= 0) continue;
        if (oldest < 0 || e->used < p->node[oldest].used) oldest = i;
    }
    if (oldest >= 0) remove_node(p, oldest);
    return oldest >= 0;
}

bool og_prefix_give_slot(og_prefix *p) {
    int32_t oldest = -1;
    for (int32_t i = 0; i < p->n_nodes; i++) {
        const og_prefix_node *e = &p->node[i];
        if (e->n == 0 || e->slot < 0) continue;
        if (oldest < 0 || e->used < p->node[oldest].used) oldest = i;
    }
    if (oldest < 0) return false;
    og_pages_drop(p->slots, p->node[oldest].slot);
    p->node[oldest].slot = -1;
    return true;
}

int32_t og_prefix_spare(const og_prefix *p) {
    int32_t n = 0;
    for (int32_t i = 0; i < p->n_nodes; i++) n += spare(p, &p->node[i]);
    return n;
}
