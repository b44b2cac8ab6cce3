"""Golden log-mel spectrograms: of a signal that test_mel.c makes too, by a rendering of OpenAI's log_mel_spectrogram in float64.

    python tests/golden/make_mel.py

Needs numpy. Writes tests/golden/speech/mel_80.f32 and mel_128.f32: little-endian float32, frame after frame."""
import os

import numpy as np


def signal(n):
    x, seed = np.zeros(n), 1
    for i in range(n):
        seed = (seed * 1103515245 + 12345) % 2**31
        x[i] = (i * 37 % 256 - 128) / 1024 + (i // 40 % 2 * 2 - 1) / 8 + (seed // 65536 - 16384) / 262144
    return x


def hertz(mel):
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))


def filters(n_mel):
    top = 15 + np.log(8) * 27 / np.log(6.4)
    f = hertz(np.linspace(0, top, n_mel + 2))
    bins = np.linspace(0, 8000, 201)
    rows = [np.maximum(0, np.minimum((bins - a) / (b - a), (c - bins) / (c - b))) * 2 / (c - a) for a, b, c in zip(f, f[1:], f[2:])]
    return np.array(rows).astype(np.float32).astype(np.float64)


def log_mel(x, n_mel, frames):
    x = np.pad(x, (200, 200), mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    power = np.array([np.abs(np.fft.rfft(x[i * 160 : i * 160 + 400] * window)) ** 2 for i in range(frames)])
    m = np.log10(np.maximum(power @ filters(n_mel).T, 1e-10))
    return (np.maximum(m, m.max() - 8) + 4) / 4


for n_mel in (80, 128):
    path = os.path.join(os.path.dirname(__file__), "speech", f"mel_{n_mel}.f32")
    log_mel(signal(1840), n_mel, 10).astype("<f4").tofile(path)
