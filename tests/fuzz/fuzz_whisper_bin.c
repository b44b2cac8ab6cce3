/* fuzz_whisper_bin: models in whisper.cpp's container, seen as GGUF files: what opens is read as a whole. */
#include "convert/convert.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    og_error err = {0};
    og_source *src = NULL;
    og_file *file = NULL;
    if (og_source_memory(data, size, "fuzz.bin", &src, &err) != OG_OK) return 0;
    if (og_convert_whisper_bin(src, &file, &err) != OG_OK) {
        if (err.status == OG_OK || err.text[0] == '\0') abort(); /* a failure must say why */
        return 0;
    }
    for (uint64_t i = 0; i < og_file_n_tensors(file); i++) {
        og_tensor_info info;
        uint8_t bytes[4096];
        if (!og_file_tensor(file, i, &info)) abort();
        for (uint64_t at = 0; at < info.bytes && at < 1 << 20; at += sizeof bytes) {
            const uint64_t n = info.bytes - at < sizeof bytes ? info.bytes - at : sizeof bytes;
            if (og_source_read(og_file_source(file, info.part), info.offset + at, bytes, (size_t)n, &err) != OG_OK) abort();
        }
    }
    og_file_close(file);
    return 0;
}
