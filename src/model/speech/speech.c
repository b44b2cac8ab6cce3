#include "model/speech/speech.h"

#include "model/speech/mel.h"

#include <string.h>

enum { MAX_AUDIO_CTX = 1 << 16 };

static const og_arch *const archs[] = {
#define SPEECH(name, families) &og_arch_##name,
#include "model/speech/speech.def"
};

const og_arch *og_speech_arch_at(int i) {
    return i >= 0 && (size_t)i < OG_LEN(archs) ? archs[i] : NULL;
}

const og_arch *og_speech_arch_named(const char *name, size_t len) {
    for (size_t i = 0; i < OG_LEN(archs); i++)
        if (strlen(archs[i]->name) == len && memcmp(archs[i]->name, name, len) == 0) return archs[i];
    return NULL;
}

static og_status check(const og_hparams *hp, og_error *err) {
    const uint32_t layers = hp->own[OG_OWN_ENC_LAYERS].u, ctx = hp->own[OG_OWN_ENC_CTX].u, mels = hp->own[OG_OWN_MELS].u;
    if (layers < 1 || layers >= hp->n_layer)
        return og_fail(err, OG_ERR_FORMAT, "%u of %u layers are the encoder's: there must be some of the decoder's too", layers,
                       hp->n_layer);
    if (ctx < 1 || ctx > MAX_AUDIO_CTX) return og_fail(err, OG_ERR_FORMAT, "an encoder of %u positions is not possible", ctx);
    if (mels < 1 || mels > OG_MEL_MAX) return og_fail(err, OG_ERR_FORMAT, "%u mel bins are not possible: 1 to %d", mels, OG_MEL_MAX);
    return OG_OK;
}

og_status og_speech_bind(const og_file *file, og_lm **out, og_error *err) {
    const char *name;
    size_t len;
    OG_TRY(og_file_get_str(file, "general.architecture", &name, &len, err));
    const og_arch *arch = og_speech_arch_named(name, len);
    if (!arch)
        return og_fail(err, OG_ERR_UNSUPPORTED, "'%.*s' is no architecture that hears: recognizing speech takes a Whisper model",
                       (int)OG_MIN(len, 64), name);
    og_lm *lm = NULL;
    OG_TRY(og_lm_open_as(file, arch, &lm, err));
    const og_status status = check(&lm->hp, err);
    if (status == OG_OK)
        *out = lm;
    else
        og_lm_close(lm);
    return status;
}
