/* convert.c: og_convert: a checkpoint seen as a GGUF file (src/convert) goes the way of every file that is quantized. */
#include "convert/convert.h"

#include "model/speech/speech.h"
#include "runtime/quantize.h"

#include <string.h>

og_convert_params og_convert_defaults(void) {
    return (og_convert_params){0};
}

/* Whether the result is whole: tensors, shapes and vocabulary as the architecture wants them. An adapter's are compared with the model's
 * when both are loaded. */
static og_status check(const og_file *file, og_error *err) {
    og_value arch, type;
    og_lm *lm = NULL;
    og_tok *tok = NULL;
    if (og_file_find(file, "general.type", &type) && type.len == 7 && memcmp(type.str, "adapter", 7) == 0) return OG_OK;
    if (!og_file_find(file, "general.architecture", &arch)) return OG_OK;
    const bool speech = og_speech_arch_named(arch.str, arch.len) != NULL;
    if (!speech && !og_arch_named(arch.str, arch.len)) return OG_OK;
    og_status status = speech ? og_speech_bind(file, &lm, err) : og_lm_open(file, &lm, err);
    if (status == OG_OK) status = og_tok_open(file, &tok, err);
    og_lm_close(lm);
    og_tok_close(tok);
    return status;
}

static bool ends_with(const char *s, const char *end) {
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

og_status og_convert(og_engine *engine, const char *folder, const char *out, const og_convert_params *params, og_quantize_result *result,
                     og_error *err) {
    if (!engine || !folder || !params) return og_fail(err, OG_ERR_ARG, "og_convert needs an engine, a folder to read and parameters");
    if (out && (ends_with(out, ".safetensors") || ends_with(out, ".json")))
        return og_fail(err, OG_ERR_ARG, "%s could be a file of a checkpoint: end the name of the output in .gguf", out);
    og_file *file;
    OG_TRY(og_convert_open(folder, params->base, &file, err));
    og_status status = check(file, err);
    if (status == OG_OK) return og_quantize_run(engine, file, folder, out, &params->quantize, true, result, err);
    og_file_close(file);
    return og_fail_prefix(err, status, "%s, as it would be converted", folder);
}
