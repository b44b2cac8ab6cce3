#include "runtime/recipe.h"

#include <string.h>
#include <strings.h>

static const og_recipe recipes[] = {
#define RECIPE(NAME, file_type_, base_, output_, embd_) \
    {.name = #NAME, .file_type = file_type_, .base = OG_##base_, .output = OG_##output_, .embedding = OG_##embd_},
#include "runtime/recipes.def"
};

enum {
#define RECIPE(NAME, ...) AT_##NAME,
#include "runtime/recipes.def"
    AT_ALL
};

typedef enum part { ANY, ATTN_V, ATTN_K, ATTN_Q, ATTN_OUTPUT, FFN_UP, FFN_GATE, FFN_DOWN } part;

typedef enum condition {
    ALWAYS,
    GQA4,           /* at least four query heads share a key head */
    SHARED4,        /* that, or at least four experts */
    FIRST2,         /* layers 0 and 1 */
    FIRST4,         /* layers 0 to 3 */
    SIXTEENTH,      /* the first sixteenth of the layers */
    EIGHTH,         /* the first eighth */
    MIDDLE,         /* all but the first and last eighth */
    PLAIN,          /* there is no importance matrix */
    IMATRIX_EIGHTH, /* the first eighth, if there is an importance matrix */
    PLAIN_EIGHTH,   /* the first eighth, if there is none */
    MORE,           /* the first and last eighth, and every third layer between */
    EXPERTS8,       /* a mixture of eight experts */
    EXPERTS8_MORE,  /* that, and MORE */
    STACKED,        /* the matrices of several experts in one tensor */
} condition;

typedef struct rule {
    int recipe;
    part part;
    condition when;
    og_type type;
} rule;

static const rule rules[] = {
#define RULE(NAME, part, when, type) {AT_##NAME, part, when, OG_##type},
#include "runtime/recipes.def"
};

const og_recipe *og_recipe_at(int i) {
    return i >= 0 && (size_t)i < OG_LEN(recipes) ? &recipes[i] : NULL;
}

const og_recipe *og_recipe_named(const char *name) {
    static const struct {
        const char *name;
        int recipe;
    } names[] = {
#define RECIPE(NAME, ...) {#NAME, AT_##NAME},
#define ALIAS(NAME, recipe) {#NAME, AT_##recipe},
#include "runtime/recipes.def"
    };
    for (size_t i = 0; i < OG_LEN(names); i++)
        if (strcasecmp(names[i].name, name) == 0) return &recipes[names[i].recipe];
    return NULL;
}

bool og_recipe_covers(const char *name, const uint64_t dim[4]) {
    static const char *const keep[] = {
#define KEEP(text) text,
#include "runtime/recipes.def"
    };
    size_t len = strlen(name);
    if (len < 6 || strcmp(name + len - 6, "weight") != 0) return false;
    if (dim[1] < 2 && dim[2] < 2 && dim[3] < 2) return false;
    for (size_t i = 0; i < OG_LEN(keep); i++)
        if (strstr(name, keep[i])) return false;
    return true;
}

static part part_of(const char *name) {
    static const struct {
        part part;
        const char *text;
    } parts[] = {
#define PART(part, text) {part, text},
#include "runtime/recipes.def"
    };
    for (size_t i = 0; i < OG_LEN(parts); i++)
        if (strstr(name, parts[i].text)) return parts[i].part;
    return ANY;
}

/* The number in "blk.12.attn_v.weight"; 0 if there is none. */
static uint32_t layer_of(const char *name) {
    uint32_t layer = 0;
    if (strncmp(name, "blk.", 4) != 0) return 0;
    for (const char *p = name + 4; *p >= '0' && *p <= '9' && layer < 100000; p++) layer = layer * 10 + (uint32_t)(*p - '0');
    return layer;
}

static bool holds(condition when, const og_recipe_model *m, uint32_t layer, const uint64_t dim[4]) {
    uint32_t n = m->n_layer, eighth = n / 8, last = (uint32_t)((uint64_t)7 * n / 8);
    bool shared = m->n_head_kv > 0 && m->n_head / m->n_head_kv >= 4;
    bool more = layer < eighth || layer >= last || (layer - eighth) % 3 == 2;
    switch (when) {
    case ALWAYS:
        return true;
    case GQA4:
        return shared;
    case SHARED4:
        return shared || m->n_expert >= 4;
    case FIRST2:
        return layer < 2;
    case FIRST4:
        return layer < 4;
    case SIXTEENTH:
        return layer < n / 16;
    case EIGHTH:
        return layer < eighth;
    case MIDDLE:
        return layer >= eighth && layer < last;
    case PLAIN:
        return !m->imatrix;
    case IMATRIX_EIGHTH:
        return m->imatrix && layer < eighth;
    case PLAIN_EIGHTH:
        return !m->imatrix && layer < eighth;
    case MORE:
        return more;
    case EXPERTS8:
        return m->n_expert == 8;
    case EXPERTS8_MORE:
        return m->n_expert == 8 && more;
    case STACKED:
        return dim[2] > 1;
    }
    return false;
}

og_type og_recipe_type(const og_recipe *recipe, const og_recipe_model *model, const char *name, const uint64_t dim[4]) {
    const og_quant *base = og_quant_of(recipe->base);
    bool embedding = strcmp(name, "token_embd.weight") == 0 || strcmp(name, "per_layer_token_embd.weight") == 0;
    if (strcmp(name, "output.weight") == 0 || (embedding && model->tied))
        return base->is_block && dim[0] % (uint64_t)base->block ? OG_Q8_0 : recipe->output;
    if (embedding) return recipe->embedding;
    if (!base->is_block) return recipe->base;
    int at = (int)(recipe - recipes);
    part p = part_of(name);
    og_type type = recipe->base;
    for (size_t i = 0; i < OG_LEN(rules); i++) {
        const rule *r = &rules[i];
        if ((r->recipe != at && r->recipe != AT_ALL) || (r->part != ANY && r->part != p)) continue;
        if (!holds(r->when, model, layer_of(name), dim)) continue;
        type = r->type;
        break;
    }
    /* Models of 80 layers have values so narrow beside the rest that they are worth a bit more; not in the recipes of IQ1 and IQ2. */
    bool wide = model->n_layer == 80 && model->n_head != model->n_head_kv && (recipe->output != OG_Q5_K || at == AT_IQ3_XXS);
    return wide && p == ATTN_V && (type == OG_Q3_K || type == OG_Q4_K) ? OG_Q5_K : type;
}

bool og_recipe_guided(og_type type, const char *name) {
    static const og_type guided[] = {
#define GUIDED(type) OG_##type,
#include "runtime/recipes.def"
    };
    if (strstr(name, "token_embd") || strcmp(name, "output.weight") == 0) return false;
    for (size_t i = 0; i < OG_LEN(guided); i++)
        if (guided[i] == type) return true;
    return false;
}

og_type og_recipe_fit(og_type type, uint64_t columns) {
    static const struct {
        og_type from, to;
    } next[] = {
#define FALLBACK(from, to) {OG_##from, OG_##to},
#include "runtime/recipes.def"
    };
    if (columns % (uint64_t)og_quant_of(type)->block == 0) return type;
    for (size_t i = 0; i < OG_LEN(next); i++)
        if (next[i].from == type && columns % (uint64_t)og_quant_of(next[i].to)->block == 0) return next[i].to;
    return OG_F16;
}
