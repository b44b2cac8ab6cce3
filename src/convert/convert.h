/* convert.h: a Hugging Face checkpoint folder seen as a GGUF file. Metadata is made when the folder is opened; tensors are computed when
 * they are read, piece by piece, so that a model is never in memory as a whole. Whatever reads models or quantizes them can read it. */
#ifndef OG_CONVERT_CONVERT_H
#define OG_CONVERT_CONVERT_H

#include "format/gguf.h"

/* Opens whisper.cpp's container, or a folder with config.json, *.safetensors and a tokenizer, or (adapter_config.json) a LoRA adapter of
 * PEFT; `base` is then its model, a GGUF file or such a folder, or NULL where adapter_config.json names one that is here. Tensors keep
 * their type, vectors are F32. Refuses, by name, architectures and tensors that are unknown, tensors that are missing, and values that make
 * no sense. Keys, tensor names and layouts are those of the GGUF format document and of llama.cpp's converter. */
og_status og_convert_open(const char *folder, const char *base, og_file **out, og_error *err);

/* A model in whisper.cpp's container, which the file takes over, on failure too. */
og_status og_convert_whisper_bin(og_source *src, og_file **out, og_error *err);
/* Whatever holds a model, by what it is: a GGUF file, a folder as above, or whisper.cpp's container. */
og_status og_convert_open_any(const char *path, og_file **out, og_error *err);

#endif
