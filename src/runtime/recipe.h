/* recipe.h: which type each tensor of a quantized model gets. The tables are recipes.def. */
#ifndef OG_RUNTIME_RECIPE_H
#define OG_RUNTIME_RECIPE_H

#include "quant/quant.h"

typedef struct og_recipe {
    const char *name;          /* "Q4_K_M" */
    uint32_t file_type;        /* general.file_type */
    og_type base;              /* of matrices that no rule names */
    og_type output, embedding; /* of output.weight, and of the embedding where that is not the output matrix too */
} og_recipe;

/* What the choice depends on besides names and shapes. */
typedef struct og_recipe_model {
    uint32_t n_layer, n_head, n_head_kv, n_expert;
    bool tied;    /* the embedding is the output matrix */
    bool imatrix; /* there is an importance matrix */
} og_recipe_model;

/* By name or alias, any case; NULL if there is none. */
const og_recipe *og_recipe_named(const char *name);
/* In table order, from F32 to the smallest; NULL past the end. */
const og_recipe *og_recipe_at(int i);

/* Whether a tensor is one that recipes change: a matrix named "...weight" that is not on the list of those to keep. */
bool og_recipe_covers(const char *name, const uint64_t dim[4]);
/* The type of a tensor that is covered, before og_recipe_fit. */
og_type og_recipe_type(const og_recipe *recipe, const og_recipe_model *model, const char *name, const uint64_t dim[4]);
/* Whether a matrix that is made this type wants an importance matrix. The embedding and the output never do: nothing collects theirs. */
bool og_recipe_guided(og_type type, const char *name);
/* The type itself, or the next that fits rows of so many columns. */
og_type og_recipe_fit(og_type type, uint64_t columns);
#endif
