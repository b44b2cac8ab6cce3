/* mel.h: the log-mel spectrogram that Whisper hears (Radford et al. 2022, section 2.2): 16 kHz, frames of 400 samples every 160 under a
 * periodic Hann window, power spectrum, triangles of area 1 on Slaney's mel scale. Computed in double, frame by frame: a frame's values
 * depend on its 400 samples alone, not on how the sound was cut. */
#ifndef OG_MODEL_SPEECH_MEL_H
#define OG_MODEL_SPEECH_MEL_H

#include "base/base.h"

enum {
    OG_MEL_RATE = 16000,
    OG_MEL_FRAME = 400, /* samples of a frame */
    OG_MEL_HOP = 160,   /* samples from one frame to the next */
    OG_MEL_HALF = OG_MEL_FRAME / 2,
    OG_MEL_MAX = 256, /* bins at most */
};

typedef struct og_mel og_mel;

/* Tables for n_mel bins (1 to OG_MEL_MAX) from 0 to 8000 Hz. Never changed afterwards: threads may share it. */
og_status og_mel_open(int n_mel, og_mel **out, og_error *err);
void og_mel_close(og_mel *mel);

/* log10 of the mel powers, 1e-10 at least, of n frames: frame i is of the samples x[i * OG_MEL_HOP ..][OG_MEL_FRAME], so that its middle is
 * sample OG_MEL_HALF of it. out [n][n_mel]. */
void og_mel_frames(const og_mel *mel, const float *x, int n, float *out);
/* What the model hears: n values, raised to 8 below the largest of them at least, plus 4, divided by 4. */
void og_mel_normalize(float *x, size_t n);

#endif
