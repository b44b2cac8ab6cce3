/* safetensors_set.h: a model's files while they are added: what safetensors.c and safetensors_folder.c share. */
#ifndef OG_FORMAT_SAFETENSORS_SET_H
#define OG_FORMAT_SAFETENSORS_SET_H

#include "format/gguf_names.h"
#include "format/safetensors.h"

struct og_safetensors {
    og_source **src;
    int n_src;
    uint64_t cap_src, cap;
    og_names names;
    og_st_tensor *row; /* [names.n] */
};

og_safetensors *og_safetensors_new(og_error *err); /* NULL: no memory */
/* Reads the header of one more file and takes it over, on failure too. */
og_status og_safetensors_add(og_safetensors *st, og_source *src, og_error *err);
/* After the last file: makes tensors findable and refuses names that occur twice. */
og_status og_safetensors_finish(og_safetensors *st, og_error *err);

#endif
