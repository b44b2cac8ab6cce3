/* prefix.h: beginnings of texts whose cache pages are kept. A tree: a node is a page and the tokens in it, its children are what followed.
 * Requests that begin alike hold the same pages; what no request holds stays until its page is needed, and the least recently used goes
 * first. Recurrent states cannot be cut into pages: nodes may have the state after their last token, too. Allocates nothing after opening.
 */
#ifndef OG_RUNTIME_PREFIX_H
#define OG_RUNTIME_PREFIX_H

#include "runtime/pages.h"
#include "tensor/tensor.h"

typedef struct og_prefix_node {
    int32_t parent, child, next; /* -1: none. A node's children are a list; so are the free nodes */
    int32_t page;                /* held */
    int32_t slot;                /* held; of the state after its last token, or -1 */
    int32_t n;                   /* tokens: OG_KV_PAGE, or fewer in a leaf; 0: a free node */
    uint64_t used;
    uint64_t name; /* the owner's, as are these: whether the page is wanted in a folder, and whether it is there */
    bool wanted, kept;
    int32_t token[OG_KV_PAGE];
} og_prefix_node;

typedef struct og_prefix {
    og_pages *pages, *slots;       /* the cache's; slots NULL: the model has no recurrent states */
    og_prefix_node *node;          /* [n_nodes] */
    int32_t n_nodes, root, unused; /* root: the first of the nodes that begin texts */
    uint64_t clock;
} og_prefix;

og_status og_prefix_open(og_prefix *p, og_pages *pages, og_pages *slots, og_error *err);
void og_prefix_close(og_prefix *p);
/* The child of `parent` (-1: the root) that has most of the beginning of token [n] in common; *common: how much. -1: none has any. */
int32_t og_prefix_child(const og_prefix *p, int32_t parent, const int32_t *token, int32_t n, int32_t *common);
/* The child with exactly these n tokens; a new one that holds `page`, if there is none. -1: there is no place for it, or (n < OG_KV_PAGE,
 * without states) another holds more that begins with them. */
int32_t og_prefix_add(og_prefix *p, int32_t parent, const int32_t *token, int32_t n, int32_t page);
/* The node has this state now, unless it has one. */
void og_prefix_set_slot(og_prefix *p, int32_t node, int32_t slot);
/* The node and what it follows are in use. */
void og_prefix_touch(og_prefix *p, int32_t node);
/* Gives up the page that was used longest ago of those that nobody else holds; false if there is none. */
bool og_prefix_give_page(og_prefix *p);
/* The same for states; nodes stay. */
bool og_prefix_give_slot(og_prefix *p);
/* Pages that nobody else holds. */
int32_t og_prefix_spare(const og_prefix *p);

#endif
