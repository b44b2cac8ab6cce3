/* scheduler_cache.c: cache pages and recurrent states of requests. */
#include "runtime/guess.h"

#include <string.h>

enum { COPY_MIN = 4 }; /* tokens for which a page is copied rather than computed */

static uint32_t pages_of(uint32_t n_tokens) {
    return OG_DIV_UP(n_tokens, (uint32_t)OG_KV_PAGE);
}

static int32_t take_page(og_scheduler *s) {
    int32_t page = og_pages_take(&s->pages);
    if (page < 0 && og_prefix_give_page(&s->prefix)) page = og_pages_take(&s->pages);
    return page;
}

static int32_t take_slot(og_scheduler *s) {
    int32_t slot = og_pages_take(&s->slots);
    while (slot < 0 && og_prefix_give_slot(&s->prefix)) slot = og_pages_take(&s->slots);
    return slot;
}

static void drop_slot(og_scheduler *s, og_request *r) {
    if (r->slot >= 0) og_pages_drop(&s->slots, r->slot);
    r->slot = -1;
}

static void share_page(og_scheduler *s, og_request *r, int32_t node) {
    const int32_t page = s->prefix.node[node].page;
    og_pages_hold(&s->pages, page);
    r->page[r->n_page++] = page;
    r->node = node;
    r->n_shared = r->n_page;
}

/* The full pages from the root on that hold the first of these tokens: their nodes go to path. *good: of these, up to a state. */
static uint32_t find_path(const og_scheduler *s, const int32_t *token, uint32_t limit, int32_t *path, uint32_t *good) {
    uint32_t n = 0;
    int32_t node = -1, common;
    *good = 0;
    while ((n + 1) * OG_KV_PAGE <= limit) {
        node = og_prefix_child(&s->prefix, node, token + n * OG_KV_PAGE, OG_KV_PAGE, &common);
        if (node < 0 || common < OG_KV_PAGE) break;
        path[n++] = node;
        if (!s->states || s->prefix.node[node].slot >= 0) *good = n;
    }
    return n;
}

/* ---- the folder ---- */

static uint64_t name_of(const og_scheduler *s, int32_t parent, const int32_t *token) {
    return og_keeper_name(s->keeper, parent < 0 ? 0 : s->prefix.node[parent].name, token);
}

/* The request's next page, from the folder. */
static bool load_page(og_scheduler *s, og_request *r) {
    const int32_t *token = r->token + r->n_shared * OG_KV_PAGE;
    const og_backend *be = s->model->engine->be;
    bool has_state;
    const uint64_t name = name_of(s, r->node, token);
    if (!og_keeper_get(s->keeper, name, r->token, (r->n_shared + 1) * OG_KV_PAGE, s->page_bytes, s->state_bytes, &has_state)) return false;
    const int32_t page = take_page(s);
    const int32_t node = page < 0 ? -1 : og_prefix_add(&s->prefix, r->node, token, OG_KV_PAGE, page);
    if (node >= 0) {
        be->kv_write(s->kv, page, s->page_bytes);
        s->prefix.node[node].name = name;
        s->prefix.node[node].kept = true;
        share_page(s, r, node);
        const int32_t slot = has_state ? take_slot(s) : -1;
        if (slot >= 0) {
            be->states_write(s->states, slot, s->state_bytes);
            og_prefix_set_slot(&s->prefix, node, slot);
            og_pages_drop(&s->slots, slot);
        }
    }
    if (page >= 0) og_pages_drop(&s->pages, page);
    return node >= 0;
}

static void keep_node(og_scheduler *s, int32_t i) {
    const og_backend *be = s->model->engine->be;
    og_prefix_node *e = &s->prefix.node[i];
    size_t n = 0;
    for (int32_t j = i; j >= 0; j = s->prefix.node[j].parent) n += OG_KV_PAGE;
    size_t at = n;
    for (int32_t j = i; j >= 0; j = s->prefix.node[j].parent)
        memcpy(s->text + (at -= OG_KV_PAGE), s->prefix.node[j].token, OG_KV_PAGE * sizeof *s->text);
    be->kv_read(s->kv, e->page, s->page_bytes);
    if (e->slot >= 0) be->states_read(s->states, e->slot, s->state_bytes);
    e->kept = og_keeper_put(s->keeper, e->name, s->text, n, s->page_bytes, e->slot >= 0 ? s->state_bytes : NULL);
}

