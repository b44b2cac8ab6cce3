/* states.c: recurrent states, slot after slot; in a slot, layer after layer. */
#include "backend/cpu/cpu_backend.h"

#include <string.h>

static uint64_t slot_floats(const og_state_shape *s) {
    uint64_t n = 0;
    for (int i = 0; i < s->n_layer; i++) n += (uint64_t)s->floats[i];
    return n;
}

uint64_t og_cpu_states_bytes(const og_backend *be, const og_state_shape *s) {
    (void)be;
    return slot_floats(s) * (uint64_t)s->n_slots * sizeof(float);
}

og_status og_cpu_states_open(og_backend *be, const og_state_shape *shape, og_states **out, og_error *err) {
    og_states *s = og_calloc(1, sizeof *s);
    if (!s) return og_fail(err, OG_ERR_MEMORY, "recurrent states: out of memory");
    s->slot = (size_t)slot_floats(shape);
    s->bytes = (size_t)og_cpu_states_bytes(be, shape);
    s->layer = og_alloc((size_t)shape->n_layer * sizeof *s->layer);
    s->data = og_pages_alloc(s->bytes);
    if (!s->layer || !s->data) {
        og_cpu_states_close(s);
        return og_fail(err, OG_ERR_MEMORY, "recurrent states: cannot allocate %.1f MiB",
                       (double)og_cpu_states_bytes(be, shape) / 1048576.0);
    }
    size_t at = 0;
    for (int i = 0; i < shape->n_layer; i++) {
        s->layer[i] = at;
        at += (size_t)shape->floats[i];
    }
    *out = s;
    return OG_OK;
}

void og_cpu_states_close(og_states *s) {
    if (!s) return;
    if (s->data) og_pages_free(s->data, s->bytes);
    og_release(s->layer);
    og_release(s);
}

void og_cpu_states_read(const og_states *s, int slot, void *out) {
    memcpy(out, s->data + (size_t)slot * s->slot, s->slot * sizeof(float));
}

void og_cpu_states_write(og_states *s, int slot, const void *in) {
    memcpy(s->data + (size_t)slot * s->slot, in, s->slot * sizeof(float));
}
