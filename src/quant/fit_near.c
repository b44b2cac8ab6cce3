/* fit_near.c: lists of the points near each combination of levels. Distances are integers, so the lists are the same everywhere. They are
 * added up from two halves of the coordinates, each of which has few combinations. */
#include "quant/fit_near.h"

#include <string.h>

enum { HALF_MAX = 81 }; /* combinations of half the coordinates: 3^4 or 8^2 */

typedef struct halves {
    int n;                            /* combinations */
    int distance[HALF_MAX][HALF_MAX]; /* squared, between two combinations */
    uint8_t high[2048], low[2048];    /* of each point */
} halves;

static int level_at(const og_grid *g, int combination, int i, int half) {
    for (int k = half - 1; k > i; k--) combination /= g->levels;
    return g->level[combination % g->levels];
}

static uint8_t combination_of(const og_grid *g, const int8_t *p, int half) {
    int combination = 0;
    for (int i = 0; i < half; i++) {
        int digit = 0;
        while (g->level[digit] < p[i]) digit++;
        combination = combination * g->levels + digit;
    }
    return (uint8_t)combination;
}

static void split(const og_grid *g, halves *h) {
    int half = g->dim / 2;
    h->n = 1;
    for (int i = 0; i < half; i++) h->n *= g->levels;
    for (int a = 0; a < h->n; a++)
        for (int b = 0; b < h->n; b++) {
            h->distance[a][b] = 0;
            for (int i = 0; i < half; i++) {
                int d = level_at(g, a, i, half) - level_at(g, b, i, half);
                h->distance[a][b] += d * d;
            }
        }
    for (int p = 0; p < g->n; p++) {
        h->high[p] = combination_of(g, g->point + p * g->dim, half);
        h->low[p] = combination_of(g, g->point + p * g->dim + half, half);
    }
}

/* The nearest points of one key; of equally near ones the first. */
static void list(const og_grid *g, const halves *h, int key, uint16_t *near) {
    const int *high = h->distance[key / h->n], *low = h->distance[key % h->n];
    int distance[OG_GRID_NEAR], have = 0;
    for (int p = 0; p < g->n; p++) {
        int d = high[h->high[p]] + low[h->low[p]], at;
        if (have == OG_GRID_NEAR && d >= distance[have - 1]) continue;
        if (have < OG_GRID_NEAR) have++;
        for (at = have - 1; at > 0 && distance[at - 1] > d; at--) {
            distance[at] = distance[at - 1];
            near[at] = near[at - 1];
        }
        distance[at] = d;
        near[at] = (uint16_t)p;
    }
}

void og_near_prepare(og_grid *g) {
    if (atomic_load_explicit(&g->ready, memory_order_acquire)) return;
    pthread_mutex_lock(g->lock);
    if (!atomic_load_explicit(&g->ready, memory_order_relaxed)) {
        halves h;
        split(g, &h);
        for (int i = 0; i < g->n * g->dim; i++) g->value[i] = g->point[i];
        for (int key = 0; key < h.n * h.n; key++) list(g, &h, key, g->near[key]);
        atomic_store_explicit(&g->ready, true, memory_order_release);
    }
    pthread_mutex_unlock(g->lock);
}