void og_scheduler_keep(og_scheduler *s, bool all) {
    if (!s->keeper || !s->unkept) return;
    for (int32_t i = 0; i < s->prefix.n_nodes; i++) {
        const og_prefix_node *e = &s->prefix.node[i];
        if (e->n < OG_KV_PAGE || !e->wanted || e->kept) continue;
        if (!og_keeper_ready(s->keeper, all)) return;
        keep_node(s, i);
    }
    s->unkept = false;
}

/* What was in a prompt is likely to come again. */
static void want(og_scheduler *s, int32_t node) {
    og_prefix_node *e = &s->prefix.node[node];
    if (e->wanted) return;
    e->wanted = true;
    s->unkept = true;
}

/* ---- beginning ---- */

/* The beginning of a page, into a page of its own. */
static void copy_page(og_scheduler *s, og_request *r, uint32_t limit) {
    int32_t common;
    const uint32_t want = OG_MIN(limit - r->n_past, (uint32_t)OG_KV_PAGE);
    const int32_t node = want ? og_prefix_child(&s->prefix, r->node, r->token + r->n_past, (int32_t)want, &common) : -1;
    if (node < 0 || common < COPY_MIN) return;
    og_prefix_node *e = &s->prefix.node[node];
    if (s->states && (e->n != common || e->slot < 0)) return;
    const int32_t from = e->page, slot = s->states ? e->slot : -1;
    og_pages_hold(&s->pages, from); /* taking a page may remove the node */
    if (slot >= 0) og_pages_hold(&s->slots, slot);
    const int32_t page = take_page(s);
    if (page >= 0) {
        s->model->engine->be->kv_read(s->kv, from, s->page_bytes);
        s->model->engine->be->kv_write(s->kv, page, s->page_bytes);
        r->page[r->n_page++] = page;
        r->n_past += (uint32_t)common;
        if (slot >= 0) drop_slot(s, r);
        r->slot = slot;
    } else if (slot >= 0) {
        og_pages_drop(&s->slots, slot);
    }
    og_pages_drop(&s->pages, from);
}

void og_request_attach(og_scheduler *s, og_request *r) {
    const bool every = r->params.echo && r->params.n_top >= 0 && !r->begun; /* the logits of the whole prompt are wanted */
    const uint32_t limit = every ? 0 : r->n_token - 1;
    uint32_t good;
    const uint32_t n = find_path(s, r->token, limit, r->page, &good); /* nodes first, then their pages */
    r->n_page = r->n_shared = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (s->keeper) want(s, r->page[i]);
        share_page(s, r, r->page[i]);
    }
    while (s->keeper && (r->n_shared + 1) * OG_KV_PAGE <= limit && load_page(s, r)) continue;
    while (s->states && r->node >= 0 && s->prefix.node[r->node].slot < 0) { /* back to where the state is known */
        og_pages_drop(&s->pages, r->page[--r->n_page]);
        r->n_shared = r->n_page;
        r->node = s->prefix.node[r->node].parent;
    }
    r->n_past = r->n_shared * OG_KV_PAGE;
    if (s->states && r->node >= 0) {
        r->slot = s->prefix.node[r->node].slot;
        og_pages_hold(&s->slots, r->slot);
    }
    og_prefix_touch(&s->prefix, r->node);
    copy_page(s, r, limit);
}

void og_request_adopt(og_scheduler *s, og_request *r) {
    int32_t common;
    if (s->states || (r->params.echo && r->params.n_top >= 0)) return;
    while ((r->n_shared + 1) * OG_KV_PAGE < r->n_token && r->n_past < (r->n_shared + 1) * OG_KV_PAGE) {
        const int32_t node = og_prefix_child(&s->prefix, r->node, r->token + r->n_shared * OG_KV_PAGE, OG_KV_PAGE, &common);
        if (node < 0 || common < OG_KV_PAGE) return;
        while (r->n_page > r->n_shared) og_pages_drop(&s->pages, r->page[--r->n_page]);
        share_page(s, r, node);
        if (!r->begun) r->result.n_cached += r->n_shared * OG_KV_PAGE - r->n_past;
        r->n_past = r->n_shared * OG_KV_PAGE;
    }
}

