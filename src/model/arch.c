/* arch.c: the table of architectures, and the names in one. */
#include "model/arch.h"

#include <stdio.h>
#include <string.h>

static const og_arch *const archs[] = {
#define MODEL(name, families) &og_arch_##name,
#include "model/models.def"
};

static const og_arch *added[16];
static int n_added;

bool og_arch_add(const og_arch *arch) {
    if (n_added == (int)OG_LEN(added)) return false;
    added[n_added++] = arch;
    return true;
}

const og_arch *og_arch_at(int i) {
    if (i < 0) return NULL;
    if (i < (int)OG_LEN(archs)) return archs[i];
    i -= (int)OG_LEN(archs);
    return i < n_added ? added[i] : NULL;
}

const og_arch *og_arch_named(const char *name, size_t len) {
    const og_arch *arch;
    for (int i = 0; (arch = og_arch_at(i)) != NULL; i++)
        if (strlen(arch->name) == len && memcmp(arch->name, name, len) == 0) return arch;
    return NULL;
}

static const char layer_prefix[] = "blk.%d.";

bool og_tensor_row_is_layered(const og_tensor_row *row) {
    return strstr(row->pattern, "%d") != NULL;
}

void og_tensor_row_name(const og_tensor_row *row, int layer, char *out, size_t size) {
    const char *number = strstr(row->pattern, "%d");
    if (number)
        snprintf(out, size, "%.*s%d%s", (int)(number - row->pattern), row->pattern, layer, number + 2);
    else
        snprintf(out, size, "%s", row->pattern);
}

const og_tensor_row *og_arch_row(const og_arch *arch, bool layered, const char *stem, size_t len) {
    const size_t prefix = layered ? sizeof layer_prefix - 1 : 0;
    for (int i = 0; i < arch->n_tensor; i++) {
        const char *pattern = arch->tensor[i].pattern;
        if (arch->tensor[i].flags & OG_TENSOR_FUSED) continue; /* nobody asks for it but its parts, one of which may have its name */
        if (strncmp(pattern, layer_prefix, prefix) == 0 && strncmp(pattern + prefix, stem, len) == 0 && pattern[prefix + len] == '\0')
            return &arch->tensor[i];
    }
    return NULL;
}
