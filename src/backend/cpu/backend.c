/* backend.c: the CPU backend's table and its KV cache. */
#include "backend/cpu/cpu_backend.h"

#include <string.h>

static void close_backend(og_backend *be) {
    og_release(be);
}

static size_t kv_head(const og_kv_shape *s, int i) {
    return og_kv_head_bytes(s->type, s->layer[i].key_dim, s->layer[i].value_dim);
}

/* Bytes of all pages of a layer. */
static uint64_t kv_layer(const og_kv_shape *s, int i) {
    return (uint64_t)s->n_pages * (uint64_t)s->layer[i].n_head * kv_head(s, i);
}

static uint64_t kv_bytes(const og_backend *be, const og_kv_shape *s) {
    uint64_t bytes = 0;
    (void)be;
    for (int i = 0; i < s->n_layer; i++) bytes += kv_layer(s, i);
    return bytes;
}

static void kv_close(og_kv *kv) {
    if (!kv) return;
    og_pages_free(kv->data, kv->bytes);
    og_release(kv->layer);
    og_release(kv);
}

static og_status kv_open(og_backend *be, const og_kv_shape *shape, og_kv **out, og_error *err) {
    if (!og_kv_has(shape->type)) return og_fail(err, OG_ERR_UNSUPPORTED, "KV cache: type must be F16, Q8_0 or Q4_0");
    og_kv *kv = og_calloc(1, sizeof *kv);
    if (!kv) return og_fail(err, OG_ERR_MEMORY, "KV cache: out of memory");
    kv->bytes = (size_t)OG_MAX(kv_bytes(be, shape), (uint64_t)64);
    kv->layer = og_calloc((size_t)shape->n_layer, sizeof *kv->layer);
    kv->data = kv->layer ? og_pages_alloc(kv->bytes) : NULL;
    if (!kv->data) {
        const double size = (double)kv->bytes / 1048576.0;
        kv_close(kv);
        return og_fail(err, OG_ERR_MEMORY, "KV cache: cannot allocate %.1f MiB; a smaller context needs less", size);
    }
    kv->type = shape->type;
    kv->n_layer = shape->n_layer;
    uint8_t *at = kv->data;
    for (int i = 0; i < shape->n_layer; i++) {
        kv->layer[i] = (og_cpu_kv_layer){shape->layer[i], at, kv_head(shape, i)};
        at += kv_layer(shape, i);
    }
    *out = kv;
    return OG_OK;
}

static size_t kv_page_layer(const og_cpu_kv_layer *l) {
    return (size_t)l->shape.n_head * l->head;
}

static uint64_t kv_page_bytes(const og_kv *kv) {
    uint64_t bytes = 0;
    for (int i = 0; i < kv->n_layer; i++) bytes += kv_page_layer(&kv->layer[i]);
    return bytes;
}

static void kv_read(const og_kv *kv, int32_t page, void *out) {
    uint8_t *to = out;
    for (int i = 0; i < kv->n_layer; i++) {
        const size_t n = kv_page_layer(&kv->layer[i]);
        memcpy(to, kv->layer[i].data + (size_t)page * n, n);
        to += n;
    }
}

static void kv_write(og_kv *kv, int32_t page, const void *in) {
    const uint8_t *from = in;
    for (int i = 0; i < kv->n_layer; i++) {
        const size_t n = kv_page_layer(&kv->layer[i]);
        memcpy(kv->layer[i].data + (size_t)page * n, from, n);
        from += n;
    }
}

og_status og_cpu_backend_open(og_pool *pool, uint32_t flags, og_backend **out, og_error *err) {
    og_cpu *cpu = og_calloc(1, sizeof *cpu);
    if (!cpu) return og_fail(err, OG_ERR_MEMORY, "CPU backend: out of memory");
    cpu->base = (og_backend){
        .name = "cpu",
        .close = close_backend,
        .weight_bytes = og_cpu_weight_bytes,
        .weights_load = og_cpu_weights_load,
        .weights_free = og_cpu_weights_free,
        .packed = og_cpu_packed,
        .packed_bytes = og_cpu_packed_bytes,
        .packed_layout = og_cpu_packed_layout,
        .weights_adopt = og_cpu_weights_adopt,
        .kv_bytes = kv_bytes,
        .kv_open = kv_open,
        .kv_close = kv_close,
        .kv_page_bytes = kv_page_bytes,
        .kv_read = kv_read,
        .kv_write = kv_write,
        .states_bytes = og_cpu_states_bytes,
        .states_open = og_cpu_states_open,
        .states_close = og_cpu_states_close,
        .states_read = og_cpu_states_read,
        .states_write = og_cpu_states_write,
        .plan_open = og_cpu_plan_open,
        .plan_close = og_cpu_plan_close,
        .plan_bytes = og_cpu_plan_bytes,
        .plan_run = og_cpu_plan_run,
        .plan_output = og_cpu_plan_output,
    };
    cpu->pool = pool;
    cpu->flags = flags;
    og_kernels_choose(flags, &cpu->kernels);
    *out = &cpu->base;
    return OG_OK;
}