void og_request_publish(og_scheduler *s, og_request *r) {
    while ((r->n_shared + 1) * OG_KV_PAGE <= r->n_past) {
        int32_t *page = &r->page[r->n_shared];
        const int32_t node = og_prefix_add(&s->prefix, r->node, r->token + r->n_shared * OG_KV_PAGE, OG_KV_PAGE, *page);
        if (node < 0) return;
        const int32_t theirs = s->prefix.node[node].page; /* the same bits, if another was faster */
        og_pages_hold(&s->pages, theirs);
        og_pages_drop(&s->pages, *page);
        *page = theirs;
        if (s->keeper) s->prefix.node[node].name = name_of(s, r->node, r->token + r->n_shared * OG_KV_PAGE);
        if (s->keeper && (r->n_shared + 1) * OG_KV_PAGE <= r->n_prompt) want(s, node);
        r->node = node;
        r->n_shared++;
    }
    if (!s->states || r->node < 0 || r->n_past != r->n_shared * OG_KV_PAGE || s->prefix.node[r->node].slot >= 0) return;
    og_prefix_set_slot(&s->prefix, r->node, r->slot);
    s->prefix.node[r->node].kept = false; /* without the state, if at all */
    s->unkept = true;
}

void og_request_detach(og_scheduler *s, og_request *r, bool keep) {
    if (r->seat < 0) return;
    og_request_publish(s, r);
    const uint32_t rest = r->n_past % OG_KV_PAGE;
    if (keep && rest > 0 && r->n_shared == r->n_past / OG_KV_PAGE && r->n_page > r->n_shared) {
        const int32_t node = og_prefix_add(&s->prefix, r->node, r->token + r->n_shared * OG_KV_PAGE, (int32_t)rest, r->page[r->n_shared]);
        if (node >= 0 && s->states) og_prefix_set_slot(&s->prefix, node, r->slot);
        if (node >= 0) og_prefix_touch(&s->prefix, node);
    } else {
        og_prefix_touch(&s->prefix, r->node);
    }
    while (r->n_page > 0) og_pages_drop(&s->pages, r->page[--r->n_page]);
    drop_slot(s, r);
    r->n_past = r->n_shared = 0;
    r->node = -1;
    og_guesser_forget(s->guesser, r);
}

static void leave(og_scheduler *s, og_request *r) {
    uint32_t i = 0;
    while (s->running[i] != r) i++;
    s->n_running--;
    for (; i < s->n_running; i++) s->running[i] = s->running[i + 1];
    s->seat[s->n_seat++] = r->seat;
    r->seat = -1;
}

void og_request_suspend(og_scheduler *s, og_request *r) {
    og_request_detach(s, r, true);
    leave(s, r);
    r->take = r->n_guess = 0;
    pthread_mutex_lock(&s->lock);
    og_request **at = &s->first;
    while (*at && (*at)->number < r->number) at = &(*at)->next;
    r->next = *at;
    *at = r;
    s->n_waiting++;
    pthread_mutex_unlock(&s->lock);
}

void og_request_end(og_scheduler *s, og_request *r, og_status status, const og_error *error) {
    og_request_detach(s, r, true);
    leave(s, r);
    og_request_done(r, status, error);
}

bool og_request_take_pages(og_scheduler *s, og_request *r, uint32_t end) {
    while (!og_request_try_pages(s, r, end)) {
        og_request *youngest = s->running[s->n_running - 1];
        og_request_suspend(s, youngest);
        if (youngest == r) return false;
    }
    return true;
}

bool og_request_try_pages(og_scheduler *s, og_request *r, uint32_t end) {
    while (r->n_page < pages_of(end)) {
        const int32_t page = take_page(s);
        if (page < 0) return false;
        r->page[r->n_page++] = page;
    }
    return true;
}

bool og_request_fits(const og_scheduler *s, const og_request *r) {
    int64_t need = pages_of(OG_MIN(r->n_token + 1, s->n_ctx));
    uint32_t good;
    find_path(s, r->token, r->n_token - 1, s->path, &good);
    for (uint32_t i = 0; i < good; i++) need -= s->pages.refs[s->prefix.node[s->path[i]].page] > 1; /* others keep them here */
    int64_t free_pages = (int64_t)s->pages.n_free + og_prefix_spare(&s->prefix);
    for (uint32_t i = 0; i < s->n_running; i++) { /* what has been let in will need its whole prompt, at least */
        const og_request *q = s->running[i];
        free_pages -= (int64_t)pages_of(OG_MIN(q->n_token + 1, s->n_ctx)) - q->n_page;
    }
    return need <= free_pages;
}

int32_t og_request_next_slot(og_scheduler *s, og_request *r, bool apart) {
    if (!apart && r->slot >= 0 && s->slots.refs[r->slot] == 1) return r->slot;
    const int32_t slot = take_slot(s); /* this may have given up the other's hold on ours */
    return slot >= 0 || apart ? slot : r->slot;
}
